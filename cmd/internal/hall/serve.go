package hall

import (
	"slices"
	"strings"
	"time"
)

// TicketHeld records that a number was put aside (挂起): the person fetches
// something and comes back.
type TicketHeld struct {
	Ticket string `json:"ticket"`
	Window int    `json:"window"`
	Staff  string `json:"staff"`
}

// TicketRejoined records that a number waits again, in its old place.
type TicketRejoined struct {
	Ticket string `json:"ticket"`
	Cause  string `json:"cause"`
	Staff  string `json:"staff,omitempty"`
}

// Why a number waits again.
const (
	CauseUnhold = "unhold" // staff took it up again (回呼)
	CauseLate   = "late"   // the person missed the call and came after all
)

// TicketTransferred records that a number goes on to another service (转移); its
// place there is by the time of arrival.
type TicketTransferred struct {
	Ticket string `json:"ticket"`
	From   string `json:"from"`
	To     string `json:"to"`
	Window int    `json:"window"`
	Staff  string `json:"staff"`
	Reason string `json:"reason,omitempty"`
}

// TicketReminded records that staff were reminded of a number held for long.
type TicketReminded struct {
	Ticket string `json:"ticket"`
}

func (*TicketHeld) Kind() Kind               { return "ticket.held" }
func (*TicketRejoined) Kind() Kind           { return "ticket.rejoined" }
func (*TicketTransferred) Kind() Kind        { return "ticket.transferred" }
func (*TicketReminded) Kind() Kind           { return "ticket.reminded" }
func (d *TicketHeld) Subject() string        { return d.Ticket }
func (d *TicketRejoined) Subject() string    { return d.Ticket }
func (d *TicketTransferred) Subject() string { return d.Ticket }
func (d *TicketReminded) Subject() string    { return d.Ticket }

func (d *TicketHeld) apply(h *Hall, at Stamp) {
	if t := h.Tickets[d.Ticket]; t != nil {
		h.leaveWindow(t)
		t.State, t.Left, t.Reminded = Held, at, false
	}
}

func (d *TicketRejoined) apply(h *Hall, _ Stamp) {
	t := h.Tickets[d.Ticket]
	if t == nil {
		return
	}
	if t.State == Ended {
		h.Tally.Outcomes.drop(t.Outcome)
	}
	t.State, t.Outcome = Waiting, ""
}

func (d *TicketTransferred) apply(h *Hall, _ Stamp) {
	if t := h.Tickets[d.Ticket]; t != nil {
		h.Tally.Transfers++
		h.leaveWindow(t)
		t.State, t.Service = Waiting, d.To
	}
}

func (d *TicketReminded) apply(h *Hall, _ Stamp) {
	if t := h.Tickets[d.Ticket]; t != nil {
		t.Reminded = true
	}
}

// Hold puts the number at a window aside.
type Hold struct {
	Window int
	Staff  string
}

func (e Hold) handle(h *Hall, at Stamp) (Outcome, error) {
	t, err := h.atHand(at, e.Window, e.Staff)
	if err != nil {
		return Outcome{}, err
	}
	return h.moved(t, &TicketHeld{Ticket: t.Number, Window: e.Window, Staff: e.Staff}), nil
}

// Unhold lets a number that was put aside wait again in its place, or one that
// was skipped a short while ago.
type Unhold struct{ Ticket, Staff string }

func (e Unhold) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Counter, Head); err != nil {
		return Outcome{}, err
	}
	t := h.Tickets[e.Ticket]
	if t == nil {
		return Outcome{}, refuse("unknown-ticket", "今天没有%s这个号码", e.Ticket)
	}
	s, _ := h.service(t.Service)
	if err := h.serves(t.Person, s); err != nil {
		return Outcome{}, err
	}
	switch {
	case t.State == Held:
		return h.moved(t, &TicketRejoined{Ticket: t.Number, Cause: CauseUnhold, Staff: e.Staff}), nil
	case h.maybeLate(at, t):
		if o := h.ticketOf(t.Person, t.Service); o != nil {
			return Outcome{}, refuse("has-ticket", "此人已重新取号%s", o.Number)
		}
		return h.moved(t, &TicketRejoined{Ticket: t.Number, Cause: CauseLate, Staff: e.Staff}), nil
	}
	return Outcome{}, refuse("not-held", "%s没有挂起（%s）", t.Number, t.words())
}

