package hall

import (
	"errors"
	"slices"
	"testing"
)

// steps are the events of a rental, each as the right person would send it.
var steps = []struct {
	name string
	ev   func(r string) Event
	from []RentalState // where it is allowed; anywhere else it is out of order
}{
	{"approve", func(r string) Event { return RentalApprove{Rental: r, Staff: "02"} }, []RentalState{Requested}},
	{"refuse", func(r string) Event { return RentalRefuse{Rental: r, Staff: "02", Reason: "x"} }, []RentalState{Requested}},
	{"county", func(r string) Event { return RentalApproveByCounty{Rental: r, By: "x"} }, []RentalState{Requested}},
	{"sign", func(r string) Event { return RentalSign{Rental: r, Staff: "01"} }, []RentalState{Approved}},
	{"contract", func(r string) Event { return RentalContract{Rental: r, Staff: "01"} }, []RentalState{Approved, Inspected, Lost}},
	{"deposit", func(r string) Event { return RentalDeposit{Rental: r, Staff: "01"} }, []RentalState{Signed}},
	{"handover", func(r string) Event { return RentalHandover{Rental: r, Staff: "01"} }, []RentalState{Deposited}},
	{"return", func(r string) Event { return RentalReturn{Rental: r, Staff: "01"} }, []RentalState{Out, Lost}},
	{"inspect", func(r string) Event { return RentalInspect{Rental: r, Result: ResultOK, Staff: "02"} }, []RentalState{Returned}},
	{"lose", func(r string) Event { return RentalInspect{Rental: r, Result: ResultLost, Staff: "02", Second: "01"} }, []RentalState{Out, Returned}},
	{"settle", func(r string) Event { return RentalSettle{Rental: r, Staff: "01"} }, []RentalState{Inspected, Lost}},
	{"cancel", func(r string) Event { return RentalCancel{Rental: r, Staff: "01", Reason: "x"} }, []RentalState{Requested, Approved, Signed, Deposited}},
	{"correct settlement", func(r string) Event {
		return RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "x"}
	}, []RentalState{Settled}},
	{"correct deposit", func(r string) Event {
		return RentalCorrect{Rental: r, What: CorrectDeposit, Staff: "02", Second: "01", Reason: "x"}
	}, []RentalState{Deposited}},
	{"lost slip", func(r string) Event {
		return RentalLostSlip{Rental: r, Staff: "01", Second: "02", Statement: "x"}
	}, []RentalState{Deposited, Out, Returned, Inspected, Lost}},
}

// TestEveryStepInEveryState holds each event against each state: it is taken
// where it belongs, and elsewhere refused with the present state and the next
// step, with nothing half done.
func TestEveryStepInEveryState(t *testing.T) {
	for _, state := range []RentalState{
		Requested, Approved, Signed, Deposited, Out, Returned, Inspected, Settled, Refused, Cancelled, Lost,
	} {
		s := withTools(t)
		r := s.in(state)
		for _, step := range steps { // handling changes nothing
			out, err := s.h.Handle(s.at, s.judged(step.ev(r)))
			var no *Refusal
			switch allowed := slices.Contains(step.from, state); {
			case allowed && err != nil:
				t.Errorf("%s when %s: refused: %v", step.name, state, err)
			case !allowed && (!errors.As(err, &no) || no.Code != "wrong-order"):
				t.Errorf("%s when %s: got %v, want it out of order", step.name, state, err)
			case !allowed && len(out.Data)+len(out.Effects) > 0:
				t.Errorf("%s when %s: refused with %d records", step.name, state, len(out.Data))
			}
		}
	}
}

// in makes a rental in a state.
func (s *story) in(state RentalState) string {
	s.t.Helper()
	switch state {
	case Refused:
		r := s.request("DR-01")
		s.do(RentalRefuse{Rental: r, Staff: "02", Reason: "x"})
		return r
	case Cancelled:
		r := s.request("DR-01")
		s.do(RentalCancel{Rental: r, Staff: "01", Reason: "x"})
		return r
	case Lost:
		r := s.upTo(Out, "DR-01")
		s.do(RentalInspect{Rental: r, Result: ResultLost, Staff: "02", Second: "01"})
		return r
	}
	return s.upTo(state, "DR-01")
}

