package hall

import (
	"slices"
	"testing"
	"time"
)

func TestDoorID(t *testing.T) {
	for id, ok := range map[DoorID]bool{
		"A/3": true, "A/24": true, "A/25": false, "A/0": false, "A/-1": false, "B/1": false, "A": false, "": false, "A/03": false, "A/3 ": false, "A/3/4": false,
	} {
		if got := New(testConfig()).known(id); got != ok {
			t.Errorf("%q: got %t, want %t", id, got, ok)
		}
	}
}

func TestJammedDoorHasAPlan(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Deposited, "DR-01")
	for range 2 {
		s.printed()
		s.send(RentalHandover{Rental: r, Staff: "01"})
		s.door(OpFailed)
		s.state(r, Deposited)
	}
	s.refused(RentalHandover{Rental: r, Staff: "01"}, "door-jammed")
	if got := s.took(); len(got) != 0 {
		t.Fatalf("a jammed door is still driven: %v", got)
	}
	s.refused(RentalHandover{Rental: r, Staff: "01", ByHand: true}, "no-reason")
	s.do(RentalHandover{Rental: r, Staff: "01", ByHand: true, Reason: "柜门打不开，用钥匙"})
	s.state(r, Out)
	s.do(SetDoor{Door: "A/3", Out: true, Staff: "01", Reason: "锁坏，已报修"})
	s.refused(SetDoor{Door: "A/3", Out: true, Staff: "01", Reason: "再停"}, "no-change")
	s.refused(RentalReturn{Rental: r, Staff: "01"}, "door-out")
	s.refused(RentalReturn{Rental: r, Staff: "01", Door: "A/1"}, "door-taken")
	s.through(RentalReturn{Rental: r, Staff: "01", Door: "A/7"})
	s.state(r, Returned)
	if got := s.h.Tools["DR-01"].Door; got != "A/7" {
		t.Errorf("the drill is behind %s, want A/7", got)
	}
	s.do(SetDoor{Door: "A/3", Staff: "03", Reason: "修好"})
	s.replayed()
}

func TestSecondCommandNeverOpensADoorAgain(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Deposited, "DR-01")
	s.printed()
	s.send(RentalHandover{Rental: r, Staff: "01"})
	s.refused(RentalHandover{Rental: r, Staff: "01"}, "door-busy")
	s.refused(RentalCancel{Rental: r, Staff: "01", Reason: "x"}, "door-busy")
	s.refused(OpenForService{Door: "A/3", Staff: "03", Reason: "看看"}, "door-busy")
	s.door(OpOpen)
	s.do(DoorOutcome{Op: "D000001", State: OpFailed}) // a late word changes nothing
	s.state(r, Out)
	s.refused(RentalHandover{Rental: r, Staff: "01"}, "wrong-order")
	s.refused(RentalReturn{Rental: r, Staff: "01"}, "door-busy") // still open
	s.do(RentalReturn{Rental: r, Staff: "01", ByHand: true, Reason: "柜门没关，当面收回"})
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	s.state(r, Returned)
	s.replayed()
}

func TestDoorThatTheBoardForgot(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Deposited, "DR-01")
	s.printed()
	s.send(RentalHandover{Rental: r, Staff: "01"})
	s.pulse()
	s.later(time.Minute)
	s.do(Tick{})
	if got := s.h.Undecided(); len(got) != 1 || got[0].State != OpUnknown {
		t.Fatalf("got %+v, want the opening listed", got)
	}
	s.do(DoorSeen{Door: "A/3", State: DoorOpen}) // it did open after all
	s.state(r, Out)
	s.replayed()
}

func TestHalfDoneOpeningsWaitForAPerson(t *testing.T) {
	for _, c := range []struct {
		decision string
		want     RentalState
	}{{DecisionDone, Out}, {DecisionUndone, Deposited}} {
		s := withTools(t)
		r := s.upTo(Deposited, "DR-01")
		s.printed()
		s.send(RentalHandover{Rental: r, Staff: "01"})
		s.pulse()
		s.do(Start{})
		if got := s.took(); len(got) != 0 {
			t.Fatalf("a restart did %v", got)
		}
		u := s.h.Undecided()
		if len(u) != 1 {
			t.Fatalf("got %+v, want one opening to decide", u)
		}
		s.refused(DecideDoor{Op: u[0].ID, Decision: "maybe", Staff: "01", Reason: "x"}, "decision")
		s.refused(DecideDoor{Op: u[0].ID, Decision: c.decision, Staff: "01"}, "no-reason")
		s.do(DecideDoor{Op: u[0].ID, Decision: c.decision, Staff: "01", Reason: "到柜前看过"})
		s.refused(DecideDoor{Op: u[0].ID, Decision: c.decision, Staff: "01", Reason: "再来"}, "decided")
		s.state(r, c.want)
		s.goOn(r, Settled)
		s.replayed()
	}
}

