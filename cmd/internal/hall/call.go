package hall

import "slices"

// TicketCalled records a call or a repeated call (叫号, 重呼).
type TicketCalled struct {
	Ticket string `json:"ticket"`
	Window int    `json:"window"`
	Staff  string `json:"staff"`
	Repeat bool   `json:"repeat,omitempty"`
	Waited int    `json:"waited,omitempty"` // seconds since the arrival
	Turn   int    `json:"turn,omitempty"`   // place in the ratio's cycle after this call
	Reason string `json:"reason,omitempty"` // of a call out of order (插叫)
}

func (*TicketCalled) Kind() Kind        { return "ticket.called" }
func (d *TicketCalled) Subject() string { return d.Ticket }

func (d *TicketCalled) apply(h *Hall, at Stamp) {
	t := h.Tickets[d.Ticket]
	if t == nil {
		return
	}
	w := h.window(d.Window)
	if d.Repeat {
		h.Tally.Recalls++
	} else {
		h.Tally.Calls++
		if t.Calls == 0 {
			h.Tally.service(t.Service).waited(d.Waited)
			h.paced(t, d.Waited)
		}
		w.Turn = d.Turn
	}
	if d.Reason != "" {
		h.Tally.Jumps.add(d.Staff)
		h.except(at, d.Staff, "插叫", d.Ticket, d.Reason)
	}
	t.State, t.Window, t.Called = Called, d.Window, at
	t.Calls++
	w.Ticket = d.Ticket
	h.called(Call{Ticket: d.Ticket, Window: d.Window})
}

// CallNext calls the next number to a window (叫号), or one number by name,
// which needs a reason unless its turn has come.
type CallNext struct {
	Window int
	Ticket string // empty: whoever is next
	Reason string
	Staff  string
}

// CallReply answers a call; a nil ticket, at no window, means that nobody waits.
type CallReply struct {
	Ticket *string `json:"ticket"`
	Window int     `json:"window,omitempty"`
}

func (e CallNext) handle(h *Hall, at Stamp) (Outcome, error) {
	w, err := h.atCounter(at, e.Window, e.Staff)
	if err != nil {
		return Outcome{}, err
	}
	s := h.Windows[e.Window]
	switch {
	case s != nil && s.Ticket != "":
		return Outcome{}, refuse("busy", "%d号窗口正在办理%s，请先办结、挂起或过号", e.Window, s.Ticket)
	case s != nil && s.Paused:
		return Outcome{}, refuse("paused", "%d号窗口已暂停服务，请先恢复", e.Window)
	}
	t, turn := h.next(w)
	if e.Ticket != "" && (t == nil || t.Number != e.Ticket) {
		turn = h.turn(e.Window)
		if t, err = h.named(e.Ticket, e.Reason); err != nil {
			return Outcome{}, err
		}
	} else {
		e.Reason = ""
	}
	if t == nil {
		return Outcome{Reply: func(*Hall) (any, error) { return CallReply{}, nil }}, nil
	}
	return h.call(at, t, &TicketCalled{Ticket: t.Number, Window: e.Window, Staff: e.Staff, Turn: turn, Reason: e.Reason}), nil
}

// named finds a number that is called before its turn.
func (h *Hall) named(number, reason string) (*Ticket, error) {
	t := h.Tickets[number]
	switch {
	case t == nil:
		return nil, refuse("unknown-ticket", "今天没有%s这个号码", number)
	case t.State != Waiting:
		return nil, refuse("not-waiting", "%s不在等候中（%s）", number, t.words())
	case reason == "":
		return nil, refuse("no-reason", "%s还没有轮到，插叫请写明原因（--reason）", number)
	}
	return t, nil
}

// call is the outcome of calling a number.
func (h *Hall) call(at Stamp, t *Ticket, d *TicketCalled) Outcome {
	d.Waited = seconds(at, t.Since)
	return Outcome{
		Data:    []Data{d},
		Effects: []Effect{Announce{Ticket: d.Ticket, Window: d.Window}},
		Reply:   func(*Hall) (any, error) { return CallReply{Ticket: &d.Ticket, Window: d.Window}, nil },
	}
}

func seconds(at, since Stamp) int {
	d, _ := at.Since(since)
	return int(d.Seconds())
}

// CallButton is a press on a window's call button: whoever works there calls the
// next number.
type CallButton struct{ Window int }

func (e CallButton) handle(h *Hall, at Stamp) (Outcome, error) {
	w, err := h.atWindow(e.Window)
	s := h.Windows[e.Window]
	if err != nil || s != nil && (s.Ticket != "" || s.Paused) {
		return Outcome{}, err
	}
	t, turn := h.next(w)
	if t == nil {
		return Outcome{}, nil
	}
	staff := "button"
	if s != nil && s.Staff != "" {
		staff = s.Staff
	}
	return h.call(at, t, &TicketCalled{Ticket: t.Number, Window: e.Window, Staff: staff, Turn: turn}), nil
}

// next is who comes next at a window, and the window's place in the ratio's
// cycle after that call.
//
// While people of a service class and others both wait, of each
// Priority+Ordinary calls of the window Priority go to whoever of the classes
// waited longest; every other call goes to whoever waited longest of all. So a
// class is an advantage and never a drawback, and nobody starves: whoever waited
// longest is next after Priority calls at most.
func (h *Hall) next(w Window) (t *Ticket, turn int) {
	var first, prior, other *Ticket
	for _, t := range h.byArrival() {
		if t.State != Waiting || !slices.Contains(w.Services, t.Service) || !h.onPaper(t) {
			continue
		}
		if first == nil {
			first = t
		}
		switch class := h.class(t.Person); {
		case class > 0 && prior == nil:
			prior = t
		case class == 0 && other == nil:
			other = t
		}
	}
	q := h.cfg.Queue
	if prior == nil || other == nil || q.Priority == 0 {
		return first, 0
	}
	turn = h.turn(w.Number)
	if turn < q.Priority {
		first = prior
	}
	return first, (turn + 1) % (q.Priority + q.Ordinary)
}

func (h *Hall) turn(window int) int {
	if w := h.Windows[window]; w != nil {
		return w.Turn
	}
	return 0
}

// Recall calls the number at a window once more (重呼).
type Recall struct {
	Window int
	Staff  string
}

func (e Recall) handle(h *Hall, at Stamp) (Outcome, error) {
	t, err := h.atHand(at, e.Window, e.Staff)
	if err != nil {
		return Outcome{}, err
	}
	return h.call(at, t, &TicketCalled{Ticket: t.Number, Window: e.Window, Staff: e.Staff, Repeat: true}), nil
}
