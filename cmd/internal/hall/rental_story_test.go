package hall

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// upTo takes a new rental of tools up to a state the straight way.
func (s *story) upTo(want RentalState, tools ...string) string {
	s.t.Helper()
	r := s.request(tools...)
	s.goOn(r, want)
	return r
}

// goOn takes a rental on to a state.
func (s *story) goOn(r string, want RentalState) {
	s.t.Helper()
	for range 40 {
		v := s.h.Rentals[r]
		if v.State == want {
			return
		}
		switch v.State {
		case Requested:
			s.do(RentalApprove{Rental: r, Staff: "02"})
		case Approved:
			s.do(RentalSign{Rental: r, Staff: "01"})
		case Signed:
			s.do(RentalDeposit{Rental: r, Staff: "01"})
		case Deposited:
			s.through(RentalHandover{Rental: r, Staff: "01"})
		case Out:
			s.through(RentalReturn{Rental: r, Staff: "01"})
		case Returned:
			s.do(RentalInspect{Rental: r, Result: ResultOK, Staff: "02"})
		default:
			s.do(RentalSettle{Rental: r, Staff: "01"})
		}
		s.printed()
	}
	s.t.Fatalf("%s is %s and never became %s", r, s.h.Rentals[r].State, want)
}

// through sends an event whose door opens and is shut again.
func (s *story) through(ev Event) {
	s.t.Helper()
	s.printed()
	if _, err := s.send(ev); err != nil {
		s.t.Fatalf("%T: %v", ev, err)
	}
	if op := s.door(OpOpen); op.Door != "" {
		s.do(DoorSeen{Door: op.Door, State: DoorLocked})
	}
}

func (s *story) state(r string, want RentalState) {
	s.t.Helper()
	if got := s.h.Rentals[r].State; got != want {
		s.t.Fatalf("%s is %s, want %s", r, got, want)
	}
}

// ladder has no door.
var ladder = Tool{ID: "LD-01", Name: "梯子", Class: Priced, Price: Price{Rate: 2000, Per: PerDay}, Deposit: 10000}

func TestSeveralToolsComeBackInAnyOrder(t *testing.T) {
	var bills []Bill
	for _, order := range [][]string{{"DR-01", "SP-01", "LD-01"}, {"LD-01", "SP-01", "DR-01"}} {
		s := withTools(t)
		s.do(ToolAdd{Tool: ladder, Staff: "01"})
		r := s.upTo(Out, "DR-01", "SP-01", "LD-01")
		s.later(90 * time.Minute)
		for _, tool := range order {
			s.through(RentalReturn{Rental: r, Tool: tool, Staff: "01"})
			s.do(RentalInspect{Rental: r, Tool: tool, Result: ResultOK, Staff: "02"})
		}
		s.state(r, Inspected)
		bills = append(bills, s.do(RentalSettle{Rental: r, Staff: "01"}).(Settlement).Bill)
		s.replayed()
	}
	if bills[0].Fee != 3000 || bills[0].Refund != 29000 || bills[0].Formula != bills[1].Formula || bills[0].Refund != bills[1].Refund {
		t.Errorf("the order of returns changed the bill: %+v and %+v", bills[0], bills[1])
	}
}

