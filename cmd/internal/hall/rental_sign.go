package hall

import "fmt"

// RentalSigned records the user's signature (签字) on a numbered stub, or on a
// pad.
type RentalSigned struct {
	Rental  string `json:"rental"`
	Stub    string `json:"stub"`
	Typed   bool   `json:"typed,omitempty"` // the stub is not the printed one but from a numbered book
	Pad     string `json:"pad,omitempty"`   // hash of the strokes, if a pad took them
	Terms   string `json:"terms"`           // version of the terms
	Binding string `json:"binding"`         // hash over terms, tools, prices and deposits
	Staff   string `json:"staff"`
}

// RentalDeposited records that the deposit was paid (收押金).
type RentalDeposited struct {
	Rental string `json:"rental"`
	Amount Fen    `json:"amount"`
	Staff  string `json:"staff"`
}

func (*RentalSigned) Kind() Kind           { return "rental.signed" }
func (*RentalDeposited) Kind() Kind        { return "rental.deposited" }
func (d *RentalSigned) Subject() string    { return d.Rental }
func (d *RentalDeposited) Subject() string { return d.Rental }

func (d *RentalSigned) apply(h *Hall, _ Stamp) {
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	r.State, r.Stub = Signed, d.Stub
	if r.Held > 0 { // after a swap the deposit is here already
		r.State = Deposited
	}
	if d.Typed {
		h.Stubs[d.Stub] = d.Rental
	}
}

func (d *RentalDeposited) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		r.State = Deposited
	}
}

// RentalSign confirms that the user signed the printed contract's stub.
type RentalSign struct {
	Rental string
	Stub   string // number on the stub; empty is the printed one
	Pad    string // hash of a signature pad's strokes, instead of paper
	Staff  string
}

func (e RentalSign) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Approved)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	if r.binding(h.cfg.Rental.Terms) != r.Binding {
		return Outcome{}, refuse("terms-changed", "合同打印后条款有改动，请重新打印合同再签字")
	}
	stub, typed, err := h.stub(r.contractStub(), e.Stub)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{
		Data: []Data{&RentalSigned{
			Rental: r.ID, Stub: stub, Typed: typed, Pad: e.Pad, Terms: r.Terms, Binding: r.Binding, Staff: e.Staff,
		}},
		Reply: viewOf(r.ID),
	}, nil
}

// contractStub is the number of the stub that is printed on a contract. A
// contract with a swapped tool has a number of its own.
func (r *Rental) contractStub() string {
	n := 1
	for _, l := range r.Lines {
		if l.For != "" {
			n++
		}
	}
	if n == 1 {
		return r.ID
	}
	return fmt.Sprintf("%s-%d", r.ID, n)
}

// settlementStub is the number of the stub that is printed on a return slip.
func (r *Rental) settlementStub() string { return r.ID + "-J" }

// stub settles which stub was signed: the printed one, or one from a numbered
// book that was never used before.
func (h *Hall) stub(printed, given string) (number string, typed bool, err error) {
	switch {
	case given == "" || given == printed:
		return printed, false, nil
	case len(given) > 32:
		return "", false, refuse("stub", "签字联编号太长，请核对")
	case h.Stubs[given] != "":
		return "", false, refuse("stub-used", "签字联%s已用于租赁单%s，不能再用", given, h.Stubs[given])
	}
	for _, r := range h.Rentals {
		if given == r.ID || given == r.Stub || given == r.settlementStub() {
			return "", false, refuse("stub-used", "签字联%s属于租赁单%s，请核对", given, r.ID)
		}
	}
	return given, true, nil
}

// RentalContract writes the contract anew, when its terms changed before it was
// signed.
type RentalContract struct{ Rental, Staff string }

func (e RentalContract) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Approved)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	out := Outcome{Reply: viewOf(r.ID)}
	h.contract(&out, at, r, &RentalApproved{Rental: r.ID, Staff: e.Staff, Again: true})
	return out, nil
}

// RentalDeposit takes the deposit, which was shown on the signed contract.
type RentalDeposit struct {
	Rental string
	Method string // 现金 or how else; empty is 现金
	Staff  string
}

func (e RentalDeposit) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Signed)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Finance, Head); err != nil {
		return Outcome{}, err
	}
	if e.Method == "" {
		e.Method = cash
	}
	sum := r.deposit()
	taken := &DepositTaken{
		Rental: r.ID, Amount: sum, Method: e.Method, Receipt: r.nextReceipt(), Staff: e.Staff, Tools: r.depositParts(),
	}
	out := Outcome{
		Data:  []Data{taken, &RentalDeposited{Rental: r.ID, Amount: sum, Staff: e.Staff}},
		Reply: viewOf(r.ID),
	}
	h.addSlip(&out, h.depositSlip(at, r, taken.Receipt, e.Method, e.Staff))
	return out, nil
}

// nextReceipt is the number of the next deposit slip.
func (r *Rental) nextReceipt() string { return fmt.Sprintf("%s-Y%d", r.ID, r.Receipts+1) }
