package hall

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Hours is one rule of opening hours.
type Hours struct {
	Days        uint8    // weekdays, bit 1<<time.Weekday
	Dates       []string // single dates it holds for, before Days and closures (调休)
	From, Until string   // season of Days, 01-02, both included; empty: all year
	Open, Close time.Duration
}

// Closure is a run of days on which the hall does not open.
type Closure struct {
	From, Until string // 2026-10-01, both included
	Reason      string
}

// holds reports whether the rule is one of a day's, by its weekday and season.
func (r Hours) holds(day time.Time) bool {
	if r.Days&(1<<day.Weekday()) == 0 {
		return false
	}
	d := day.Format("01-02")
	switch {
	case r.From == "":
		return true
	case r.From <= r.Until:
		return r.From <= d && d <= r.Until
	default: // over new year
		return r.From <= d || d <= r.Until
	}
}

// hoursOf are the rules of a calendar day: those that name its date, else none
// on a closed day, else those of its weekday, of which the ones with a season go
// before the others.
func (h *Hall) hoursOf(day time.Time) (rules []Hours, closed bool, reason string) {
	date := day.Format(time.DateOnly)
	if rules = h.rules(func(r Hours) bool { return slices.Contains(r.Dates, date) }); rules != nil {
		return rules, false, ""
	}
	for _, c := range h.cfg.Closed {
		if c.From <= date && date <= max(c.From, c.Until) {
			return nil, true, c.Reason
		}
	}
	if rules = h.rules(func(r Hours) bool { return r.From != "" && r.holds(day) }); rules == nil {
		rules = h.rules(func(r Hours) bool { return r.From == "" && r.holds(day) })
	}
	return rules, rules == nil && len(h.cfg.Hours) > 0, ""
}

func (h *Hall) rules(ok func(Hours) bool) (list []Hours) {
	for _, r := range h.cfg.Hours {
		if ok(r) {
			list = append(list, r)
		}
	}
	return list
}

// opening is a run of time during which the hall is open.
type opening struct{ from, until time.Time }

// openings are the times of opening that begin on a calendar day; one of a night
// market ends on the next. Without any rule the hall is open on every day that is
// not a closed one.
func (h *Hall) openings(day time.Time) (list []opening) {
	rules, closed, _ := h.hoursOf(day)
	if len(h.cfg.Hours) == 0 && !closed {
		rules = []Hours{{Close: 24 * time.Hour}}
	}
	for _, r := range rules {
		end := r.Close
		if end <= r.Open { // over midnight
			end += 24 * time.Hour
		}
		list = append(list, opening{onDay(day, r.Open), onDay(day, end)})
	}
	return list
}

// onDay is the moment at which a clock on the wall shows a time of a day.
func onDay(day time.Time, clock time.Duration) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, int(clock/time.Second), 0, day.Location())
}

// inHours reports whether the hall is open at a time, or opens within early of
// it.
func (h *Hall) inHours(t time.Time, early time.Duration) bool {
	return slices.ContainsFunc(append(h.openings(t.AddDate(0, 0, -1)), h.openings(t)...), func(o opening) bool {
		return !t.Before(o.from.Add(-early)) && t.Before(o.until)
	})
}

// afterHours reports whether the hall is shut: by its staff, or by its hours, which
// the day that begins by itself at night does not change.
func (h *Hall) afterHours(at Stamp) bool {
	return !h.Opened || at.Trusted && !h.inHours(at.Time, h.cfg.OpenEarly)
}

// opens is when the hall is open next, at t or after it, looking so many days
// ahead.
func (h *Hall) opens(t time.Time, days int) (next time.Time, ok bool) {
	for n := -1; n <= days; n++ {
		for _, o := range h.openings(t.AddDate(0, 0, n)) {
			if from := later(o.from, t); o.until.After(t) && (!ok || from.Before(next)) {
				next, ok = from, true
			}
		}
		if ok && n >= 0 {
			break
		}
	}
	return next, ok
}

// countedDays bounds how long a tool's time is counted by opening hours: more is
// a clock's mistake.
const countedDays = 366

// openWithin is when the hall is open during d from a time, as offsets into it,
// in order and without overlaps.
func (h *Hall) openWithin(from time.Time, d time.Duration) (list []Stretch) {
	d = min(d, countedDays*day)
	until := from.Add(d)
	for day := from.AddDate(0, 0, -1); onDay(day, 0).Before(until); day = day.AddDate(0, 0, 1) {
		for _, o := range h.openings(day) {
			s := Stretch{max(o.from.Sub(from), 0), min(o.until.Sub(from), d)}
			if s.From < s.To {
				list = append(list, s)
			}
		}
	}
	return merged(list)
}

// merged puts stretches in order and joins those that touch or overlap.
func merged(list []Stretch) []Stretch {
	slices.SortFunc(list, func(a, b Stretch) int { return cmp.Compare(a.From, b.From) })
	out := list[:0]
	for _, s := range list {
		if n := len(out); n > 0 && s.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
		} else {
			out = append(out, s)
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// hoursText says when the hall is open on a day, in words for the public; empty
// if no rule says so.
func (h *Hall) hoursText(day time.Time) string {
	rules, closed, reason := h.hoursOf(day)
	switch {
	case closed && reason != "":
		return "今日不开放（" + reason + "）"
	case closed:
		return "今日不开放"
	case rules == nil:
		return ""
	}
	spans := make([]string, len(rules))
	for i, r := range rules {
		spans[i] = clockText(r.Open) + "至" + clockText(r.Close)
	}
	return "今日开放时间" + strings.Join(spans, "、")
}

func clockText(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute)
}
