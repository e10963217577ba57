package hall

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
		l.State = ToolInRepair
		if t := h.Tools[l.Tool]; t != nil && t.Rental == r.ID {
			t.State, t.Rental = ToolInRepair, ""
		}
	}
	r.Lines, r.State = append(r.Lines, d.Line), Approved
	if t := h.Tools[d.Line.Tool]; t != nil {
		t.State, t.Rental = ToolReserved, r.ID
	}
}

// RentalSwap gives another tool for one that is faulty: one that was brought
// back today and not found to be in order, or one that could not be handed out,
// which goes to be repaired. The contract is drawn anew and signed; the deposit
// stays.
type RentalSwap struct {
	Rental string
	Tool   string
	With   string
	Facts  Facts // see Judged
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
	case !h.swappable(r, l):
		return Outcome{}, refuse("wrong-order", "%s现在是“%s”，不能换；只能换还没有出库的，或当天归还、没有检查或检查不合格的", l.Tool, toolStateName[l.State])
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "请写明换工具的原因（--reason）")
	case r.line(e.With) != nil:
		return Outcome{}, refuse("twice", "%s已在这张租赁单上", e.With)
	case h.opOf(r.ID) != nil:
		return Outcome{}, refuse(CodeDoorBusy, "这张租赁单的柜门还没有处理完，请先处理")
	}
	line, err := h.alike(at, l, e.With)
	if err == nil {
		err = h.mayRent(at, r.Person.Ref, e.Facts, []Line{line})
	}
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{
		Data:  []Data{&RentalSwapped{Rental: r.ID, Tool: l.Tool, Line: line, Staff: e.Staff, Reason: e.Reason}},
		Reply: viewOf(r.ID),
	}
	h.toSign(&out, at, r, e.Staff)
	return out, nil
}

// alike is a line for another tool in one's place, at the price and under the
// deposit that were signed.
func (h *Hall) alike(at Stamp, l *Line, other string) (Line, error) {
	t, err := h.lendable(at, other)
	if err != nil {
		return Line{}, err
	}
	if t.Class != l.Class || t.Type != l.Type || t.Deposit > h.Tools[l.Tool].Deposit {
		return Line{}, refuse("not-alike", "%s与%s不是同类工具或押金更高，请另行申请", t.ID, l.Tool)
	}
	line := h.newLine(t)
	line.Price, line.Deposit, line.For = l.Price, 0, l.Tool
	return line, nil
}

// swappable reports whether a tool may be swapped: its rental holds a deposit,
// nothing replaced it so far, and it was not handed out yet, or came back today
// and was not found to be in order.
func (h *Hall) swappable(r *Rental, l *Line) bool {
	for _, o := range r.Lines {
		if o.For == l.Tool {
			return false
		}
	}
	if l.State == ToolReserved {
		return r.State == Deposited
	}
	faulty := l.State == ToolReturned || l.Result == ResultDamaged || l.Result == ResultIncomplete
	switch r.State {
	case Deposited, Out, Returned, Inspected:
		return faulty && l.Back == h.Day
	default:
		return false
	}
}
