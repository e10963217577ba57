package hall

// cashData lists the kinds of this file.
var cashData = []func() Data{
	func() Data { return new(CashClosed) },
}

// CashClosed records that a day's money was counted and handed over
// (附件4 第五条第三项：财务人员统一管理).
type CashClosed struct {
	Day        string `json:"day"`
	Expected   Fen    `json:"expected"` // cash by the book
	Counted    Fen    `json:"counted"`
	Difference Fen    `json:"difference"`
	From       string `json:"from"`  // who hands over
	Staff      string `json:"staff"` // finance, who takes it
	Reason     string `json:"reason,omitempty"`
}

// Kind implements [Data].
func (*CashClosed) Kind() Kind { return "cash.closed" }

// Subject implements [Data].
func (d *CashClosed) Subject() string { return d.Day }

func (d *CashClosed) apply(h *Hall, _ Stamp) {
	if c := h.Cash[d.Day]; c != nil {
		c.Closed = d
	}
}

// CashClose counts a day's cash: someone hands it over to finance.
type CashClose struct {
	Day     string // empty: today
	Counted Fen
	From    string // who hands over
	Staff   string // finance
	Reason  string // of a difference
}

func (e CashClose) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Finance); err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.From); err != nil {
		return Outcome{}, err
	}
	if e.Day == "" {
		e.Day = h.Day
	}
	d := h.Cash[e.Day]
	switch {
	case e.From == e.Staff:
		return Outcome{}, refuse("same-person", "交款人和财务不能是同一人")
	case d == nil:
		return Outcome{}, refuse("no-money", "%s没有收付款", e.Day)
	case d.Closed != nil:
		return Outcome{}, refuse("closed", "%s的账已由%s结过", e.Day, d.Closed.Staff)
	case e.Counted < 0 || e.Counted > MaxFen:
		return Outcome{}, refuse("counted", "清点金额不对，请写元，如 200.00")
	}
	c := &CashClosed{Day: e.Day, Expected: d.Methods[cash], Counted: e.Counted, From: e.From, Staff: e.Staff, Reason: e.Reason}
	if c.Difference = c.Counted - c.Expected; c.Difference != 0 && e.Reason == "" {
		return Outcome{}, refuse("difference", "账面现金%s元，清点%s元，相差%s元，请写明原因（--reason）", c.Expected, c.Counted, c.Difference)
	}
	out := Outcome{Data: []Data{c}, Reply: func(h *Hall) (any, error) { return h.CashBook(c.Day), nil }}
	h.addSlip(&out, newSlip("cash", "", c.Day, CashSlip{
		CashClosed: *c, Capital: Capital(c.Counted), Sums: d.Sums, Held: h.Total.Held(), Issued: minute(at),
	}))
	return out, nil
}

// CashSlip is the content of a 交款单.
type CashSlip struct {
	CashClosed
	Sums
	Capital string `json:"capital"`
	Held    Fen    `json:"held"` // deposits held in all
	Issued  string `json:"issued"`
}
