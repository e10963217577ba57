package hall

import (
	"slices"
	"time"
)

// TicketView is a number as staff see it.
type TicketView struct {
	Ticket   string    `json:"ticket"`
	Service  string    `json:"service"` // key
	Name     string    `json:"service_name"`
	Person   string    `json:"person"` // ref
	Last4    string    `json:"last4"`
	Since    time.Time `json:"since"`
	Priority int       `json:"priority"` // service class, 0 for none; never public
	State    string    `json:"state"`
	Window   int       `json:"window,omitempty"`
	Calls    int       `json:"calls,omitempty"`
	Ahead    int       `json:"ahead"`               // how many wait before it
	WaitFrom int       `json:"wait_from,omitempty"` // minutes
	WaitTo   int       `json:"wait_to,omitempty"`   // 0: not known well enough to say
	Outcome  string    `json:"outcome,omitempty"`
	Reminded bool      `json:"reminded,omitempty"` // held for long
	Confirm  string    `json:"confirm,omitempty"`  // what staff have to confirm of the person
	Slip     JobState  `json:"slip,omitempty"`
}

// QueueView is the queue as staff see it.
type QueueView struct {
	Waiting []TicketView `json:"waiting"`
	Called  []TicketView `json:"called"`
	Held    []TicketView `json:"held"`
}

// words say where a number is.
func (t *Ticket) words() string {
	switch t.State {
	case Waiting:
		return "等候中"
	case Called:
		return "正在办理"
	case Held:
		return "已挂起"
	default:
		return "已结束：" + t.Outcome
	}
}

func (h *Hall) ticketView(t *Ticket) TicketView { return h.viewBehind(t, h.ahead(t)) }

// viewBehind is ticketView where it is known how many wait before a number.
func (h *Hall) viewBehind(t *Ticket, ahead int) TicketView {
	v := TicketView{
		Ticket: t.Number, Service: t.Service, Name: h.serviceName(t.Service), Person: t.Person, Since: t.Since.Time, Priority: h.class(t.Person),
		State: string(t.State), Window: t.Window, Calls: t.Calls, Outcome: t.Outcome, Reminded: t.Reminded,
	}
	if t.State == Waiting {
		v.Ahead = ahead
		v.WaitFrom, v.WaitTo = h.estimate(t.Service, v.Ahead)
	}
	if p := h.Persons[t.Person]; p != nil {
		v.Last4, v.Confirm = p.Last4, p.Confirm
	}
	if j := h.Jobs[t.Job]; j != nil {
		v.Slip = j.State
	}
	return v
}

// Queue gives the numbers that have not ended, in order of arrival.
func (h *Hall) Queue() QueueView {
	v := QueueView{Waiting: []TicketView{}, Called: []TicketView{}, Held: []TicketView{}}
	ahead := map[string]int{} // by service, so that a long queue is walked once
	for _, t := range h.byArrival() {
		switch t.State {
		case Waiting:
			v.Waiting = append(v.Waiting, h.viewBehind(t, ahead[t.Service]))
			ahead[t.Service]++
		case Called:
			v.Called = append(v.Called, h.ticketView(t))
		case Held:
			v.Held = append(v.Held, h.ticketView(t))
		case Ended:
		}
	}
	return v
}

// Waiting counts the numbers that wait to be called.
func (h *Hall) Waiting() (n int) {
	for _, t := range h.Tickets {
		if t.State == Waiting {
			n++
		}
	}
	return n
}

// waitingFor counts those for any of some services.
func (h *Hall) waitingFor(services ...string) (n int) {
	for _, t := range h.Tickets {
		if t.State == Waiting && slices.Contains(services, t.Service) {
			n++
		}
	}
	return n
}

// Ticket gives one number of the day.
func (h *Hall) Ticket(number string) (TicketView, error) {
	t := h.Tickets[number]
	if t == nil {
		return TicketView{}, refuse("unknown-ticket", "今天没有%s这个号码", number)
	}
	return h.ticketView(t), nil
}
