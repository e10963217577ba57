package hall

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// visitors lets people draw numbers, and takes their slips.
func (s *story) visitors(refs ...string) {
	s.t.Helper()
	for _, ref := range refs {
		s.later(time.Minute)
		s.do(born(ref, 1990, 1, 1))
		s.printed()
	}
}

// called calls the next number to window 1 and gives it; empty when nobody waits.
func (s *story) called(window int) string {
	s.t.Helper()
	r := s.do(CallNext{Window: window, Staff: "01"}).(CallReply)
	if r.Ticket == nil {
		return ""
	}
	return *r.Ticket
}

// want compares in a story.
func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestANumberThroughAllVerbs(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2", "p3")
	want(t, "first call", s.called(1), "A001")
	s.refused(CallNext{Window: 1, Staff: "01"}, "busy")
	want(t, "recall", *s.do(Recall{Window: 1, Staff: "01"}).(CallReply).Ticket, "A001")
	want(t, "held", s.do(Hold{Window: 1, Staff: "01"}).(TicketView).State, "held")
	want(t, "after the hold", s.called(1), "A002")
	s.refused(Unhold{Ticket: "A002", Staff: "01"}, "not-held")
	want(t, "taken up again", s.do(Unhold{Ticket: "A001", Staff: "01"}).(TicketView).State, "waiting")
	s.refused(Done{Window: 1, Outcome: "不办", Staff: "01"}, "no-outcome")
	want(t, "done", s.do(Done{Window: 1, Outcome: "办结", Staff: "01"}).(TicketView).Outcome, "办结")
	want(t, "the held one has its place", s.called(1), "A001")
	want(t, "transferred", s.do(Transfer{Window: 1, To: "rights", Staff: "01"}).(TicketView).Service, "rights")
	want(t, "window 2 calls it first", s.called(2), "A001")
	want(t, "the last one", s.called(1), "A003")
	s.do(Skip{Window: 1, Staff: "01"})
	s.do(Done{Window: 2, Outcome: "转办", Staff: "01"})
	want(t, "nobody waits", s.called(1), "")
	s.refused(Recall{Window: 1, Staff: "01"}, "idle")
	got := s.h.Report()
	want(t, "calls", got.Calls, 5)
	want(t, "recalls", got.Recalls, 1)
	want(t, "transfers", got.Transfers, 1)
	want(t, "skipped", got.Outcomes["过号"], 1)
	s.replayed()
}

func TestLateComerGetsThePlaceBack(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2")
	s.called(1)
	s.do(Skip{Window: 1, Staff: "01"})
	s.later(29 * time.Minute)
	if got := s.do(born("p1", 1990, 1, 1)).(TicketView); got.Ticket != "A001" || got.Ahead != 0 {
		t.Fatalf("got %s with %d ahead, want A001 with none", got.Ticket, got.Ahead)
	}
	want(t, "call", s.called(1), "A001")
	s.do(Skip{Window: 1, Staff: "01"})
	s.later(31 * time.Minute)
	s.refused(Unhold{Ticket: "A001", Staff: "01"}, "not-held")
	want(t, "too late", s.do(born("p1", 1990, 1, 1)).(TicketView).Ticket, "A003")
	s.replayed()
}

func TestOutOfOrderNeedsAReasonAndIsListed(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2", "p3")
	s.refused(CallNext{Window: 1, Ticket: "A003", Staff: "01"}, "no-reason")
	s.refused(CallNext{Window: 1, Ticket: "A009", Reason: "急", Staff: "01"}, "unknown-ticket")
	s.do(CallNext{Window: 1, Ticket: "A003", Reason: "赶车", Staff: "01"})
	s.do(CallNext{Window: 2, Ticket: "A001", Staff: "01"}) // its turn: no reason needed
	list := s.h.ListExceptions()
	if len(list) != 1 || list[0].Subject != "A003" || list[0].Staff != "01" || list[0].Reason != "赶车" {
		t.Errorf("got %+v, want the one jump of A003", list)
	}
	want(t, "jumps of 01", s.h.Report().JumpsBy["01"], 1)
	s.replayed()
}

