package hall

import (
	"slices"
	"testing"
	"time"
)

// matters lists the codes of what waits for the staff.
func (s *story) matters() (codes []string) {
	for _, w := range s.h.Warnings() {
		codes = append(codes, w.Code)
	}
	return codes
}

// TestHandoverLooksAgain: what held at the request must hold when the tool leaves.
func TestHandoverLooksAgain(t *testing.T) {
	for _, c := range []struct {
		name      string
		meanwhile func(s *story)
		code      string
	}{
		{"nothing", func(*story) {}, ""},
		{"the next day", func(s *story) { s.later(24 * time.Hour) }, "no-visit"},
		{"the next day, with a card", func(s *story) { s.later(24 * time.Hour); s.do(born("p1", 1990, 1, 1)) }, ""},
		{"expelled since", func(s *story) {
			s.do(PersonBlock{Person: "p1", Reason: "清出市场", Until: "2027-01-01", Staff: "02"})
		}, ReasonBlocked},
		{"the safety check is due", func(s *story) {
			s.later(48 * time.Hour)
			s.do(born("p1", 1990, 1, 1))
		}, "check-due"},
		{"a debt since", func(s *story) {
			r := s.upTo(Returned, "SP-01")
			s.do(RentalInspect{Rental: r, Result: ResultDamaged, Deduct: 9000, Staff: "02"})
			s.do(RentalSettle{Rental: r, Staff: "01"})
		}, "unpaid"},
		{"the class is no more for minors", func(s *story) {
			s.people["p1"] = Facts{Birth: Date{2009, 1, 1}}
		}, "minor"},
		{"nobody knows the age any more", func(s *story) { delete(s.people, "p1") }, "no-facts"},
		{"the clock is lost", func(s *story) { s.at.Trusted = false }, ReasonClock},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := withTools(t)
			checked := drill
			checked.ID, checked.Door, checked.CheckEvery = "DR-02", "A/4", 1
			s.do(ToolAdd{Tool: checked, Staff: "01"})
			r := s.upTo(Deposited, "DR-02")
			c.meanwhile(s)
			e := RentalHandover{Rental: r, Staff: "01"}
			if c.code == "" {
				s.through(e)
				s.state(r, Out)
			} else {
				s.refused(e, c.code)
				e.ByHand, e.Reason = true, "柜门故障"
				s.refused(e, c.code)
				s.do(RentalCancel{Rental: r, Staff: "01", Reason: "不能出库"})
				if held := s.h.Total.Held(); held != 0 {
					t.Errorf("%s is still held", held)
				}
			}
			s.replayed()
		})
	}
}

// TestSecondToolWaitsForTheFirst: a rental with one tool out too long gets no
// other one out.
func TestSecondToolWaitsForTheFirst(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.OverdueAfter = 2 * time.Hour
	s.h.cfg = s.cfg
	r := s.upTo(Deposited, "DR-01", "SP-01")
	s.through(RentalHandover{Rental: r, Tool: "SP-01", Staff: "01"})
	s.later(3 * time.Hour)
	s.refused(RentalHandover{Rental: r, Tool: "DR-01", Staff: "01"}, "overdue")
	s.through(RentalReturn{Rental: r, Staff: "01"})
	s.through(RentalHandover{Rental: r, Tool: "DR-01", Staff: "01"})
	s.replayed()
}

// TestWhatWaitsForTheStaff: each matter of a rental is on the list while it lasts,
// and no longer.
func TestWhatWaitsForTheStaff(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.OverdueAfter, s.cfg.Rental.InspectWithin = 24*time.Hour, time.Hour
	s.h.cfg = s.cfg
	expect := func(when string, want ...string) {
		t.Helper()
		s.do(Tick{})
		if got := s.matters(); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", when, got, want)
		}
	}
	expect("at first")
	a := s.request("DR-01")
	expect("requested", "approval")
	s.goOn(a, Deposited)
	b := s.upTo(Out, "SP-01")
	expect("deposited and out")
	s.later(25 * time.Hour)
	expect("the next day", "overnight", "overdue")
	s.do(born("p1", 1990, 1, 1))
	s.through(RentalReturn{Rental: b, Staff: "01"})
	expect("brought back", "overnight")
	s.later(time.Hour)
	expect("nobody looked", "overnight", "inspection")
	s.refused(RentalInspect{Rental: b, Tool: "XX-99", Result: ResultOK, Staff: "02"}, "not-on-slip")
	s.do(RentalInspect{Rental: b, Result: ResultOK, Staff: "02"})
	s.do(RentalCancel{Rental: a, Staff: "01", Reason: "隔夜未取"})
	expect("all done")
	s.replayed()
}

