package hall

import (
	"fmt"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Use is how long a tool was out, and how much of that counts.
type Use struct {
	Used   time.Duration `json:"used,omitempty"`   // nanoseconds
	Open   []Stretch     `json:"open,omitempty"`   // of it the hall was open; only of a price that asks for it
	Unsure bool          `json:"unsure,omitempty"` // the clock was not right: this is the least it can have been
}

// Stretch is a part of the time that a tool was out, in nanoseconds since it
// left.
type Stretch struct {
	From time.Duration `json:"from"`
	To   time.Duration `json:"to"`
}

// then is a use followed by another one on the same account, as after a swap.
func (u Use) then(next Use) Use {
	for _, s := range next.Open {
		u.Open = append(u.Open[:len(u.Open):len(u.Open)], Stretch{s.From + u.Used, s.To + u.Used})
	}
	u.Used += next.Used
	u.Unsure = u.Unsure || next.Unsure
	return u
}

// days is how much of each 24 hours begun counts under a price.
func (u Use) days(p Price) []time.Duration {
	list := make([]time.Duration, begun(u.Used, day))
	stretches := u.Open
	if !p.OpenHours {
		stretches = []Stretch{{0, u.Used}}
	}
	for _, s := range stretches {
		for i := int(s.From / day); i < len(list) && time.Duration(i)*day < s.To; i++ {
			from, to := time.Duration(i)*day, time.Duration(i+1)*day
			list[i] += min(s.To, to) - max(s.From, from)
		}
	}
	return list
}

// used is how long a tool is out that left at one stamp and is back at another,
// as its price counts it. Where nobody knows which of two clocks was right, the
// one that makes less of it counts.
func (h *Hall) used(from, to Stamp, p Price) Use {
	d, sure := h.elapsed(from, to)
	u := Use{Used: d, Unsure: !sure}
	if !p.OpenHours {
		return u
	}
	out := h.wall(from)
	if !out.known() {
		if back := h.wall(to); back.known() {
			out = wall{back.early.Add(-d), back.late.Add(-d)}
		}
	}
	if !out.known() {
		u.Unsure = true
		return u
	}
	u.Open = h.openWithin(out.early.In(h.cfg.Zone), d)
	if other := h.openWithin(out.late.In(h.cfg.Zone), d); length(other) < length(u.Open) {
		u.Open = other
	}
	u.Unsure = u.Unsure || !out.sure()
	return u
}

func length(list []Stretch) (d time.Duration) {
	for _, s := range list {
		d += s.To - s.From
	}
	return d
}

// Fee is the rent for a use and the formula that comes to it, as the slip shows
// it. It never falls as the use grows.
func (p Price) Fee(u Use) (Fen, string) {
	if p.Rate == 0 {
		return 0, "免租赁费"
	}
	if free := time.Duration(p.Free) * time.Minute; u.Used <= free && free > 0 {
		return 0, fmt.Sprintf("%d分钟内免费", p.Free)
	}
	switch days := u.days(p); p.Per {
	case PerUse:
		return p.Rate, p.times("1次", p.Rate)
	case PerDay:
		n := 0
		for _, d := range days {
			if d > 0 {
				n++
			}
		}
		n = max(n, 1)
		fee := p.Rate * Fen(n)
		return fee, p.times(fmt.Sprintf("%d天", n), fee)
	default:
		return p.hourly(days)
	}
}

func (p Price) times(units string, fee Fen) string {
	return fmt.Sprintf("%s×%s=%s元", p.rate(), units, fee)
}

// hourly counts begun steps over all the days, and for each of these no more
// than the cap.
func (p Price) hourly(days []time.Duration) (fee Fen, formula string) {
	var passed, seen, plain time.Duration // what passed, the steps begun by then, and those below the cap
	capped := 0
	for _, d := range days {
		passed += d
		counted := time.Duration(begun(passed, p.step()))*p.step() - seen
		seen += counted
		if p.Cap > 0 && p.Rate*Fen(counted/time.Minute) > p.Cap*60 {
			capped++
		} else {
			plain += counted
		}
	}
	var terms []string
	if capped > 0 {
		terms = append(terms, fmt.Sprintf("%s×%d天", p.top(), capped))
	}
	if plain > 0 {
		terms = append(terms, p.rate()+"×"+hours(plain))
	}
	minutes := p.Rate * Fen(plain/time.Minute)
	fee = p.Cap*Fen(capped) + minutes/60
	formula = fmt.Sprintf("%s=%s元", strings.Join(terms, "+"), fee)
	if minutes%60 != 0 {
		formula += "（不足1分舍去）"
	}
	return fee, formula
}

// begun counts the units that d has begun, at least one.
func begun(d, unit time.Duration) int64 {
	return max(int64((d+unit-1)/unit), 1)
}
