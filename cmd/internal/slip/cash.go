package slip

import (
	"maps"
	"slices"
	"strconv"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// handover is what somebody hands to finance, as counted (租赁收入实行统一管理).
// Deposits stand apart: they are owed, not earned.
func handover(s sheet, d hall.CashSlip) []printer.Line {
	lines := join(s.heading(), rows("编号", d.Handover, "日期", d.Day, "上次交接", d.Since, "打印时间", d.Issued), rule())
	for _, m := range slices.Sorted(maps.Keys(d.Methods)) {
		lines = append(lines, row(m+"收付净额", yuan(d.Methods[m])))
	}
	for _, r := range []struct {
		word string
		sum  hall.Fen
	}{
		{"收取押金", d.DepositIn},
		{"退还押金", d.DepositOut},
		{"押金抵扣", d.Sums.Kept},
		{"租赁收入", d.Rent},
		{"赔偿收入", d.Compensation},
		{"补交款", d.Paid},
	} {
		lines = append(lines, row(r.word, yuan(r.sum)))
	}
	return join(lines, rule(), drawer(d), rule(), held(d),
		sign("交款人签字"), sign("财务签字"), s.proof(), rule())
}

// drawer is the count.
func drawer(d hall.CashSlip) []printer.Line {
	lines := join(
		line(row("原有备用金", yuan(d.FloatBefore)), row("账面现金", yuan(d.Expected)), row("清点现金", yuan(d.Counted)),
			row("差额", yuan(d.Difference))),
		rows("差额原因", d.Reason), line(row("留存备用金", yuan(d.Float))), sums("交款", d.Amount), rows("交款人", d.Staff))
	if c := d.Closed; c != nil {
		lines = join(lines, line(row("财务实收", yuan(c.Received)), row("交款差额", yuan(c.Difference))),
			rows("交款差额原因", c.Reason, "财务", c.Staff))
	}
	return lines
}

// held lists the deposits that the hall owes back.
func held(d hall.CashSlip) []printer.Line {
	lines := line(printer.Columns{Left: "在管押金（不是收入）", Right: yuan(d.Held), Bold: true})
	for _, r := range d.Deposits {
		lines = append(lines, row("  "+r.Rental+" 尾号"+r.Last4, yuan(r.Held)))
	}
	if d.More > 0 {
		lines = append(lines, text("  另有"+strconv.Itoa(d.More)+"单，见押金往来台账"))
	}
	return lines
}
