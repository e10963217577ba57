package hall

// RentalSigned records the user's signature (签字) on a numbered stub, or on a
// pad.
type RentalSigned struct {
	Rental  string `json:"rental"`
	Stub    string `json:"stub"`
	Typed   bool   `json:"typed,omitempty"` // the stub is not the printed one but from a numbered book
	Pad     string `json:"pad,omitempty"`   // SHA-256 of the strokes, if a pad took them
	Terms   string `json:"terms"`           // version of the terms
	Binding string `json:"binding"`         // of the contract that was printed last
	Staff   string `json:"staff"`
}

func (*RentalSigned) Kind() Kind        { return "rental.signed" }
func (d *RentalSigned) Subject() string { return d.Rental }

func (d *RentalSigned) apply(h *Hall, _ Stamp) {
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	r.State, r.Stub, r.Binding = Signed, d.Stub, d.Binding
	if r.Held > 0 { // after a swap the deposit is here already
		r.State = Deposited
	}
	if d.Typed {
		h.Stubs[d.Stub] = d.Rental
	}
}

// RentalSign confirms that the user signed the printed contract's stub.
type RentalSign struct {
	Rental string
	Stub   string // number on the stub; empty is the one printed last
	Pad    string // SHA-256 of a signature pad's strokes, hexadecimal
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
	if h.contractBinding(r) != r.Contract.Binding {
		return Outcome{}, refuse("terms-changed", "合同打印后条款有改动，请重新打印合同再签字")
	}
	stub, typed, err := h.stub(r, r.Contract.Stub, e.Stub)
	if err != nil {
		return Outcome{}, err
	}
	if err := padded(e.Pad); err != nil {
		return Outcome{}, err
	}
	if !typed && e.Pad == "" && h.noPaper("rental", r.ID) {
		return Outcome{}, refuse("no-paper", "合同%s还没有打印出来，请先处理打印机，或重新打印合同；来不及就请用户在另册上签字，并填写另册的编号", stub)
	}
	return Outcome{
		Data: []Data{&RentalSigned{
			Rental: r.ID, Stub: stub, Typed: typed, Pad: e.Pad, Terms: r.Terms, Binding: r.Contract.Binding, Staff: e.Staff,
		}},
		Reply: viewOf(r.ID),
	}, nil
}