func TestFaultyToolIsSwappedWithoutANewDeposit(t *testing.T) {
	s := withTools(t)
	other := drill
	other.ID, other.Door, other.Price.Rate = "DR-02", "A/4", 900
	s.do(ToolAdd{Tool: other, Staff: "01"})
	r := s.upTo(Out, "DR-01")
	s.refused(RentalSwap{Rental: r, Tool: "DR-01", With: "DR-02", Staff: "01", Reason: "不转"}, "wrong-order")
	s.later(30 * time.Minute)
	s.through(RentalReturn{Rental: r, Staff: "01"})
	s.refused(RentalSwap{Rental: r, Tool: "DR-01", With: "SP-01", Staff: "01", Reason: "不转"}, "not-alike")
	s.do(RentalSwap{Rental: r, Tool: "DR-01", With: "DR-02", Staff: "01", Reason: "不转"})
	if got := s.printed(); !slices.Contains(got, "rental") {
		t.Fatalf("got slips %v, want the contract anew", got)
	}
	s.state(r, Approved)
	s.refused(RentalHandover{Rental: r, Staff: "01"}, "wrong-order")
	s.do(RentalSign{Rental: r, Staff: "01"})
	if got := s.h.Rentals[r].Stub; got != r+"-2" {
		t.Errorf("the new contract was signed on stub %s, want %s-2", got, r)
	}
	s.through(RentalHandover{Rental: r, Staff: "01"})
	s.do(RentalInspect{Rental: r, Tool: "DR-01", Result: ResultDamaged, Staff: "02"})
	s.later(90 * time.Minute)
	s.through(RentalReturn{Rental: r, Staff: "01"})
	s.do(RentalInspect{Rental: r, Result: ResultOK, Staff: "02"})
	b := s.do(RentalSettle{Rental: r, Staff: "01"}).(Settlement)
	// 30 and 90 minutes are two hours at the signed price, not one and two begun.
	if b.Fee != 1000 || b.Refund != 19000 {
		t.Errorf("got fee %s and refund %s, want 10.00 and 190.00 (%s)", b.Fee, b.Refund, b.Formula)
	}
	if got := s.h.Tools["DR-01"].State; got != ToolInRepair {
		t.Errorf("the faulty tool is %s, want repair", got)
	}
	s.replayed()
}

func TestCancelledRentalGivesItsDepositBack(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Deposited, "DR-01", "SP-01")
	s.refused(RentalCancel{Rental: r, Staff: "01"}, "no-reason")
	s.do(RentalCancel{Rental: r, Staff: "01", Reason: "不用了"})
	s.state(r, Cancelled)
	s.refused(RentalCancel{Rental: r, Staff: "01", Reason: "不用了"}, "wrong-order")
	if held := s.h.Total.Held(); held != 0 || s.h.Tools["DR-01"].State != ToolIn {
		t.Errorf("%s held and the drill %s after a cancellation", held, s.h.Tools["DR-01"].State)
	}
	r = s.upTo(Deposited, "DR-01", "SP-01")
	s.through(RentalHandover{Rental: r, Staff: "01"})
	s.do(RentalCancel{Rental: r, Staff: "01", Reason: "只要电锤"})
	s.state(r, Out)
	s.goOn(r, Settled)
	if held := s.h.Total.Held(); held != 0 {
		t.Errorf("%s is still held", held)
	}
	s.replayed()
}

func TestDamageAboveTheDepositIsOwedAndBlocks(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Returned, "SP-01")
	s.do(RentalInspect{Rental: r, Result: ResultDamaged, Deduct: 3000, Staff: "02"})
	b := s.do(RentalSettle{Rental: r, Staff: "01"}).(Settlement)
	if b.Refund != 0 || b.Due != 1000 || b.Paid != 0 {
		t.Fatalf("got refund %s, due %s, paid %s, want 0.00, 10.00, 0.00", b.Refund, b.Due, b.Paid)
	}
	s.refused(RentalRequest{Tools: []string{"DR-01"}, Staff: "01"}, "unpaid")
	if !s.h.Keeps("p1") || !strings.Contains(s.h.Dunning("p1", s.at), "10.00") {
		t.Error("a debt is not told at the next card")
	}
	s.refused(RentalPay{Rental: r, Amount: 1001, Staff: "01"}, "amount")
	s.refused(RentalPay{Rental: r, Amount: 400, Staff: "01"}, "due-missing")
	s.printed()
	part := RentalPay{Rental: r, Amount: 400, Due: 1000, Staff: "01"}
	s.do(part)
	if got := s.printed(); !slices.Equal(got, []string{"payment"}) {
		t.Errorf("got slips %v, want one for the payment", got)
	}
	s.refused(part, "due-changed") // another clerk, or the same one twice
	s.do(RentalPay{Rental: r, Staff: "01"})
	s.refused(RentalPay{Rental: r, Staff: "01"}, "nothing-due")
	s.request("DR-01")
	if c := s.h.CashBook(""); c.Methods[cash] != 2000+1000 || c.Compensation != 3000 || c.Owed() != 0 {
		t.Errorf("the book does not add up: %+v", c)
	}
	s.replayed()
}

