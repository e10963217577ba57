package hall

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestBlockedPersonIsRecognisedAndMayUseRights(t *testing.T) {
	s := begin(t)
	s.visitors("p1")
	s.called(1)
	s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	s.refused(PersonBlock{Person: "p1", Reason: "打架", Until: "2026-03-04", Staff: "01"}, "role")
	s.refused(PersonBlock{Person: "p1", Until: "2026-03-04", Staff: "02"}, "no-reason")
	s.refused(PersonBlock{Person: "p1", Reason: "打架", Until: "2026-02-30", Staff: "02"}, "until")
	s.refused(PersonBlock{Person: "p1", Reason: "打架", Until: "2026-03-01", Staff: "02"}, "until")
	s.do(PersonBlock{Person: "A001", Reason: "打架", Until: "2026-03-04", Staff: "02"})
	s.took()
	s.refused(born("p1", 1990, 1, 1), ReasonBlocked)
	for _, e := range s.took() {
		switch e := e.(type) {
		case Greet:
			if strings.Contains(e.Text, "打架") {
				t.Errorf("the entrance screen shows the reason: %s", e.Text)
			}
		case Print:
			if text := string(e.Job.Slip.Data); !strings.Contains(text, "2026-03-04") || !strings.Contains(text, "0353-6060000") {
				t.Errorf("the slip lacks the last day or where to object: %s", text)
			}
		}
	}
	rights := born("p1", 1990, 1, 1)
	rights.Service = "rights"
	want(t, "rights service", s.do(rights).(TicketView).Ticket, "E001")
	s.later(48 * time.Hour) // 4 March: the last day
	s.refused(born("p1", 1990, 1, 1), ReasonBlocked)
	s.later(24 * time.Hour)
	want(t, "after the last day", s.do(born("p1", 1990, 1, 1)).(TicketView).Ticket, "A001")
	s.replayed()
}

func TestFlagRunsOutAndComesBackOff(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2")
	s.refused(PersonFlag{Person: "last", Class: 0, Reason: "残疾", Staff: "01"}, "class")
	s.refused(PersonFlag{Person: "nobody", Class: 1, Reason: "残疾", Staff: "01"}, "unknown-person")
	v := s.do(PersonFlag{Person: "last", Class: 2, Reason: "残疾", Until: "2026-03-02", Staff: "01"}).(PersonView)
	want(t, "class", v.Class, 2)
	want(t, "who", v.Person, "p2")
	want(t, "call", s.called(1), "A002")
	s.later(24 * time.Hour)
	s.do(Tick{})
	want(t, "class the day after", s.h.class("p2"), 0)
	s.do(PersonUnflag{Person: "p2", Staff: "01"})
	s.refused(PersonUnflag{Person: "p2", Staff: "01"}, "no-flag")
	s.refused(PersonUnblock{Person: "p2", Reason: "x", Staff: "02"}, "no-block")
	s.replayed()
}

func TestCountyListsAreTakenWholeOrNotAtAll(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2")
	s.do(Lists{Version: 3, Hash: "h3", Priority: []Listed{{Ref: "p2", Class: 1, Reason: "低收入", Until: "2026-12-31"}}})
	want(t, "class", s.h.class("p2"), 1)
	s.refused(Lists{Version: 3, Hash: "h3"}, "older")
	s.refused(Lists{Version: 4, Priority: []Listed{{Ref: "p1", Class: 1}, {Ref: "p3"}}}, "list")
	s.refused(Lists{Version: 4, Block: []Listed{{Ref: "p1", Until: "tomorrow"}}}, "list")
	want(t, "class after a bad pack", s.h.class("p1"), 0)
	s.do(Lists{Version: 4, Hash: "h4", Block: []Listed{{Ref: "p4", Reason: "清出市场"}}})
	want(t, "class after a pack without", s.h.class("p2"), 0)
	s.refused(born("p4", 1990, 1, 1), ReasonBlocked)
	s.replayed()
}

