package main

import "github.com/spf13/cobra"

const handoverLine = "交接单 {{.handover}}：清点 {{.counted}} 元，交款 {{.amount}} 元，留存备用金 {{.float}} 元" +
	"{{with .closed}}，财务工号{{.staff}}已接收 {{.received}} 元{{else}}，待财务接收{{end}}"

const cashLines = `{{.day}} {{if .closed}}款项已全部由财务接收{{else}}还有款项未由财务接收{{end}}
收取押金	{{.deposit_in}} 元
退还押金	{{.deposit_out}} 元
押金抵扣	{{.kept}} 元
租赁收入	{{.rent}} 元
赔偿收入	{{.compensation}} 元
补交款	{{.paid}} 元
在管押金	{{.owing}} 元（应退，不是收入）{{range $m, $f := .methods}}
{{$m}}收付	{{$f}} 元{{end}}
抽屉现金	{{.drawer.cash}} 元（备用金 {{.drawer.float}} 元{{with .drawer.since}}，上次交接 {{.}}{{end}}）{{range .handovers}}
` + handoverLine + `{{end}}`

// cash is the money at the counters, and how it comes to finance.
func (a *app) cash() *cobra.Command {
	show := &cobra.Command{Use: "show [DAY]", Short: "一天的收付、抽屉现金和交接单；不写为今天", Args: cobra.MaximumNArgs(1)}
	show.RunE = func(cmd *cobra.Command, args []string) error {
		path := "cash"
		if len(args) == 1 {
			path += "/" + escape(args[0])
		}
		answer, err := a.get(cmd.Context(), path)
		return say(a, cmd, answer, err, template(cashLines))
	}
	return group("cash", "现金和交接班", show,
		verb{
			use: "handover", short: "清点抽屉现金并交款，打印交接班单", say: handoverLine,
			flags: []flag{
				{name: "counted", usage: "清点的现金", kind: money},
				{name: "keep", usage: "留在抽屉里的备用金", kind: money},
				{name: "second", usage: "当场接收的财务工号；不写为以后接收"},
				reasonFlag,
			},
		}.command(a, "cash"),
		verb{
			use: "close HANDOVER", short: "财务接收交接的款项", args: []string{"handover"}, say: handoverLine,
			flags: []flag{{name: "received", usage: "实收金额；不写为全部", kind: money}, reasonFlag},
		}.command(a, "cash"),
		verb{
			use: "float", short: "财务向抽屉放入备用金（退押金、找零用）", say: "抽屉现金 {{.drawer.cash}} 元",
			flags: []flag{{name: "amount", usage: "金额", kind: money}, {name: "second", usage: "领取人工号"}},
		}.command(a, "cash"),
	)
}
