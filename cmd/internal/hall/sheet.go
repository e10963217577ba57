package hall

import (
	"iter"
	"strconv"
	"strings"
)

// Sheet is a list for paper, CSV or a spreadsheet. Its cells are words as people
// read them; sums are yuan.
type Sheet struct {
	Name   string     `json:"name"`
	Header []string   `json:"header"`
	Rows   [][]string `json:"rows"`
}

// Period is a run of days, both included, as 2026-01-31; an empty end is open.
type Period struct{ From, Until string }

// holds reports whether a moment's day lies in the period.
func (p Period) holds(at Stamp) bool {
	day := DateOf(at.Time).String()
	return (p.From == "" || day >= p.From) && (p.Until == "" || day <= p.Until)
}

// Register is the 工具租赁台账 of a period: one row for each tool of each rental
// that was requested in it, as the records up to their end leave it.
func Register(records iter.Seq[Record], p Period) Sheet {
	s := Sheet{Name: "工具租赁台账", Header: []string{
		"单号", "工具编号", "工具名称", "证件尾号", "工种", "申请时间", "经办人", "审批人", "签字联", "计价", "押金",
		"出库时间", "归还时间", "检查结果", "检查人", "租赁费", "扣款", "退还", "应补交", "状态", "备注",
	}}
	reg := register{rows: map[string][]*registerRow{}}
	for r := range records {
		reg.take(r, p)
	}
	for _, id := range reg.order {
		for _, row := range reg.rows[id] {
			s.Rows = append(s.Rows, row.cells())
		}
	}
	return s
}

// register gathers rows from records.
type register struct {
	rows  map[string][]*registerRow
	order []string
}

// registerRow is one tool of one rental.
type registerRow struct {
	id, last4, trade, staff, approver, stub, inspector, state string
	asked, out, in                                            string
	notes                                                     []string
	line                                                      Line
	bill                                                      BillLine
	billed                                                    bool
}

func (g *register) take(r Record, p Period) {
	at := minute(r.At)
	switch d := r.Data.(type) {
	case *RentalRequested:
		if !p.holds(r.At) {
			return
		}
		g.order = append(g.order, d.Rental)
		for _, l := range d.Lines {
			g.rows[d.Rental] = append(g.rows[d.Rental], &registerRow{
				id: d.Rental, last4: d.Person.Last4, trade: d.Trade, staff: d.Staff, asked: at, line: l, state: stateName[Requested],
			})
		}
	case *RentalSwapped:
		if rows := g.rows[d.Rental]; len(rows) > 0 {
			row := *rows[0]
			row.line, row.out, row.in, row.inspector, row.notes = d.Line, "", "", "", []string{"换下" + d.Tool + "：" + d.Reason}
			g.rows[d.Rental] = append(rows, &row)
		}
	case *RentalApproved:
		g.each(d.Rental, "", func(row *registerRow) {
			row.state = stateName[Approved]
			if !d.Again {
				row.approver = d.Staff
			}
		})
	case *RentalRefused:
		g.each(d.Rental, "", func(row *registerRow) { row.state = stateName[d.State]; row.note(d.Reason) })
	case *RentalSigned:
		g.each(d.Rental, "", func(row *registerRow) { row.stub, row.state = d.Stub, stateName[Signed] })
	case *RentalDeposited:
		g.each(d.Rental, "", func(row *registerRow) { row.state = stateName[Deposited] })
	case *RentalOut:
		g.each(d.Rental, d.Tool, func(row *registerRow) { row.out, row.state = at, stateName[Out]; row.note(d.Reason) })
	case *RentalReturned:
		g.each(d.Rental, d.Tool, func(row *registerRow) { row.in, row.state = at, stateName[Returned]; row.note(d.Reason) })
	case *RentalInspected:
		g.each(d.Rental, d.Tool, func(row *registerRow) {
			row.line.Result, row.inspector, row.state = d.Result, d.Staff, stateName[Inspected]
			row.note(d.Note)
		})
	case *RentalSettled:
		for _, b := range d.Bill.Lines {
			g.each(d.Rental, b.Tool, func(row *registerRow) { row.bill, row.billed, row.state = b, true, stateName[Settled] })
		}
	case *RentalCorrected:
		g.each(d.Rental, d.Tool, func(row *registerRow) {
			row.billed = row.billed && d.What != CorrectSettlement
			row.note("更正（" + d.Staff + "、" + d.Second + "）：" + d.Reason)
		})
	}
}

