package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	gotemplate "text/template"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/width"

	"halld/cmd/internal/hall"
)

// say prints an answer: as it came with --json, else as people read it.
func say(a *app, cmd *cobra.Command, answer json.RawMessage, err error, human func(any) string) error {
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if a.json {
		_, err := out.Write(append(bytes.TrimSpace(answer), '\n'))
		return err
	}
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return fmt.Errorf("halld 的回答看不懂（版本不同？）：%w", err)
	}
	_, err = io.WriteString(out, human(numbers(v)))
	return err
}

// numbers makes every number of an answer an int where it is one, so that it is
// written without an exponent and zero is nothing.
func numbers(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			x[k] = numbers(e)
		}
	case []any:
		for i, e := range x {
			x[i] = numbers(e)
		}
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n
		}
		f, _ := x.Float64()
		return f
	}
	return v
}

// tell prints an answer that was made here.
func tell(a *app, cmd *cobra.Command, answer any, human func(any) string) error {
	b, err := json.Marshal(answer)
	return say(a, cmd, b, err, human)
}

// template makes an answer readable: the fields of its JSON in a sentence. Rows
// of a table are lines with cells between tabs.
func template(s string) func(any) string {
	if s == "" {
		s = "已办理"
	}
	t := gotemplate.Must(gotemplate.New("").Funcs(words).Option("missingkey=zero").Parse(s))
	return func(v any) string {
		var b strings.Builder
		if err := t.Execute(&b, v); err != nil {
			return fmt.Sprintf("%v\n", v) // a daemon of another version
		}
		return align(strings.ReplaceAll(b.String(), "<no value>", ""))
	}
}

// words are what templates may say beside the fields.
var words = gotemplate.FuncMap{
	"word":  word,
	"clock": func(v any) string { return stamp(v, "15:04") },
	"when":  func(v any) string { return stamp(v, "01-02 15:04") },
	"kind":  func(v any) string { return kindName(fmt.Sprint(v)) },
	"full":  func(v any) string { return stamp(v, "2006-01-02 15:04:05") },
	"join": func(v any) string {
		list, _ := v.([]any)
		s := make([]string, len(list))
		for i, x := range list {
			s[i] = fmt.Sprint(x)
		}
		return strings.Join(s, "、")
	},
}

// word is what the interface says of something, in the clerk's words.
func word(of string, v any) string {
	if v == nil {
		return ""
	}
	return hall.Name(of, fmt.Sprint(v))
}

// kindName is a record's type in the clerk's words.
func kindName(typ string) string { return hall.Name("kind", strings.TrimPrefix(typ, "hall.")) }

func stamp(v any, layout string) string {
	t, err := time.Parse(time.RFC3339, fmt.Sprint(v))
	if err != nil || t.IsZero() {
		return ""
	}
	return t.Format(layout)
}

// align pads the cells between tabs to columns. A hanzi is two columns wide,
// which tabwriter does not know.
func align(s string) string {
	var widths []int
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for _, l := range lines {
		cells := strings.Split(l, "\t")
		for i, c := range cells[:len(cells)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(c))
		}
	}
	var b strings.Builder
	for _, l := range lines {
		cells := strings.Split(l, "\t")
		row := ""
		for i, c := range cells[:len(cells)-1] {
			row += c + strings.Repeat(" ", widths[i]-columns(c)+2)
		}
		b.WriteString(strings.TrimRight(row+cells[len(cells)-1], " ") + "\n")
	}
	return b.String()
}

// columns is the width of a text in a terminal.
func columns(s string) (n int) {
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
