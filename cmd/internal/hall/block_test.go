package hall

import (
	"testing"
	"time"
)

// TestBlockEndsWhatSomebodyWaitsFor: being put out of the market holds for the
// numbers that were drawn before, too, whoever decided it.
func TestBlockEndsWhatSomebodyWaitsFor(t *testing.T) {
	for name, block := range map[string]Event{
		"by staff":      PersonBlock{Person: "p1", Reason: "打架", Staff: "02"},
		"by the county": Lists{Version: 1, Hash: "h", Block: []Listed{{Ref: "p1", Reason: "打架"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			s.visitors("p1", "p2")
			rights := born("p1", 1990, 1, 1)
			rights.Service = "rights"
			s.do(rights)
			s.printed()
			s.do(block)
			want(t, "end", s.h.Tickets["A001"].Outcome, OutcomeBlocked)
			want(t, "rights", s.h.Tickets["E001"].State, Waiting)
			want(t, "who is called", s.called(1), "A002")
			want(t, "served", s.h.Report().Ended, 0)
			s.replayed()
		})
	}
}

// TestBlockedPersonGetsNoOtherServiceByAnyWay: not by a transfer, by a number that
// was put aside or missed, nor by a locker.
func TestBlockedPersonGetsNoOtherServiceByAnyWay(t *testing.T) {
	s := begin(t)
	s.visitors("p1")
	s.called(1)
	s.do(PersonBlock{Person: "p1", Reason: "打架", Staff: "02"})
	want(t, "the number at the window", s.h.Tickets["A001"].State, Called)
	s.do(Hold{Window: 1, Staff: "01"})
	s.refused(Unhold{Ticket: "A001", Staff: "01"}, ReasonBlocked)
	s.refused(Store{Person: "p1", Staff: "01"}, ReasonBlocked)
	rights := born("p1", 1990, 1, 1)
	rights.Service = "rights"
	s.do(rights)
	s.printed()
	want(t, "rights", s.called(2), "E001")
	s.refused(Transfer{Window: 2, To: "match", Staff: "01"}, ReasonBlocked)
	s.do(Done{Window: 2, Outcome: "办结", Staff: "01"})
	s.replayed()
}

// TestBlockEndsACourse: whoever is put out of the market during a course was there
// until then.
func TestBlockEndsACourse(t *testing.T) {
	s := begin(t)
	s.do(TrainingOpen{Course: "电工", Staff: "01"})
	s.do(born("p1", 1990, 1, 1))
	s.later(30 * time.Minute)
	s.do(PersonBlock{Person: "p1", Reason: "打架", Staff: "02"})
	d := lastOf[*TrainingAttended](t, s)
	want(t, "minutes", d.Minutes, 30)
	want(t, "forgotten", d.Forgotten, false)
	s.refused(born("p1", 1990, 1, 1), ReasonBlocked)
	s.later(30 * time.Minute)
	s.do(TrainingClose{Staff: "01"})
	want(t, "once", lastOf[*TrainingAttended](t, s).Minutes, 30)
	s.replayed()
}

// TestBlockTakenBackGivesThePlaceBack: a mistake costs nobody their place.
func TestBlockTakenBackGivesThePlaceBack(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2")
	s.do(PersonBlock{Person: "p1", Reason: "打架", Staff: "02"})
	s.do(PersonUnblock{Person: "p1", Reason: "认错了人", Staff: "02"})
	want(t, "number", s.do(born("p1", 1990, 1, 1)).(TicketView).Ticket, "A001")
	want(t, "who is called", s.called(1), "A001")
	s.replayed()
}

// TestBlockEndsARentalWithoutMoneyInIt: nobody takes a deposit for a tool that
// would not be handed out, and one that was taken can go back.
func TestBlockEndsARentalWithoutMoneyInIt(t *testing.T) {
	for state, after := range map[RentalState]RentalState{Requested: Cancelled, Signed: Cancelled, Deposited: Deposited} {
		s := withTools(t)
		r := s.upTo(state, "DR-01")
		s.do(PersonBlock{Person: "p1", Reason: "打架", Staff: "02"})
		want(t, string(state), s.h.Rentals[r].State, after)
		if after == Deposited {
			s.refused(RentalHandover{Rental: r, Staff: "01"}, ReasonBlocked)
			s.do(RentalCancel{Rental: r, Staff: "01", Reason: "清出市场"})
		}
		want(t, "the tool", s.h.Tools["DR-01"].State, ToolIn)
		want(t, "money held", s.h.Rentals[r].Held, 0)
		s.replayed()
	}
}
