package hall

import (
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

// inHours reports whether the hall is open at a time, or opens within early of
// it. Without any rule it is open on every day that is not a closed one.
func (h *Hall) inHours(t time.Time, early time.Duration) bool {
	now := wallClock(t)
	today, closed, _ := h.hoursOf(t)
	if len(h.cfg.Hours) == 0 {
		return !closed
	}
	for _, r := range today {
		end := r.Close
		if end <= r.Open { // over midnight
			end += 24 * time.Hour
		}
		if r.Open-early <= now && now < end {
			return true
		}
	}
	yesterday, _, _ := h.hoursOf(t.AddDate(0, 0, -1))
	return slices.ContainsFunc(yesterday, func(r Hours) bool { return r.Close <= r.Open && now < r.Close })
}

// wallClock is the time of day as a clock on the wall shows it.
func wallClock(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
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
