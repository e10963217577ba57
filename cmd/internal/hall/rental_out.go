package hall

import "slices"

// RentalOut records that a tool left (出库).
type RentalOut struct {
	Rental      string   `json:"rental"`
	Tool        string   `json:"tool"`
	Op          string   `json:"op,omitempty"` // door operation; empty: by hand
	Staff       string   `json:"staff"`
	Accessories []string `json:"accessories,omitempty"` // ticked at the hand-over
	Reason      string   `json:"reason,omitempty"`      // of a tool with a door that was handed out by hand
}

func (*RentalOut) Kind() Kind        { return "rental.out" }
func (d *RentalOut) Subject() string { return d.Rental }

func (d *RentalOut) apply(h *Hall, at Stamp) {
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	if l := r.line(d.Tool); l != nil {
		l.State, l.Out, l.Accessories = ToolOut, at, slices.Clone(d.Accessories)
	}
	if t := h.Tools[d.Tool]; t != nil && t.Rental == r.ID {
		t.State = ToolOut
	}
	h.account(d.Tool).Uses++
	r.progress()
}

// RentalHandover hands the next tool of a rental out: through its door, or by
// hand if it has none or its door fails. Time may have passed since the deposit,
// so the person and the tool are looked at once more.
type RentalHandover struct {
	Rental      string
	Tool        string // empty: the next
	Facts       Facts  // see Judged
	Staff       string
	Accessories []string // ticked as handed out; nil: all of the tool
	ByHand      bool     // by key, past the door; wants a reason
	Reason      string
}

func (e RentalHandover) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Deposited)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	l := r.first(ToolReserved)
	if e.Tool != "" {
		l = r.line(e.Tool)
	}
	if l == nil || l.State != ToolReserved {
		return Outcome{}, refuse("not-reserved", "%s上没有待出库的%s", r.ID, e.Tool)
	}
	if o := h.opOf(r.ID); o != nil {
		return Outcome{}, refuse(CodeDoorBusy, "柜门%s的开门（%s）还没有结束，请先处理", o.Door, o.ID)
	}
	if err := h.mayRent(at, r.Person.Ref, e.Facts, []Line{*l}); err != nil {
		return Outcome{}, err
	}
	if err := h.Tools[l.Tool].checked(at); err != nil {
		return Outcome{}, err
	}
	return e.out(h, at, r, l)
}

// out opens the door of a tool that may leave, or gives it out by hand.
func (e RentalHandover) out(h *Hall, at Stamp, r *Rental, l *Line) (Outcome, error) {
	ticked, err := h.ticked(l.Tool, e.Accessories)
	if err != nil {
		return Outcome{}, err
	}
	door := h.Tools[l.Tool].Door
	switch {
	case door != "" && !e.ByHand:
		return h.open(at, &DoorOpening{Door: door, Purpose: ForHandover, About: r.ID, Tool: l.Tool, Staff: e.Staff, Accessories: ticked})
	case door != "" && e.Reason == "":
		return Outcome{}, refuse("no-reason", "不经柜门人工出库请写明原因（--reason），如 柜门故障用钥匙打开")
	}
	return Outcome{
		Data:  []Data{&RentalOut{Rental: r.ID, Tool: l.Tool, Staff: e.Staff, Accessories: ticked, Reason: e.Reason}},
		Reply: viewOf(r.ID),
	}, nil
}

// ticked checks the accessories that go out with a tool.
func (h *Hall) ticked(tool string, list []string) ([]string, error) {
	all := h.Tools[tool].Accessories
	if list == nil {
		return slices.Clone(all), nil
	}
	for i, a := range list {
		if !slices.Contains(all, a) || slices.Contains(list[:i], a) {
			return nil, refuse("accessory", "%s没有配件“%s”，或写了两次", tool, a)
		}
	}
	return slices.Clone(list), nil
}

// opOf is the opening under way whose tool a rental is about to hand out, or
// nil.
func (h *Hall) opOf(rental string) *Operation {
	for _, o := range h.ops() {
		if o.About == rental && o.Purpose == ForHandover && !o.ended() && !o.Seen {
			return o
		}
	}
	return nil
}

// out is what an opened door means for a rental: the tool is out, if it was
// still to be handed out.
func (h *Hall) out(o *Operation, reason string) []Data {
	r := h.Rentals[o.About]
	if r == nil || r.State != Deposited {
		return nil
	}
	if l := r.line(o.Tool); l == nil || l.State != ToolReserved {
		return nil
	}
	return []Data{&RentalOut{
		Rental: o.About, Tool: o.Tool, Op: o.ID, Staff: o.Staff, Accessories: o.Accessories, Reason: reason,
	}}
}
