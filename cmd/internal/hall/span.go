package hall

import (
	"slices"
	"time"
)

// Boot is one start of the machine as far as the records show it. What a tool's
// use costs is reckoned over these, so that a wall clock that jumps, or that
// was wrong for a while, changes nothing of what is owed.
type Boot struct {
	ID   string        `json:"id"`
	Last time.Duration `json:"last"` // uptime at its last record

	// The wall time of the start as trusted stamps told it, the earliest and the
	// latest; zero until one did. Where they lie apart the clock was set, and
	// nobody knows which of them was right.
	Early time.Time `json:"early,omitzero"`
	Late  time.Time `json:"late,omitzero"`
}

// agree is how far trusted stamps of one start may lie apart: a clock drifts,
// and is set back a little when it is synchronised.
const agree = 5 * time.Minute

// keptBoots is how many starts are remembered; a tool that was out over more
// of them is charged for less than it was out, never for more.
const keptBoots = 200

// witness remembers what a record's stamp says of the start it was made in.
func (h *Hall) witness(at Stamp) {
	if at.Boot == "" {
		return
	}
	i := h.boot(at.Boot)
	if i < 0 {
		i = len(h.Boots)
		h.Boots = append(h.Boots, Boot{ID: at.Boot})
	}
	b := &h.Boots[i]
	b.Last = max(b.Last, at.Uptime)
	if at.Trusted {
		b.tell(at.Time.Add(-at.Uptime))
	}
	if n := len(h.Boots) - keptBoots; n > 0 {
		h.Boots = slices.Delete(h.Boots, 0, n)
	}
}

func (h *Hall) boot(id string) int {
	return slices.IndexFunc(h.Boots, func(b Boot) bool { return b.ID == id })
}

// tell enters what a trusted stamp says of when the machine started.
func (b *Boot) tell(zero time.Time) {
	if b.Early.IsZero() || zero.Before(b.Early) {
		b.Early = zero
	}
	if zero.After(b.Late) {
		b.Late = zero
	}
}

// elapsed is the time between two stamps. It is sure within one start of the
// machine, and over restarts if the wall time of both is known by now. When it
// is not sure it is the smallest time that it can have been.
func (h *Hall) elapsed(from, to Stamp) (d time.Duration, sure bool) {
	if from.Boot != "" && from.Boot == to.Boot {
		return max(to.Uptime-from.Uptime, 0), true
	}
	least := h.proven(from, to)
	a, b := h.wall(from), h.wall(to)
	if d = b.early.Sub(a.late); a.known() && b.known() && d >= least {
		return d, a.sure() && b.sure()
	}
	return least, false
}

// wall is what is known of the wall time of a stamp: when it was at the earliest
// and at the latest.
type wall struct{ early, late time.Time }

func (w wall) known() bool { return !w.early.IsZero() }

// sure reports whether only one clock can have been right.
func (w wall) sure() bool { return w.known() && w.late.Sub(w.early) <= agree }

// wall is the wall time of a stamp, as far as it is known by now: a start whose
// wall time was learned later gives it to its earlier stamps too.
func (h *Hall) wall(s Stamp) wall {
	var b Boot
	if i := h.boot(s.Boot); s.Boot != "" && i >= 0 {
		b = h.Boots[i]
	}
	if s.Trusted {
		b.tell(s.Time.Add(-s.Uptime))
	}
	if b.Early.IsZero() {
		return wall{}
	}
	return wall{b.Early.Add(s.Uptime), b.Late.Add(s.Uptime)}
}

// proven is the time between two stamps of different starts during which the
// machine is known to have run.
func (h *Hall) proven(from, to Stamp) (d time.Duration) {
	first, last := h.boot(from.Boot), h.boot(to.Boot)
	if last < 0 {
		last = len(h.Boots)
	}
	if from.Boot == "" || first < 0 || first > last {
		return 0
	}
	d = max(h.Boots[first].Last-from.Uptime, 0) + to.Uptime
	for i := first + 1; i < last; i++ {
		d += h.Boots[i].Last
	}
	return d
}
