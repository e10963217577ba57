package hall

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// arrive lets people take numbers, a minute apart, with their paper.
func (s *story) arrive(refs ...string) {
	s.t.Helper()
	for _, ref := range refs {
		s.later(time.Minute)
		s.do(born(ref, 1990, 1, 1))
		s.printed()
	}
}

// calls asks who comes next at window 1 and ends that number.
func (s *story) calls(n int) (numbers []string) {
	s.t.Helper()
	for range n {
		r := s.do(CallNext{Window: 1, Staff: "01"}).(CallReply)
		if r.Ticket == nil {
			return append(numbers, "-")
		}
		numbers = append(numbers, *r.Ticket)
		s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	}
	return numbers
}

func TestPriorityByThePublishedRatio(t *testing.T) {
	s := begin(t)
	s.cfg.Queue = QueueRules{Priority: 1, Ordinary: 2}
	s.h = New(s.cfg)
	s.arrive("p1", "p2", "p3", "p4", "p5", "p6")
	for _, ref := range []string{"p4", "p5"} {
		s.do(PersonFlag{Person: ref, Class: 1, Reason: "残疾", Until: "2026-12-31", Staff: "02"})
	}
	want := []string{"A004", "A001", "A002", "A005", "A003", "A006", "-"}
	if diff := cmp.Diff(want, s.calls(7)); diff != "" {
		t.Errorf("one with a class for two without (-want +got):\n%s", diff)
	}
	s.replayed()
}

func TestCallOutOfOrderNeedsAReason(t *testing.T) {
	s := begin(t)
	s.arrive("p1", "p2")
	s.refused(CallNext{Window: 1, Ticket: "A002", Staff: "01"}, "no-reason")
	s.do(CallNext{Window: 1, Ticket: "A002", Reason: "突发不适", Staff: "01"})
	if n := s.h.Report().Jumps; n != 1 {
		t.Errorf("got %d calls out of order in the report, want 1", n)
	}
	s.replayed()
}

func TestHoldTransferAndSkipKeepThePlace(t *testing.T) {
	s := begin(t)
	s.cfg.Queue.LateWithin = 30 * time.Minute
	s.h = New(s.cfg)
	s.arrive("p1", "p2", "p3")
	s.do(CallNext{Window: 1, Staff: "01"})
	s.do(Recall{Window: 1, Staff: "01"})
	s.do(Hold{Window: 1, Staff: "01"})
	s.do(CallNext{Window: 1, Staff: "01"}) // A002
	s.do(Skip{Window: 1, Staff: "01"})
	s.do(Unhold{Ticket: "A001", Staff: "01"})
	s.later(10 * time.Minute)
	if v := s.do(born("p2", 1990, 1, 1)).(TicketView); v.Ticket != "A002" {
		t.Errorf("the late-comer got %s, want the old number A002", v.Ticket)
	}
	if diff := cmp.Diff([]string{"A001", "A002", "A003", "-"}, s.calls(4)); diff != "" {
		t.Errorf("order of arrival (-want +got):\n%s", diff)
	}
	s.arrive("p4")
	s.do(CallNext{Window: 1, Staff: "01"})
	s.do(Transfer{Window: 1, To: "rights", Staff: "01"})
	if r := s.do(CallNext{Window: 1, Staff: "01"}).(CallReply); r.Ticket != nil {
		t.Errorf("window 1 called %s, which is for the rights service now", *r.Ticket)
	}
	if r := s.do(CallNext{Window: 2, Staff: "01"}).(CallReply); r.Ticket == nil || *r.Ticket != "A004" {
		t.Errorf("window 2 got %v, want A004", r.Ticket)
	}
	s.replayed()
}

func TestExpelledPersonKeepsTheRightsService(t *testing.T) {
	s := begin(t)
	s.arrive("p1")
	s.refused(PersonBlock{Person: "p1", Reason: "清出市场", Until: "2026-03-09", Staff: "01"}, "role")
	s.do(PersonBlock{Person: "p1", Reason: "清出市场", Until: "2026-03-09", Staff: "02"})
	s.later(time.Hour)
	s.refused(born("p1", 1990, 1, 1), ReasonBlocked)
	rights := born("p1", 1990, 1, 1)
	rights.Service = "rights"
	s.do(rights)
	s.later(8 * 24 * time.Hour)
	s.do(born("p1", 1990, 1, 1))
	s.replayed()
}

