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
	"word": func(v any) string {
		s := fmt.Sprint(v)
		if w, ok := wordOf[s]; ok {
			return w
		}
		return s
	},
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

// kindName is a record's type in the clerk's words.
func kindName(typ string) string { return hall.KindName(hall.Kind(strings.TrimPrefix(typ, "hall."))) }

// wordOf are the interface's words in the clerk's.
var wordOf = map[string]string{
	"requested": "待审批", "approved": "待签字", "signed": "待收押金", "deposited": "待出库", "out": "在租",
	"returned": "待检", "inspected": "待结算", "settled": "已结算", "refused": "已拒绝", "cancelled": "已取消", "lost": "已报失",
	"in": "在库", "reserved": "已预订", "repair": "维修", "retired": "报废",
	"simple": "简单", "priced": "计价", "hour": "小时", "day": "天", "use": "次",
	"waiting": "等候", "called": "办理中", "held": "挂起", "ended": "已结束",
	"sending": "正在打印", "printed": "已出纸", "unconfirmed": "已发送", "unknown": "不明", "undecided": "待处理",
	"locked": "关", "open": "开", "queued": "等候开门", "opening": "正在开", "shut": "关", "failed": "没打开", "unsent": "没有动作", "ajar": "未关好",
	"handover": "出库", "return": "归还", "service": "检修", "store": "寄存", "fetch": "取回", "clear": "清柜",
	"ok": "完好", "damaged": "损坏", "incomplete": "缺配件",
	"underage": "未满十六周岁", "clock": "日期未核准", "conflict": "证件信息不一致", "expired": "证件过期", "blocked": "清出市场",
	"right-to-work": "可以在当地就业",
	"true":          "是", "false": "否", "<nil>": "",
}

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
