package slip

import (
	"fmt"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// returned is the stub of an inspection: what came back how, what it costs, and
// the signature (检查后方可入库).
func returned(s sheet, d hall.ReturnSlip) []printer.Line {
	lines := join(s.heading(), rows("单号", d.Rental), s.party(d.Last4), rows("时间", d.Issued), rule())
	for _, c := range d.Tools {
		lines = append(lines, toolName(c.Tool, c.Name))
		lines = append(lines, rows("  换下", c.For, "  出库", c.Out, "  归还", c.In)...)
		lines = append(lines, points(c.Passed, "合格")...)
		lines = append(lines, points(c.Failed, "不合格")...)
		lines = append(lines, rows("  配件", list(c.Accessories), "  缺少配件", list(c.Missing))...)
		lines = append(lines, printer.Columns{Left: "  检查结果", Right: c.Result, Bold: true})
		lines = append(lines, charges(d.Bill, c.Tool)...)
	}
	return join(lines, rule(), bill(d.Bill), rows("检查人", d.Staff),
		agreed("以上检查结果和费用我已核对。", "借用人签字", d.Stub, d.Binding))
}

// points are those of a checklist that came to one result.
func points(list []string, result string) (lines []printer.Line) {
	for _, p := range list {
		lines = append(lines, row("  "+p, result))
	}
	return lines
}

// charges is how a tool's part of a bill came about. A tool that another one
// replaced is charged with that one.
func charges(b hall.Bill, tool string) (lines []printer.Line) {
	for _, l := range b.Lines {
		if l.Tool != tool {
			continue
		}
		if l.Formula != "" {
			lines = append(lines, rows("  用时", length(l.Minutes))...)
			lines = append(lines, clauses("  计价", l.Formula)...)
			lines = append(lines, row("  租赁费", yuan(l.Fee)))
		}
		if l.Deduction > 0 {
			lines = append(lines, row("  扣款", yuan(l.Deduction)))
		}
	}
	return lines
}

// bill are the sums of a settlement, the last of them large.
func bill(b hall.Bill) []printer.Line {
	lines := line(row("租赁费合计", yuan(b.Fee)), row("扣款合计", yuan(b.Deduction)), row("已收押金", yuan(b.Deposit)))
	if !b.Sure {
		lines = append(lines, text("计时期间设备时间未核准，按能够证明的时间计费。"))
	}
	if b.Refund > 0 || b.Due == 0 {
		lines = append(lines, sums("退还押金", b.Refund)...)
	}
	if b.Due > 0 {
		lines = append(lines, sums("应补交", b.Due)...)
	}
	return lines
}

// settlement shows how the sums came about, and is the receipt for what was
// paid back.
func settlement(s sheet, d hall.SettlementSlip) []printer.Line {
	lines := join(s.heading(), rows("单号", d.Rental), s.party(d.Last4), rows("时间", d.Issued), rule())
	for _, l := range d.Lines {
		lines = append(lines, toolName(l.Tool, l.Name))
		lines = append(lines, rows("  换下", l.For)...)
		lines = append(lines, charges(d.Bill, l.Tool)...)
	}
	lines = join(lines, rule(), bill(d.Bill), settled(d), rows("签字存根", d.Stub, "内容校验", d.Binding, "经手人", d.Staff))
	if s.copy == stub {
		receipt := "未收回"
		if d.HandedIn {
			receipt = "已收回"
		}
		return join(lines, line(row("押金收据 "+d.Receipt, receipt)), sign("借用人签字"), rule())
	}
	return join(lines, s.proof(), s.office(), rule())
}

// settled says what became of the sum at the end of a bill.
func settled(d hall.SettlementSlip) []printer.Line {
	switch {
	case d.Bill.Due > 0 && d.Paid == d.Bill.Due:
		return line(row("已补交", yuan(d.Paid)), row("收款方式", d.Method))
	case d.Bill.Due > 0:
		return line(printer.Columns{Left: "尚欠，未补交", Right: yuan(d.Bill.Due - d.Paid), Bold: true})
	case d.Bill.Refund > 0:
		return line(row("退款方式", d.Method))
	}
	return nil
}

// length is a time in hours and minutes; empty for none.
func length(minutes int) string {
	switch h, m := minutes/60, minutes%60; {
	case minutes <= 0:
		return ""
	case h == 0:
		return fmt.Sprintf("%d分钟", m)
	default:
		return fmt.Sprintf("%d小时%d分钟", h, m)
	}
}
