package hall

// RentalSettled records the end of a rental: what was owed and what became of
// the deposit.
type RentalSettled struct {
	Rental string `json:"rental"`
	Bill
	Method  string `json:"method"` // how the rest was refunded, or what was due paid; empty: it was not
	Stub    string `json:"stub"`   // of the signed return slip
	Typed   bool   `json:"typed,omitempty"`
	Pad     string `json:"pad,omitempty"`     // SHA-256 of the strokes, if a pad took them
	Binding string `json:"binding"`           // of the return slip that was printed last
	Receipt string `json:"receipt,omitempty"` // deposit slip that was taken back
	Staff   string `json:"staff"`
}

func (*RentalSettled) Kind() Kind        { return "rental.settled" }
func (d *RentalSettled) Subject() string { return d.Rental }

func (d *RentalSettled) apply(h *Hall, _ Stamp) {
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	b := d.Bill
	r.State, r.Bill, r.Ended = Settled, &b, h.Day
	r.Due += b.Due
	if d.Typed {
		h.Stubs[d.Stub] = d.Rental
	}
	h.earn(b, 1)
}

// earn books a bill's rent and compensation, or with -1 takes it back.
func (h *Hall) earn(b Bill, sign Fen) {
	for _, l := range b.Lines {
		h.post(l.Tool, Sums{Rent: sign * l.Fee, Compensation: sign * l.Deduction})
	}
}

// RentalSettle ends a rental, once the return slip is signed: rent and damage are
// taken from the deposit, the rest is given back. What is missing is paid only if
// somebody says how; else it is owed.
type RentalSettle struct {
	Rental  string
	Staff   string
	Method  string // of a refund, empty: as the deposit was paid; of what is due, empty: it was not paid
	Stub    string // number of the signed return slip; empty is the one printed last
	Pad     string // SHA-256 of a signature pad's strokes, hexadecimal
	Receipt string // number of the deposit slip that was handed in, if somebody looked
}

// Settlement answers a settlement.
type Settlement struct {
	Rental string      `json:"rental"`
	State  RentalState `json:"state"`
	Bill
	Paid   Fen    `json:"paid"`             // of what was due
	Method string `json:"method,omitempty"` // how the rest was refunded, or what was due paid
}

func (e RentalSettle) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Inspected, Lost)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Finance, Head); err != nil {
		return Outcome{}, err
	}
	b := r.bill()
	if b.binding(r) != r.Return.Binding {
		return Outcome{}, refuse("bill-changed", "归还检查单打印后费用有变化，请重新打印归还检查单再签字")
	}
	d := &RentalSettled{Rental: r.ID, Bill: b, Pad: e.Pad, Binding: r.Return.Binding, Receipt: e.Receipt, Staff: e.Staff}
	if err := e.check(h, r, d); err != nil {
		return Outcome{}, err
	}
	out := Outcome{Data: []Data{d}}
	paid := h.pay(&out, r, d)
	out.Reply = func(*Hall) (any, error) {
		return Settlement{Rental: r.ID, State: Settled, Bill: b, Paid: paid, Method: d.Method}, nil
	}
	h.addSlip(&out, h.settlementSlip(at, r, d, paid))
	return out, nil
}

// check looks at what was signed, handed in and said of the money, and completes
// the record.
func (e RentalSettle) check(h *Hall, r *Rental, d *RentalSettled) (err error) {
	if err := r.handedIn(e.Receipt); err != nil {
		return err
	}
	if err := padded(e.Pad); err != nil {
		return err
	}
	usual := ""
	if d.Bill.Due == 0 {
		usual = r.Method
	}
	if d.Method, err = way(e.Method, usual); err != nil {
		return err
	}
	d.Stub, d.Typed, err = h.stub(r, r.Return.Stub, e.Stub)
	return err
}

// pay adds what becomes of the money at a settlement.
func (*Hall) pay(out *Outcome, r *Rental, d *RentalSettled) (paid Fen) {
	b := d.Bill
	if kept := b.kept(); len(kept) > 0 {
		out.Data = append(out.Data, &DepositForfeited{Rental: r.ID, Amount: sumOf(kept), Staff: d.Staff, Tools: kept})
	}
	if b.Refund > 0 {
		out.Data = append(out.Data, &DepositRefunded{Rental: r.ID, Amount: b.Refund, Method: d.Method, Staff: d.Staff, Tools: b.refunds()})
	}
	if b.Due > 0 && d.Method != "" {
		paid = b.Due
		out.Data = append(out.Data, &PaymentTaken{Rental: r.ID, Amount: paid, Method: d.Method, Staff: d.Staff, Tools: b.dues()})
	}
	return paid
}
