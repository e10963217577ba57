package hall

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCountyNotice(t *testing.T) {
	s := begin(t)
	s.do(Start{})
	shown := func(text string) bool { return slices.Contains(s.h.Board().Lines, text) }
	s.do(CountyNotice{Text: new(" 明日停电 ")})
	want(t, "today's notice is shown", shown("明日停电"), true)
	s.do(CountyNotice{Text: new("清明节放假三天"), Until: "2026-03-03"})
	want(t, "one takes the place of another", shown("明日停电"), false)
	s.later(24 * time.Hour)
	s.do(Tick{})
	want(t, "on its last day it is shown", shown("清明节放假三天"), true)
	s.refused(CountyNotice{Text: new(strings.Repeat("长", longestNotice+1))}, "too-long")
	s.refused(CountyNotice{Text: new("停电\n停水")}, "text")
	s.refused(CountyNotice{Text: new("x"), Until: "明天"}, "until")
	s.later(24 * time.Hour)
	s.do(Tick{})
	want(t, "the day after it is not", shown("清明节放假三天"), false)
	s.do(CountyNotice{Text: new("x")})
	s.refused(CountyNotice{}, "text")
	s.do(CountyNotice{Text: new("")})
	want(t, "an empty one takes it away", shown("x"), false)
	s.replayed()
}

func TestUnblock(t *testing.T) {
	s := begin(t)
	s.do(born("p1", 1990, 1, 1))
	s.refused(PersonUnblock{Person: "p1", Reason: "申诉成立", Staff: "02"}, "no-block")
	s.do(PersonBlock{Person: "p1", Reason: "清出市场", Until: "2027-01-01", Staff: "02"})
	s.refused(born("p1", 1990, 1, 1), "blocked")
	s.refused(PersonUnblock{Person: "p1", Reason: "申诉成立", Staff: "01"}, "role")
	s.refused(PersonUnblock{Person: "p1", Staff: "02"}, "no-reason")
	s.do(PersonUnblock{Person: "p1", Reason: "申诉成立", Staff: "02"})
	s.do(born("p1", 1990, 1, 1))
	s.replayed()
}

// TestSlipIsSettledByWord: a number whose paper is unsure may be called once
// somebody of the staff has told it.
func TestSlipIsSettledByWord(t *testing.T) {
	s := begin(t)
	s.do(born("p1", 1990, 1, 1))
	var job string
	for _, e := range s.took() {
		if p, ok := e.(Print); ok {
			job = p.Job.ID
		}
	}
	s.do(SlipResult{Job: job, State: JobHeld})
	want(t, "nobody is called whose number is on no paper", s.do(CallNext{Window: 1, Staff: "01"}).(CallReply).Ticket == nil, true)
	s.refused(SettleSlip{Job: "none", Staff: "01"}, "no-slip")
	s.do(SettleSlip{Job: job, Staff: "01", Reason: "已当面告知"})
	if c := s.do(CallNext{Window: 1, Staff: "01"}).(CallReply).Ticket; c == nil || *c != "A001" {
		t.Errorf("%v is called, want A001", c)
	}
	s.replayed()
}
