package hall

import (
	"iter"
	"strings"
)

var registerHeads = []string{
	"单号", "工具编号", "工具名称", "证件尾号", "工种", "申请时间", "经办人", "审批人", "签字联", "计价", "押金#", "押金单",
	"存放处", "配件", "出库时间", "出库人", "归还时间", "归还人", "检查结果", "检查人", "租赁费#", "扣款#", "退还#", "应补交#", "已补交#",
	"结算人", "状态", "备注",
}

// layRegister is the 工具租赁台账: one row for each tool of each rental that was
// requested in the period, as all records leave it.
func layRegister(s *Sheet, _ Config, records iter.Seq[Record], p Period) {
	g := register{rows: map[string][]*registerRow{}, places: map[string]string{}}
	for r := range records {
		g.take(r, p)
	}
	for _, id := range g.order {
		for _, row := range g.rows[id] {
			s.add(row.cells()...)
		}
	}
}

// register gathers rows from records.
type register struct {
	rows   map[string][]*registerRow
	order  []string
	places map[string]string // where each tool is kept
}

// registerRow is one tool of one rental.
type registerRow struct {
	id, last4, trade, asked, staff, approver, stub, receipt string
	place, out, outBy, in, inBy, inspector, settler         string
	state                                                   string
	dropped                                                 bool
	notes                                                   []string
	line                                                    Line
	bill                                                    *BillLine
	paid                                                    Fen
}

func (g *register) take(r Record, p Period) {
	at := minute(r.At)
	switch d := r.Data.(type) {
	case *ToolLifecycle:
		g.places[d.Tool.ID] = d.Tool.kept()
	case *RentalRequested:
		if p.holds(r.At) {
			g.begin(d, at)
		}
	case *RentalSwapped:
		g.swap(d)
	case *RentalApproved:
		g.still(d.Rental, stateName[Approved], func(row *registerRow) { row.approver = approvedBy(d.Staff) })
	case *RentalRefused:
		g.each(d.Rental, "", func(row *registerRow) { row.state = stateName[d.State]; row.note(d.Reason) })
	case *RentalDropped:
		for _, tool := range d.Tools {
			g.each(d.Rental, tool, func(row *registerRow) { row.state, row.dropped = "未出库，已撤下", true; row.note(d.Reason) })
		}
	case *RentalSigned:
		g.still(d.Rental, stateName[Signed], func(row *registerRow) { row.stub = d.Stub })
	case *RentalDeposited:
		g.still(d.Rental, stateName[Deposited], func(*registerRow) {})
	case *DepositTaken:
		if d.Receipt != "" {
			g.each(d.Rental, "", func(row *registerRow) { row.receipt = d.Receipt })
		}
	case *RentalReceipt:
		g.each(d.Rental, "", func(row *registerRow) { row.receipt = d.Receipt; row.note("补发押金单，" + d.Void + "作废") })
	case *RentalOut:
		g.each(d.Rental, d.Tool, func(row *registerRow) {
			row.place, row.out, row.outBy, row.state = g.places[d.Tool], at, d.Staff, stateName[Out]
			row.line.Accessories = d.Accessories
			row.note(d.Reason)
		})
	case *RentalReturned:
		g.each(d.Rental, d.Tool, func(row *registerRow) {
			row.in, row.inBy, row.state = at, d.Staff, stateName[Returned]
			row.note(d.Reason)
		})
		if d.Door != "" {
			g.places[d.Tool] = string(d.Door)
		}
	case *RentalInspected:
		g.each(d.Rental, d.Tool, func(row *registerRow) { row.inspected(d) })
	case *RentalSettled:
		for _, b := range d.Bill.Lines {
			g.each(d.Rental, b.Tool, func(row *registerRow) { row.settled(b, d.Staff) })
		}
	case *PaymentTaken:
		for _, t := range d.Tools {
			g.each(d.Rental, t.Tool, func(row *registerRow) { row.paid += t.Amount })
		}
	case *RentalCorrected:
		g.each(d.Rental, d.Tool, func(row *registerRow) { row.corrected(d) })
	}
}