// TestOnlyAFaultyToolIsSwapped, on the day that it came back, for somebody who may
// still rent, and never back into the stock.
func TestOnlyAFaultyToolIsSwapped(t *testing.T) {
	swap := func(r string) RentalSwap {
		return RentalSwap{Rental: r, Tool: "DR-01", With: "DR-02", Staff: "01", Reason: "不转"}
	}
	inspected := func(result string, deduct Fen) func(s *story) string {
		return func(s *story) string {
			r := s.upTo(Returned, "DR-01")
			s.do(RentalInspect{Rental: r, Result: result, Deduct: deduct, Staff: "02"})
			return r
		}
	}
	for _, c := range []struct {
		name string
		goes func(s *story) string
		code string
		then ToolState // of the faulty tool, right after
	}{
		{"before it was handed out", func(s *story) string { return s.upTo(Deposited, "DR-01") }, "", ToolInRepair},
		{"brought back, not looked at", func(s *story) string { return s.upTo(Returned, "DR-01") }, "", ToolReturned},
		{"found damaged", inspected(ResultDamaged, 100), "", ToolInRepair},
		{"found in order", inspected(ResultOK, 0), "wrong-order", ToolIn},
		{"the day after", func(s *story) string {
			r := s.upTo(Returned, "DR-01")
			s.later(24 * time.Hour)
			s.do(born("p1", 1990, 1, 1))
			return r
		}, "wrong-order", ToolReturned},
		{"the day after, not handed out, no card", func(s *story) string {
			r := s.upTo(Deposited, "DR-01")
			s.later(24 * time.Hour)
			return r
		}, "no-visit", ToolReserved},
		{"expelled since", func(s *story) string {
			r := s.upTo(Returned, "DR-01")
			s.do(PersonBlock{Person: "p1", Reason: "清出市场", Until: "2027-01-01", Staff: "02"})
			return r
		}, ReasonBlocked, ToolReturned},
		{"settled", func(s *story) string { return s.upTo(Settled, "DR-01") }, "wrong-order", ToolIn},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := withPair(t)
			r := c.goes(s)
			if c.code != "" {
				s.refused(swap(r), c.code)
			} else {
				s.do(swap(r))
				s.state(r, Approved)
				s.refused(RentalSwap{Rental: r, Tool: "DR-01", With: "SP-01", Staff: "01", Reason: "再换"}, "wrong-order")
			}
			if got := s.h.Tools["DR-01"].State; got != c.then {
				t.Errorf("the faulty tool is %s, want %s", got, c.then)
			}
			if got := s.h.Total.DepositIn; got != 20000 {
				t.Errorf("%s was taken as a deposit, want 200.00 once", got)
			}
			s.replayed()
		})
	}
}

