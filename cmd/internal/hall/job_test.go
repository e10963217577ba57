package hall

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// swipes lets n people of 1990 lay their cards.
func (s *story) swipes(n int) {
	s.t.Helper()
	for i := range n {
		s.do(born(fmt.Sprintf("p%d", i), 1990, 1, 1))
	}
}

// states are the states of all jobs in order.
func (s *story) states() string {
	var list []string
	for i := range s.h.JobSeq {
		list = append(list, string(s.h.Jobs[fmt.Sprintf("S%06d", i+1)].State))
	}
	return strings.Join(list, " ")
}

// One slip at a time goes to the printer, in the order of the numbers.
func TestSlipsTakeTurns(t *testing.T) {
	s := begin(t)
	s.swipes(3)
	want(t, "states", s.states(), "sending queued queued")
	for i, id := range []string{"S000001", "S000002", "S000003"} {
		got := s.sent()
		if len(got) != 1 || got[0].ID != id || got[0].State != JobSending {
			t.Fatalf("turn %d: sent %+v, want %s", i, got, id)
		}
		s.do(SlipResult{Job: id, State: JobPrinted})
	}
	want(t, "sent behind the last", len(s.sent()), 0)
	s.replayed()
}

// After a restart the slip that was begun waits for a decision. Those behind it
// were not, and come out by themselves, once.
func TestRestartKnowsWhatWasBegun(t *testing.T) {
	s := begin(t)
	s.swipes(3)
	s.took()
	s.do(Start{})
	want(t, "states", s.states(), "undecided queued queued")
	want(t, "sent by the start itself", len(s.sent()), 0)
	s.do(PrinterReady{})
	want(t, "papers", len(s.printed()), 2)
	want(t, "states", s.states(), "undecided printed printed")
	s.do(PrinterReady{})
	want(t, "papers", len(s.printed()), 0)
	s.replayed()
}

// A printer that takes nothing gets no more slips until it is ready, and then all
// of them in order, under the same job.
func TestHeldSlipStopsThoseBehindIt(t *testing.T) {
	s := begin(t)
	s.swipes(2)
	s.do(SlipResult{Job: s.sent()[0].ID, State: JobHeld})
	s.do(born("late", 1990, 1, 1))
	want(t, "sent to a printer that is not ready", len(s.sent()), 0)
	s.do(DeviceReport{Device: PrinterName, Fault: "paper-out"})
	s.do(PrinterReady{})
	want(t, "sent without paper", len(s.sent()), 0)
	s.do(DeviceReport{Device: PrinterName})
	s.do(PrinterReady{})
	want(t, "papers", len(s.printed()), 3)
	want(t, "states", s.states(), "printed printed printed")
	s.replayed()
}

// What broke off comes once more as 补打, behind what waited already.
func TestBrokenSlipComesOnceMore(t *testing.T) {
	s := begin(t)
	s.swipes(2)
	s.do(SlipResult{Job: s.sent()[0].ID, State: JobUnknown})
	s.do(SlipResult{Job: s.sent()[0].ID, State: JobHeld})
	s.do(PrinterReady{})
	for _, w := range []struct {
		id      string
		reprint int
	}{{"S000002", 0}, {"S000003", 1}} {
		got := s.sent()
		if len(got) != 1 || got[0].ID != w.id || got[0].Reprint != w.reprint {
			t.Fatalf("sent %+v, want %s as reprint %d", got, w.id, w.reprint)
		}
		s.do(SlipResult{Job: w.id, State: JobUnknown})
	}
	s.do(PrinterReady{})
	want(t, "papers of the second", len(s.printed()), 1)
	s.do(PrinterReady{})
	want(t, "papers", len(s.printed()), 0)
	s.replayed()
}

// A slip that staff took care of is not printed when its turn comes; nor is one
// that is replaced by a reprint.
func TestSettledSlipIsSkipped(t *testing.T) {
	s := begin(t)
	s.swipes(4)
	s.do(SettleSlip{Job: "S000002", Staff: "01", Reason: "已口头告知号码"})
	s.do(Reprint{Ticket: "A003", Staff: "01", Reason: "本人要求"})
	var ids []string
	for got := s.sent(); len(got) > 0; got = s.sent() {
		ids = append(ids, got[0].ID)
		s.do(SlipResult{Job: got[0].ID, State: JobPrinted})
	}
	want(t, "printed", strings.Join(ids, " "), "S000001 S000004 S000005")
	s.replayed()
}

// A new day forgets yesterday's slips, but not the one that is being printed.
func TestSlipOverMidnight(t *testing.T) {
	s := begin(t)
	s.swipes(2)
	job := s.sent()[0]
	s.later(24 * time.Hour)
	s.do(born("next", 1990, 1, 1))
	want(t, "sent while one is on its way", len(s.sent()), 0)
	s.do(SlipResult{Job: job.ID, State: JobPrinted})
	if got := s.sent(); len(got) != 1 || got[0].ID != "S000003" {
		t.Errorf("sent %+v, want today's", got)
	}
	s.replayed()
}
