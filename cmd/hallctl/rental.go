package main

import "github.com/spf13/cobra"

const rentalLine = `{{.rental}} {{.state_name}}：{{range $i, $l := .lines}}{{if $i}}、{{end}}{{$l.name}}（{{$l.tool}}）{{else}}{{.tool}}{{end}} 押金 {{.deposit}} 元{{with .next_step}}，请{{.}}{{end}}`

const settlementLines = `单号	{{.rental}}
计价	{{.formula}}
租赁费	{{.fee}}
扣款	{{.deduction}}
押金	{{.deposit}}
退还	{{.refund}}{{if ne .refund "0.00"}}（{{.method}}）{{end}}
应补交	{{.due}}{{if ne .due "0.00"}}{{with .method}}，已收（{{.}}）{{else}}，未收，记为欠款{{end}}{{end}}`

func rentalVerbs() []verb {
	id := []string{"rental"}
	tool := flag{name: "tool", usage: "工具编号；不写为第一件"}
	pad := flag{name: "pad", usage: "签字板笔迹文件，记下其 SHA-256", kind: file}
	receipt := flag{name: "receipt", usage: "交回的押金收据编号"}
	return []verb{
		{
			use: "request", short: "申请租用工具", say: rentalLine,
			flags: []flag{
				flag{name: "tool", usage: "工具编号，可写多次", kind: list}.as("tools"), personFlag,
				{name: "trade", usage: "用于什么工种"},
				{name: "trained", usage: "已核对证明的培训课程", kind: list},
			},
		},
		{use: "approve RENTAL", short: "审批", args: id, say: rentalLine},
		{use: "refuse RENTAL", short: "拒绝申请", args: id, flags: []flag{reasonFlag}, say: rentalLine},
		{
			use: "cancel RENTAL", short: "取消没有出库的工具；全部没有出库的退押金", args: id, say: rentalLine,
			flags: []flag{reasonFlag, {name: "method", usage: "退押金的方式；不写为收押金的方式"}, receipt},
		},
		{
			use: "sign RENTAL", short: "确认签字联", args: id, say: rentalLine,
			flags: []flag{{name: "stub", usage: "签字联编号；不写为最近打印的一联"}, pad},
		},
		{
			use: "deposit RENTAL", short: "收押金", args: id, say: rentalLine,
			flags: []flag{{name: "method", usage: "收款方式；不写为现金"}},
		},
		{
			use: "handover RENTAL", short: "出库：打开柜门交付工具", args: id, say: rentalLine,
			flags: []flag{
				tool, flag{name: "accessory", usage: "交付的配件；不写为全部", kind: list}.as("accessories"),
				{name: "by-hand", usage: "柜门打不开，用钥匙或人工交付", kind: yes},
				reasonFlag,
			},
		},
		{
			use: "return RENTAL", short: "归还：打开柜门放回工具", args: id, say: rentalLine,
			flags: []flag{
				flag{name: "tool", usage: "工具编号，可写多次；不写为全部", kind: list}.as("tools"),
				{name: "door", usage: "放回另一扇柜门，如 A/5"},
				{name: "by-hand", usage: "在柜台人工收回", kind: yes},
				reasonFlag,
			},
		},
		{
			use: "inspect RENTAL", short: "检查归还的工具", args: id, say: rentalLine,
			flags: []flag{
				tool,
				{name: "result", usage: "ok 完好，damaged 损坏，incomplete 缺配件，lost 丢失"},
				{name: "deduct", usage: "扣款，缺配件的价格另计", kind: money},
				{name: "passed", usage: "检查合格的项目；all 为其余全部", kind: list},
				{name: "failed", usage: "检查不合格的项目", kind: list},
				{name: "present", usage: "交回的配件；all 为其余全部", kind: list},
				{name: "missing", usage: "缺少的配件", kind: list},
				{name: "note", usage: "备注"},
				secondFlag,
			},
		},
		{
			use: "settle RENTAL", short: "结算退押", args: id, say: settlementLines,
			flags: []flag{
				{name: "method", usage: "退款的方式，不写为收押金的方式；应补交时是收款的方式，不写为没有收，记为欠款"},
				{name: "stub", usage: "归还检查单签字联编号；不写为最近打印的一联"},
				pad, receipt,
			},
		},
		{
			use: "pay RENTAL", short: "补交结算后所欠", args: id, say: rentalLine,
			flags: []flag{
				{name: "amount", usage: "金额；不写为全部", kind: money},
				{name: "due", usage: "收款前的欠款；只收一部分时必写，以免收两次", kind: money},
				{name: "method", usage: "方式；不写为现金"},
			},
		},
		{
			use: "swap RENTAL", short: "换一件同类工具", args: id, say: rentalLine,
			flags: []flag{tool, {name: "with", usage: "换成哪件"}, reasonFlag},
		},
		{use: "contract RENTAL", short: "重打待签字的租赁单或归还检查单，原来的一联作废", args: id, say: rentalLine},
		{use: "remind RENTAL", short: "催还超期工具", args: id, flags: []flag{{name: "note", usage: "备注"}}, say: rentalLine},
		{
			use: "lost-slip RENTAL", short: "押金收据遗失：本人刷证，凭声明办理", args: id, say: rentalLine,
			flags: []flag{
				secondFlag,
				{name: "statement", usage: "声明编号"},
				{name: "document", usage: "证件过期或读不出时，两人核对了什么证件"},
			},
		},
		{
			use: "correct RENTAL", short: "冲正一步（原记录保留）", args: id, say: rentalLine,
			flags: []flag{{name: "what", usage: "settlement 结算、inspection 检查或 deposit 收押金"}, tool, secondFlag, reasonFlag},
		},
	}
}

