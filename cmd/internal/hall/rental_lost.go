package hall

// RentalReceipt records that a deposit slip was lost: the old one is void, the
// new one counts.
type RentalReceipt struct {
	Rental    string `json:"rental"`
	Void      string `json:"void"`
	Receipt   string `json:"receipt"`
	Statement string `json:"statement"` // number of the signed statement
	Staff     string `json:"staff"`
	Second    string `json:"second"`
}

func (*RentalReceipt) Kind() Kind        { return "rental.receipt" }
func (d *RentalReceipt) Subject() string { return d.Rental }

func (d *RentalReceipt) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		r.Receipt = d.Receipt
		r.Receipts++
	}
}

// RentalLostSlip replaces a lost deposit slip: the person has laid their ID card
// today and signed a statement, and two people of the staff saw both.
type RentalLostSlip struct {
	Rental    string
	Staff     string
	Second    string
	Statement string // number of the signed statement
}

func (e RentalLostSlip) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Finance, Head); err != nil {
		return Outcome{}, err
	}
	if err := h.second(at, e.Staff, e.Second); err != nil {
		return Outcome{}, err
	}
	v := h.Persons[r.Person.Ref]
	switch {
	case r.Held == 0:
		return Outcome{}, r.wrongOrder()
	case v == nil || v.Day != h.Day:
		return Outcome{}, refuse("no-visit", "挂失押金单要由本人今天刷身份证核验")
	case e.Statement == "":
		return Outcome{}, refuse("no-statement", "请写明本人签字的声明编号（--statement）")
	}
	d := &RentalReceipt{
		Rental: r.ID, Void: r.Receipt, Receipt: r.nextReceipt(), Statement: e.Statement, Staff: e.Staff, Second: e.Second,
	}
	out := Outcome{Data: []Data{d}, Reply: viewOf(r.ID)}
	h.addSlip(&out, newSlip("deposit", r.Person.Ref, r.ID, DepositSlip{
		Receipt: d.Receipt, Void: d.Void, Rental: r.ID, Last4: r.Person.Last4, Lines: r.Lines, Amount: r.Held,
		Capital: Capital(r.Held), Method: r.Method, Staff: e.Staff, Second: e.Second, Issued: minute(at),
	}))
	return out, nil
}
