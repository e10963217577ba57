package hall

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	for _, c := range []struct {
		name         string
		birth, today Date
		want         int
	}{
		{"the day before the birthday", Date{2010, 3, 2}, Date{2026, 3, 1}, 15},
		{"the birthday itself", Date{2010, 3, 2}, Date{2026, 3, 2}, 15},
		{"the day after the birthday", Date{2010, 3, 2}, Date{2026, 3, 3}, 16},
		{"18 on the birthday", Date{2008, 12, 31}, Date{2026, 12, 31}, 17},
		{"18 after new year", Date{2008, 12, 31}, Date{2027, 1, 1}, 18},
		{"29 February, common year, the 28th", Date{2008, 2, 29}, Date{2026, 2, 28}, 17},
		{"29 February, common year, 1 March", Date{2008, 2, 29}, Date{2026, 3, 1}, 18},
		{"29 February, leap year, the 28th", Date{2008, 2, 29}, Date{2028, 2, 28}, 19},
		{"29 February, leap year, the 29th", Date{2008, 2, 29}, Date{2028, 2, 29}, 19},
		{"29 February, leap year, 1 March", Date{2008, 2, 29}, Date{2028, 3, 1}, 20},
		{"29 February, 2100 is common", Date{2084, 2, 29}, Date{2100, 3, 1}, 16},
		{"born today", Date{2026, 3, 2}, Date{2026, 3, 2}, -1},
	} {
		if got := Age(c.birth, c.today); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

func TestEveryWayToANumberAsksTheAge(t *testing.T) {
	kid := born("kid", 2011, 1, 1)
	for _, c := range []struct {
		name string
		with func(*story, *CardRead)
	}{
		{"card", func(*story, *CardRead) {}},
		{"chosen service", func(_ *story, e *CardRead) { e.Service = "rights" }},
		{"typed number", func(_ *story, e *CardRead) { e.Typed, e.Staff, e.Second = true, "01", "02" }},
		{"training", func(s *story, _ *CardRead) { s.do(TrainingOpen{Course: "电工", Staff: "01"}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, e := begin(t), kid
			c.with(s, &e)
			s.refused(e, ReasonUnderage)
			if len(s.h.Tickets) != 0 || len(s.h.Persons) != 0 || s.h.Tally.Trained != 0 {
				t.Error("someone under 16 was let in")
			}
		})
	}
}

func TestClockThatJumpsBackDecidesNoAge(t *testing.T) {
	s := begin(t)
	s.do(born("p1", 1990, 1, 1))
	s.at.Time, s.at.Trusted = time.Date(1970, 1, 1, 0, 5, 0, 0, shanghai), false
	s.refused(born("p2", 1990, 1, 1), ReasonClock)
	if got := s.h.Day; got != "2026-03-02" {
		t.Errorf("got day %s after a bad clock, want 2026-03-02", got)
	}
	s.replayed()
}