func TestOneOpenNumberForAPersonAndService(t *testing.T) {
	s := begin(t)
	s.visitors("p1")
	rights := born("p1", 1990, 1, 1)
	rights.Service = "rights"
	want(t, "other service", s.do(rights).(TicketView).Ticket, "E001")
	want(t, "again", s.do(rights).(TicketView).Ticket, "E001")
	s.called(1)
	s.refused(Transfer{Window: 1, To: "rights", Staff: "01"}, "has-ticket")
	s.refused(Transfer{Window: 1, To: "match", Staff: "01"}, "same-service")
	s.refused(Transfer{Window: 1, To: "x", Staff: "01"}, "unknown-service")
	s.replayed()
}

func TestPausedWindowCallsNobody(t *testing.T) {
	s := begin(t)
	s.visitors("p1")
	s.do(Pause{Window: 1, Reason: "开会", Staff: "01"})
	s.refused(CallNext{Window: 1, Staff: "01"}, "paused")
	s.do(CallButton{Window: 1})
	want(t, "over the window", s.h.WindowText(1), "暂停")
	want(t, "another reason", s.do(Pause{Window: 1, Reason: "午休", Staff: "01"}).(WindowView).Reason, "午休")
	want(t, "no other reason", s.do(Pause{Window: 1, Staff: "01"}).(WindowView).Reason, "午休")
	s.do(Resume{Window: 1, Staff: "01"})
	s.do(CallButton{Window: 1})
	want(t, "over the window", s.h.WindowText(1), "A001")
	s.replayed()
}

func TestWindowBelongsToWhoSignedIn(t *testing.T) {
	s := begin(t)
	s.cfg.Staff[3].Roles = []Role{Counter} // 04
	s.visitors("p1", "p2")
	s.do(CounterIn{Window: 1, Staff: "01"})
	s.refused(CallNext{Window: 1, Staff: "04"}, "not-yours")
	s.do(CallNext{Window: 1, Staff: "02"}) // the head helps out
	s.refused(CounterOut{Window: 1, Staff: "01"}, "busy")
	s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	s.do(CounterIn{Window: 2, Staff: "01"})
	want(t, "window 1", s.h.ListWindows()[0].Staff, "")
	s.do(CallButton{Window: 2})
	if d := lastOf[*TicketCalled](t, s); d.Staff != "01" {
		t.Errorf("the button called for %q, want 01", d.Staff)
	}
	s.replayed()
}

// TestActingSignsIn: the first act at a window signs its clerk in, and from then
// on the window is that clerk's.
func TestActingSignsIn(t *testing.T) {
	s := begin(t)
	s.cfg.Staff[3].Roles = []Role{Counter} // 04
	s.visitors("p1", "p2", "p3")
	s.do(CallNext{Window: 1, Staff: "01"})
	want(t, "window 1", s.h.ListWindows()[0].Staff, "01")
	s.refused(Recall{Window: 1, Staff: "04"}, "not-yours")
	s.refused(CounterIn{Window: 1, Staff: "04"}, "busy")
	s.refused(CounterIn{Window: 2, Staff: "01"}, "busy")

	s.do(CallNext{Window: 2, Staff: "01"}) // one clerk at two windows
	want(t, "window 1", s.h.ListWindows()[0].Staff, "01")
	want(t, "window 2", s.h.ListWindows()[1].Staff, "01")
	s.do(Done{Window: 2, Outcome: "办结", Staff: "01"})
	n := len(s.ledger)
	s.do(Recall{Window: 1, Staff: "01"})
	want(t, "records of a second act", len(s.ledger)-n, 1)

	s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	s.do(CounterIn{Window: 1, Staff: "04"}) // takes the window over
	want(t, "window 1", s.h.ListWindows()[0].Staff, "04")
	s.refused(CallNext{Window: 1, Staff: "01"}, "not-yours")
	s.do(CounterOut{Window: 1, Staff: "04"})
	s.refused(CounterOut{Window: 1, Staff: "04"}, "nobody")
	s.do(CallNext{Window: 1, Staff: "01"})
	want(t, "window 2", s.h.ListWindows()[1].Staff, "")
	s.replayed()
}

