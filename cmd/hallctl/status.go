package main

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"halld/cmd/internal/console"
)

const statusLines = `大厅	{{.name}}（{{.hall}}）
服务	{{if .in_service}}正常{{else}}停止受理（账本写不进存储卡）{{end}}
日期	{{.day}}，时钟{{if eq .clock "trusted"}}可信{{else if .date_confirmed}}没有对时，日期已由工作人员核准{{else}}未核准，请 hallctl clock confirm{{end}}
等候	{{.waiting}} 人
台账	{{.last_seq}} 条，{{.unconfirmed}} 条待县级确认
版本	{{.version}}`

func (a *app) status() *cobra.Command {
	general := template(statusLines)
	return a.view("status", "大厅、设备和上报的状况", "status", func(v any) string {
		return general(v) + problems(v) + warnings(v)
	})
}

// problems lists what the devices say they are, and those that do not work: what
// is wrong, what it means, and what to do.
func problems(v any) string {
	m, _ := v.(map[string]any)
	var b strings.Builder
	for _, d := range objects(m["devices"]) {
		name, _ := d["device"].(string)
		if about, _ := d["about"].(string); about != "" {
			fmt.Fprintf(&b, "· %s：%s\n", console.Explain(name, "").Where, about)
		}
		if fault, _ := d["fault"].(string); fault != "" {
			p := console.Explain(name, fault)
			fmt.Fprintf(&b, "✗ %s（%s）：%s\n  影响：%s\n  处理：%s\n", p.Where, name, p.What, p.Effect, p.Remedy)
		}
	}
	return b.String()
}

// warnings lists what else waits for the staff.
func warnings(v any) string {
	m, _ := v.(map[string]any)
	var b strings.Builder
	for _, w := range objects(m["warnings"]) {
		fmt.Fprintf(&b, "！ %v\n", w["text"])
	}
	return b.String()
}

func (a *app) clock() *cobra.Command {
	return group("clock", "日期", verb{
		use: "confirm", short: "确认设备日期正确（断电后时钟未同步时）", say: "日期已确认",
		flags: []flag{{name: "date", usage: "今天的日期，如 2026-01-31"}},
	}.command(a, "clock"))
}

func (a *app) print() *cobra.Command {
	return group("print", "小票",
		a.view("list", "没有打出来、或不知是否出纸的小票", "slips", table("job 打印任务", "subject 号码或单号", "state:slip 状态", "reprint 补打次数", "at 时间")),
		a.printVerify(),
		verb{use: "receipt", short: "打印登记回执", flags: []flag{personFlag}, say: "正在打印"}.command(a, "print"),
		verb{use: "test", short: "打印测试页", say: "测试页{{word \"slip\" .result}}"}.command(a, "print"),
		verb{
			use: "reprint NUMBER", short: "补打一张小票（号码或打印任务号）", args: []string{"ticket"},
			flags: []flag{reasonFlag}, say: "补打 {{.job}}（第 {{.reprint}} 次）",
		}.command(a, "print"),
		verb{
			use: "settle JOB", short: "一张不明是否出纸的小票已由人工处理", args: []string{"job"},
			flags: []flag{reasonFlag}, say: "已处理",
		}.command(a, "print"),
	)
}

// printVerify tells a slip of this hall from a forged or altered one. It needs no
// line to anywhere.
func (a *app) printVerify() *cobra.Command {
	cmd := a.one("verify CODE", "核对小票上的校验码（扫二维码所得，或照着输入）", "", nil)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		answer, err := a.get(cmd.Context(), "claim?code="+url.QueryEscape(args[0]))
		return say(a, cmd, answer, err, template("校验码相符，是本大厅打印的小票：{{.number}}"))
	}
	return cmd
}
