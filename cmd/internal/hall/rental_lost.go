package hall

import "time"

// RentalReceipt records that a deposit slip was lost: the old one is void, the
// new one counts.
type RentalReceipt struct {
	Rental    string `json:"rental"`
	Void      string `json:"void"`
	Receipt   string `json:"receipt"`
	Statement string `json:"statement"`          // number of the signed statement
	Document  string `json:"document,omitempty"` // what staff looked at in the place of the card
	Staff     string `json:"staff"`
	Second    string `json:"second"`
}

func (*RentalReceipt) Kind() Kind        { return "rental.receipt" }
func (d *RentalReceipt) Subject() string { return d.Rental }

func (d *RentalReceipt) apply(h *Hall, at Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		r.Receipt = d.Receipt
		r.Receipts++
	}
	h.Stubs[d.Statement] = d.Rental
	if d.Document != "" {
		h.except(at, d.Staff, "不刷证补开押金收据", d.Rental, d.Document+"，复核工号"+d.Second)
	}
}

// RentalLostSlip replaces a lost deposit slip: the person lays their ID card and
// signs a statement, and two people of the staff see both.
type RentalLostSlip struct {
	Rental    string
	Staff     string
	Second    string
	Statement string // number of the signed statement, used once
	Document  string // what both looked at if the card can't be read, as one that has expired
}

// tappedWithin is how fresh the card must be.
const tappedWithin = 5 * time.Minute

// witnesses are the roles of the second person; a technician is none.
var witnesses = []Role{Counter, Keeper, Approver, Finance, Head, Manager}

func (e RentalLostSlip) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Finance, Head); err != nil {
		return Outcome{}, err
	}
	if err := h.second(at, e.Staff, e.Second, witnesses...); err != nil {
		return Outcome{}, err
	}
	switch {
	case r.Held == 0:
		return Outcome{}, r.wrongOrder()
	case e.Document == "" && !h.tapped(at, r.Person.Ref):
		return Outcome{}, refuse("no-card", "挂失押金单要本人现在刷身份证；证件过期或读不出的，由两人核对证件并写明（--document）")
	case len(e.Document) > 2*mostText:
		return Outcome{}, refuse("too-long", "核对的证件写得太长")
	case e.Statement == "" || ownNumber.MatchString(e.Statement):
		return Outcome{}, refuse("no-statement", "请写明本人签字的声明编号（--statement）")
	}
	if err := h.unused(e.Statement); err != nil {
		return Outcome{}, err
	}
	d := &RentalReceipt{
		Rental: r.ID, Void: r.Receipt, Receipt: r.nextReceipt(), Statement: e.Statement, Document: e.Document,
		Staff: e.Staff, Second: e.Second,
	}
	out := Outcome{Data: []Data{d}, Reply: viewOf(r.ID)}
	h.addSlip(&out, newSlip("deposit", r.Person.Ref, r.ID, DepositSlip{
		Receipt: d.Receipt, Void: d.Void, Rental: r.ID, Last4: r.Person.Last4, Lines: r.Lines, Amount: r.Held,
		Capital: Capital(r.Held), Method: r.Method, Staff: e.Staff, Second: e.Second, Issued: minute(at),
	}))
	return out, nil
}

// tapped reports whether a person laid a card a moment ago.
func (h *Hall) tapped(at Stamp, ref string) bool {
	v := h.Persons[ref]
	if v == nil || v.Tapped.Time.IsZero() {
		return false
	}
	since, sure := h.elapsed(v.Tapped, at)
	return sure && since <= tappedWithin
}
