package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"halld/cmd/internal/hall"
)

const toolLine = "{{.tool}} {{.name}} {{word \"tool\" .state}}"

// A change that needs a second person answers with the request until it is
// decided.
const changeLine = "{{with .request}}已申请 {{.}}，待第二人审批（hallctl tool approve {{.}}）{{else}}" + toolLine + "{{end}}"

const countLines = `盘点完成：账面在库 {{.expected}} 件，实点 {{.seen}} 件，{{with .differences}}差异 {{len .}} 项{{range .}}
{{.what}}	{{.tool}} {{.name}}	{{with .state}}账面{{word "tool" .}}{{end}}{{end}}{{else}}没有差异{{end}}`

const requestTable = `申请	工具	名称	事项	变化	费用	原因	申报人	时间{{range .}}
{{.request}}	{{.change.tool.tool}}	{{.change.tool.name}}	{{.action_name}}	{{join .changes}}	{{.change.cost}}	{{.change.reason}}	{{.change.staff}}	{{when .since}}{{end}}`

// describe are the flags that describe a tool.
func describe() []flag {
	return []flag{
		flag{name: "id", usage: "工具编号"}.as("tool.tool"),
		flag{name: "name", usage: "名称"}.as("tool.name"),
		flag{name: "class", usage: "simple 简单工具（免租赁费）或 priced 计价工具"}.as("tool.class"),
		flag{name: "type", usage: "工具类型（hall.toml 的 tool_type）"}.as("tool.type"),
		flag{name: "rate", usage: "单价", kind: money}.as("tool.price.rate"),
		flag{name: "per", usage: "计价单位：hour、day 或 use"}.as("tool.price.per"),
		flag{name: "round", usage: "按小时计价时每多少分钟计一次，如 15；不写为整小时", kind: number}.as("tool.price.round"),
		flag{name: "cap", usage: "日封顶", kind: money}.as("tool.price.cap"),
		flag{name: "free", usage: "免费分钟数", kind: number}.as("tool.price.free"),
		flag{name: "open-hours", usage: "只计开放时间", kind: yes}.as("tool.price.open_hours"),
		flag{name: "version", usage: "价目表版本"}.as("tool.price.version"),
		flag{name: "deposit", usage: "押金", kind: money}.as("tool.deposit"),
		flag{name: "purchase", usage: "购置价", kind: money}.as("tool.purchase"),
		flag{name: "bought", usage: "购置日期，如 2026-01-31；不写为今天"}.as("tool.bought"),
		flag{name: "life", usage: "使用年限（月），按日平均计提折旧；不写为不提折旧", kind: number}.as("tool.life"),
		flag{name: "door", usage: "柜门，如 A/3；不写为人工发放"}.as("tool.door"),
		flag{name: "place", usage: "存放处（货架、库位）"}.as("tool.place"),
		flag{name: "accessory", usage: "配件，可写多次", kind: list}.as("tool.accessories"),
		flag{name: "part-price", usage: "缺少配件的赔偿价，如 钻头=15.00，可写多次", kind: sums}.as("tool.part_prices"),
		flag{name: "check-every", usage: "多少天做一次安全检查", kind: number}.as("tool.check_every"),
		flag{name: "check-by", usage: "下次安全检查最晚哪一天，如 2026-01-31"}.as("tool.check_by"),
	}
}

func toolVerbs() []verb {
	id := []string{"id"}
	cost := flag{name: "cost", usage: "维修费", kind: money}
	two := []flag{reasonFlag, secondFlag}
	request := []string{"request"}
	return []verb{
		{
			use: "add", short: "新增工具", say: "{{with .request}}已申请 {{.}}，待第二人审批{{else}}已新增 " + toolLine + "{{end}}",
			flags: append(describe(), secondFlag, reasonFlag),
		},
		{use: "repair ID", short: "送修：一人即可停租，修好后用 restore 入库", args: id, say: toolLine, flags: []flag{reasonFlag}},
		{use: "restore ID", short: "修好或找回，重新入库，须两人办理", args: id, say: changeLine, flags: append(two, cost)},
		{use: "loss ID", short: "报损，须两人办理", args: id, say: changeLine, flags: two},
		{use: "retire ID", short: "报废，须两人办理", args: id, say: changeLine, flags: two},
		{
			use: "approve REQUEST", short: "同意一份工具变动申请", path: "tool/decide", args: request, say: toolLine,
			with: map[string]any{"approve": true},
		},
		{
			use: "refuse REQUEST", short: "不同意一份工具变动申请", path: "tool/decide", args: request, say: "申请 {{.request}} 未批准",
			flags: []flag{reasonFlag},
		},
		{use: "print ID", short: "打印一件工具的单机核算单", args: id, say: "正在打印 {{.tool}} {{.name}} 的单机核算单"},
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
{{.tool}}	{{.name}}	{{word "class" .class}}	{{word "tool" .state}}	{{.door}}	{{.deposit}}	{{if eq .class "priced"}}{{.price.rate}}/{{word "unit" .price.per}}{{else}}免费{{end}}{{end}}`

func (a *app) tool() *cobra.Command {
	list := []*cobra.Command{
		a.view("list", "全部工具", "tools", template(toolTable)),
		a.one("show ID", "一件工具和它的单机账", "tools", facts("tool")),
		a.toolImport(),
		a.toolChange(),
		a.view("requests", "待第二人审批的变动", "requests", template(requestTable)),
		a.view("accounts", "单机核算：每件工具一本账", "accounts", template(accountTable)),
		a.view("worst", "最不划算的工具：损益最低、维修最多、闲置最久的在前", "worst", template(accountTable)),
	}
	for _, v := range toolVerbs() {
		list = append(list, v.command(a, "tool"))
	}
	return group("tool", "工具", list...)
}

const accountTable = `编号	名称	状态	购置价	折旧	账面净值	租赁费	赔偿	维修费	维修次数	报损	损益	在押	出租次数	出租小时	闲置小时{{range .}}
{{.tool}}	{{.name}}	{{.state_name}}	{{.purchase}}	{{.depreciation}}	{{.book}}	{{.rent}}	{{.compensation}}	{{.repair}}	{{.repairs}}	{{.loss}}	{{.result}}	{{.held}}	{{.uses}}	{{.out_hours}}	{{.idle_hours}}{{end}}`

// toolChange changes what is written of a tool and leaves the rest as it is.
func (a *app) toolChange() *cobra.Command {
	flags := append(describe()[1:], secondFlag, reasonFlag, staffFlag) // all but the number
	cmd := &cobra.Command{
		Use: "change ID", Short: "变更工具资料：只写要改的；价格、押金、安全检查等须两人办理", Args: cobra.ExactArgs(1),
	}
	for _, f := range flags {
		f.in(cmd.Flags())
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		answer, err := a.get(cmd.Context(), "tools/"+escape(args[0]))
		if err != nil {
			return err
		}
		body, err := toolBody(answer)
		if err != nil {
			return err
		}
		for _, f := range flags {
			f.put(body, cmd.Flags())
		}
		answer, err = a.post(cmd.Context(), "tool/change", body)
		return say(a, cmd, answer, err, template(changeLine))
	}
	return cmd
}

// toolBody makes a tool's view the beginning of a request that describes it.
func toolBody(view []byte) (map[string]any, error) {
	var t hall.Tool
	if err := json.Unmarshal(view, &t); err != nil {
		return nil, err
	}
	b, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	tool := map[string]any{}
	err = json.Unmarshal(b, &tool)
	return map[string]any{"tool": tool}, err
}
