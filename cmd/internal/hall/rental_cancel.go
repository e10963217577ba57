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
type RentalCancel struct{ Rental, Staff, Reason string }

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
		return Outcome{}, refuse("door-busy", "柜门%s的开门（%s）还没有结束，请先处理", o.Door, o.ID)
	}
	out := Outcome{Reply: viewOf(r.ID)}
	if r.begun() {
		d := &RentalDropped{Rental: r.ID, Staff: e.Staff, Reason: e.Reason}
		for _, l := range r.Lines {
			if l.State == ToolReserved {
				d.Tools = append(d.Tools, l.Tool)
			}
		}
		out.Data = []Data{d}
		return out, nil
	}
	out.Data = []Data{&RentalRefused{Rental: r.ID, State: Cancelled, Staff: e.Staff, Reason: e.Reason}}
	if r.Held > 0 {
		out.Data = append(out.Data, &DepositRefunded{
			Rental: r.ID, Amount: r.Held, Method: r.Method, Staff: e.Staff, Reason: e.Reason, Tools: r.depositParts(),
		})
	}
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