func TestReturnCutOffByARestartCostsNoTime(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Out, "DR-01")
	s.later(30 * time.Minute)
	s.printed()
	s.send(RentalReturn{Rental: r, Staff: "01"})
	s.pulse()
	s.do(Start{})
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	s.state(r, Out) // nobody knows what is behind the door
	s.later(5 * time.Hour)
	s.do(DecideDoor{Op: s.h.Undecided()[0].ID, Decision: DecisionDone, Staff: "01", Reason: "工具在柜内"})
	s.goOn(r, Settled)
	if got := s.h.Rentals[r].Bill.Fee; got != 500 {
		t.Errorf("got fee %s, want 5.00 for the half hour", got)
	}
	s.replayed()
}

// TestForcedAtNight: the day begins by itself at midnight, the hall does not open
// by that.
func TestForcedAtNight(t *testing.T) {
	s := withTools(t)
	s.cfg.Hours = []Hours{{Days: 1<<7 - 1, Open: 6 * time.Hour, Close: 18 * time.Hour}}
	s.h.cfg = s.cfg
	for _, c := range []struct {
		clock string
		after bool
		wait  time.Duration
	}{{"07:00", false, 12 * time.Hour}, {"19:00", true, 8 * time.Hour}, {"03:00", true, 4 * time.Hour}, {"07:00", false, 12 * time.Hour}} {
		s.do(DoorSeen{Door: "A/3", State: DoorOpen})
		want(t, "clock", s.at.Time.Format("15:04"), c.clock)
		want(t, "after hours at "+c.clock, lastOf[*DoorForced](t, s).AfterHours, c.after)
		s.do(DoorSeen{Door: "A/3", State: DoorLocked})
		s.later(c.wait)
	}
	if _, err := s.send(OpenForService{Door: "A/5", Staff: "03", Reason: "检修"}); err != nil {
		t.Fatal(err)
	}
	want(t, "an opening in the evening", lastOf[*DoorOpening](t, s).AfterHours, true)
	s.replayed()
}

func TestForcedDoorAndDoorLeftOpen(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.AjarAfter = time.Minute
	s.h.cfg = s.cfg
	n := len(s.ledger)
	s.took()
	s.do(DoorSeen{Door: "A/3", State: DoorOpen})
	s.do(DoorSeen{Door: "A/3", State: DoorOpen})
	for range 6 {
		s.later(time.Minute)
		s.do(Tick{})
	}
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	var kinds []Kind
	for _, r := range s.ledger[n:] {
		kinds = append(kinds, r.kind)
	}
	if want := []Kind{"locker.forced", "locker.ajar", "locker.ajar", "locker.fault", "locker.closed"}; !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
	spoken := 0
	for _, e := range s.took() {
		if a, ok := e.(Alert); ok && a.Spoken {
			spoken++
		}
	}
	if spoken != 1 {
		t.Errorf("it was said %d times, want once", spoken)
	}
	s.replayed()
}

func TestServiceOpeningIsLoggedApart(t *testing.T) {
	s := withTools(t)
	s.refused(OpenForService{Door: "A/3", Staff: "03"}, "no-reason")
	s.refused(OpenForService{Door: "A/3", Staff: "04", Reason: "x"}, "role")
	s.refused(OpenForService{Door: "A/99", Staff: "03", Reason: "x"}, "unknown-door")
	s.through(OpenForService{Door: "A/3", Staff: "03", Reason: "检查锁舌"})
	if got := s.h.Tools["DR-01"].State; got != ToolIn {
		t.Errorf("the drill is %s after a service opening", got)
	}
	if v := s.h.Doors()[2]; v.Open || v.Op != "" || v.Cycles != 1 || v.Tool != "DR-01" {
		t.Errorf("got %+v, want a shut and idle door", v)
	}
	s.replayed()
}