func TestLostToolIsPaidAndMayBeFoundAgain(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Out, "SP-01")
	s.refused(RentalInspect{Rental: r, Result: ResultOK, Staff: "02"}, "wrong-order")
	s.refused(RentalInspect{Rental: r, Result: ResultLost, Deduct: 1500, Staff: "02"}, "second-missing")
	s.refused(RentalInspect{Rental: r, Result: ResultLost, Deduct: 1500, Staff: "02", Second: "02"}, "same-person")
	s.do(RentalInspect{Rental: r, Result: ResultLost, Deduct: 1500, Staff: "02", Second: "01"})
	s.state(r, Lost)
	s.goOn(r, Settled)
	if got := s.h.Rentals[r].Bill.Refund; got != 500 {
		t.Errorf("got %s back, want 5.00", got)
	}
	s.do(ToolRestore{ID: "SP-01", Staff: "01", Second: "02", Reason: "找到"})
	s.request("SP-01")
	s.replayed()
}

func TestLostDepositSlip(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Out, "DR-01")
	old := s.h.Rentals[r].Receipt
	e := RentalLostSlip{Rental: r, Staff: "01", Second: "02", Statement: "声明-7"}
	s.later(time.Hour) // the card of the request is long ago
	s.refused(e, "no-card")
	s.do(born("p2", 1980, 1, 1))
	s.refused(e, "no-card")
	s.do(born("p1", 1990, 1, 1))
	for _, c := range []struct {
		change func(*RentalLostSlip)
		code   string
	}{
		{func(e *RentalLostSlip) { e.Second = "" }, "second-missing"},
		{func(e *RentalLostSlip) { e.Second = "01" }, "same-person"},
		{func(e *RentalLostSlip) { e.Second = "99" }, "unknown-staff"},
		{func(e *RentalLostSlip) { e.Second = "03" }, "role"},
		{func(e *RentalLostSlip) { e.Statement = "" }, "no-statement"},
		{func(e *RentalLostSlip) { e.Statement = r }, "no-statement"},
	} {
		bad := e
		c.change(&bad)
		s.refused(bad, c.code)
	}
	s.printed()
	s.do(e)
	if got := s.printed(); !slices.Equal(got, []string{"deposit"}) {
		t.Errorf("got slips %v, want the new deposit slip", got)
	}
	s.refused(e, "stub-used") // each loss wants a statement of its own
	second := s.h.Rentals[r].Receipt
	s.later(time.Hour)
	e.Statement, e.Document = "声明-8", "过期居民身份证，本人照片相符"
	s.do(e)
	if list := s.h.ListExceptions(); len(list) == 0 || list[len(list)-1].What != "不刷证补开押金收据" {
		t.Errorf("a slip without a card is not on the list of exceptions: %+v", list)
	}
	s.goOn(r, Inspected)
	for _, void := range []string{old, second} {
		s.refused(RentalSettle{Rental: r, Staff: "01", Receipt: void}, "void-receipt")
	}
	s.do(RentalSettle{Rental: r, Staff: "01", Receipt: s.h.Rentals[r].Receipt})
	s.refused(e, "wrong-order")
	s.replayed()
}

func TestReversalTakesASettlementBack(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Returned, "DR-01")
	s.do(RentalInspect{Rental: r, Result: ResultDamaged, Deduct: 5000, Staff: "02"})
	s.do(RentalSettle{Rental: r, Staff: "01"})
	e := RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "扣款写错"}
	s.refused(RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "02", Reason: "x"}, "same-person")
	s.refused(RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "01", Second: "02", Reason: "x"}, "role")
	s.refused(RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "01"}, "no-reason")
	s.do(e)
	s.state(r, Inspected)
	if got := s.h.Total; got.Held() != 20000 || got.Rent != 0 || got.Compensation != 0 {
		t.Fatalf("after the reversal the book says %+v", got)
	}
	e.What = CorrectInspection
	s.do(e)
	s.state(r, Returned)
	s.do(RentalInspect{Rental: r, Result: ResultOK, Staff: "02"})
	if b := s.do(RentalSettle{Rental: r, Staff: "01"}).(Settlement); b.Refund != 19500 {
		t.Errorf("got refund %s, want 195.00", b.Refund)
	}
	s.replayed()
}

