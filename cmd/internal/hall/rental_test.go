package hall

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// drill and spade are a priced and a simple tool.
var (
	drill = Tool{ID: "DR-01", Name: "电锤", Class: Priced, Price: Price{Rate: 500, Per: PerHour, Cap: 3000}, Deposit: 20000, Door: "A/3"}
	spade = Tool{ID: "SP-01", Name: "铁锹", Class: Simple, Deposit: 2000, Door: "A/1"}
)

func withTools(t *testing.T) *story {
	s := begin(t)
	s.do(ToolAdd{Tool: drill, Staff: "01"})
	s.do(ToolAdd{Tool: spade, Staff: "01"})
	s.do(born("p1", 1990, 1, 1))
	s.printed()
	return s
}

// request applies for a tool as the visitor p1.
func (s *story) request(tools ...string) string {
	s.t.Helper()
	return s.do(RentalRequest{Tools: tools, Person: "last", Staff: "01"}).(RentalView).Rental
}

// pulse plays the lock board up to the moment in which a lock is driven.
func (s *story) pulse() (op OpenDoor) {
	s.t.Helper()
	for _, e := range s.took() {
		if o, ok := e.(OpenDoor); ok {
			op = o
			s.do(PulseDoor{Op: o.Op})
		}
	}
	return op
}

// door plays the lock board: the door that was asked for opens, or not.
func (s *story) door(state OpState) (op OpenDoor) {
	s.t.Helper()
	op = s.pulse()
	s.do(DoorOutcome{Op: op.Op, State: state})
	return op
}

func TestPricedRental(t *testing.T) {
	s := withTools(t)
	r := s.request("DR-01")
	s.refused(RentalSign{Rental: r, Staff: "01"}, "wrong-order")
	s.refused(RentalApprove{Rental: r, Staff: "01"}, "role")
	s.do(RentalApprove{Rental: r, Staff: "02"})
	if got := s.printed(); len(got) != 1 || got[0] != "rental" {
		t.Fatalf("got slips %v, want the contract before the signature", got)
	}
	s.do(RentalSign{Rental: r, Staff: "01"})
	s.refused(RentalHandover{Rental: r, Staff: "01"}, "wrong-order")
	s.do(RentalDeposit{Rental: r, Staff: "01"})
	s.printed()
	s.send(RentalHandover{Rental: r, Staff: "01"})
	if op := s.door(OpOpen); op.Door != "A/3" {
		t.Fatalf("got door %q, want A/3", op.Door)
	}
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	s.later(2*time.Hour + time.Minute)
	s.send(RentalReturn{Rental: r, Staff: "01"})
	s.door(OpOpen)
	s.refused(RentalInspect{Rental: r, Result: "ok", Staff: "02"}, "wrong-order")
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	s.do(RentalInspect{Rental: r, Result: "damaged", Deduct: 1000, Staff: "02"})
	got := s.do(RentalSettle{Rental: r, Staff: "01"}).(Settlement)
	want := Bill{Fee: 1500, Deduction: 1000, Deposit: 20000, Refund: 17500, Formula: "电锤：5.00元/小时×3小时=15.00元", Sure: true}
	want.Lines = []BillLine{{
		Tool: "DR-01", Fee: 1500, Deduction: 1000, Deposit: 20000, Refund: 17500, Minutes: 121,
		Formula: "5.00元/小时×3小时=15.00元",
	}}
	if diff := cmp.Diff(want, got.Bill); diff != "" {
		t.Error(diff)
	}
	if held := s.h.Rentals[r].Held; held != 0 {
		t.Errorf("got %s still held after settling, want 0", held)
	}
	s.replayed()
}

func TestSimpleToolCostsOnlyItsDeposit(t *testing.T) {
	s := withTools(t)
	priced := spade
	priced.ID, priced.Door, priced.Price = "SP-02", "A/2", Price{Rate: 100, Per: PerUse}
	s.refused(ToolAdd{Tool: priced, Staff: "01"}, "simple-priced")
	r := s.request("SP-01")
	s.do(RentalApprove{Rental: r, Staff: "04"})
	s.do(RentalSign{Rental: r, Staff: "01"})
	s.do(RentalDeposit{Rental: r, Staff: "01"})
	s.printed()
	s.send(RentalHandover{Rental: r, Staff: "01"})
	s.door(OpOpen)
	s.do(DoorSeen{Door: "A/1", State: DoorLocked})
	s.later(9 * time.Hour)
	s.send(RentalReturn{Rental: r, Staff: "01"})
	s.door(OpOpen)
	s.do(DoorSeen{Door: "A/1", State: DoorLocked})
	s.do(RentalInspect{Rental: r, Result: "ok", Staff: "02"})
	if got := s.do(RentalSettle{Rental: r, Staff: "01"}).(Settlement); got.Fee != 0 || got.Refund != 2000 {
		t.Errorf("got fee %s and refund %s, want 0.00 and 20.00", got.Fee, got.Refund)
	}
	s.replayed()
}

func TestDoorThatStaysShutHandsNothingOut(t *testing.T) {
	s := withTools(t)
	r := s.request("DR-01")
	s.do(RentalApprove{Rental: r, Staff: "02"})
	s.do(RentalSign{Rental: r, Staff: "01"})
	s.do(RentalDeposit{Rental: r, Staff: "01"})
	s.printed()
	out, err := s.send(RentalHandover{Rental: r, Staff: "01"})
	if err != nil {
		t.Fatal(err)
	}
	s.door(OpFailed)
	if _, err := out.Reply(s.h); err == nil {
		t.Error("a door that did not open was told as handed out")
	}
	if got := s.h.Rentals[r].State; got != Deposited {
		t.Errorf("got state %s, want deposited", got)
	}
	s.replayed()
}

func TestRequestRunsOutWithoutApproval(t *testing.T) {
	s := withTools(t)
	r := s.request("DR-01")
	s.later(29 * time.Minute)
	s.do(Tick{})
	if d := s.h.WakeIn(s.at); d != time.Minute {
		t.Errorf("got a wake in %v, want 1m", d)
	}
	s.later(time.Minute)
	s.do(Tick{})
	s.refused(RentalApprove{Rental: r, Staff: "02"}, "wrong-order")
	s.request("DR-01")
	s.replayed()
}

// TestOpenDoorIsTheNextStep: as long as a rental's door stands open, that comes
// before anything else.
func TestOpenDoorIsTheNextStep(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Deposited, "DR-01")
	s.took()
	step := func() string {
		v, err := s.h.Rental(r)
		if err != nil {
			t.Fatal(err)
		}
		return v.NextStep
	}
	s.send(RentalHandover{Rental: r, Staff: "01"})
	s.door(OpOpen)
	want(t, "at the handover", step(), "取走DR-01并关好柜门A/3")
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	want(t, "out", step(), "先归还")
	s.send(RentalReturn{Rental: r, Staff: "01"})
	s.door(OpOpen)
	want(t, "at the return", step(), "放回DR-01并关好柜门A/3")
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	want(t, "back", step(), "先检查")
}
