package main

import "github.com/spf13/cobra"

// Flags that many verbs share.
var (
	windowFlag = flag{name: "window", usage: "窗口号", kind: number}
	reasonFlag = flag{name: "reason", usage: "原因"}
	personFlag = flag{name: "person", usage: "哪位：last 为最近刷证的人，或 queue 里的 ref"}.or("last")
	untilFlag  = flag{name: "until", usage: "有效期至，如 2027-01-01"}
	secondFlag = flag{name: "second", usage: "第二经办人工号"}
)

const ticketLine = "{{.ticket}} {{word \"ticket\" .state}}{{with .outcome}} {{.}}{{end}}{{with .window}}（{{.}}号窗口）{{end}}"

// queueVerbs are 叫号, 重呼, 挂起, 回呼, 过号, 转移, 办结, 暂停.
func queueVerbs() []verb {
	at := []flag{windowFlag}
	return []verb{
		{
			use: "call", short: "叫号：请下一位到窗口", say: "{{if .ticket}}请 {{.ticket}} 到 {{.window}} 号窗口{{else}}没有人等候{{end}}",
			flags: []flag{windowFlag, {name: "ticket", usage: "指定号码；不写为下一位"}, reasonFlag},
		},
		{use: "recall", short: "重呼：再叫一次正在办理的号码", flags: at, say: "已重呼 " + ticketLine},
		{use: "hold", short: "挂起：先办下一位，稍后回呼", flags: at, say: ticketLine},
		{use: "unhold", short: "回呼：挂起的号码回到队列", flags: []flag{{name: "ticket", usage: "号码"}}, say: ticketLine},
		{use: "skip", short: "过号：叫了没有来", flags: at, say: ticketLine},
		{
			use: "transfer", short: "转移：转到另一项服务，保留先后次序", say: ticketLine,
			flags: []flag{windowFlag, {name: "to", usage: "服务的 key，如 training"}},
		},
		{
			use: "done", short: "办结窗口正在办理的号码", say: ticketLine,
			flags: []flag{windowFlag, flag{name: "outcome", usage: "办理结果：办结、转办、告知、预约"}.or("办结")},
		},
		{use: "pause", short: "窗口暂停服务", flags: []flag{windowFlag, reasonFlag}, say: "已暂停服务"},
		{use: "resume", short: "窗口恢复服务", flags: at, say: "已恢复服务"},
	}
}

const queueTable = `{{define "rows"}}{{range .}}
{{.ticket}}	{{word "ticket" .state}}	{{.service_name}}	{{with .window}}{{.}}{{end}}	{{clock .since}}	{{with .priority}}{{.}}{{end}}	{{.last4}}	{{word "slip" .slip}}{{end}}{{end -}}
号码	状态	服务	窗口	到达	优先	证件尾号	小票{{template "rows" .called}}{{template "rows" .waiting}}{{template "rows" .held}}`

func (a *app) queue() *cobra.Command {
	return a.view("queue", "等候、办理中和挂起的号码", "queue", template(queueTable))
}

// window says who works at a window. Acting there signs in, if nobody has.
func (a *app) window() *cobra.Command {
	const line = "{{.window}} 号窗口{{with .staff}}由工号 {{.}} 签到{{else}}没有人签到{{end}}"
	at := []flag{windowFlag}
	return group("window", "窗口",
		verb{use: "in", short: "到岗签到；别人签到的空闲窗口由本人接手", path: "counter/in", flags: at, say: line}.command(a, "window"),
		verb{use: "out", short: "离岗签退", path: "counter/out", flags: at, say: line}.command(a, "window"),
		a.view("list", "各窗口由谁办理、在办的号码", "windows", table("window 窗口", "name 名称", "staff 工号", "ticket 办理中", "waiting 等候", "paused 暂停", "reason 原因")),
	)
}

// emergency calls the head of the hall to a window (寻衅滋事等情况).
func (a *app) emergency() *cobra.Command {
	return group("emergency", "紧急呼叫",
		verb{use: "raise", short: "窗口紧急呼叫大厅负责人", flags: []flag{windowFlag}, say: "已呼叫大厅负责人"}.command(a, "emergency"),
		verb{use: "ack ID", short: "负责人确认已知", args: []string{"id"}, say: "已确认"}.command(a, "emergency"),
		a.view("list", "今天的紧急呼叫", "alarms", table("emergency 编号", "window 窗口", "staff 呼叫人", "at 时间", "acked 已确认")),
	)
}