func (g *register) begin(d *RentalRequested, at string) {
	g.order = append(g.order, d.Rental)
	for _, l := range d.Lines {
		g.rows[d.Rental] = append(g.rows[d.Rental], &registerRow{
			id: d.Rental, last4: d.Person.Last4, trade: d.Trade, staff: d.Staff, asked: at, line: l, state: stateName[Requested],
		})
	}
}

// swap adds the row of the other tool. One that was not out yet is done with.
func (g *register) swap(d *RentalSwapped) {
	rows := g.rows[d.Rental]
	if len(rows) == 0 {
		return
	}
	old := rows[0]
	g.each(d.Rental, d.Tool, func(row *registerRow) {
		if row.out == "" {
			row.state, row.dropped = "未出库，已换下", true
		}
		row.note("换为" + d.Line.Tool + "：" + d.Reason)
	})
	g.rows[d.Rental] = append(rows, &registerRow{
		id: old.id, last4: old.last4, trade: old.trade, asked: old.asked, staff: d.Staff, approver: old.approver, receipt: old.receipt,
		line: d.Line, state: stateName[Approved], notes: []string{"换下" + d.Tool},
	})
}

// each goes over a rental's rows, all or one tool's.
func (g *register) each(rental, tool string, f func(*registerRow)) {
	for _, row := range g.rows[rental] {
		if tool == "" || row.line.Tool == tool {
			f(row)
		}
	}
}

// still goes over the rows of a rental whose tools are still to be handed out;
// the steps before the hand-over concern no others.
func (g *register) still(rental, state string, f func(*registerRow)) {
	g.each(rental, "", func(row *registerRow) {
		if row.out == "" && !row.dropped {
			row.state = state
			f(row)
		}
	})
}

func (r *registerRow) note(s string) {
	if s != "" {
		r.notes = append(r.notes, s)
	}
}

func (r *registerRow) inspected(d *RentalInspected) {
	r.line.Result, r.inspector, r.state = d.Result, d.Staff, stateName[Inspected]
	if d.Result == ResultLost {
		r.state = stateName[Lost]
	}
	if len(d.Missing) > 0 {
		r.note("缺" + strings.Join(d.Missing, "、"))
	}
	r.note(d.Note)
}

func (r *registerRow) settled(b BillLine, staff string) {
	r.bill, r.settler = &b, staff
	if !r.dropped {
		r.state = stateName[Settled]
	}
}

// corrected takes back what a correction takes back.
func (r *registerRow) corrected(d *RentalCorrected) {
	r.note("冲正" + correctionName[d.What] + "（" + d.Staff + "、" + d.Second + "）：" + d.Reason)
	if r.dropped {
		r.bill = nil
		return
	}
	switch d.What {
	case CorrectSettlement:
		r.bill, r.settler, r.state = nil, "", stateName[Inspected]
		if r.line.Result == ResultLost {
			r.state = stateName[Lost]
		}
	case CorrectInspection:
		r.line.Result, r.inspector, r.state = "", "", stateName[Returned]
		if r.in == "" {
			r.state = stateName[Out]
		}
	case CorrectDeposit:
		r.receipt, r.state = "", stateName[Signed]
	}
}

func (r *registerRow) cells() []string {
	var fee, deduction, refund, due, paid string
	if b := r.bill; b != nil {
		fee, deduction, refund, due, paid = b.Fee.String(), b.Deduction.String(), b.Refund.String(), b.Due.String(), r.paid.String()
	}
	l := r.line
	return []string{
		r.id, l.Tool, l.Name, r.last4, r.trade, r.asked, r.staff, r.approver, r.stub, l.Price.text(), l.Deposit.String(), r.receipt,
		r.place, strings.Join(l.Accessories, "、"), r.out, r.outBy, r.in, r.inBy, resultName[l.Result], r.inspector,
		fee, deduction, refund, due, paid, r.settler, r.state, strings.Join(r.notes, "；"),
	}
}
