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
	Zero time.Time     `json:"zero,omitzero"` // wall time of the start, once a trusted stamp told it
	Last time.Duration `json:"last"`          // uptime at its last record
}

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
		b.Zero = at.Time.Add(-at.Uptime)
	}
	if n := len(h.Boots) - keptBoots; n > 0 {
		h.Boots = slices.Delete(h.Boots, 0, n)
	}
}

func (h *Hall) boot(id string) int {
	return slices.IndexFunc(h.Boots, func(b Boot) bool { return b.ID == id })
}

// elapsed is the time between two stamps. It is sure within one start of the
// machine, and over restarts if the wall time of both is known by now. When it
// is not sure it is the part of the time that can be proven.
func (h *Hall) elapsed(from, to Stamp) (d time.Duration, sure bool) {
	if from.Boot != "" && from.Boot == to.Boot {
		return max(to.Uptime-from.Uptime, 0), true
	}
	least := h.proven(from, to)
	a, okA := h.wall(from)
	b, okB := h.wall(to)
	if d = b.Sub(a); okA && okB && d >= least {
		return d, true
	}
	return least, false
}

// wall is the true wall time of a stamp, if it is known by now: a start whose
// wall time was learned later gives it to its earlier stamps too.
func (h *Hall) wall(s Stamp) (time.Time, bool) {
	if i := h.boot(s.Boot); s.Boot != "" && i >= 0 && !h.Boots[i].Zero.IsZero() {
		return h.Boots[i].Zero.Add(s.Uptime), true
	}
	return s.Time, s.Trusted
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
