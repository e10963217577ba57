package hall

import (
	"slices"
	"testing"
	"time"
)

// TestSwitchedOffForThreeDays: the plug is pulled in the middle of a day, with
// everything open that can be, and the machine comes up with a clock that nobody
// may believe until it is set.
func TestSwitchedOffForThreeDays(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.OverdueAfter = 8 * time.Hour
	s.h.cfg = s.cfg
	out := s.upTo(Out, "DR-01")
	signed := s.upTo(Signed, "SP-01")
	s.through(Store{Person: "p1", What: "工具包", Staff: "01"})
	s.visitors("p2", "p3", "p4")
	s.printed()
	held := s.called(1)
	s.do(Hold{Window: 1, Staff: "01"})
	s.called(1)
	s.do(Pause{Window: 2, Staff: "02", Reason: "开会"})
	s.do(TrainingOpen{Course: "电工", Staff: "01"})
	s.do(born("p5", 1990, 1, 1))
	last := s.at.Time

	s.at = Stamp{Time: last.AddDate(0, 0, -400), Boot: "b2", Uptime: time.Minute}
	s.do(Start{})
	s.do(Tick{})
	want(t, "day on a bad clock", s.h.Day, "2026-03-02")
	s.refused(born("p6", 1990, 1, 1), ReasonClock)
	s.refused(RentalRequest{Tools: []string{"SP-01"}, Person: "p2", Staff: "01"}, "not-in")
	want(t, "a held number", s.h.Tickets[held].State, Held)

	s.at.Time, s.at.Trusted = last.AddDate(0, 0, 3), true
	s.do(Tick{})
	s.do(Tick{})
	want(t, "day", s.h.Day, "2026-03-05")
	want(t, "numbers of that day", len(s.h.Tickets), 0)
	want(t, "pause", s.h.WindowText(2), "")
	if s.h.Training != nil {
		t.Error("the course goes on")
	}
	want(t, "minutes of a course that nobody closed", lastOf[*TrainingAttended](t, s).Minutes, 0)
	want(t, "unpaid", s.h.Rentals[signed].State, Cancelled)
	want(t, "out", s.h.Rentals[out].State, Out)
	codes := s.matters()
	for _, c := range []string{"overdue", "storage-left"} {
		if !slices.Contains(codes, c) {
			t.Errorf("staff are told of %v, want %s among it", codes, c)
		}
	}
	s.refused(RentalHandover{Rental: signed, Staff: "01"}, "wrong-order")
	s.do(born("p1", 1990, 1, 1))
	s.printed()
	s.through(Fetch{Person: "p1", Staff: "01"})
	s.goOn(out, Settled)
	want(t, "number of the new day", s.h.Tickets["A001"].Person, "p1")
	s.replayed()
}
