package main

import "github.com/spf13/cobra"

const toolLine = "{{.tool}} {{.name}} {{word .state}}"

// A change that needs a second person answers with the request until it is
// decided.
const changeLine = "{{with .request}}已申请 {{.}}，待第二人审批{{else}}" + toolLine + "{{end}}"

const countLines = "盘点完成{{with .missing}}，缺少 {{join .}}{{end}}{{with .extra}}，多出 {{join .}}{{end}}"

// describe are the flags that describe a tool.
func describe() []flag {
	return []flag{
		flag{name: "id", usage: "工具编号"}.as("tool.tool"),
		flag{name: "name", usage: "名称"}.as("tool.name"),
		flag{name: "class", usage: "simple 简单工具（免租赁费）或 priced 计价工具"}.as("tool.class"),
		flag{name: "type", usage: "工具类型（hall.toml 的 tool_type）"}.as("tool.type"),
		flag{name: "rate", usage: "单价", kind: money}.as("tool.price.rate"),
		flag{name: "per", usage: "计价单位：hour、day 或 use"}.as("tool.price.per"),
		flag{name: "cap", usage: "日封顶", kind: money}.as("tool.price.cap"),
		flag{name: "free", usage: "免费分钟数", kind: number}.as("tool.price.free"),
		flag{name: "deposit", usage: "押金", kind: money}.as("tool.deposit"),
		flag{name: "purchase", usage: "购置价", kind: money}.as("tool.purchase"),
		flag{name: "door", usage: "柜门，如 A/3；不写为人工发放"}.as("tool.door"),
		flag{name: "place", usage: "存放处（货架、库位）"}.as("tool.place"),
		flag{name: "accessory", usage: "配件，可写多次", kind: list}.as("tool.accessories"),
		flag{name: "check-every", usage: "多少天做一次安全检查", kind: number}.as("tool.check_every"),
	}
}

func toolVerbs() []verb {
	id := []string{"id"}
	cost := flag{name: "cost", usage: "维修费", kind: money}
	return []verb{
		{
			use: "add", short: "新增工具", say: "已新增 " + toolLine, flags: append(describe(), secondFlag, reasonFlag),
		},
		{use: "repair ID", short: "送修", args: id, say: toolLine, flags: []flag{reasonFlag, cost, secondFlag}},
		{use: "restore ID", short: "修好或找回，重新入库", args: id, say: toolLine, flags: []flag{reasonFlag, cost, secondFlag}},
		{use: "loss ID", short: "报损，须两人经办", args: id, say: changeLine, flags: []flag{reasonFlag, secondFlag}},
		{use: "retire ID", short: "报废，须两人经办", args: id, say: changeLine, flags: []flag{reasonFlag, secondFlag}},
		{
			use: "decide REQUEST", short: "审批工具变动申请", args: []string{"request"}, say: changeLine,
			flags: []flag{{name: "approve", usage: "同意；不写为不同意", kind: yes}, reasonFlag},
		},
		{use: "check ID", short: "登记一次安全检查", args: id, say: toolLine, flags: []flag{reasonFlag}},
		{
			use: "count", short: "盘点：报出在场的工具，列出差异", say: countLines,
			flags: []flag{
				{name: "seen", usage: "在场的工具编号，逗号分隔", kind: list},
				{name: "locker", usage: "只盘一组柜"},
				secondFlag,
				{name: "remarks", usage: "备注"},
			},
		},
	}
}

const toolTable = `编号	名称	类别	状态	柜门	押金	单价{{range .}}
{{.tool}}	{{.name}}	{{word .class}}	{{word .state}}	{{.door}}	{{.deposit}}	{{if eq .class "priced"}}{{.price.rate}}/{{word .price.per}}{{else}}免费{{end}}{{end}}`

func (a *app) tool() *cobra.Command {
	list := []*cobra.Command{
		a.view("list", "全部工具", "tools", template(toolTable)),
		a.one("show ID", "一件工具和它的单机账", "tools", facts),
		a.toolImport(),
		a.view("requests", "待第二人审批的变动", "requests", table("request 申请", "since 时间", "change 变动")),
		a.view("accounts", "单机核算：每件工具一本账", "accounts", table("tool 编号", "name 名称", "uses 次数", "out_hours 在租小时", "rent 租金", "compensation 赔偿", "repair 维修", "purchase 购置", "held 押金在存", "net 净额")),
	}
	for _, v := range toolVerbs() {
		list = append(list, v.command(a, "tool"))
	}
	return group("tool", "工具", list...)
}