// each goes over a rental's rows, all or one tool's.
func (g *register) each(rental, tool string, f func(*registerRow)) {
	for _, row := range g.rows[rental] {
		if tool == "" || row.line.Tool == tool {
			f(row)
		}
	}
}

func (r *registerRow) note(s string) {
	if s != "" {
		r.notes = append(r.notes, s)
	}
}

func (r *registerRow) cells() []string {
	cells := []string{
		r.id, r.line.Tool, r.line.Name, r.last4, r.trade, r.asked, r.staff, r.approver, r.stub, r.line.Price.text(),
		r.line.Deposit.String(), r.out, r.in, resultName[r.line.Result], r.inspector, "", "", "", "", r.state, strings.Join(r.notes, "；"),
	}
	if r.billed {
		b := r.bill
		cells[15], cells[16], cells[17], cells[18] = b.Fee.String(), b.Deduction.String(), b.Refund.String(), b.Due.String()
	}
	return cells
}

// CashSheet is the 押金往来 and every other movement of money of a period, one
// row for each; money out and reversals are negative.
func CashSheet(records iter.Seq[Record], p Period) Sheet {
	s := Sheet{Name: "押金和收付款", Header: []string{"时间", "单号", "事项", "金额", "方式", "经手人", "备注"}}
	for r := range records {
		if !p.holds(r.At) {
			continue
		}
		at := minute(r.At)
		switch d := r.Data.(type) {
		case *DepositTaken:
			s.Rows = append(s.Rows, []string{at, d.Rental, "收押金", d.Amount.String(), d.Method, d.Staff, d.Reason})
		case *DepositRefunded:
			s.Rows = append(s.Rows, []string{at, d.Rental, "退押金", (-d.Amount).String(), d.Method, d.Staff, d.Reason})
		case *DepositForfeited:
			s.Rows = append(s.Rows, []string{at, d.Rental, "押金抵扣", d.Amount.String(), "", d.Staff, d.Reason})
		case *PaymentTaken:
			s.Rows = append(s.Rows, []string{at, d.Rental, "补交", d.Amount.String(), d.Method, d.Staff, d.Reason})
		}
	}
	return s
}

// LifecycleSheet is the 新增、维修、报损、报废 of a period.
func LifecycleSheet(records iter.Seq[Record], p Period) Sheet {
	s := Sheet{Name: "工具增减和维修", Header: []string{"时间", "工具编号", "工具名称", "事项", "费用", "申报人", "审批人", "原因"}}
	for r := range records {
		if d, ok := r.Data.(*ToolLifecycle); ok && p.holds(r.At) {
			s.Rows = append(s.Rows, []string{
				minute(r.At), d.Tool.ID, d.Tool.Name, actionName[d.Action], d.Cost.String(), d.Staff, d.Second, d.Reason,
			})
		}
	}
	return s
}

// AccountSheet is the 单个核算 of every tool, with the sum as the last row.
func (h *Hall) AccountSheet() Sheet {
	s := Sheet{Name: "工具单个核算", Header: []string{
		"工具编号", "工具名称", "购置价", "收押金", "退押金", "押金抵扣", "在押", "租赁费", "赔偿", "补交", "未收", "维修", "净额", "出租次数", "出租小时",
	}}
	row := func(id, name string, a Sums, uses, hours int) []string {
		cells := []string{id, name}
		for _, f := range []Fen{
			a.Purchase, a.DepositIn, a.DepositOut, a.Kept, a.Held(), a.Rent, a.Compensation, a.Paid, a.Owed(), a.Repair, a.Net(),
		} {
			cells = append(cells, f.String())
		}
		return append(cells, strconv.Itoa(uses), strconv.Itoa(hours))
	}
	uses, out := 0, 0
	for _, a := range h.ToolAccounts(Stamp{}) {
		s.Rows = append(s.Rows, row(a.Tool, a.Name, a.Sums, a.Uses, a.OutHours))
		uses, out = uses+a.Uses, out+a.OutHours
	}
	s.Rows = append(s.Rows, row("合计", "", h.Total, uses, out))
	return s
}

// OverdueSheet is the list of tools that are out for too long.
func (h *Hall) OverdueSheet(at Stamp) Sheet {
	s := Sheet{Name: "超期未还", Header: []string{"单号", "工具编号", "工具名称", "证件尾号", "出库时间", "超期小时"}}
	for _, l := range h.Overdue(at) {
		s.Rows = append(s.Rows, []string{l.Rental, l.Tool, l.Name, l.Last4, l.Out.Format("2006-01-02 15:04"), strconv.Itoa(l.Hours)})
	}
	return s
}
