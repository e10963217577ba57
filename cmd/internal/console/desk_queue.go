package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"halld/cmd/internal/hall"
)

// queueDesk is the page of a counter.
type queueDesk struct {
	Window hall.Window
	View   hall.WindowView
	Now    *hall.TicketView // number that the window serves
	hall.QueueView
	Outcomes []string
}

// windowOf is the window that a session works at: the one that was chosen, else
// the first.
func (c *Console) windowOf(r *http.Request) hall.Window {
	windows := c.opts.Hall.Windows
	n, _ := strconv.Atoi(c.door.sessions.GetString(r.Context(), keyWindow))
	if i := slices.IndexFunc(windows, func(w hall.Window) bool { return w.Number == n }); i >= 0 {
		return windows[i]
	}
	if len(windows) == 0 {
		return hall.Window{}
	}
	return windows[0]
}

// outcomes are the ways to end a number that every hall has.
var outcomes = []string{hall.OutcomeDone, hall.OutcomeReferred, hall.OutcomeInformed, hall.OutcomeAppointment}

func (d *desk) lookQueue(h *hall.Hall, _ url.Values) {
	q := &d.Queue
	q.QueueView, q.Outcomes = h.Queue(), slices.Concat(outcomes, d.Hall.Queue.Outcomes)
	for i, t := range q.Called {
		if t.Window == q.Window.Number {
			q.Now = &q.Called[i]
		}
	}
	for _, w := range h.ListWindows() {
		if w.Window == q.Window.Number {
			q.View = w
		}
	}
}

// shown is how many waiting numbers a page lists.
const shown = 12

// Next are the numbers that wait and are shown.
func (q queueDesk) Next() []hall.TicketView { return q.Waiting[:min(len(q.Waiting), shown)] }

// More is how many numbers wait beyond those that are shown.
func (q queueDesk) More() int { return len(q.Waiting) - len(q.Next()) }
