package main

import "github.com/spf13/cobra"

const doorTable = `柜门	状态	工具	寄存	开门次数	进行中	停用	报修{{range .}}
{{.door}}	{{if eq .contact "unknown"}}不明{{else if .open}}开{{else}}关{{end}}{{if .forced}}（被强开，待查看）{{end}}	{{.tool}}	{{.storage}}	{{.cycles}}	{{with .op}}{{.}} {{end}}{{word "opening" .op_state}}	{{.out_of_service}}	{{.repair}}{{end}}`

const doorState = "{{with .out_of_service}}已停用（{{.}}）{{else}}已恢复{{end}}{{with .repair}}，报修 {{.}}{{end}}"

func (a *app) door() *cobra.Command {
	id := []string{"door"}
	return group("door", "柜门",
		a.view("list", "全部柜门", "doors", template(doorTable)),
		verb{
			use: "open DOOR", short: "开一扇柜门（检修），要写明原因", args: id,
			flags: []flag{reasonFlag}, say: "柜门 {{.door}} 已打开",
		}.command(a, "door"),
		verb{
			use: "decide OP", short: "处理一次没有结果的开门", args: []string{"op"},
			say:   "已处理",
			flags: []flag{{name: "decision", usage: "查看后的结论：done 已完成，undone 未完成"}, reasonFlag},
		}.command(a, "door"),
		verb{use: "ack DOOR", short: "登记已查看被强行打开的柜门", args: id, say: "已登记", flags: []flag{reasonFlag}}.command(a, "door"),
		verb{
			use: "set DOOR", short: "停用、报修或恢复一扇柜门", args: id, say: "柜门 {{.door}} " + doorState,
			flags: []flag{{name: "out", usage: "停用；不写为恢复", kind: yes}, {name: "repair", usage: "停用并报修", kind: yes}, reasonFlag},
		}.command(a, "door"),
		verb{
			use: "clear LOCKER", short: "清柜：逐扇打开整组或部分柜门，须两人在场；Ctrl-C 中止", args: []string{"locker"},
			flags:  []flag{flag{name: "door", usage: "只开这些门，逗号分隔", kind: list}.as("doors"), secondFlag, reasonFlag},
			follow: followClearing,
		}.command(a, "door"),
		verb{
			use: "abort LOCKER", short: "中止还在等候打开的柜门（清柜）", args: []string{"locker"}, flags: []flag{reasonFlag},
			say: "{{with .doors}}不再打开：{{join .}}{{else}}没有等候打开的柜门{{end}}",
		}.command(a, "door"),
		a.view("undecided", "没有结果、等人查看的开门", "undecided", table("op 编号", "door 柜门", "purpose:purpose 用途", "about 单号", "tool 工具", "staff 经办", "state:opening 状态")),
		a.doorTest(),
	)
}
