package hall

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// warned gives the subjects of the warnings of doors, by code.
func (s *story) warned() map[string]string {
	m := map[string]string{}
	for _, w := range s.h.Warnings() {
		if strings.HasPrefix(w.Code, "door-") || strings.HasPrefix(w.Code, "storage-") {
			m[w.Code] = w.Subject
		}
	}
	return m
}

func (s *story) warns(want map[string]string) {
	s.t.Helper()
	if got := s.warned(); !maps.Equal(got, want) {
		s.t.Errorf("got warnings %v, want %v", got, want)
	}
}

// TestForcedDoorWaitsForSomebody until it is shut and somebody has looked.
func TestForcedDoorWaitsForSomebody(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.AjarAfter = time.Minute
	s.h.cfg = s.cfg
	s.warns(map[string]string{})
	s.refused(AckDoor{Door: "A/3", Staff: "01", Reason: "x"}, "no-change")
	s.do(DoorSeen{Door: "A/3", State: DoorOpen})
	s.warns(map[string]string{"door-forced": "A/3"})
	s.later(time.Minute)
	s.do(Tick{})
	s.warns(map[string]string{"door-forced": "A/3", "door-open": "A/3"})
	s.do(DoorSeen{Door: "A/3", State: DoorLocked})
	s.warns(map[string]string{"door-forced": "A/3"})
	s.refused(AckDoor{Door: "A/3", Staff: "04", Reason: "x"}, "role")
	s.refused(AckDoor{Door: "A/3", Staff: "01"}, "no-reason")
	s.do(AckDoor{Door: "A/3", Staff: "01", Reason: "工具在，锁完好"})
	s.warns(map[string]string{})
	if x := s.h.ListExceptions(); len(x) != 1 || x[0].Subject != "A/3" {
		t.Errorf("got exceptions %+v", x)
	}
	s.replayed()
}

// TestDoorWhoseContactBroke can be decided, though it was seen open.
func TestDoorWhoseContactBroke(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.AjarAfter = time.Minute
	s.h.cfg = s.cfg
	r := s.upTo(Deposited, "DR-01")
	s.printed()
	s.send(RentalHandover{Rental: r, Staff: "01"})
	op := s.door(OpOpen)
	if u := s.h.Undecided(); len(u) != 0 {
		t.Errorf("got %v to decide while somebody takes the tool", u)
	}
	s.later(time.Minute)
	s.do(Tick{})
	s.warns(map[string]string{"door-open": "A/3", "door-undecided": op.Op})
	s.refused(DecideDoor{Op: op.Op, Decision: DecisionUndone, Staff: "01", Reason: "x"}, "tool-out")
	s.do(DecideDoor{Op: op.Op, Decision: DecisionDone, Staff: "01", Reason: "门已关好，触点坏了"})
	s.warns(map[string]string{"door-open": "A/3"})
	s.goOn(r, Out)
	s.replayed()
}

// TestJammedDoorIsRepaired from the first failure to the repair that is done.
func TestJammedDoorIsRepaired(t *testing.T) {
	s := withTools(t)
	for _, warning := range []string{"door-stuck", "door-jammed"} {
		s.send(OpenForService{Door: "A/3", Staff: "03", Reason: "检查"})
		s.door(OpFailed)
		s.warns(map[string]string{warning: "A/3"})
	}
	v := s.do(SetDoor{Door: "A/3", Repair: true, Staff: "01", Reason: "锁舌卡死"}).(DoorView)
	if v.Repair != "W000001" || v.Out != "锁舌卡死" {
		t.Errorf("got %+v, want a door out of service with a number for its repair", v)
	}
	s.refused(SetDoor{Door: "A/3", Repair: true, Staff: "01", Reason: "再报"}, "no-change")
	s.warns(map[string]string{"door-repair": "A/3"})
	s.do(SetDoor{Door: "A/5", Out: true, Staff: "01", Reason: "搬柜子"})
	s.warns(map[string]string{"door-repair": "A/3"})
	if v := s.do(SetDoor{Door: "A/5", Repair: true, Staff: "01", Reason: "碰坏"}).(DoorView); v.Repair != "W000002" {
		t.Errorf("got repair %q, want W000002", v.Repair)
	}
	n := len(s.ledger)
	s.do(SetDoor{Door: "A/3", Staff: "03", Reason: "换锁"})
	if !strings.Contains(string(s.ledger[n].raw), `"repair":"W000001"`) {
		t.Errorf("the repair that was done is not named: %s", s.ledger[n].raw)
	}
	s.warns(map[string]string{"door-repair": "A/5"})
	s.replayed()
}

// TestStoredThingsCanAlwaysBeTakenOut, whatever the door does.
func TestStoredThingsCanAlwaysBeTakenOut(t *testing.T) {
	s := withTools(t)
	s.printed()
	s.through(Store{What: "工具包", Staff: "01"})
	v := s.h.ListStorages()[0]
	for range 2 {
		s.send(Fetch{Storage: v.Storage, Staff: "01"})
		s.door(OpFailed)
	}
	s.refused(Fetch{Storage: v.Storage, Staff: "01"}, "door-jammed")
	s.later(24 * time.Hour)
	s.do(Tick{})
	if w := s.warned(); w["storage-left"] != v.Storage {
		t.Errorf("got warnings %v", w)
	}
	s.took()
	s.do(ClearLocker{Locker: "A", Doors: []DoorID{v.Door}, Staff: "01", Second: "02", Reason: "隔夜"})
	s.door(OpFailed)
	byHand := Fetch{Storage: v.Storage, Staff: "01", ByHand: true, Second: "02", Reason: "柜门打不开，用钥匙"}
	for code, bad := range map[string]func(*Fetch){
		"second-missing": func(f *Fetch) { f.Second = "" },
		"same-person":    func(f *Fetch) { f.Second = "01" },
		"no-reason":      func(f *Fetch) { f.Reason = "" },
		"role":           func(f *Fetch) { f.Staff = "04" },
	} {
		e := byHand
		bad(&e)
		s.refused(e, code)
	}
	s.do(byHand)
	if len(s.h.Storages) != 0 || s.h.Keeps("p1") {
		t.Error("the things are still kept")
	}
	if x := s.h.ListExceptions(); !slices.ContainsFunc(x, func(x Exception) bool { return x.Subject == v.Storage }) {
		t.Errorf("got exceptions %+v", x)
	}
	s.replayed()
}

// TestHeadOpensWhereThereIsNoTechnician, and nobody else does.
func TestHeadOpensWhereThereIsNoTechnician(t *testing.T) {
	s := withTools(t)
	s.cfg.Staff = slices.DeleteFunc(slices.Clone(s.cfg.Staff), func(p Staff) bool { return p.ID == "03" })
	s.h.cfg = s.cfg
	s.refused(OpenForService{Door: "A/3", Staff: "01", Reason: "x"}, "role")
	s.through(OpenForService{Door: "A/3", Staff: "02", Reason: "检查"})
	if x := s.h.ListExceptions(); len(x) != 1 || x[0].What != "检修开门" {
		t.Errorf("got exceptions %+v", x)
	}
	s.replayed()
}
