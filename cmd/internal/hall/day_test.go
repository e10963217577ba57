package hall

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestDayEndsWithItsReport(t *testing.T) {
	s := begin(t)
	want(t, "open", s.do(DayOpen{Staff: "02"}).(DayReply).Open, true)
	s.do(DayOpen{Staff: "02"})
	s.visitors("p1", "p2", "p3")
	s.called(1)
	s.later(5 * time.Minute)
	s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	s.called(1)
	s.refused(DayClose{Staff: "01"}, "role")
	s.refused(DayClose{Staff: "02"}, "waiting")
	r := s.do(DayClose{Staff: "02", Reason: "停电"}).(DayReport)
	want(t, "visits", r.Visits, 3)
	want(t, "tickets", r.Tickets, 3)
	want(t, "waiting", r.Waiting, 0)
	want(t, "day's end", r.Outcomes["日终"], 2)
	want(t, "served", r.Services[0].Served, 1)
	want(t, "minutes served", r.Services[0].Serve, 5)
	if got := s.printed(); len(got) != 1 || got[0] != "report" {
		t.Errorf("got slips %v, want the report", got)
	}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"deposit_in":"0.00"`) {
		t.Errorf("got %s and %v, want sums as decimal strings", b, err)
	}
	s.refused(DayClose{Staff: "02"}, "closed")
	s.refused(born("p4", 1990, 1, 1), "closed")
	s.do(DayOpen{Staff: "02"})
	want(t, "opened again", s.do(born("p4", 1990, 1, 1)).(TicketView).Ticket, "A004")
	s.replayed()
}

func TestMidnightBeginsADay(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2")
	s.later(24 * time.Hour)
	want(t, "number of the new day", s.do(born("p3", 1990, 1, 1)).(TicketView).Ticket, "A001")
	d := lastOf[*DayReported](t, s)
	if d.Day != "2026-03-02" || d.Tickets != 2 || d.Outcomes["日终"] != 2 {
		t.Errorf("got %+v, want the report of 2 March with 2 numbers ended", d.DayReport)
	}
	s.replayed()
}

func TestWaitingNumbersAreCarriedOver(t *testing.T) {
	s := begin(t)
	s.cfg.CarryOver = true
	s.h.cfg.CarryOver = true
	s.do(born("p1", 1990, 1, 1))
	if text := string(s.sent()[0].Slip.Data); !strings.Contains(text, `"carried":true`) {
		t.Errorf("the slip says that the number ends with the day: %s", text)
	}
	s.do(SlipResult{Job: s.h.Tickets["A001"].Job, State: JobPrinted})
	s.visitors("p2", "p3")
	s.called(1)
	s.later(24 * time.Hour)
	v := s.do(born("p4", 1990, 1, 1)).(TicketView)
	want(t, "a number nobody holds", v.Ticket, "A001")
	s.printed()
	want(t, "the next one", s.do(born("p5", 1990, 1, 1)).(TicketView).Ticket, "A004")
	s.printed()
	want(t, "same number", s.do(born("p2", 1990, 1, 1)).(TicketView).Ticket, "A002")
	for _, w := range []string{"A002", "A003", "A001", "A004"} {
		want(t, "call", s.called(1), w)
		s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
	}
	s.replayed()
}

func TestDayWaitsForATrustedClock(t *testing.T) {
	s := begin(t)
	s.visitors("p1")
	s.at.Boot, s.at.Trusted, s.at.Uptime = "b2", false, 0
	s.later(30 * 24 * time.Hour)
	s.do(Tick{})
	want(t, "day on a bad clock", s.h.Day, "2026-03-02")
	s.at.Trusted = true
	s.do(Tick{})
	want(t, "day on a good one", s.h.Day, "2026-04-01")
	s.replayed()
}

func TestPersonTakesADayBackThatAClockInvented(t *testing.T) {
	s := begin(t)
	s.visitors("p1")
	give := NoticeGive{Person: "p1", Matter: "求职登记", Missing: []string{"照片"}, Staff: "01"}
	s.do(give)
	s.printed()
	right := s.at
	s.at.Time = s.at.Time.AddDate(1, 0, 0)
	s.do(Tick{})
	want(t, "invented day", s.h.Day, "2027-03-02")
	s.at = right
	s.later(time.Minute)
	s.do(Tick{})
	want(t, "still invented", s.h.Day, "2027-03-02")
	s.refused(ConfirmDate{Date: "2026-03-03", Staff: "02"}, "wrong-date")
	s.do(ConfirmDate{Date: "2026-03-02", Staff: "02"})
	s.do(Tick{})
	want(t, "confirmed day", s.h.Day, "2026-03-02")
	want(t, "a number that is not on paper yet", s.do(born("p2", 1990, 1, 1)).(TicketView).Ticket, "A002")
	s.printed()
	give.Person = "p2"
	want(t, "nor a notice's", s.do(give).(NoticeView).Notice, "N260302-002")
	s.replayed()
}

func TestStateDoesNotGrowWithTheYears(t *testing.T) {
	s := begin(t)
	s.long = true
	sizes := map[int]int{}
	for day := range 150 {
		for p := range 3 {
			s.do(born(fmt.Sprintf("p%d-%d", day, p), 1990, 1, 1))
			s.printed()
		}
		s.refused(born(fmt.Sprintf("kid%d", day), 2020, 1, 1), ReasonUnderage)
		s.printed()
		s.called(1)
		s.do(NoticeGive{Person: fmt.Sprintf("p%d-2", day), Matter: "登记", Missing: []string{"照片"}, Staff: "01"})
		s.printed()
		s.do(Done{Window: 1, Outcome: "办结", Staff: "01"})
		s.later(24 * time.Hour)
		sizes[day] = len(snapshot(t, s.h))
	}
	if sizes[149] > sizes[100]*11/10 {
		t.Errorf("the state grew from %d to %d bytes between day 100 and day 149", sizes[100], sizes[149])
	}
}

func TestEmergencyIsAnsweredForTwice(t *testing.T) {
	s := begin(t)
	s.cfg.Staff = append(s.cfg.Staff, Staff{ID: "05", Name: "李", Roles: []Role{Manager}})
	s.h.cfg.Staff = s.cfg.Staff
	id := s.do(Emergency{Window: 1}).(Alarm).ID
	s.later(time.Second)
	want(t, "pressed twice", s.do(Emergency{Window: 1, Staff: "01"}).(Alarm).ID, id)
	s.refused(EmergencyAck{ID: id, Staff: "05"}, "role")
	s.refused(EmergencyAck{ID: "E9", Staff: "02"}, "unknown-alarm")
	s.do(EmergencyAck{ID: id, Staff: "02"})
	s.refused(EmergencyAck{ID: id, Staff: "02"}, "role")
	want(t, "warnings", len(s.h.Warnings()), 1)
	s.later(24 * time.Hour)
	want(t, "second", strings.Join(s.do(EmergencyAck{ID: id, Staff: "05"}).(Alarm).Acked, " "), "02 05")
	s.refused(EmergencyAck{ID: id, Staff: "05"}, "acked")
	want(t, "seconds", lastOf[*EmergencyAcked](t, s).After, 24*3600+1)
	s.replayed()
}