// TestEverythingIsTicked: each point of a type's own checklist and each accessory
// wants an answer, with a short way to say that all is well.
func TestEverythingIsTicked(t *testing.T) {
	points, parts := []string{"外壳无裂纹", "试机正常"}, []string{"钻头", "手柄"}
	ready := func(t *testing.T) (*story, string) {
		s := withTools(t)
		s.cfg.Rental.Types = map[string]ToolType{"drill": {Checklist: points, Accessories: parts}}
		s.h.cfg = s.cfg
		typed := drill
		typed.ID, typed.Door, typed.Type, typed.PartPrices = "DR-02", "", "drill", map[string]Fen{"钻头": 1500}
		s.do(ToolAdd{Tool: typed, Staff: "01"})
		return s, s.upTo(Returned, "DR-02")
	}
	all := []string{All}
	for _, c := range []struct {
		name   string
		e      RentalInspect
		code   string
		deduct Fen
		state  ToolState
	}{
		{"nothing said", RentalInspect{Result: ResultOK}, "unchecked", 0, ""},
		{"one point left out", RentalInspect{Result: ResultOK, Passed: points[:1], Present: parts}, "unchecked", 0, ""},
		{"one accessory left out", RentalInspect{Result: ResultOK, Passed: points, Present: parts[:1]}, "unticked", 0, ""},
		{"each ticked", RentalInspect{Result: ResultOK, Passed: points, Present: parts}, "", 0, ToolIn},
		{"the short way", RentalInspect{Result: ResultOK, Passed: all, Present: all}, "", 0, ToolIn},
		{"one failed, the others passed", RentalInspect{Result: ResultDamaged, Passed: all, Failed: points[1:], Present: all, Deduct: 800}, "", 800, ToolInRepair},
		{"failed and in order", RentalInspect{Result: ResultOK, Passed: all, Failed: points[1:], Present: all}, "failed", 0, ""},
		{"failed and merely incomplete", RentalInspect{Result: ResultIncomplete, Passed: all, Failed: points[1:], Missing: parts[:1], Present: all}, "failed", 0, ""},
		{"both ways", RentalInspect{Result: ResultDamaged, Passed: points, Failed: points[1:], Present: all}, "failed", 0, ""},
		{"a point that is not asked", RentalInspect{Result: ResultOK, Passed: []string{"颜色"}, Present: all}, "failed", 0, ""},
		{"missing", RentalInspect{Result: ResultIncomplete, Passed: all, Present: all, Missing: parts[:1]}, "", 1500, ToolInRepair},
		{"missing without a price", RentalInspect{Result: ResultIncomplete, Passed: all, Present: all, Missing: parts[1:], Deduct: 300}, "", 300, ToolInRepair},
		{"incomplete, nothing missing", RentalInspect{Result: ResultIncomplete, Passed: all, Present: all}, "nothing-missing", 0, ""},
		{"missing and present", RentalInspect{Result: ResultIncomplete, Passed: all, Present: parts, Missing: parts[:1]}, "accessory", 0, ""},
		{"lost, with ticks", RentalInspect{Result: ResultLost, Second: "01", Missing: parts}, "lost", 0, ""},
		{"lost", RentalInspect{Result: ResultLost, Second: "01"}, "", 0, ToolLost},
		{"another result", RentalInspect{Result: "fine", Passed: all, Present: all}, "result", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, r := ready(t)
			c.e.Rental, c.e.Staff = r, "02"
			if c.code != "" {
				s.refused(c.e, c.code)
				s.state(r, Returned)
				return
			}
			l := s.do(c.e).(RentalView).Lines[0]
			if l.Deduct != c.deduct || s.h.Tools["DR-02"].State != c.state || !l.MustTick {
				t.Errorf("got %+v, want %s deducted and the tool %s", l, c.deduct, c.state)
			}
			if c.e.Result != ResultLost && len(l.Passed)+len(l.Failed) != len(points) {
				t.Errorf("of %d points %v passed and %v failed", len(points), l.Passed, l.Failed)
			}
			s.replayed()
		})
	}
	s := withTools(t) // of the hall's own list a good result says that all of it was in order
	s.cfg.Rental.Checklist = []string{"外观完好"}
	s.h.cfg = s.cfg
	r := s.upTo(Inspected, "DR-01")
	if l := s.h.Rentals[r].Lines[0]; !slices.Equal(l.Passed, []string{"外观完好"}) {
		t.Errorf("got %v passed, want the hall's list", l.Passed)
	}
}

// TestPartPriceIsThatOfTheContract: what a missing accessory costs does not change
// under a rental.
func TestPartPriceIsThatOfTheContract(t *testing.T) {
	s := withTools(t)
	saw := ladder
	saw.ID, saw.Accessories, saw.PartPrices = "SW-01", []string{"锯片"}, map[string]Fen{"锯片": 3500}
	s.do(ToolAdd{Tool: saw, Staff: "01"})
	r := s.upTo(Returned, "SW-01")
	s.h.Tools["SW-01"].PartPrices = map[string]Fen{"锯片": 9900}
	s.do(RentalInspect{Rental: r, Result: ResultIncomplete, Missing: []string{"锯片"}, Staff: "02"})
	if got := s.h.Rentals[r].Lines[0].Deduct; got != 3500 {
		t.Errorf("got %s deducted, want the 35.00 that was signed", got)
	}
}

