package hall

import (
	"slices"
	"testing"
	"time"
)

// since gives the kinds that were recorded since n.
func (s *story) since(n int) (kinds []Kind) {
	for _, r := range s.ledger[n:] {
		kinds = append(kinds, r.kind)
	}
	return kinds
}

// TestQueuedOpening: an opening waits for its turn, is driven after one yes, and
// never after it has ended.
func TestQueuedOpening(t *testing.T) {
	for name, end := range map[string]func(s *story, op string){
		"its turn came too late": func(s *story, _ string) { s.later(turnWithin); s.do(Tick{}) },
		"somebody stopped it":    func(s *story, _ string) { s.do(AbortDoors{Locker: "A", Staff: "02", Reason: "人走了"}) },
		"the hall stopped":       func(s *story, _ string) { s.do(Start{}) },
		"the board is offline":   func(s *story, op string) { s.do(DoorOutcome{Op: op, State: OpUnsent, Cause: "offline"}) },
	} {
		s := withTools(t)
		r := s.upTo(Deposited, "DR-01")
		s.printed()
		out, err := s.send(RentalHandover{Rental: r, Staff: "01"})
		if err != nil {
			t.Fatal(err)
		}
		op := s.took()[0].(OpenDoor)
		s.refused(DecideDoor{Op: op.Op, Decision: DecisionUndone, Staff: "01", Reason: "x"}, "door-busy")
		end(s, op.Op)
		s.refused(PulseDoor{Op: op.Op}, "not-queued")
		if _, err := out.Reply(s.h); err == nil {
			t.Errorf("%s: told as handed out", name)
		}
		s.do(DoorOutcome{Op: op.Op, State: OpOpen}) // a word that comes late changes nothing
		s.state(r, Deposited)
		if b := s.h.look("A/3"); b.Fails != 0 || !s.h.Idle("A/3") || len(s.h.Undecided()) != 0 {
			t.Errorf("%s: the door is to blame: %+v, undecided %v", name, b, s.h.Undecided())
		}
		s.goOn(r, Settled)
		s.replayed()
	}
}

// TestPulseIsTheLastWord: from the yes on, nobody can end the opening but the
// board, or the time that it has to answer, which begins then.
func TestPulseIsTheLastWord(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Deposited, "DR-01")
	s.printed()
	s.send(RentalHandover{Rental: r, Staff: "01"})
	s.later(turnWithin - time.Second)
	op := s.pulse()
	s.refused(PulseDoor{Op: op.Op}, "not-queued") // one yes, one pulse
	s.do(AbortDoors{Locker: "A", Staff: "01"})
	s.later(answerWithin - time.Second)
	s.do(Tick{})
	s.refused(DecideDoor{Op: op.Op, Decision: DecisionUndone, Staff: "01", Reason: "x"}, "door-busy")
	s.later(time.Second)
	s.do(Tick{})
	s.do(DecideDoor{Op: op.Op, Decision: DecisionUndone, Staff: "01", Reason: "没有开"})
	s.state(r, Deposited)
	s.replayed()
}

// TestClearingWaitsAndIsStopped: the doors of a 清柜 wait as long as it takes, and
// open no more once somebody stopped it.
func TestClearingWaitsAndIsStopped(t *testing.T) {
	s := withTools(t)
	s.do(ClearLocker{Locker: "A", Staff: "01", Second: "02", Reason: "年终清柜"})
	s.later(10 * time.Minute)
	s.do(Tick{})
	opens := s.took()[:24]
	s.do(PulseDoor{Op: opens[0].(OpenDoor).Op})
	s.refused(AbortDoors{Locker: "A", Staff: "04"}, "role")
	got := s.do(AbortDoors{Locker: "A", Staff: "01", Reason: "电源冒烟"}).(Aborted)
	if len(got.Doors) != 23 || slices.Contains(got.Doors, "A/1") {
		t.Errorf("got %v stopped, want all but A/1", got.Doors)
	}
	for _, e := range opens[1:] {
		s.refused(PulseDoor{Op: e.(OpenDoor).Op}, "not-queued")
	}
	s.do(DoorOutcome{Op: opens[0].(OpenDoor).Op, State: OpOpen})
	if v := s.h.Doors()[0]; !v.Open {
		t.Error("the door that was driven is not seen through")
	}
	s.replayed()
}

// TestStoreWhoseTurnNeverCame gives the door back.
func TestStoreWhoseTurnNeverCame(t *testing.T) {
	s := withTools(t)
	s.printed()
	s.send(Store{Staff: "01"})
	s.later(turnWithin)
	s.do(Tick{})
	if len(s.h.Storages) != 0 || s.h.Keeps("p1") {
		t.Errorf("something is stored behind a door that did not move: %+v", s.h.Storages)
	}
	s.replayed()
}

