package hall

import (
	"cmp"
	"fmt"
	"slices"
)

// Ticket is a number drawn for a service.
type Ticket struct {
	Number   string
	Seq      int    // place by arrival, counted over the days
	Service  string // key
	Person   string // ref
	Day      string // on which it was drawn
	Since    Stamp  // time of arrival
	State    TicketState
	Window   int    `json:",omitempty"` // where it was called last
	Called   Stamp  `json:",omitzero"`  // when it was called last
	Left     Stamp  `json:",omitzero"`  // when it was held or ended
	Calls    int    `json:",omitempty"` // how often it was called
	Ahead    int    // how many waited before it when it was drawn
	Reminded bool   `json:",omitempty"` // staff were reminded that it is held
	Outcome  string `json:",omitempty"` // how it ended
	Job      string `json:",omitempty"` // print job of its slip, empty without a printer
}

// TicketState is where a number is.
type TicketState string

// The states of a number.
const (
	Waiting TicketState = "waiting"
	Called  TicketState = "called"
	Held    TicketState = "held"  // 挂起
	Ended   TicketState = "ended" // with an outcome
)

// The outcomes with which a number ends. Nobody is turned away without one
// (附件3 第六条).
const (
	OutcomeDone        = "办结"
	OutcomeReferred    = "转办"
	OutcomeInformed    = "告知"
	OutcomeAppointment = "预约"
	OutcomeSkipped     = "过号" // the person did not come
	OutcomeDayEnd      = "日终" // the day ended first
	OutcomeBlocked     = "清出" // the person was put out of the market first
)

// wasServed reports whether a number that ended so was served.
func wasServed(outcome string) bool {
	return outcome != OutcomeSkipped && outcome != OutcomeDayEnd && outcome != OutcomeBlocked
}

var ordinaryOutcomes = []string{OutcomeDone, OutcomeReferred, OutcomeInformed, OutcomeAppointment}

// ticketData lists the kinds of the queue.
var ticketData = []func() Data{
	func() Data { return new(TicketIssued) },
	func() Data { return new(TicketCalled) },
	func() Data { return new(TicketHeld) },
	func() Data { return new(TicketRejoined) },
	func() Data { return new(TicketTransferred) },
	func() Data { return new(TicketReminded) },
	func() Data { return new(TicketEnded) },
}

// TicketIssued records that a number was drawn (取号).
type TicketIssued struct {
	Person  Person `json:"person"`
	Ticket  string `json:"ticket"`
	Service string `json:"service"`
	Day     string `json:"day"`
	Number  int    `json:"number"`
	Ahead   int    `json:"ahead"`
}

// TicketEnded records the end of a number, with its outcome (办结, 过号, …).
type TicketEnded struct {
	Ticket  string `json:"ticket"`
	Window  int    `json:"window,omitempty"`
	Outcome string `json:"outcome"`
	Staff   string `json:"staff,omitempty"`
	Served  int    `json:"served,omitempty"` // seconds since the last call
}

func (*TicketIssued) Kind() Kind        { return "ticket.issued" }
func (*TicketEnded) Kind() Kind         { return "ticket.ended" }
func (d *TicketIssued) Subject() string { return d.Ticket }
func (d *TicketEnded) Subject() string  { return d.Ticket }
func (d *TicketIssued) Who() *Person    { return &d.Person }

func (d *TicketIssued) apply(h *Hall, at Stamp) {
	h.Tally.Tickets++
	h.Tally.service(d.Service).Tickets++
	h.TicketSeq++
	h.Next[d.Service] = d.Number + 1
	h.Tickets[d.Ticket] = &Ticket{
		Number: d.Ticket, Seq: h.TicketSeq, Service: d.Service, Person: d.Person.Ref, Day: d.Day, Since: at, State: Waiting, Ahead: d.Ahead,
	}
}

func (d *TicketEnded) apply(h *Hall, at Stamp) {
	t := h.Tickets[d.Ticket]
	if t == nil {
		return
	}
	h.Tally.Outcomes.add(d.Outcome)
	if wasServed(d.Outcome) {
		s := h.Tally.service(t.Service)
		s.Served++
		s.Serving += d.Served
	}
	h.leaveWindow(t)
	t.State, t.Outcome, t.Left = Ended, d.Outcome, at
}

// service finds a service by key; empty is the first of the menu.
func (h *Hall) service(key string) (Service, error) {
	for _, s := range h.cfg.Services {
		if s.Key == key || key == "" {
			return s, nil
		}
	}
	return Service{}, refuse("unknown-service", "没有“%s”这项服务", key)
}

// serviceName is a service in words, or its key if it is gone from the menu.
func (h *Hall) serviceName(key string) string {
	s, err := h.service(key)
	if err != nil {
		return key
	}
	return s.Name
}

// draw takes the next number of a service that nobody holds.
func (h *Hall) draw(p Person, s Service) (*TicketIssued, error) {
	n := max(h.Next[s.Key], s.First)
	for h.Tickets[numberOf(s, n)] != nil {
		n++ // carried over from the day before
	}
	if n > s.Last {
		return nil, refuse("no-numbers", "今天“%s”的号码已发完，请到服务窗口咨询", s.Name)
	}
	return &TicketIssued{Person: p, Ticket: numberOf(s, n), Service: s.Key, Day: h.Day, Number: n, Ahead: h.waitingFor(s.Key)}, nil
}

func numberOf(s Service, n int) string { return fmt.Sprintf("%s%03d", s.Prefix, n) }

// left is how many numbers a service has still to give.
func (h *Hall) left(s Service) int { return s.Last + 1 - max(h.Next[s.Key], s.First) }

// ticketOf is the person's open number for a service, or nil.
func (h *Hall) ticketOf(ref, service string) *Ticket {
	for _, t := range h.Tickets {
		if t.Person == ref && t.Service == service && t.State != Ended {
			return t
		}
	}
	return nil
}

// ahead is how many wait before a number, by arrival.
func (h *Hall) ahead(t *Ticket) int {
	n := 0
	for _, o := range h.Tickets {
		if o.State == Waiting && o.Service == t.Service && byArrival(o, t) < 0 {
			n++
		}
	}
	return n
}

// byArrival orders numbers by when they were drawn, whatever the clock said.
func byArrival(a, b *Ticket) int { return cmp.Compare(a.Seq, b.Seq) }

func (h *Hall) byArrival() []*Ticket {
	list := make([]*Ticket, 0, len(h.Tickets))
	for _, t := range h.Tickets {
		list = append(list, t)
	}
	slices.SortFunc(list, byArrival)
	return list
}

// ticketSlip is the 取号单 of a number about to be drawn.
func (h *Hall) ticketSlip(at Stamp, d *TicketIssued) Slip {
	var windows []int
	for _, w := range h.cfg.Windows {
		if slices.Contains(w.Services, d.Service) {
			windows = append(windows, w.Number)
		}
	}
	from, to := h.estimate(d.Service, d.Ahead)
	return newSlip("ticket", d.Person.Ref, d.Ticket, TicketSlip{
		Ticket: d.Ticket, Service: h.serviceName(d.Service), Ahead: d.Ahead, Windows: windows, Issued: minute(at),
		Carried: h.cfg.CarryOver, WaitFrom: from, WaitTo: to,
	})
}