// maybeLate reports whether a number was skipped, or ended by a block that was
// taken back, so short a while ago that its person gets the place back.
func (h *Hall) maybeLate(at Stamp, t *Ticket) bool {
	since, _ := at.Since(t.Left)
	lost := t.State == Ended && (t.Outcome == OutcomeSkipped || t.Outcome == OutcomeBlocked)
	return lost && since <= h.cfg.Queue.LateWithin && h.cfg.Queue.LateWithin > 0
}

// lateComer is the number that a person missed a short while ago, or nil.
func (h *Hall) lateComer(at Stamp, ref, service string) (last *Ticket) {
	for _, t := range h.byArrival() {
		if t.Person == ref && t.Service == service && h.maybeLate(at, t) {
			last = t
		}
	}
	return last
}

// Skip ends the number at a window whose person does not come (过号).
type Skip struct {
	Window int
	Staff  string
}

func (e Skip) handle(h *Hall, at Stamp) (Outcome, error) {
	t, err := h.atHand(at, e.Window, e.Staff)
	if err != nil {
		return Outcome{}, err
	}
	return h.moved(t, &TicketEnded{Ticket: t.Number, Window: e.Window, Outcome: OutcomeSkipped, Staff: e.Staff}), nil
}

// Transfer sends the number at a window on to another service.
type Transfer struct {
	Window int
	To     string // key of the service
	Reason string
	Staff  string
}

func (e Transfer) handle(h *Hall, at Stamp) (Outcome, error) {
	t, err := h.atHand(at, e.Window, e.Staff)
	if err != nil {
		return Outcome{}, err
	}
	to, err := h.service(e.To)
	switch {
	case e.To == "":
		return Outcome{}, refuse("no-service", "请写明转到哪项服务（--to）")
	case err != nil:
		return Outcome{}, err
	case to.Key == t.Service:
		return Outcome{}, refuse("same-service", "%s本来就是“%s”的号码", t.Number, to.Name)
	}
	if err := h.serves(t.Person, to); err != nil {
		return Outcome{}, err
	}
	if o := h.ticketOf(t.Person, to.Key); o != nil {
		return Outcome{}, refuse("has-ticket", "此人在“%s”已有号码%s，请办结后请其等候叫号", to.Name, o.Number)
	}
	return h.moved(t, &TicketTransferred{Ticket: t.Number, From: t.Service, To: to.Key, Window: e.Window, Staff: e.Staff, Reason: e.Reason}), nil
}

// Done ends the number at a window with an outcome (办结).
type Done struct {
	Window  int
	Outcome string
	Staff   string
}

func (e Done) handle(h *Hall, at Stamp) (Outcome, error) {
	t, err := h.atHand(at, e.Window, e.Staff)
	if err != nil {
		return Outcome{}, err
	}
	known := slices.Concat(ordinaryOutcomes, h.cfg.Queue.Outcomes)
	if !slices.Contains(known, e.Outcome) {
		return Outcome{}, refuse("no-outcome", "办理结果（--outcome）请写%s之一", strings.Join(known, "、"))
	}
	return h.moved(t, &TicketEnded{
		Ticket: t.Number, Window: e.Window, Outcome: e.Outcome, Staff: e.Staff, Served: seconds(at, t.Called),
	}), nil
}

// moved answers with a number as it stands after the record.
func (h *Hall) moved(t *Ticket, d Data) Outcome {
	return Outcome{Data: []Data{d}, Reply: func(h *Hall) (any, error) { return h.ticketView(h.Tickets[t.Number]), nil }}
}

// heldLong reminds staff of numbers that are held for long.
func (h *Hall) heldLong(at Stamp, out *Outcome) time.Duration {
	wait, limit := rest, h.cfg.Queue.HoldFor
	for _, t := range h.byArrival() {
		if t.State != Held || t.Reminded || limit <= 0 {
			continue
		}
		passed, _ := at.Since(t.Left)
		wait = min(wait, max(limit-passed, 0))
		if passed >= limit && out != nil {
			out.Data = append(out.Data, &TicketReminded{Ticket: t.Number})
		}
	}
	return wait
}