// TestWhoMayDoWhat holds each event of a rental against each person of the
// staff. 05 has no role, 06's training has run out.
func TestWhoMayDoWhat(t *testing.T) {
	may := map[string][]string{ // 01 counter and keeper, 02 keeper, approver, finance and head, 03 technician, 04 approver, 07 finance
		"approve": {"02", "04"}, "refuse": {"02", "04"}, "sign": {"01", "02"}, "deposit": {"01", "02", "07"},
		"handover": {"01", "02"}, "return": {"01", "02"}, "inspect": {"01", "02"}, "settle": {"01", "02", "07"}, "cancel": {"01", "02"},
		"swap": {"01", "02"}, "correct": {"02", "07"}, "service": {"03"}, "tool": {"01", "02"}, "count": {"01", "02", "07"}, "float": {"02", "07"},
	}
	events := map[string]struct {
		in RentalState
		ev func(r, staff string) Event
	}{
		"approve":  {Requested, func(r, staff string) Event { return RentalApprove{Rental: r, Staff: staff} }},
		"refuse":   {Requested, func(r, staff string) Event { return RentalRefuse{Rental: r, Staff: staff, Reason: "x"} }},
		"sign":     {Approved, func(r, staff string) Event { return RentalSign{Rental: r, Staff: staff} }},
		"deposit":  {Signed, func(r, staff string) Event { return RentalDeposit{Rental: r, Staff: staff} }},
		"handover": {Deposited, func(r, staff string) Event { return RentalHandover{Rental: r, Staff: staff} }},
		"return":   {Out, func(r, staff string) Event { return RentalReturn{Rental: r, Staff: staff} }},
		"inspect":  {Returned, func(r, staff string) Event { return RentalInspect{Rental: r, Result: ResultOK, Staff: staff} }},
		"settle":   {Inspected, func(r, staff string) Event { return RentalSettle{Rental: r, Staff: staff} }},
		"cancel":   {Deposited, func(r, staff string) Event { return RentalCancel{Rental: r, Staff: staff, Reason: "x"} }},
		"swap": {Deposited, func(r, staff string) Event {
			return RentalSwap{Rental: r, Tool: "DR-01", With: "DR-02", Staff: staff, Reason: "x"}
		}},
		"correct": {Settled, func(r, staff string) Event {
			return RentalCorrect{Rental: r, What: CorrectSettlement, Staff: staff, Second: "04", Reason: "x"}
		}},
		"service": {Settled, func(_, staff string) Event { return OpenForService{Door: "A/9", Staff: staff, Reason: "x"} }},
		"tool":    {Settled, func(_, staff string) Event { return ToolRepair{ID: "DR-01", Staff: staff, Reason: "x"} }},
		"count":   {Settled, func(_, staff string) Event { return CashHandover{Staff: staff, Counted: 500} }},
		"float":   {Settled, func(_, staff string) Event { return CashFloat{Staff: staff, Amount: 500, Second: "01"} }},
	}
	for name, c := range events {
		s := withTools(t)
		s.cfg.Staff = append(s.cfg.Staff, Staff{ID: "05"}, Staff{
			ID: "06", Roles: []Role{Counter, Keeper, Approver, Finance, Head, Manager, Technician}, TrainedUntil: Date{2026, 3, 1},
		}, Staff{ID: "07", Roles: []Role{Finance}})
		s.h.cfg = s.cfg
		other := drill
		other.ID, other.Door = "DR-02", "A/4"
		s.do(ToolAdd{Tool: other, Staff: "01"})
		r := s.in(c.in)
		for _, staff := range []string{"01", "02", "03", "04", "05", "06", "07", "99", ""} {
			_, err := s.h.Handle(s.at, s.judged(c.ev(r, staff)))
			if want := slices.Contains(may[name], staff); want != (err == nil) {
				t.Errorf("%s by %q: got %v, want allowed: %t", name, staff, err, want)
			}
		}
	}
}
