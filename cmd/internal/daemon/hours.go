package daemon

import (
	"slices"
	"time"

	"halld/config"
)

// openAt tells by the configured hours whether the hall is open at a time; nil
// when no hours are configured, which the rules take for always.
func openAt(c *config.Config) func(time.Time) bool {
	if len(c.Hours) == 0 {
		return nil
	}
	return func(t time.Time) bool {
		t = t.In(c.Location)
		day := config.Date(t.Format(time.DateOnly))
		rules := single(c.Hours, day)
		if len(rules) == 0 && !shut(c.Closed, day) {
			rules = weekly(c.Hours, t)
		}
		at := config.TimeOfDay(t.Hour()*60 + t.Minute())
		return slices.ContainsFunc(rules, func(h config.Hours) bool { return within(at, h.Open, h.Close) })
	}
}

// single are the rules made for one date, such as a make-up working day (调休).
func single(all []config.Hours, day config.Date) (list []config.Hours) {
	for _, h := range all {
		if slices.Contains(h.Dates, day) {
			list = append(list, h)
		}
	}
	return list
}

// weekly are the rules of t's weekday that hold in its season.
func weekly(all []config.Hours, t time.Time) (list []config.Hours) {
	day := config.MonthDay(t.Format("01-02"))
	for _, h := range all {
		if h.Weekdays().Has(t.Weekday()) && inSeason(day, h.From, h.Until) {
			list = append(list, h)
		}
	}
	return list
}

// inSeason reports whether a day is in a season, which may run over the new
// year; no bounds are all year.
func inSeason(day, from, until config.MonthDay) bool {
	switch {
	case from == "" && until == "":
		return true
	case until != "" && until < from:
		return day >= from || day <= until
	default:
		return day >= from && (until == "" || day <= until)
	}
}

func shut(all []config.Closed, day config.Date) bool {
	return slices.ContainsFunc(all, func(c config.Closed) bool {
		return day == c.Date || c.Until != "" && c.Date <= day && day <= c.Until
	})
}

// within reports whether a time of day is between two, over midnight if the
// second is the earlier.
func within(at, from, to config.TimeOfDay) bool {
	if to < from {
		return at >= from || at < to
	}
	return from <= at && at < to
}
