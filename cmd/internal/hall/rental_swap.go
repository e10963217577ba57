package hall

import "slices"

// RentalSwapped records that another tool takes a faulty one's place, at the
// same price and with the same deposit.
type RentalSwapped struct {
	Rental string `json:"rental"`
	Tool   string `json:"tool"` // the faulty one
	Line   Line   `json:"line"` // the other one
	Staff  string `json:"staff"`
	Reason string `json:"reason"`
}

func (*RentalSwapped) Kind() Kind        { return "rental.swapped" }
func (d *RentalSwapped) Subject() string { return d.Rental }

func (d *RentalSwapped) apply(h *Hall, _ Stamp) {
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	if l := r.line(d.Tool); l != nil && l.State == ToolReserved {
		l.State = ToolIn
		if t := h.Tools[l.Tool]; t != nil && t.Rental == r.ID {
			t.State, t.Rental = ToolIn, ""
		}
	}
	r.Lines = append(r.Lines, d.Line)
	if t := h.Tools[d.Line.Tool]; t != nil {
		t.State, t.Rental = ToolReserved, r.ID
	}
}

// RentalSwap gives another tool for one that is faulty: one that was brought
// back, or one that could not be handed out. The contract is written anew and
// signed; the deposit stays.
type RentalSwap struct {
	Rental string
	Tool   string
	With   string
	Staff  string
	Reason string
}

func (e RentalSwap) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	l := r.line(e.Tool)
	switch {
	case l == nil:
		return Outcome{}, refuse("not-on-slip", "租赁单%s上没有%s", r.ID, e.Tool)
	case !r.swappable(l):
		return Outcome{}, refuse("wrong-order", "%s现在是“%s”，不能换；换工具要先把原工具归还，或在出库之前", l.Tool, toolStateName[l.State])
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "请写明换工具的原因（--reason）")
	case r.line(e.With) != nil:
		return Outcome{}, refuse("twice", "%s已在这张租赁单上", e.With)
	case h.opOf(r.ID) != nil:
		return Outcome{}, refuse("door-busy", "这张租赁单的柜门还没有处理完，请先处理")
	}
	t, err := h.lendable(at, e.With)
	if err != nil {
		return Outcome{}, err
	}
	if t.Class != l.Class || t.Type != l.Type || t.Deposit > h.Tools[l.Tool].Deposit {
		return Outcome{}, refuse("not-alike", "%s与%s不是同类工具或押金更高，请另行申请", t.ID, l.Tool)
	}
	line := h.newLine(t)
	line.Price, line.Deposit, line.For = l.Price, 0, l.Tool
	out := Outcome{
		Data:  []Data{&RentalSwapped{Rental: r.ID, Tool: l.Tool, Line: line, Staff: e.Staff, Reason: e.Reason}},
		Reply: viewOf(r.ID),
	}
	anew := *r
	anew.Lines = append(slices.Clone(r.Lines), line)
	if i := slices.IndexFunc(anew.Lines, func(o Line) bool { return o.Tool == l.Tool }); anew.Lines[i].State == ToolReserved {
		anew.Lines[i].State = ToolIn
	}
	h.contract(&out, at, &anew, &RentalApproved{Rental: r.ID, Staff: e.Staff, Again: true})
	return out, nil
}

// swappable reports whether a tool may be swapped: its rental holds a deposit,
// and it is back or was not handed out yet, and nothing replaced it so far.
func (r *Rental) swappable(l *Line) bool {
	for _, o := range r.Lines {
		if o.For == l.Tool {
			return false
		}
	}
	switch r.State {
	case Deposited:
		return l.State == ToolReserved || !l.In.Time.IsZero()
	case Out, Returned, Inspected:
		return !l.In.Time.IsZero()
	default:
		return false
	}
}
