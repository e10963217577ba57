package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// want are the tests that a whole run has.
var want = []string{"TestGPIO", "TestBuses", "TestReader", "TestPrinter"}

// report is what the console says.
type report struct {
	hands *hands

	begun, booted time.Time
	current       string              // the test that talks
	said          map[string][]string // by test
	results       []result
	exit          string
	tail          []string // what to show when there is no exit
	dying         bool
}

type result struct {
	test, outcome, took string
}

var (
	talks = regexp.MustCompile(`^=== (?:RUN|NAME|CONT) +(\S+)`)
	ended = regexp.MustCompile(`^ *--- (PASS|FAIL|SKIP): (\S+) \(([0-9.]+s)\)`)
	logs  = regexp.MustCompile(`^ +\w+\.go:\d+: (.*)`)
)

// read reads the console to its end, keeps it in a file, and does what the guest
// asks for.
func (r *report) read(console io.Reader, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r.begun, r.said = time.Now(), map[string][]string{}
	return lines(console, func(line string) error {
		fmt.Fprintf(file, "%7.3f %s\n", time.Since(r.begun).Seconds(), line)
		r.keep(line)
		return r.take(line)
	})
}

// keep remembers the last lines, or of a guest that dies how that began.
func (r *report) keep(line string) {
	const room = 40
	if strings.HasPrefix(line, "panic: ") && !r.dying {
		r.dying, r.tail = true, nil
	}
	if !r.dying {
		r.tail = r.tail[max(0, len(r.tail)-room+1):]
	}
	if len(r.tail) < room {
		r.tail = append(r.tail, line)
	}
}

func (r *report) take(line string) error {
	if request, asked := strings.CutPrefix(line, "@"); asked {
		code, ends := strings.CutPrefix(request, "exit ")
		if ends {
			r.exit = code
			return nil
		}
		return r.hands.do(request)
	}
	if m := talks.FindStringSubmatch(line); m != nil {
		r.current = m[1]
		if r.booted.IsZero() {
			r.booted = time.Now()
		}
	} else if m := ended.FindStringSubmatch(line); m != nil {
		r.results = append(r.results, result{m[2], m[1], m[3]})
	} else if m := logs.FindStringSubmatch(line); m != nil {
		r.said[r.current] = append(r.said[r.current], m[1])
	} else if strings.HasPrefix(line, "        ") { // more of the same
		r.said[r.current] = append(r.said[r.current], strings.TrimSpace(line))
	}
	return nil
}

// print shows the table and tells whether all is well: the guest came to its
// end and said so, every test that was to run did, and none failed.
func (r *report) print(w io.Writer, o options) bool {
	ok := r.exit == "0"
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, res := range r.results {
		ok = ok && res.outcome == "PASS"
		said := r.said[res.test]
		if res.outcome == "PASS" && len(said) > 1 {
			said = said[len(said)-1:]
		}
		name := strings.ReplaceAll(strings.TrimPrefix(res.test, "Test"), "_", " ")
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", res.outcome, name, res.took, strings.Join(said, "\n\t\t\t"))
	}
	table.Flush()
	ran := func(test string) bool {
		return slices.ContainsFunc(r.results, func(res result) bool { return res.test == test })
	}
	for _, test := range want {
		if o.only == "" && !ran(test) {
			fmt.Fprintln(w, "MISS ", test, "did not run to its end")
			ok = false
		}
	}
	if r.exit == "" {
		fmt.Fprintf(w, "the guest did not come to its end; the last lines of %s:\n  %s\n", o.log, strings.Join(r.tail, "\n  "))
	}
	ok = ok && len(r.results) > 0
	verdict := "all well"
	if !ok {
		verdict = "not all well"
	}
	fmt.Fprintf(w, "%s; tests began after %.1f s, ended after %.1f s\n", verdict, r.booted.Sub(r.begun).Seconds(), time.Since(r.begun).Seconds())
	return ok
}