// TestALostToolComesBack before its rental is settled, like any other one.
func TestALostToolComesBack(t *testing.T) {
	lose := func(s *story, r string) {
		s.do(RentalInspect{Rental: r, Tool: "DR-01", Result: ResultLost, Deduct: 15000, Staff: "02", Second: "01"})
	}
	t.Run("while the rental waits for its settlement", func(t *testing.T) {
		s := withTools(t)
		r := s.upTo(Out, "DR-01")
		s.later(time.Hour)
		lose(s, r)
		s.state(r, Lost)
		s.later(time.Hour)
		s.through(RentalReturn{Rental: r, Staff: "01"})
		s.state(r, Returned)
		if got := s.h.Accounts["DR-01"].Out; got != 2*time.Hour {
			t.Errorf("the tool was out for %v by its account, want 2h", got)
		}
		s.do(RentalInspect{Rental: r, Result: ResultOK, Staff: "02"})
		if b := s.do(RentalSettle{Rental: r, Staff: "01"}).(Settlement); b.Deduction != 0 || b.Fee != 1000 || b.Refund != 19000 {
			t.Errorf("got %+v, want two hours and nothing deducted", b.Bill)
		}
		s.refused(RentalReturn{Rental: r, Staff: "01"}, "wrong-order")
		s.replayed()
	})
	t.Run("beside another that is out", func(t *testing.T) {
		s := withTools(t)
		r := s.upTo(Out, "DR-01", "SP-01")
		lose(s, r)
		s.state(r, Out)
		s.do(RentalReturn{Rental: r, Tools: []string{"DR-01", "SP-01"}, ByHand: true, Reason: "找到", Staff: "01"})
		s.state(r, Returned)
		s.goOn(r, Settled)
		s.replayed()
	})
	t.Run("found missing after it was put back", func(t *testing.T) {
		s := withTools(t)
		r := s.upTo(Returned, "DR-01")
		lose(s, r)
		s.later(9 * time.Hour)
		s.through(RentalReturn{Rental: r, Staff: "01"})
		s.goOn(r, Inspected)
		if got := s.h.Rentals[r].bill().Fee; got != 500 {
			t.Errorf("got fee %s, want the hour of the first return", got)
		}
		s.replayed()
	})
	t.Run("already in stock again, or with somebody else", func(t *testing.T) {
		s := withTools(t)
		r := s.upTo(Out, "DR-01")
		lose(s, r)
		s.do(ToolRestore{ID: "DR-01", Staff: "01", Second: "02", Reason: "找到"})
		other := s.request("DR-01")
		s.refused(RentalReturn{Rental: r, Staff: "01"}, "wrong-order")
		s.do(RentalCancel{Rental: other, Staff: "01", Reason: "让回"})
		s.through(RentalReturn{Rental: r, Staff: "01"})
		s.goOn(r, Settled)
		s.replayed()
	})
}

// TestSomeToolsComeBack by every path, whatever the others on the slip wait for.
func TestSomeToolsComeBack(t *testing.T) {
	s := withPair(t)
	s.do(ToolAdd{Tool: ladder, Staff: "01"})
	r := s.upTo(Deposited, "DR-01", "SP-01", "LD-01", "DR-02")
	for _, tool := range []string{"DR-01", "SP-01", "LD-01"} {
		s.through(RentalHandover{Rental: r, Tool: tool, Staff: "01"})
	}
	s.state(r, Deposited)
	s.refused(RentalReturn{Rental: r, Tools: []string{"LD-01", "DR-02"}, Staff: "01"}, "wrong-order")
	s.through(RentalReturn{Rental: r, Tools: []string{"LD-01", "SP-01"}, Staff: "01"}) // the shelf at once, and one door
	s.do(RentalInspect{Rental: r, Tool: "LD-01", Result: ResultOK, Staff: "02"})
	s.do(RentalInspect{Rental: r, Tool: "SP-01", Result: ResultOK, Staff: "02"})
	s.state(r, Deposited)
	third := drill
	third.ID, third.Door = "DR-03", "A/5"
	s.do(ToolAdd{Tool: third, Staff: "01"})
	s.do(RentalSwap{Rental: r, Tool: "DR-02", With: "DR-03", Staff: "01", Reason: "不转"})
	s.state(r, Approved)
	s.do(RentalReturn{Rental: r, Tool: "DR-01", ByHand: true, Reason: "柜门故障", Staff: "01"})
	s.do(RentalInspect{Rental: r, Tool: "DR-01", Result: ResultOK, Staff: "02"})
	s.do(RentalCancel{Rental: r, Staff: "01", Reason: "够用了"})
	s.state(r, Inspected)
	s.goOn(r, Settled)
	if held := s.h.Total.Held(); held != 0 {
		t.Errorf("%s is still held", held)
	}
	s.replayed()
}
