package hall

import "slices"

// RentalReturned records that a tool came back (归还). It is 待检 until somebody
// has looked at it. How long it was out is settled here, so that no clock can
// change it afterwards.
type RentalReturned struct {
	Rental string `json:"rental"`
	Tool   string `json:"tool"`
	Op     string `json:"op,omitempty"`
	Door   DoorID `json:"door,omitempty"` // where it was put
	Staff  string `json:"staff"`
	Reason string `json:"reason,omitempty"` // of a tool with a door that was taken back by hand
	Use
}

func (*RentalReturned) Kind() Kind        { return "rental.returned" }
func (d *RentalReturned) Subject() string { return d.Rental }

func (d *RentalReturned) apply(h *Hall, at Stamp) {
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	if l := r.line(d.Tool); l != nil {
		h.account(d.Tool).Out += d.Used - l.Used // a lost one was counted before
		l.State, l.In, l.Back, l.Use = ToolReturned, at, h.Day, d.Use
		l.forget()
	}
	if t := h.Tools[d.Tool]; t != nil && (t.Rental == r.ID || t.Rental == "") {
		t.State, t.Rental = ToolReturned, r.ID
		if d.Door != "" {
			t.Door = d.Door
		}
	}
	r.progress()
}

// RentalReturn takes tools of a rental back. Nothing but the order of steps
// stands in its way, and a door that fails does not either: a tool can always be
// taken back by hand, also one that was reported lost, until its rental is
// settled. Tools without a door come back at once; of those with one, the first
// one's door is opened, and the next return opens the next.
type RentalReturn struct {
	Rental string
	Tool   string   // one tool; empty: those of Tools
	Tools  []string // empty too: all that are out, or else all that were lost
	Staff  string
	Door   DoorID // another door than the tool's own, when that one fails
	ByHand bool   // taken at the counter, past the door; wants a reason
	Reason string
}

func (e RentalReturn) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	lines, err := h.comingBack(r, e.chosen())
	if err != nil {
		return Outcome{}, err
	}
	if e.ByHand && e.Reason == "" {
		return Outcome{}, refuse("no-reason", "不经柜门人工收回请写明原因（--reason），如 柜门故障")
	}
	out := Outcome{Reply: viewOf(r.ID)}
	var through *Line
	for _, l := range lines {
		if h.Tools[l.Tool].Door == "" && e.Door == "" || e.ByHand {
			out.Data = append(out.Data, h.back(at, r, l, &RentalReturned{Staff: e.Staff, Reason: e.Reason}))
		} else if through == nil {
			through = l
		}
	}
	if through == nil {
		return out, nil
	}
	door, err := h.returnDoor(through.Tool, e.Door)
	if err != nil {
		return Outcome{}, err
	}
	opening, err := h.open(at, &DoorOpening{Door: door, Purpose: ForReturn, About: r.ID, Tool: through.Tool, Staff: e.Staff, Reason: e.Reason})
	if err != nil {
		return Outcome{}, err
	}
	opening.Data = append(out.Data, opening.Data...)
	return opening, nil
}

func (e RentalReturn) chosen() []string {
	if e.Tool != "" {
		return append([]string{e.Tool}, e.Tools...)
	}
	return e.Tools
}

// comingBack are the lines of the chosen tools, all of which must be able to come
// back; none chosen is every one that is out, or else every one that was lost.
func (h *Hall) comingBack(r *Rental, tools []string) (lines []*Line, err error) {
	if len(tools) == 0 {
		for _, s := range []ToolState{ToolOut, ToolLost} {
			for i := range r.Lines {
				if l := &r.Lines[i]; l.State == s && h.mayComeBack(r, l) {
					lines = append(lines, l)
				}
			}
			if lines != nil {
				return lines, nil
			}
		}
		return nil, r.wrongOrder()
	}
	for _, id := range tools {
		l := r.line(id)
		if l == nil || !h.mayComeBack(r, l) {
			return nil, refuse("wrong-order", "租赁单%s现在是“%s”，%s不在借出中", r.ID, stateName[r.State], id)
		}
		if !slices.Contains(lines, l) {
			lines = append(lines, l)
		}
	}
	return lines, nil
}

// mayComeBack reports whether a tool can be taken back: it is out, or it was
// reported lost and its rental is not settled, and nobody else has it by now.
func (h *Hall) mayComeBack(r *Rental, l *Line) bool {
	if l.State == ToolOut {
		return true
	}
	t := h.Tools[l.Tool]
	return l.State == ToolLost && r.open() && t.Rental == "" && t.State != ToolRetired
}

// returnDoor is where a tool is put back: its own door, or a free one.
func (h *Hall) returnDoor(tool string, other DoorID) (DoorID, error) {
	own := h.Tools[tool].Door
	if other == "" || other == own {
		return own, nil
	}
	if why := h.taken(other, tool); why != "" {
		return "", refuse("door-taken", "柜门%s%s，请换一个空柜门", other, why)
	}
	return other, nil
}

// back completes the record of a return with how long the tool was out. One that
// was back before it was found missing is not charged for longer.
func (h *Hall) back(at Stamp, r *Rental, l *Line, d *RentalReturned) *RentalReturned {
	d.Rental, d.Tool, d.Use = r.ID, l.Tool, l.Use
	if l.In.Time.IsZero() {
		d.Use = h.used(l.Out, at, l.Price)
	}
	return d
}

// backBy is what a door shut again means for a rental: the tool is back, if it
// still could come back.
func (h *Hall) backBy(at Stamp, o *Operation, reason string) []Data {
	r := h.Rentals[o.About]
	if r == nil {
		return nil
	}
	l := r.line(o.Tool)
	if l == nil || !h.mayComeBack(r, l) {
		return nil
	}
	return []Data{h.back(at, r, l, &RentalReturned{Op: o.ID, Door: o.Door, Staff: o.Staff, Reason: reason})}
}
