package hall

// RentalDropped records that what a rental had not handed out yet will not be
// handed out, while the rest of it goes on.
type RentalDropped struct {
	Rental string   `json:"rental"`
	Tools  []string `json:"tools"`
	Staff  string   `json:"staff"`
	Reason string   `json:"reason"`
}

func (*RentalDropped) Kind() Kind        { return "rental.dropped" }
func (d *RentalDropped) Subject() string { return d.Rental }

func (d *RentalDropped) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		h.free(r)
		r.progress()
	}
}

// RentalCancel withdraws a rental before its tools left; a deposit goes back. Of
// a rental that has tools out it withdraws the others.
type RentalCancel struct {
	Rental  string
	Staff   string
	Reason  string
	Method  string // how the deposit is refunded; empty: as it was paid
	Receipt string // number of the deposit slip that was handed in, if somebody looked
}

func (e RentalCancel) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	l := r.first(ToolReserved)
	switch {
	case l == nil:
		return Outcome{}, r.wrongOrder()
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "请写明取消的原因（--reason）")
	}
	if o := h.opOf(r.ID); o != nil {
		return Outcome{}, refuse(CodeDoorBusy, "柜门%s的开门（%s）还没有结束，请先处理", o.Door, o.ID)
	}
	if r.begun() {
		return e.drop(h, at, r), nil
	}
	return e.withdraw(h, at, r)
}

// drop lets the tools go that were not handed out, while others were.
func (e RentalCancel) drop(h *Hall, at Stamp, r *Rental) Outcome {
	d := &RentalDropped{Rental: r.ID, Staff: e.Staff, Reason: e.Reason}
	for _, l := range r.Lines {
		if l.State == ToolReserved {
			d.Tools = append(d.Tools, l.Tool)
		}
	}
	out := Outcome{Data: []Data{d}, Reply: viewOf(r.ID)}
	h.toSign(&out, at, r, e.Staff)
	return out
}

// withdraw ends a rental of which nothing was handed out.
func (e RentalCancel) withdraw(h *Hall, at Stamp, r *Rental) (Outcome, error) {
	back, err := way(e.Method, r.Method)
	if err == nil {
		err = r.handedIn(e.Receipt)
	}
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{
		Data:  []Data{&RentalRefused{Rental: r.ID, State: Cancelled, Staff: e.Staff, Reason: e.Reason}},
		Reply: viewOf(r.ID),
	}
	if r.Held > 0 {
		out.Data = append(out.Data, &DepositRefunded{
			Rental: r.ID, Amount: r.Held, Method: back, Staff: e.Staff, Reason: e.Reason, Tools: r.depositParts(),
		})
	}
	h.paymentSlip(&out, at, r, PaymentSlip{About: "取消租赁", Receipt: r.Receipt, Reason: e.Reason, Staff: e.Staff})
	return out, nil
}

// begun reports whether a tool of the rental ever left.
func (r *Rental) begun() bool {
	for _, l := range r.Lines {
		if !l.Out.Time.IsZero() {
			return true
		}
	}
	return false
}