func TestOverdueToolIsToldAndBlocks(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.OverdueAfter = 24 * time.Hour
	s.cfg.Hours = []Hours{{Days: weekdays, Open: 8 * hour, Close: 18 * hour}}
	s.cfg.Closed = []Closure{{From: "2026-03-03", Reason: "盘点"}}
	s.h.cfg = s.cfg
	r := s.upTo(Out, "DR-01") // Monday 07:00, due on Tuesday 07:00, when the hall is shut until Wednesday 08:00
	s.later(49 * time.Hour)
	s.do(Tick{})
	if got := s.h.Overdue(s.at); len(got) != 0 {
		t.Fatalf("overdue at %v: %+v", s.at.Time, got)
	}
	s.later(time.Hour)
	s.do(Tick{})
	if got := s.h.Overdue(s.at); len(got) != 1 || got[0].Tool != "DR-01" {
		t.Fatalf("got %+v, want the drill overdue", got)
	}
	if !s.h.ListRentals()[0].Overdue || s.h.Dunning("p1", s.at) == "" {
		t.Error("the rental does not show as overdue")
	}
	for range 2 { // for a number, and in a course
		s.printed()
		s.do(born("p1", 1990, 1, 1))
		if !slices.ContainsFunc(s.effects, func(e Effect) bool { g, ok := e.(Greet); return ok && strings.Contains(g.Text, "未办完") }) {
			t.Errorf("the card was not answered with what is late: %v", s.effects)
		}
		if s.h.Training == nil {
			s.do(TrainingOpen{Course: "电工", Staff: "01"})
		}
	}
	s.do(TrainingClose{Staff: "01"})
	s.refused(RentalRequest{Tools: []string{"SP-01"}, Staff: "01"}, "overdue")
	s.printed()
	s.do(RentalRemind{Rental: r, Staff: "01"})
	if got := s.printed(); !slices.Equal(got, []string{"overdue"}) {
		t.Errorf("got slips %v, want the reminder", got)
	}
	s.goOn(r, Settled)
	s.replayed()
}

func TestInspectionIsRemindedOfOnce(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.InspectWithin = time.Hour
	s.h.cfg = s.cfg
	s.upTo(Returned, "SP-01")
	s.later(time.Hour)
	if d := s.h.WakeIn(s.at); d != 0 {
		t.Fatalf("got a wake in %v, want now", d)
	}
	n := len(s.ledger)
	s.do(Tick{})
	s.do(Tick{})
	if got := len(s.ledger) - n; got != 1 || s.h.WakeIn(s.at) == 0 {
		t.Errorf("got %d records and a wake in %v, want one record and rest", got, s.h.WakeIn(s.at))
	}
	s.replayed()
}

func TestAccessoriesGoOutAndComeBack(t *testing.T) {
	s := withTools(t)
	saw := ladder
	saw.ID, saw.Name, saw.Accessories, saw.PartPrices = "SW-01", "切割机", []string{"锯片", "扳手"}, map[string]Fen{"锯片": 3500}
	saw.Purchase = 40000
	s.do(ToolAdd{Tool: saw, Staff: "01"})
	r := s.upTo(Deposited, "SW-01")
	s.refused(RentalHandover{Rental: r, Staff: "01", Accessories: []string{"锯条"}}, "accessory")
	s.do(RentalHandover{Rental: r, Staff: "01", Accessories: []string{"锯片"}})
	s.do(RentalReturn{Rental: r, Staff: "01"})
	s.refused(RentalInspect{Rental: r, Result: ResultOK, Missing: []string{"扳手"}, Staff: "02"}, "accessory")
	s.refused(RentalInspect{Rental: r, Result: ResultDamaged, Deduct: 40001, Staff: "02"}, "deduct")
	s.refused(RentalInspect{Rental: r, Result: ResultOK, Failed: []string{"不存在"}, Staff: "02"}, "failed")
	v := s.do(RentalInspect{Rental: r, Result: ResultOK, Missing: []string{"锯片"}, Staff: "02"}).(RentalView)
	if l := v.Lines[0]; l.Deduct != 3500 || l.Result != ResultIncomplete || l.State != ToolInRepair {
		t.Errorf("got %+v, want the blade priced and the tool kept back", l)
	}
	s.goOn(r, Settled)
	s.replayed()
}

