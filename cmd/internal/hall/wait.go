package hall

import (
	"slices"
	"time"
)

// The estimate rests on how fast the last people came on: seconds waited for
// each one who was ahead. It says nothing before it has seen enough of them.
const (
	keptPaces   = 15
	fewestPaces = 5
	longestWait = 3 * time.Hour // what may be longer is not told as a number
)

// paced remembers how long a called number waited, in seconds.
func (h *Hall) paced(t *Ticket, waited int) {
	p := append(h.Paces[t.Service], waited/(t.Ahead+1))
	h.Paces[t.Service] = p[max(len(p)-keptPaces, 0):]
}

// estimate gives the minutes that someone with so many ahead has to wait, from
// and to; 0 and 0 when that is not known well enough to say. The range leaves
// the slowest and the fastest fifth of the last waits out.
func (h *Hall) estimate(service string, ahead int) (from, to int) {
	p := slices.Sorted(slices.Values(h.Paces[service]))
	if len(p) < fewestPaces || !h.served(service) {
		return 0, 0
	}
	n := ahead + 1
	low, high := p[len(p)/5]*n, p[len(p)-1-len(p)/5]*n
	if high > int(longestWait/time.Second) {
		return 0, 0
	}
	return low / 60, (high + 59) / 60
}

// served reports whether any window takes a service now.
func (h *Hall) served(service string) bool {
	return slices.ContainsFunc(h.cfg.Windows, func(w Window) bool {
		s := h.Windows[w.Number]
		return slices.Contains(w.Services, service) && (s == nil || !s.Paused)
	})
}
