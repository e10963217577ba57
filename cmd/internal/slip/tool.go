package slip

import (
	"strconv"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// lifecycle is the form for the file of a tool that is new, in repair, lost or
// retired (申报、审批工作). Where the second person has not decided yet, the
// form is decided on paper.
func lifecycle(s sheet, d hall.LifecycleSlip) []printer.Line {
	lines := join(s.heading(), rows(
		"编号", d.Request, "时间", d.Issued, "申报事项", d.Action, "工具编号", d.Tool, "工具名称", d.Name, "原因", d.Reason))
	for _, c := range d.Changes {
		lines = append(lines, text("变更 "+c))
	}
	lines = join(lines, rule())
	if d.Amount != nil {
		lines = join(lines, sums("金额", *d.Amount), rule())
	}
	return join(lines,
		rows("申报人", d.Staff, "审批人", d.Second, "审批意见", d.Result),
		line(text("申报人和审批人不得为同一人。")),
		sign("申报人签字"), sign("审批人签字"), s.proof(), rule())
}

// overdue says what is still out and what is held for it, to follow up.
func overdue(s sheet, d hall.OverdueSlip) []printer.Line {
	lines := join(s.heading(), rows("单号", d.Rental), s.party(d.Last4), rows("时间", d.Issued), rule())
	for _, l := range d.Tools {
		lines = append(lines, toolName(l.Tool, l.Name))
		lines = append(lines, rows("  出库", l.Out.Format("2006-01-02 15:04"), "  已超期", strconv.Itoa(l.Hours)+"小时")...)
	}
	lines = append(lines, printer.Rule{}, row("已收押金", yuan(d.Held)))
	if d.Due > 0 {
		lines = append(lines, row("尚欠", yuan(d.Due)))
	}
	return join(lines,
		line(text("请尽快归还以上工具。归还后检查、结算，押金按结算退还。")),
		rows("经手人", d.Staff), s.proof(), s.office(), rule())
}

// stock lists the differences of a stock-take.
func stock(s sheet, d hall.StockSlip) []printer.Line {
	lines := join(s.heading(), rows("锁柜", d.Locker, "时间", d.Issued), rule(),
		line(row("账面在库", strconv.Itoa(d.Expect)+"件"), row("实点", strconv.Itoa(d.Seen)+"件"),
			row("差异", strconv.Itoa(len(d.Differ))+"项"), printer.Rule{}))
	for _, l := range d.Differ {
		lines = append(lines, printer.Columns{Left: l.Tool + " " + l.Name, Right: l.What, Bold: true})
		lines = append(lines, rows("  账面状态", toolState[l.State])...)
	}
	return join(lines, rows("说明", d.Remarks, "盘点人", d.Staff, "监盘人", d.Second),
		sign("盘点人签字"), sign("监盘人签字"), rule())
}