const rentalTable = `单号	状态	工具	押金	证件尾号	申请{{range .}}
{{.rental}}	{{.state_name}}	{{.tool}}	{{.deposit}}	{{.last4}}	{{when .requested}}{{end}}`

const rentalSheet = `租赁单	{{.rental}}
状态	{{.state_name}}{{with .next_step}}，请{{.}}{{end}}{{if .overdue}}（超期）{{end}}
证件尾号	{{.last4}}
申请	{{full .requested}}，经办 {{.staff}}{{with .approver}}，审批 {{.}}{{end}}{{with .trade}}，用于{{.}}{{end}}
押金	应收 {{.deposit}} 元，在存 {{.held}} 元{{with .receipt}}，收据 {{.}}{{end}}{{with .stub}}
签字联	{{.}}{{end}}{{with .to_sign}}
待签字	{{.}}{{end}}{{with .binding}}
校验码	{{.}}{{end}}{{range .lines}}
工具	{{.tool}} {{.name}}，{{word "tool" .state}}，{{.price_text}}{{with .price.version}}（价目表 {{.}}）{{end}}，押金 {{.deposit}} 元{{with .door}}，柜门 {{.}}{{end}}{{with .accessories}}，配件 {{join .}}{{end}}{{range .safety}}
　须知	{{.}}{{end}}{{with .out}}
　出库	{{full .}}{{end}}{{with .in}}
　归还	{{full .}}{{end}}{{with .result}}
　检查	{{word "result" .}}{{end}}{{with .failed}}，不合格 {{join .}}{{end}}{{with .missing}}，缺 {{join .}}{{end}}{{end}}{{with .bill}}
计价	{{.formula}}
结算	租赁费 {{.fee}}，扣款 {{.deduction}}，退还 {{.refund}}，应补交 {{.due}}{{end}}`

func (a *app) rental() *cobra.Command {
	list := []*cobra.Command{
		a.view("list", "全部租赁单", "rentals", template(rentalTable)),
		a.one("show RENTAL", "一张租赁单", "rentals", template(rentalSheet)),
		a.view("overdue", "超期未还", "overdue", table("rental 单号", "tool 工具", "name 名称", "last4 证件尾号", "out 出库", "hours 超过小时")),
	}
	for _, v := range rentalVerbs() {
		list = append(list, v.command(a, "rental"))
	}
	return group("rental", "工具租赁：申请、审批、签字、收押金、出库、归还、检查、结算", list...)
}