// TestDoorThatOpensLate: a door that sticks and is pulled open a moment after its
// opening failed was opened by that, and was not forced.
func TestDoorThatOpensLate(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Deposited, "DR-01")
	s.printed()
	s.send(RentalHandover{Rental: r, Staff: "01"})
	s.door(OpFailed)
	s.later(2 * time.Second)
	n := len(s.ledger)
	s.do(DoorSeen{Door: "A/3", State: DoorOpen})
	if got, want := s.since(n), []Kind{"locker.opened", "rental.out"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	s.state(r, Out)
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	s.goOn(r, Settled)
	s.replayed()
}

func TestDoorThatOpensMuchLater(t *testing.T) {
	tests := map[string]struct {
		then func(s *story, r string)
		want []Kind
	}{
		"after a while":       {func(s *story, _ string) { s.later(lateWithin) }, []Kind{"locker.forced"}},
		"after a restart":     {func(s *story, _ string) { s.at.Boot = "b2"; s.do(Start{}) }, []Kind{"locker.forced"}},
		"while a retry waits": {func(s *story, r string) { s.send(RentalHandover{Rental: r, Staff: "01"}) }, []Kind{"locker.opened"}},
		"after a hand-over by key": {func(s *story, r string) {
			s.do(RentalHandover{Rental: r, Staff: "01", ByHand: true, Reason: "用钥匙"})
		}, []Kind{"locker.opened"}},
		"and was seen shut before": {func(s *story, _ string) { s.do(DoorSeen{Door: "A/3", State: DoorLocked}) }, []Kind{"locker.opened", "rental.out"}},
		"a second time by itself": {func(s *story, _ string) {
			s.do(DoorSeen{Door: "A/3", State: DoorOpen})
			s.do(DoorSeen{Door: "A/3", State: DoorLocked})
		}, []Kind{"locker.forced"}},
	}
	for name, c := range tests {
		s := withTools(t)
		r := s.upTo(Deposited, "DR-01")
		s.printed()
		s.send(RentalHandover{Rental: r, Staff: "01"})
		s.door(OpFailed)
		c.then(s, r)
		n := len(s.ledger)
		s.do(DoorSeen{Door: "A/3", State: DoorOpen})
		if got := s.since(n); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
		s.replayed()
	}
}

// TestLateDoorOfAReturnThatWentElsewhere: the tool went behind another door
// meanwhile, so nothing hangs on the late one.
func TestLateDoorOfAReturnThatWentElsewhere(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Out, "DR-01")
	s.printed()
	s.send(RentalReturn{Rental: r, Staff: "01"})
	s.door(OpFailed)
	s.send(RentalReturn{Rental: r, Staff: "01", Door: "A/7"})
	s.door(OpOpen)
	s.do(DoorSeen{Door: "A/3", State: DoorOpen})
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	s.state(r, Out)
	s.do(DoorSeen{Door: "A/7", State: DoorLocked})
	s.state(r, Returned)
	if got := s.h.Tools["DR-01"].Door; got != "A/7" {
		t.Errorf("the drill is behind %s, want A/7", got)
	}
	s.replayed()
}

// TestDoorThatStandsOpenAfterAPowerCut: the contact says so, whatever becomes of
// the operation.
func TestDoorThatStandsOpenAfterAPowerCut(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.AjarAfter = time.Minute
	s.h.cfg = s.cfg
	r := s.upTo(Deposited, "DR-01")
	s.printed()
	s.send(RentalHandover{Rental: r, Staff: "01"})
	op := s.pulse()
	s.at.Boot, s.at.Uptime = "b2", time.Minute
	s.do(Start{})
	s.do(DoorSeen{Door: "A/3", State: DoorOpen})
	if v := s.h.Doors()[2]; !v.Open || v.OpState != string(OpUndecided) {
		t.Errorf("got %+v, want an open door whose opening waits for a person", v)
	}
	s.state(r, Deposited)
	s.do(DecideDoor{Op: op.Op, Decision: DecisionDone, Staff: "01", Reason: "工具已取走"})
	s.state(r, Out)
	if !s.h.look("A/3").Open {
		t.Error("a word on the operation shut the door")
	}
	n := len(s.ledger)
	for range 4 {
		s.later(time.Minute)
		s.do(Tick{})
	}
	if got, want := s.since(n), []Kind{"locker.ajar", "locker.ajar", "locker.fault"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	s.replayed()
}
