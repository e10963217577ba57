package hall

import (
	"fmt"
	"maps"
	"slices"
)

// cashData lists the kinds of the cash files.
var cashData = []func() Data{
	func() Data { return new(CashHanded) },
	func() Data { return new(CashClosed) },
	func() Data { return new(CashIssued) },
}

// Drawer is the money that was taken and paid out since the drawer was counted
// last. Only 现金 lies in it; of the other ways of payment it is the list.
type Drawer struct {
	Sums
	Methods map[string]Fen // money in less money out, by way of payment
	Float   Fen            // cash that was left in it, or put in by finance (备用金)
	Since   string         // 2026-01-05 18:02; empty: it was never counted
}

// Cash is what lies in the drawer by the book.
func (d Drawer) Cash() Fen { return d.Float + d.Methods[cash] }

// CashHanded records that somebody counted the drawer and handed its money over
// (交接班). It covers everything since the count before; what comes later belongs
// to the next one.
type CashHanded struct {
	Handover string         `json:"handover"` // number of the 交接单
	Day      string         `json:"day"`
	Since    string         `json:"since,omitempty"` // the count before
	Methods  map[string]Fen `json:"methods"`         // money in less money out since then
	Sums
	FloatBefore Fen    `json:"float_before"` // 备用金 at the beginning, and put in since
	Expected    Fen    `json:"expected"`     // cash by the book
	Counted     Fen    `json:"counted"`
	Difference  Fen    `json:"difference"`
	Float       Fen    `json:"float"`  // left in the drawer
	Amount      Fen    `json:"amount"` // cash handed over
	Staff       string `json:"staff"`  // who counted and hands over
	Reason      string `json:"reason,omitempty"`
}

// CashClosed records that finance took over what was handed over
// (附件4 第五条第三项：财务人员统一管理).
type CashClosed struct {
	Handover   string `json:"handover"`
	Amount     Fen    `json:"amount"` // handed over
	Received   Fen    `json:"received"`
	Difference Fen    `json:"difference"`
	Staff      string `json:"staff"` // finance
	Reason     string `json:"reason,omitempty"`
}

// CashIssued records that finance put cash into the drawer (备用金).
type CashIssued struct {
	Day    string `json:"day"`
	Amount Fen    `json:"amount"`
	Staff  string `json:"staff"`  // finance
	Second string `json:"second"` // who took it
}

// Handover is a 交接单: open until finance has taken the money over.
type Handover struct {
	CashHanded
	Time   string      `json:"time"` // 2026-01-05 18:02
	Closed *CashClosed `json:"closed,omitempty"`
}

func (*CashHanded) Kind() Kind        { return "cash.handed" }
func (*CashClosed) Kind() Kind        { return "cash.closed" }
func (*CashIssued) Kind() Kind        { return "cash.issued" }
func (d *CashHanded) Subject() string { return d.Handover }
func (d *CashClosed) Subject() string { return d.Handover }
func (d *CashIssued) Subject() string { return d.Day }

func (d *CashHanded) apply(h *Hall, at Stamp) {
	count(&h.HandoverSeq, d.Handover)
	h.Handovers[d.Handover] = &Handover{CashHanded: *d, Time: minute(at)}
	h.Drawer = Drawer{Methods: map[string]Fen{}, Float: d.Float, Since: minute(at)}
	for _, day := range h.Cash {
		if day.Loose {
			day.Loose, day.Handovers = false, append(day.Handovers, d.Handover)
		}
	}
	if d.Difference != 0 {
		h.except(at, d.Staff, "现金差额"+d.Difference.String()+"元", d.Handover, d.Reason)
	}
}

func (d *CashClosed) apply(h *Hall, at Stamp) {
	if c := h.Handovers[d.Handover]; c != nil {
		c.Closed = d
	}
	if d.Difference != 0 {
		h.except(at, d.Staff, "交款差额"+d.Difference.String()+"元", d.Handover, d.Reason)
	}
}

func (d *CashIssued) apply(h *Hall, _ Stamp) { h.Drawer.Float += d.Amount }

// forgetHandovers drops what finance took over long before a day.
func (h *Hall) forgetHandovers(today string) {
	limit := daysBefore(today, keptDays)
	maps.DeleteFunc(h.Handovers, func(_ string, c *Handover) bool { return c.Closed != nil && c.Day < limit })
}

// CashHandover counts the drawer and hands over what does not stay in it, to
// finance who stands by or who takes it over later.
type CashHandover struct {
	Counted Fen
	Keep    Fen // stays in the drawer as 备用金
	Staff   string
	Second  string // finance, who takes over at once; empty: later, by [CashClose]
	Reason  string // of a difference
}