// A door whose board does not answer is neither open nor shut for all anybody
// knows.
func TestDoorOfASilentBoardIsUnknown(t *testing.T) {
	s := withTools(t)
	for _, step := range []struct {
		ev   Event
		want DoorState
	}{
		{DoorSeen{"A/3", DoorOpen}, DoorOpen},
		{DeviceReport{"locker/A", "no-answer"}, DoorUnknown},
		{DeviceReport{"locker/A", ""}, DoorOpen},
		{DoorSeen{"A/3", DoorLocked}, DoorLocked},
	} {
		s.do(step.ev)
		if got := s.h.Doors()[2].Contact; got != step.want {
			t.Errorf("after %+v the door is %s, want %s", step.ev, got, step.want)
		}
	}
}

func TestClearingNeedsTwoPersonsAndPrintsAList(t *testing.T) {
	s := withTools(t)
	s.printed()
	e := ClearLocker{Locker: "A", Doors: []DoorID{"A/1", "A/2", "A/3"}, Staff: "01", Second: "02", Reason: "年终清柜"}
	bad := e
	bad.Second = "01"
	s.refused(bad, "same-person")
	bad.Second = ""
	s.refused(bad, "second-missing")
	bad = e
	bad.Doors = []DoorID{"A/1", "A/1"}
	s.refused(bad, "unknown-door")
	bad = e
	bad.Locker = "Z"
	s.refused(bad, "unknown-locker")
	s.do(e)
	var doors []DoorID
	var slips []string
	for _, f := range s.took() {
		switch f := f.(type) {
		case OpenDoor:
			doors = append(doors, f.Door)
			s.do(PulseDoor{Op: f.Op})
			s.do(DoorOutcome{Op: f.Op, State: OpOpen})
			s.do(DoorSeen{Door: f.Door, State: DoorLocked})
		case Print:
			slips = append(slips, f.Job.Slip.Template)
		}
	}
	if !slices.Equal(doors, e.Doors) || !slices.Equal(slips, []string{"clear"}) {
		t.Errorf("got doors %v and slips %v", doors, slips)
	}
	for _, d := range doors {
		if !s.h.Idle(d) {
			t.Errorf("%s is not idle", d)
		}
	}
	s.replayed()
}

func TestOwnToolsForTheDay(t *testing.T) {
	s := withTools(t)
	s.printed()
	s.refused(Store{Door: "A/1", Staff: "01"}, "door-taken")
	s.through(Store{What: "工具包", Staff: "01"})
	if got := s.printed(); !slices.Equal(got, []string{"storage"}) {
		t.Fatalf("got slips %v, want the storage slip", got)
	}
	v := s.h.ListStorages()
	if len(v) != 1 || v[0].Door != "A/2" || v[0].State != "stored" {
		t.Fatalf("got %+v, want the first free door", v)
	}
	other := ladder
	other.Door = "A/2"
	s.refused(ToolAdd{Tool: other, Staff: "01"}, "door-taken")
	s.through(Fetch{Storage: v[0].Storage, Staff: "01"})
	s.refused(Fetch{Storage: v[0].Storage, Staff: "01"}, "no-storage")
	s.through(Store{Staff: "01"})
	if got := s.h.ListStorages()[0]; got.Door != "A/4" {
		t.Errorf("got door %s, want the next one that was opened least", got.Door)
	}
	s.later(24 * time.Hour)
	s.do(Tick{})
	if !s.h.ListStorages()[0].Left || !s.h.Keeps("p1") {
		t.Error("things that stayed overnight are not told")
	}
	s.printed()
	s.do(ClearLocker{Locker: "A", Doors: []DoorID{"A/4"}, Staff: "01", Second: "02", Reason: "隔夜"})
	if op := s.door(OpOpen); op.Door != "A/4" {
		t.Fatalf("got door %s", op.Door)
	}
	s.do(DoorSeen{Door: "A/4", State: DoorLocked})
	if len(s.h.Storages) != 0 {
		t.Error("a cleared door still counts as taken")
	}
	s.printed()
	s.send(Store{Staff: "01"})
	s.door(OpFailed)
	if len(s.h.Storages) != 0 {
		t.Error("a door that did not open counts as taken")
	}
	s.replayed()
}
