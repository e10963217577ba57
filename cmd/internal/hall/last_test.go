package hall

import (
	"strings"
	"testing"
	"time"
)

// Behind a card that led to no check-in nobody is the last person: what staff do
// for "last" must not happen to whoever came before.
func TestLastPersonIsNobodyBehindARefusedCard(t *testing.T) {
	for name, card := range map[string]Event{
		"under 16":   born("kid", 2015, 1, 1),
		"unreadable": CardTrouble{Reason: TroubleUnreadable},
		"expired": func() CardRead {
			e := born("old", 1990, 1, 1)
			e.Facts.Until = Date{2020, 1, 1}
			return e
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			s.refused(PersonFlag{Person: "last", Class: 1, Reason: "残疾", Staff: "02"}, "nobody")
			s.do(ToolAdd{Tool: spade, Staff: "01"})
			if name == "under 16" { // also the first of a day
				_, _ = s.send(card)
				_, err := s.h.Resolve("last")
				want(t, "words", err.Error(), "最近一张证件没有登记，请重新刷证")
			}
			s.do(born("p1", 1990, 1, 1))
			if _, err := s.send(card); err != nil {
				t.Fatal(err)
			}
			s.refused(RentalRequest{Tools: []string{"SP-01"}, Person: "last", Facts: Facts{Birth: Date{1990, 1, 1}}, Staff: "01"}, "nobody")
			_, err := s.h.Resolve("last")
			want(t, "words", err.Error(), "最近一张证件没有登记，请重新刷证")
			s.do(born("p2", 1990, 1, 1))
			ref, err := s.h.Resolve("last")
			if err != nil || ref != "p2" {
				t.Errorf("got %q, %v; want p2", ref, err)
			}
			s.replayed()
		})
	}
}

// An unreadable card is recorded once behind a person, and not at all where
// nobody could be meant.
func TestUnreadableCardsLeaveOneRecord(t *testing.T) {
	s := begin(t)
	s.do(CardTrouble{Reason: TroubleLifted})
	s.do(born("p1", 1990, 1, 1))
	n := len(s.ledger)
	for range 3 {
		s.do(CardTrouble{Reason: TroubleLifted})
	}
	want(t, "records", len(s.ledger)-n, 1)
}

// Whoever gets no number because there is none has come all the same: a tool may
// be rented, and a lost slip be settled.
func TestVisitorWithoutANumber(t *testing.T) {
	for name, prepare := range map[string]func(s *story){
		"closed":  func(s *story) { s.do(DayClose{Staff: "02"}) },
		"used up": func(s *story) { s.h.Next["match"] = 500 },
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			s.do(ToolAdd{Tool: spade, Staff: "01"})
			prepare(s)
			s.took()
			code := map[string]string{"closed": "closed", "used up": "no-numbers"}[name]
			s.refused(born("p1", 1990, 1, 1), code)
			want(t, "greetings", len(greetings(s.took())), 1)
			want(t, "numbers", len(s.h.Tickets), 0)
			want(t, "visits", s.h.Tally.Visits, 1)
			r := s.do(RentalRequest{Tools: []string{"SP-01"}, Person: "last", Facts: Facts{Birth: Date{1990, 1, 1}}, Staff: "01"}).(RentalView)
			want(t, "person", r.Person, "p1")
		})
	}
}

// Somebody who was put out of the market is known, and can be spoken of.
func TestBlockedPersonIsTheLast(t *testing.T) {
	s := begin(t)
	s.do(born("p1", 1990, 1, 1))
	s.do(PersonBlock{Person: "last", Reason: "扰乱秩序", Staff: "02"})
	s.refused(born("p1", 1990, 1, 1), ReasonBlocked)
	s.do(PersonUnblock{Person: "last", Reason: "申诉成立", Staff: "02"})
	s.replayed()
}

// The slip is promised only while the printer works, and a typed check-in is
// answered by the clerk and not at the entrance.
func TestGreetings(t *testing.T) {
	s := begin(t)
	told := func(ev Event) string {
		t.Helper()
		s.do(ev)
		return strings.Join(greetings(s.took()), "|")
	}
	want(t, "first", told(born("p1", 1990, 1, 1)), "登记成功，请取小票")
	typed := born("p2", 1990, 1, 1)
	typed.Typed, typed.Staff = true, "01"
	want(t, "typed", told(typed), "")
	s.do(DeviceReport{Device: PrinterName, Fault: "paper-low"})
	want(t, "little paper", told(born("p3", 1990, 1, 1)), "登记成功，请取小票")
	s.do(DeviceReport{Device: PrinterName, Fault: "paper-out"})
	want(t, "no paper", told(born("p4", 1990, 1, 1)), slipLater)
	s.later(time.Second)
	want(t, "again", told(born("p4", 1990, 1, 1)), slipLater)
}

func greetings(effects []Effect) (texts []string) {
	for _, e := range effects {
		if g, ok := e.(Greet); ok {
			texts = append(texts, g.Text)
		}
	}
	return texts
}