func TestWhoMayRentWhat(t *testing.T) {
	today := Date{2026, 3, 2}
	for _, c := range []struct {
		name  string
		birth Date
		tool  string
		code  string
	}{
		{"grown up", Date{1990, 1, 1}, "DR-01", ""},
		{"eighteen since yesterday", Date{2008, 3, 1}, "DR-01", ""},
		{"the birthday itself", Date{2008, 3, 2}, "DR-01", "minor"},
		{"seventeen, simple", Date{2009, 1, 1}, "SP-01", ""},
		{"sixteenth birthday", Date{2010, 3, 2}, "SP-01", ReasonUnderage},
		{"fifteen", Date{2011, 1, 1}, "SP-01", ReasonUnderage},
		{"nobody knows", Date{}, "SP-01", "no-facts"},
	} {
		s := withTools(t)
		if DateOf(s.at.Time) != today {
			t.Fatal("the story begins on another day")
		}
		s.people["p1"] = Facts{Birth: c.birth}
		e := RentalRequest{Tools: []string{c.tool}, Staff: "01"}
		if c.code == "" {
			s.do(e)
		} else {
			s.refused(e, c.code)
		}
	}
	s := withTools(t)
	s.cfg.Rental.Types = map[string]ToolType{"crane": {Name: "吊机", MinAge: 25, Training: "起重"}}
	s.h.cfg = s.cfg
	crane := ladder
	crane.ID, crane.Type = "CR-01", "crane"
	s.do(ToolAdd{Tool: crane, Staff: "01"})
	s.people["p1"] = Facts{Birth: Date{2003, 1, 1}}
	e := RentalRequest{Tools: []string{"CR-01"}, Staff: "01"}
	s.refused(e, "minor")
	s.people["p1"] = Facts{Birth: Date{1990, 1, 1}}
	s.refused(e, "untrained-user")
	e.Trained = []string{"起重"}
	s.do(e)
	s.later(24 * time.Hour)
	s.refused(RentalRequest{Tools: []string{"DR-01"}, Person: "p1", Staff: "01"}, "no-visit")
}

func TestExpelledPersonRentsNothingButBringsBack(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Out, "DR-01")
	s.do(PersonBlock{Person: "p1", Reason: "清出市场", Until: "2027-01-01", Staff: "02"})
	s.refused(RentalRequest{Tools: []string{"SP-01"}, Person: "p1", Staff: "01"}, ReasonBlocked)
	s.goOn(r, Settled)
	s.replayed()
}

func TestApprovalByRoleAndLimit(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.ApprovalLimit = map[Role]Fen{Approver: 5000, Head: 100000}
	s.h.cfg = s.cfg
	r := s.request("DR-01")
	s.refused(RentalApprove{Rental: r, Staff: "04"}, "limit") // approver only
	s.do(RentalApprove{Rental: r, Staff: "02"})               // head too
	r = s.request("SP-01")
	s.do(RentalApprove{Rental: r, Staff: "04"})
	s.do(ToolAdd{Tool: ladder, Staff: "01"})
	own := s.do(RentalRequest{Tools: []string{"LD-01"}, Staff: "02"}).(RentalView).Rental
	s.refused(RentalApprove{Rental: own, Staff: "02"}, "same-person")
	s.do(RentalApproveByCounty{Rental: own, By: "zhang"})
	s.state(own, Approved)
	s.refused(RentalApproveByCounty{Rental: own, By: "zhang"}, "wrong-order")
	s.replayed()
}

func TestNobodyPaysForARestart(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Out, "DR-01")
	s.later(50 * time.Minute)
	s.do(Tick{})
	s.do(DoorSeen{Door: "A/9", State: DoorOpen})
	s.at = Stamp{Time: time.Date(2019, 1, 1, 0, 0, 0, 0, shanghai), Boot: "b2", Uptime: 5 * time.Minute} // no clock
	s.do(Start{})
	s.goOn(r, Inspected)
	b := s.do(RentalSettle{Rental: r, Staff: "01"}).(Settlement)
	if b.Fee != 500 || b.Sure {
		t.Errorf("got fee %s (sure %t), want the provable hour's 5.00, marked", b.Fee, b.Sure)
	}
	s.replayed()
}
