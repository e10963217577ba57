package hall

import (
	"testing"
	"time"
)

func TestSwipeDrawsANumberAndKeepsIt(t *testing.T) {
	s := begin(t)
	if got := s.do(born("p1", 1990, 1, 1)).(TicketView); got.Ticket != "A001" {
		t.Fatalf("got %s, want A001", got.Ticket)
	}
	if got := s.printed(); len(got) != 1 || got[0] != "ticket" {
		t.Fatalf("got slips %v, want one ticket", got)
	}
	s.later(time.Second)
	if got := s.do(born("p1", 1990, 1, 1)).(TicketView); got.Ticket != "A001" {
		t.Fatalf("second tap: got %s, want A001", got.Ticket)
	}
	if got := s.printed(); len(got) != 0 {
		t.Fatalf("a card laid twice printed %v", got)
	}
	if got := s.do(born("p2", 1991, 1, 1)).(TicketView); got.Ticket != "A002" {
		t.Fatalf("next person: got %s, want A002", got.Ticket)
	}
	s.replayed()
}

func TestUnder16GetsNoNumber(t *testing.T) {
	s := begin(t)
	s.refused(born("kid", 2010, 3, 2), ReasonUnderage) // 16th birthday is today
	if len(s.h.Tickets) != 0 {
		t.Error("a number was drawn")
	}
	if got := s.printed(); len(got) != 1 || got[0] != "refusal" {
		t.Errorf("got slips %v, want a refusal", got)
	}
	s.later(24 * time.Hour)
	s.do(born("kid", 2010, 3, 2))
	s.replayed()
}

func TestClockThatIsNotTrustedDecidesNoAge(t *testing.T) {
	s := begin(t)
	s.at.Trusted = false
	s.refused(born("p1", 1990, 1, 1), ReasonClock)
	s.do(ConfirmDate{Date: "2026-03-02", Staff: "02"})
	s.do(born("p1", 1990, 1, 1))
	s.replayed()
}

func TestNumberIsNotCalledBeforeItsPaper(t *testing.T) {
	s := begin(t)
	s.do(born("p1", 1990, 1, 1))
	s.do(DeviceReport{Device: PrinterName, Fault: "paper-out"})
	s.do(SlipResult{Job: s.sent()[0].ID, State: JobHeld})
	if got := s.do(CallNext{Window: 1, Staff: "01"}).(CallReply); got.Ticket != nil {
		t.Fatalf("called %s, whose slip never came out", *got.Ticket)
	}
	s.do(DeviceReport{Device: PrinterName})
	s.do(PrinterReady{})
	if got := s.printed(); len(got) != 1 {
		t.Fatalf("got %v, want the held slip once", got)
	}
	s.do(PrinterReady{})
	if got := s.printed(); len(got) != 0 {
		t.Fatalf("got %v printed again", got)
	}
	if got := s.do(CallNext{Window: 1, Staff: "01"}).(CallReply); got.Ticket == nil || *got.Ticket != "A001" {
		t.Fatalf("got %v, want A001", got.Ticket)
	}
	s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	s.replayed()
}
