package slip

import (
	"fmt"
	"strconv"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// register is a page of a 台账: a block for each row.
func register(s sheet, d hall.RegisterSlip) []printer.Line {
	lines := join(s.heading(), line(printer.Text{Text: d.Name, Align: printer.Center, Bold: true}),
		rows("时间段", d.Period, "页码", fmt.Sprintf("第%d页，共%d页", d.Page, d.Pages), "打印时间", d.Issued, "打印人", d.Staff), rule())
	for _, e := range d.Entries {
		lines = append(lines, printer.Text{Text: e.Title, Bold: true})
		for _, r := range e.Rows {
			lines = append(lines, row("  "+r.Name, r.Value))
		}
		lines = append(lines, printer.Rule{})
	}
	if d.Page == d.Pages {
		lines = append(lines, sign("核对人签字")...)
	}
	return join(lines, rule())
}

// account is the sheet of one tool (单机会计核算).
func account(s sheet, d hall.AccountSlip) []printer.Line {
	life := ""
	if d.Life > 0 {
		life = strconv.Itoa(d.Life) + "个月"
	}
	return join(s.heading(),
		rows("工具编号", d.Tool, "工具名称", d.Name, "状态", d.State, "存放处", d.Place, "计价", d.Price, "每次押金", yuan(d.Deposit),
			"安全检查到期", d.CheckBy, "购置日期", d.Bought, "使用年限", life, "打印时间", d.Issued), rule(),
		line(row("购置价", yuan(d.Purchase)), row("累计折旧", yuan(d.Wear)), row("账面净值", yuan(d.Book)), row("报损", yuan(d.Loss)),
			printer.Rule{},
			row("收押金", yuan(d.DepositIn)), row("退押金", yuan(d.DepositOut)), row("押金抵扣", yuan(d.Sums.Kept)), row("在押（不是收入）", yuan(d.Held)),
			printer.Rule{},
			row("租赁费", yuan(d.Rent)), row("赔偿", yuan(d.Compensation)), row("其中补交", yuan(d.Paid)), row("未收", yuan(d.Owed)),
			row("维修费", yuan(d.Repair)), row("维修次数", strconv.Itoa(d.Repairs)+"次"),
			printer.Columns{Left: "损益", Right: yuan(d.Result), Height: 2, Bold: true},
			text("损益为租赁费加赔偿，减维修费、折旧和报损。"),
			printer.Rule{},
			row("出租次数", strconv.Itoa(d.Uses)+"次"), row("出租时间", strconv.Itoa(d.OutHours)+"小时"), row("闲置时间", strconv.Itoa(d.IdleHours/24)+"天")),
		rule(), rows("打印人", d.Staff), sign("保管人签字"), sign("财务签字"), s.proof(), rule())
}
