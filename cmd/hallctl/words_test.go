package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// contract are the verbs that installers and staff were promised.
const contract = `status
call recall hold skip transfer done unhold pause resume queue
person show flag block
tool add list show import repair retire
rental request approve refuse sign deposit handover return inspect settle list show
door list open test
notice give list
training open close list
day open close report
ledger list verify export
print test reprint
county status keygen watch open
staff pin
clock confirm`

func TestPromisedVerbs(t *testing.T) {
	for line := range strings.Lines(contract) {
		words := strings.Fields(line)
		if c, _, err := root().Find(words[:1]); err != nil || !c.HasSubCommands() {
			for _, w := range words {
				promised(t, w)
			}
			continue
		}
		for _, w := range words[1:] {
			promised(t, words[0], w)
		}
	}
}

func promised(t *testing.T, words ...string) {
	t.Helper()
	c, rest, err := root().Find(words)
	if err != nil || len(rest) > 0 || c.Short == "" {
		t.Errorf("hallctl %s is missing: %v", strings.Join(words, " "), err)
	}
}

// TestChangesAreSigned: what changes something takes --staff.
func TestChangesAreSigned(t *testing.T) {
	free := map[string]bool{"county": true, "ledger": true, "staff": true, "completion": true, "help": true}
	shows := map[string]bool{
		"list": true, "show": true, "report": true, "undecided": true, "overdue": true, "requests": true, "accounts": true, "worst": true,
		"status": true, "queue": true, "verify": true,
	}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			if !free[sub.Name()] {
				walk(sub)
			}
		}
		if !c.HasSubCommands() && !shows[c.Name()] && c.Flags().Lookup("staff") == nil {
			t.Errorf("%s has no --staff", c.CommandPath())
		}
	}
	walk(root())
}

// TestHelpInTheClerksWords: what cobra brings along is told in Chinese too, and a
// command that is not there is no success.
func TestHelpInTheClerksWords(t *testing.T) {
	english := regexp.MustCompile(`\[flags\]|\(default|[Gg]enerate|[Hh]elp (about|provides)|for (more|full|the)`)
	var walk func(path ...string)
	walk = func(path ...string) {
		var out strings.Builder
		cmd := root()
		cmd.SetOut(&out)
		cmd.SetArgs(append(slices.Clone(path), "--help"))
		if err := cmd.Execute(); err != nil || english.MatchString(out.String()) {
			t.Errorf("%v --help gives %v\n%s", path, err, out.String())
		}
		c, _, _ := root().Find(path)
		for _, sub := range c.Commands() {
			walk(append(slices.Clone(path), sub.Name())...)
		}
	}
	walk()
	for _, args := range [][]string{{"help", "nothing"}, {"help", "rental", "nothing"}, {"completion", "powershell"}, {"rental", "nothing"}} {
		cmd := root()
		cmd.SetArgs(args)
		if err := cmd.Execute(); err == nil || !strings.Contains(err.Error(), "可选") {
			t.Errorf("%v gives %v, want what there is instead", args, err)
		}
	}
}

func TestAlign(t *testing.T) {
	got := align("编号\t名称\t押金\nDR-01\t电锤\t200.00\n\n")
	want := "编号   名称  押金\nDR-01  电锤  200.00\n"
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}
}

func TestParseTools(t *testing.T) {
	gbk := "\xb1\xe0\xba\xc5,\xc3\xfb\xb3\xc6\nSP-01,\xcc\xfa\xc7\xc2\n"
	for _, tt := range []struct {
		name, csv string
		want      []map[string]any
		err       string
	}{
		{
			"as Excel saves UTF-8", "\ufeff" + "编号,名称,类别,单价,计价单位,押金,配件\nDR-01,电锤,计价,5,小时,200,钻头、手柄\n",
			[]map[string]any{{"tool": map[string]any{
				"tool": "DR-01", "name": "电锤", "class": "priced", "deposit": "200.00", "accessories": []string{"钻头", "手柄"},
				"price": map[string]any{"rate": "5.00", "per": "hour"},
			}}},
			"",
		},
		{"as Excel saves GBK", gbk, []map[string]any{{"tool": map[string]any{"tool": "SP-01", "name": "铁锹"}}}, ""},
		{
			"the classes as the hall calls them", "编号,类别\nSP-01,简单工具\nDR-01,计价工具\n",
			[]map[string]any{{"tool": map[string]any{"tool": "SP-01", "class": "simple"}}, {"tool": map[string]any{"tool": "DR-01", "class": "priced"}}},
			"",
		},
		{"the flags' names", "id,deposit\nSP-01,20\n", []map[string]any{{"tool": map[string]any{"tool": "SP-01", "deposit": "20.00"}}}, ""},
		{
			"prices of parts", "编号,配件,配件价,计时分钟\nDR-01,钻头、手柄,钻头=15、手柄=8.5,15\n",
			[]map[string]any{{"tool": map[string]any{
				"tool": "DR-01", "accessories": []string{"钻头", "手柄"}, "part_prices": priced{"钻头": "15.00", "手柄": "8.50"},
				"price": map[string]any{"round": 15},
			}}},
			"",
		},
		{"a part without a price", "编号,配件价\nDR-01,钻头\n", nil, "名称=元"},
		{"unknown column", "编号,颜色\nSP-01,红\n", nil, "颜色"},
		{"a sum that is none", "编号,押金\nSP-01,二十\n", nil, "第 2 行“押金”"},
		{"ragged", "编号,押金\nSP-01\n", nil, "表格读不懂"},
		{"empty", "编号,押金\n", nil, "没有工具"},
		{"nothing", "", nil, "没有工具"},
	} {
		got, err := parseTools([]byte(tt.csv))
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: got %v, want an error with %q", tt.name, err, tt.err)
			}
			continue
		}
		if diff := cmp.Diff(got, tt.want); err != nil || diff != "" {
			t.Errorf("%s: %v (-got +want):\n%s", tt.name, err, diff)
		}
	}
}

// TestImportTakesEveryFlag: what tool add takes, a list of tools can hold.
func TestImportTakesEveryFlag(t *testing.T) {
	aside := map[string]bool{"second": true, "reason": true} // flags of the import itself
	known := map[string]bool{}
	for _, name := range headings {
		known[name] = true
	}
	for _, f := range toolVerbs()[0].flags {
		if !known[f.name] && !aside[f.name] {
			t.Errorf("no heading stands for --%s", f.name)
		}
	}
}

func FuzzParseTools(f *testing.F) {
	f.Add([]byte("编号,名称,类别,单价\nDR-01,电锤,计价,5\n"))
	f.Add([]byte("\ufeff" + "id,free\nX,1\n"))
	f.Add([]byte("\xb1\xe0\xba\xc5\nA\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := parseTools(b)
		if (err == nil) != (len(rows) > 0) {
			t.Errorf("got %d rows and %v", len(rows), err)
		}
	})
}

// TestStatusSaysWhoVouches: who has confirmed the date is not asked again.
func TestStatusSaysWhoVouches(t *testing.T) {
	general := template(statusLines)
	for _, tt := range []struct {
		clock     string
		confirmed bool
		says      string
	}{
		{"trusted", false, "时钟可信"},
		{"unsure", false, "未核准，请 hallctl clock confirm"},
		{"unsure", true, "日期已由工作人员核准"},
	} {
		got := general(map[string]any{"clock": tt.clock, "date_confirmed": tt.confirmed})
		if !strings.Contains(got, tt.says) {
			t.Errorf("of a clock that is %s (confirmed: %v) it says %q, want %q", tt.clock, tt.confirmed, got, tt.says)
		}
	}
}