func TestWindowsThatAreNone(t *testing.T) {
	s := begin(t)
	for n, code := range map[int]string{0: "no-window", 7: "unknown-window"} {
		s.refused(CallNext{Window: n, Staff: "01"}, code)
		_, err := s.h.atWindow(n)
		if !strings.Contains(err.Error(), "窗口有1、2") {
			t.Errorf("got %v, want the windows that there are", err)
		}
	}
}

// lastOf is the last record of a kind.
func lastOf[T Data](t *testing.T, s *story) (last T) {
	t.Helper()
	for _, r := range s.ledger {
		d, err := Decode(r.kind, r.raw)
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := d.(T); ok {
			last = d
		}
	}
	return last
}

func TestHeldForLongIsTold(t *testing.T) {
	s := begin(t)
	s.visitors("p1")
	s.called(1)
	s.do(Hold{Window: 1, Staff: "01"})
	s.later(20*time.Minute - 30*time.Second)
	want(t, "wake", s.h.WakeIn(s.at), 30*time.Second)
	s.do(Tick{})
	want(t, "warnings", len(s.h.Warnings()), 0)
	s.later(30 * time.Second)
	s.do(Tick{})
	s.do(Tick{})
	if w := s.h.Warnings(); len(w) != 1 || w[0].Code != "held" {
		t.Errorf("got %+v, want one number held for long", w)
	}
	s.replayed()
}

func TestEstimateIsSilentWhenUnsure(t *testing.T) {
	s := begin(t)
	for i := range fewestPaces {
		s.visitors(string(rune('a' + i)))
		s.later(4 * time.Minute)
		if from, to := s.h.estimate("match", 3); from != 0 || to != 0 {
			t.Fatalf("after %d waits: got %d to %d minutes, want silence", i, from, to)
		}
		s.called(1)
		s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	}
	if from, to := s.h.estimate("match", 3); from != 16 || to != 16 {
		t.Errorf("got %d to %d minutes, want 16 to 16", from, to)
	}
	s.do(Pause{Window: 1, Staff: "01"})
	s.do(Pause{Window: 2, Staff: "01"})
	if from, to := s.h.estimate("match", 3); from != 0 || to != 0 {
		t.Errorf("with every window paused: got %d to %d minutes, want silence", from, to)
	}
}

// TestPriorityStarvesNobody lets people of a class come without end and holds
// the longest wait, in calls, to what the ratio promises.
func TestPriorityStarvesNobody(t *testing.T) {
	s := begin(t)
	s.long = true
	drawn := map[string]int{} // calls before the number was drawn
	calls, ahead := 0, map[string]int{}
	var order []string
	arrive := func(ref string, class int) {
		v := s.do(born(ref, 1990, 1, 1)).(TicketView)
		s.printed()
		if class > 0 {
			s.do(PersonFlag{Person: ref, Class: class, Reason: "残疾", Staff: "02"})
		}
		drawn[v.Ticket], ahead[v.Ticket] = calls, v.Ahead
	}
	for i := range 20 {
		arrive("o"+string(rune('a'+i)), 0)
	}
	for i := range 60 {
		arrive("p"+string(rune('0'+i)), 1)
		number := s.called(1)
		order = append(order, number)
		calls++
		if waited, most := calls-drawn[number], (ahead[number]+1)*4/3+2; waited > most {
			t.Errorf("%s waited %d calls, want %d at most", number, waited, most)
		}
		s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	}
	if first := order[:8]; !slices.Equal(first, []string{"A021", "A001", "A002", "A003", "A022", "A004", "A005", "A006"}) {
		t.Errorf("got %v, want one of a class to three others", first)
	}
	s.replayed()
}

func TestAClassIsNoDrawback(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2", "p3", "o1", "o2")
	for _, p := range []string{"p1", "p2", "p3"} {
		s.do(PersonFlag{Person: p, Class: 1, Reason: "残疾", Staff: "02"})
	}
	for _, w := range []string{"A001", "A002", "A003", "A004", "A005"} {
		want(t, "call", s.called(1), w)
		s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	}
}