func TestNoticeSaysAllAtOnce(t *testing.T) {
	s := begin(t)
	s.arrive("p1")
	n := s.do(NoticeGive{Person: "last", Matter: "求职登记", Missing: []string{"照片", "银行卡"}, Staff: "01"}).(NoticeView)
	if !strings.HasPrefix(n.Notice, "N") {
		t.Errorf("got notice %q", n.Notice)
	}
	if got := s.printed(); len(got) != 1 || got[0] != "notice" {
		t.Errorf("got slips %v, want the notice", got)
	}
	s.do(NoticeGive{Person: "last", Matter: "求职登记", Missing: []string{"照片"}, Staff: "01"})
	again := NoticeGive{Person: "last", Matter: "求职登记", Missing: []string{"户口本"}, Staff: "01"}
	s.refused(again, "repeat")
	again.Reason = "政策调整"
	s.refused(again, "role")
	again.Staff = "02"
	s.do(again)
	s.replayed()
}

func TestDayClosesWithItsReport(t *testing.T) {
	s := begin(t)
	s.arrive("p1", "p2")
	s.calls(1)
	s.refused(DayClose{Staff: "02"}, "waiting")
	r := s.do(DayClose{Staff: "02", Reason: "停电"}).(DayReport)
	if r.Visits != 2 || r.Tickets != 2 || r.Ended != 1 || r.Waiting != 0 || r.Outcomes["日终"] != 1 {
		t.Errorf("got %+v", r)
	}
	s.later(24 * time.Hour)
	if v := s.do(born("p2", 1990, 1, 1)).(TicketView); v.Ticket != "A001" {
		t.Errorf("got %s on the next day, want A001", v.Ticket)
	}
	s.replayed()
}

// The head of the hall acts and the head of the market takes the report; in a
// hall that knows no head of the market, the head of the hall confirms it.
func TestAlarmIsKnownByTwo(t *testing.T) {
	for _, managed := range []bool{true, false} {
		s := begin(t)
		if managed {
			s.cfg.Staff = append(s.cfg.Staff, Staff{ID: "05", Name: "李", Roles: []Role{Manager}})
			s.h.cfg = s.cfg
		}
		s.do(Emergency{Window: 1, Staff: "01"})
		s.refused(EmergencyAck{ID: "E000001", Staff: "01"}, "role")
		s.do(EmergencyAck{ID: "E000001", Staff: "02"})
		by := "02"
		if managed {
			s.refused(EmergencyAck{ID: "E000001", Staff: "02"}, "role")
			by = "05"
		}
		s.do(EmergencyAck{ID: "E000001", Staff: by})
		s.refused(EmergencyAck{ID: "E000001", Staff: by}, "acked")
		s.replayed()
	}
}

// Any order of what people do at the windows loses no number, gives none twice,
// and replays to the same hall.
func TestQueueStories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := begin(t)
		s.cfg.Queue = QueueRules{Priority: 1, Ordinary: 1, LateWithin: time.Hour}
		s.h = New(s.cfg)
		steps := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 40).Draw(rt, "steps")
		for i, step := range steps {
			window := 1 + i%2
			s.later(time.Minute)
			_, _ = s.send([]Event{
				born(fmt.Sprintf("p%d", i%7), 1990, 1, 1),
				CallNext{Window: window, Staff: "01"},
				Recall{Window: window, Staff: "01"},
				Hold{Window: window, Staff: "01"},
				Unhold{Ticket: "A001", Staff: "01"},
				Skip{Window: window, Staff: "01"},
				Transfer{Window: window, To: "rights", Staff: "01"},
				Done{Window: window, Outcome: "办结", Staff: "01"},
				Pause{Window: window, Staff: "01"},
				Resume{Window: window, Staff: "01"},
			}[step])
			s.printed()
		}
		open := map[string]int{}
		for _, ticket := range s.h.Tickets {
			if ticket.State != Ended {
				open[ticket.Person+ticket.Service]++
			}
		}
		for who, n := range open {
			if n > 1 {
				rt.Fatalf("%s has %d open numbers for one service", who, n)
			}
		}
		s.replayed()
	})
}
