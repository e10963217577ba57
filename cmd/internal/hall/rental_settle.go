package hall

// RentalSettled records the end of a rental: what was owed and what became of
// the deposit.
type RentalSettled struct {
	Rental string `json:"rental"`
	Bill
	Method  string `json:"method"`
	Stub    string `json:"stub"` // of the signed return slip
	Typed   bool   `json:"typed,omitempty"`
	Binding string `json:"binding"`
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

// RentalSettle ends a rental: rent and damage are taken from the deposit, the
// rest is given back, what is missing is paid.
type RentalSettle struct {
	Rental  string
	Staff   string
	Method  string // how the rest is refunded; how what is due was paid, empty if it was not
	Stub    string // number of the signed return slip; empty is the printed one
	Receipt string // number of the deposit slip that was handed in, if somebody looked
}

// Settlement answers a settlement.
type Settlement struct {
	Rental string      `json:"rental"`
	State  RentalState `json:"state"`
	Bill
	Paid Fen `json:"paid"` // of what was due
}

func (e RentalSettle) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Inspected, Lost)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Finance, Head); err != nil {
		return Outcome{}, err
	}
	if e.Receipt != "" && e.Receipt != r.Receipt {
		return Outcome{}, refuse("void-receipt", "押金单%s已作废或不属于这张租赁单，有效的是%s", e.Receipt, r.Receipt)
	}
	stub, typed, err := h.stub(r.settlementStub(), e.Stub)
	if err != nil {
		return Outcome{}, err
	}
	b := r.bill()
	d := &RentalSettled{
		Rental: r.ID, Bill: b, Method: e.Method, Stub: stub, Typed: typed, Binding: b.binding(r), Receipt: e.Receipt, Staff: e.Staff,
	}
	out := Outcome{Data: []Data{d}}
	paid := h.pay(&out, r, d)
	out.Reply = func(*Hall) (any, error) { return Settlement{Rental: r.ID, State: Settled, Bill: b, Paid: paid}, nil }
	h.addSlip(&out, h.settlementSlip(at, r, d))
	return out, nil
}

// pay adds what becomes of the money at a settlement.
func (h *Hall) pay(out *Outcome, r *Rental, d *RentalSettled) (paid Fen) {
	b := d.Bill
	if kept := b.kept(); len(kept) > 0 {
		out.Data = append(out.Data, &DepositForfeited{Rental: r.ID, Amount: sumOf(kept), Staff: d.Staff, Tools: kept})
	}
	back := d.Method
	if back == "" {
		back = r.Method
	}
	if b.Refund > 0 {
		out.Data = append(out.Data, &DepositRefunded{Rental: r.ID, Amount: b.Refund, Method: back, Staff: d.Staff, Tools: b.refunds()})
	}
	if b.Due > 0 && d.Method != "" {
		paid = b.Due
		out.Data = append(out.Data, &PaymentTaken{Rental: r.ID, Amount: paid, Method: d.Method, Staff: d.Staff, Tools: b.dues()})
	}
	return paid
}

// RentalPay takes what a settlement left unpaid, whole or in part.
type RentalPay struct {
	Rental string
	Amount Fen // 0: all of it
	Method string
	Staff  string
}

func (e RentalPay) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Finance, Head); err != nil {
		return Outcome{}, err
	}
	if e.Amount == 0 {
		e.Amount = r.Due
	}
	switch {
	case r.Due == 0:
		return Outcome{}, refuse("nothing-due", "租赁单%s没有欠款", r.ID)
	case e.Amount < 0 || e.Amount > r.Due:
		return Outcome{}, refuse("amount", "租赁单%s欠%s元，收款不能多于欠款", r.ID, r.Due)
	case e.Method == "":
		e.Method = cash
	}
	return Outcome{
		Data: []Data{&PaymentTaken{
			Rental: r.ID, Amount: e.Amount, Method: e.Method, Staff: e.Staff, Tools: r.payTools(e.Amount),
		}},
		Reply: viewOf(r.ID),
	}, nil
}

// payTools shares a payment out over what each tool still owes.
func (r *Rental) payTools(amount Fen) []ToolSum { return r.Bill.payment(r.Bill.Due-r.Due, amount) }

// pay notes how a part of what was due was paid, or with a negative sum that it
// was taken back.
func (r *Rental) pay(method string, amount Fen) {
	if r.Paid == nil {
		r.Paid = map[string]Fen{}
	}
	if r.Paid[method] += amount; r.Paid[method] == 0 {
		delete(r.Paid, method)
	}
}