func TestForeignDocumentAsksStaffToConfirm(t *testing.T) {
	s := begin(t)
	e := born("f1", 1990, 1, 1)
	e.Facts.Document = DocumentForeigner
	want(t, "mark", s.do(e).(TicketView).Confirm, RightToWork)
	want(t, "warnings", len(s.h.Warnings()), 1)
	s.do(PersonConfirm{Person: "last", Staff: "01"})
	want(t, "warnings", len(s.h.Warnings()), 0)
	s.refused(PersonConfirm{Person: "last", Staff: "01"}, "nothing")
	s.later(time.Hour)
	want(t, "mark at the next tap", s.do(e).(TicketView).Confirm, "")
	s.replayed()
}

func TestTypedNumberWithASecondLook(t *testing.T) {
	s := begin(t)
	e := born("p1", 1990, 1, 1)
	e.Typed, e.Staff = true, "01"
	s.do(e)
	if list := s.h.ListExceptions(); len(list) != 1 || list[0].Reason != "无人复核" {
		t.Errorf("got %+v, want a number that nobody looked at a second time", list)
	}
	e.Second = "01"
	s.refused(e, "same-person")
	e.Second = "02"
	s.do(e)
	want(t, "exceptions of 01", s.h.Report().Exceptions["01"], 2)
	s.replayed()
}

func TestRefusalIsPrintedOnceAndCounted(t *testing.T) {
	s := begin(t)
	e := born("kid", 2015, 1, 1)
	e.Person.Last4 = "1234"
	for i, slips := range []int{1, 0, 0, 1} {
		s.refused(e, ReasonUnderage)
		want(t, "slips", len(s.printed()), slips)
		d := lastOf[*CheckinRefused](t, s)
		want(t, "attempt", d.Attempt, i+1)
		want(t, "last four", d.Person.Last4, "")
		s.later(4 * time.Minute)
	}
	e = born("p1", 1990, 1, 1)
	e.Facts.Until = Date{2026, 3, 1}
	s.refused(e, ReasonExpired)
	e.Facts.Until, e.Facts.Conflict = Date{}, "birth"
	s.refused(e, ReasonConflict)
	e.Facts.Conflict, e.Facts.From = "", Date{2026, 3, 3}
	s.refused(e, ReasonEarly)
	e.Facts.From = Date{2026, 3, 2}
	s.do(e)
	s.replayed()
}

func TestCardTroubleOnlyTellsWhatToDo(t *testing.T) {
	s := begin(t)
	for _, reason := range []string{TroubleLifted, TroubleUnreadable, TroubleUnsupported, TroubleName, "?"} {
		n := len(s.ledger)
		s.do(CardTrouble{Reason: reason})
		e := s.took()
		if g, ok := e[len(e)-1].(Greet); !ok || g.Text == "" || len(s.ledger) > n+1 {
			t.Errorf("%s: got %v, want a sentence and no record", reason, e)
		}
	}
}

// TestClassIsNeverPublic holds every public output to what may stand there.
func TestClassIsNeverPublic(t *testing.T) {
	s := begin(t)
	secret := []string{"甲乙丙丁", "ref-of-p1", "7777"}
	e := born("ref-of-p1", 1990, 1, 1)
	e.Person.Last4 = "7777"
	s.do(e)
	s.printed()
	s.do(PersonFlag{Person: "last", Class: 9, Reason: "甲乙丙丁", Staff: "02"})
	s.do(e)
	s.do(CallNext{Window: 1, Staff: "01"})
	s.do(e)
	s.do(Recall{Window: 1, Staff: "01"})
	var public []any
	public = append(public, s.h.Board(), s.h.WindowText(1), s.h.Showing(0))
	for _, e := range s.effects {
		if p, ok := e.(Print); ok {
			public = append(public, string(p.Job.Slip.Data))
			continue
		}
		public = append(public, e)
	}
	for _, p := range public {
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range append(secret, "class", "priority", "优先") {
			if strings.Contains(string(b), w) {
				t.Errorf("%T shows %q: %s", p, w, b)
			}
		}
	}
}