func (e CashHandover) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Counter, Keeper, Finance, Head); err != nil {
		return Outcome{}, err
	}
	if e.Second != "" {
		if err := h.second(at, e.Staff, e.Second, Finance); err != nil {
			return Outcome{}, err
		}
	}
	w := h.Drawer
	d := &CashHanded{
		Handover: fmt.Sprintf("J%06d", h.HandoverSeq+1), Day: h.Day, Since: w.Since, Methods: maps.Clone(w.Methods), Sums: w.Sums,
		FloatBefore: w.Float, Expected: w.Cash(), Counted: e.Counted, Difference: e.Counted - w.Cash(),
		Float: e.Keep, Amount: e.Counted - e.Keep, Staff: e.Staff, Reason: e.Reason,
	}
	switch {
	case e.Counted < 0 || e.Counted > MaxFen:
		return Outcome{}, refuse("counted", "清点金额不对，请写元，如 200.00")
	case e.Keep < 0 || e.Keep > e.Counted:
		return Outcome{}, refuse("keep", "留存的备用金不能多于清点的现金%s元", e.Counted)
	case d.Difference != 0 && e.Reason == "":
		return Outcome{}, refuse("difference", "账面现金%s元，清点%s元，相差%s元，请写明原因（--reason）", d.Expected, d.Counted, d.Difference)
	case len(d.Methods) == 0 && d.Difference == 0 && d.Amount == 0:
		return Outcome{}, refuse("no-money", "上次交接后没有收付款，不用交接")
	}
	out := Outcome{Data: []Data{d}, Reply: func(h *Hall) (any, error) { return *h.Handovers[d.Handover], nil }}
	var closed *CashClosed
	if e.Second != "" {
		closed = &CashClosed{Handover: d.Handover, Amount: d.Amount, Received: d.Amount, Staff: e.Second}
		out.Data = append(out.Data, closed)
	}
	h.addSlip(&out, h.cashSlip(at, *d, closed))
	return out, nil
}

// CashClose takes over what was handed over; only finance does.
type CashClose struct {
	Handover string // empty: the only one that is open
	Received *Fen   // nil: all of it
	Staff    string
	Reason   string // of a difference
}

func (e CashClose) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Finance); err != nil {
		return Outcome{}, err
	}
	c, err := h.handover(e.Handover)
	if err != nil {
		return Outcome{}, err
	}
	d := &CashClosed{Handover: c.Handover, Amount: c.Amount, Received: c.Amount, Staff: e.Staff, Reason: e.Reason}
	if e.Received != nil {
		d.Received = *e.Received
	}
	d.Difference = d.Received - d.Amount
	switch {
	case c.Staff == e.Staff:
		return Outcome{}, refuse("same-person", "交款人和财务不能是同一人")
	case d.Received < 0 || d.Received > MaxFen:
		return Outcome{}, refuse("received", "实收金额不对，请写元，如 200.00")
	case d.Difference != 0 && e.Reason == "":
		return Outcome{}, refuse("difference", "交接单%s交款%s元，实收%s元，请写明原因（--reason）", d.Handover, d.Amount, d.Received)
	}
	out := Outcome{Data: []Data{d}, Reply: func(h *Hall) (any, error) { return *h.Handovers[d.Handover], nil }}
	if d.Difference != 0 { // the slip of the handover says something else
		h.addSlip(&out, h.cashSlip(at, c.CashHanded, d))
	}
	return out, nil
}

// handover finds an open 交接单.
func (h *Hall) handover(id string) (*Handover, error) {
	open := h.openHandovers()
	switch {
	case id == "" && len(open) == 1:
		return open[0], nil
	case id == "" && len(open) == 0:
		return nil, refuse("no-handover", "没有等待财务接收的交接单，请先由交款人清点交接")
	case id == "":
		return nil, refuse("which-handover", "有%d张交接单等待接收，请写明编号", len(open))
	}
	c := h.Handovers[id]
	switch {
	case c == nil:
		return nil, refuse("unknown-handover", "没有交接单%s，请核对编号", id)
	case c.Closed != nil:
		return nil, refuse("closed", "交接单%s已由%s接收", id, c.Closed.Staff)
	}
	return c, nil
}

// openHandovers are those that finance has not taken over, by number.
func (h *Hall) openHandovers() (list []*Handover) {
	for _, id := range slices.Sorted(maps.Keys(h.Handovers)) {
		if c := h.Handovers[id]; c.Closed == nil {
			list = append(list, c)
		}
	}
	return list
}

// CashFloat puts cash into the drawer, such as for refunds and change.
type CashFloat struct {
	Amount Fen
	Staff  string // finance
	Second string // who takes it
}

func (e CashFloat) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Finance); err != nil {
		return Outcome{}, err
	}
	if err := h.second(at, e.Staff, e.Second, Counter, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	if e.Amount <= 0 || e.Amount > MaxFen {
		return Outcome{}, refuse("amount", "备用金的金额不对，请写元，如 200.00")
	}
	return Outcome{
		Data:  []Data{&CashIssued{Day: h.Day, Amount: e.Amount, Staff: e.Staff, Second: e.Second}},
		Reply: func(h *Hall) (any, error) { return h.CashBook(""), nil },
	}, nil
}
