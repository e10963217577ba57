package hall

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// yuan is a pointer to a sum, as an event with an optional one wants it.
func yuan(f Fen) *Fen { return &f }

func TestFinanceTakesOverWhatAClerkCounted(t *testing.T) {
	s := withTools(t)
	s.refused(CashHandover{Staff: "01"}, "no-money")
	s.refused(CashClose{Staff: "02"}, "no-handover")
	s.upTo(Settled, "DR-01")
	s.printed()
	s.refused(CashHandover{Staff: "03", Counted: 500}, "role")
	s.refused(CashHandover{Staff: "01", Counted: -1}, "counted")
	s.refused(CashHandover{Staff: "01", Counted: 500, Keep: 501}, "keep")
	s.refused(CashHandover{Staff: "01", Counted: 400}, "difference")
	s.refused(CashHandover{Staff: "01", Counted: 500, Second: "01"}, "same-person")
	s.refused(CashHandover{Staff: "01", Counted: 500, Second: "04"}, "role")
	if v := s.h.CashBook(""); v.Closed || v.Drawer.Cash != 500 {
		t.Errorf("before the count got %+v", v)
	}
	c := s.do(CashHandover{Staff: "01", Counted: 400, Keep: 100, Reason: "找零差错"}).(Handover)
	if c.Difference != -100 || c.Amount != 300 || c.Rent != 500 || c.Closed != nil {
		t.Errorf("got %+v", c)
	}
	s.refused(CashClose{Handover: c.Handover, Staff: "01"}, "role")
	s.refused(CashClose{Handover: "J9", Staff: "02"}, "unknown-handover")
	s.refused(CashClose{Staff: "02", Received: yuan(200)}, "difference")
	c = s.do(CashClose{Staff: "02", Received: yuan(200), Reason: "少一张"}).(Handover)
	if c.Closed == nil || c.Closed.Difference != -100 {
		t.Errorf("got %+v", c)
	}
	s.refused(CashClose{Handover: c.Handover, Staff: "02"}, "closed")
	if got := s.printed(); fmt.Sprint(got) != "[cash cash]" {
		t.Errorf("got slips %v, want the handover and what finance found", got)
	}
	if v := s.h.CashBook(""); !v.Closed || v.Drawer.Cash != 100 || v.Drawer.Float != 100 {
		t.Errorf("got %+v", v)
	}
	s.replayed()
}

// A deposit that was taken and handed over on one day and refunded on the next
// leaves no false difference: finance gave the cash for it.
func TestRefundOnTheNextDay(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Out, "DR-01")
	s.do(CashHandover{Staff: "01", Counted: 20000, Second: "02"})
	first := s.h.Day
	s.later(24 * time.Hour)
	s.refused(CashFloat{Staff: "01", Second: "02", Amount: 20000}, "role")
	s.refused(CashFloat{Staff: "02", Amount: 20000}, "second-missing")
	s.refused(CashFloat{Staff: "02", Second: "01"}, "amount")
	s.do(CashFloat{Staff: "02", Second: "01", Amount: 20000})
	s.do(born("p1", 1990, 1, 1))
	s.goOn(r, Settled)
	bill := s.h.Rentals[r].Bill
	c := s.do(CashHandover{Staff: "01", Counted: 20000 - bill.Refund, Keep: 1000}).(Handover)
	if c.Expected != 20000-bill.Refund || c.Difference != 0 || c.FloatBefore != 20000 || c.Methods[cash] != -bill.Refund {
		t.Errorf("got %+v", c)
	}
	if v := s.h.CashBook(first); !v.Closed || len(v.Handovers) != 2 { // its own, and the open one
		t.Errorf("the first day: %+v", v)
	}
	if v := s.h.CashBook(""); v.Closed {
		t.Errorf("the second day counts as closed before finance took over: %+v", v)
	}
	s.replayed()
}

func TestMoneyAfterAHandoverBelongsToTheNext(t *testing.T) {
	s := withTools(t)
	s.upTo(Out, "DR-01")
	a := s.do(CashHandover{Staff: "01", Counted: 20000}).(Handover)
	s.upTo(Out, "SP-01")
	s.refused(CashClose{Staff: "02", Handover: "J000002"}, "unknown-handover")
	s.do(CashClose{Staff: "02"})
	if v := s.h.CashBook(""); v.Closed || v.Drawer.Cash != 2000 {
		t.Errorf("money that came after the count is not open: %+v", v)
	}
	b := s.do(CashHandover{Staff: "01", Counted: 2000, Second: "02"}).(Handover)
	if a.Handover == b.Handover || b.Methods[cash] != 2000 || b.DepositIn != 2000 || !s.h.CashBook("").Closed {
		t.Errorf("got %+v", b)
	}
	s.replayed()
}

// A debt that was paid in two ways goes back in the same two.
func TestReversalGoesBackTheWayItCame(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Returned, "DR-01")
	s.do(RentalInspect{Rental: r, Result: ResultDamaged, Deduct: 20500, Staff: "02"})
	s.do(RentalSettle{Rental: r, Staff: "01"})
	s.do(RentalPay{Rental: r, Amount: 400, Due: 1000, Method: "微信", Staff: "01"})
	s.do(RentalPay{Rental: r, Amount: 600, Staff: "01"})
	s.do(RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "重算"})
	if got := s.h.CashBook("").Methods; got["微信"] != 0 || got[cash] != 20000 {
		t.Errorf("got %v, want the debt gone and the deposit still there", got)
	}
	if d := s.h.Rentals[r]; d.Due != 0 || len(d.Paid) != 0 || s.h.Total.Paid != 0 {
		t.Errorf("got due %s, paid %v and %s", d.Due, d.Paid, s.h.Total.Paid)
	}
	s.replayed()
}

// Over any days, with counts and takings that differ, nothing is lost between
// one handover and the next.
func TestRandomShiftsBalance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := withTools(t)
		s.long = true
		s.do(ToolAdd{Tool: ladder, Staff: "01"})
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			s.shift(rt)
			s.balanced(rt)
		}
		s.replayed()
		if got := endOf(t, s.sheet("deposit", Period{}), "在管押金"); got != s.h.Total.Held() {
			rt.Fatalf("the deposit book ends with %s, held are %s", got, s.h.Total.Held())
		}
		if got := endOf(t, s.sheet("cash", Period{}), "抽屉现金"); got != s.h.Drawer.Cash() {
			rt.Fatalf("the cash book ends with %s, the drawer has %s", got, s.h.Drawer.Cash())
		}
	})
}

// shift does something that moves money, or counts it.
func (s *story) shift(rt *rapid.T) {
	method := rapid.SampledFrom([]string{"", cash, "微信"}).Draw(rt, "method")
	sum := func(name string) Fen { return Fen(rapid.IntRange(0, 50000).Draw(rt, name)) }
	switch rapid.IntRange(0, 6).Draw(rt, "what") {
	case 0, 1:
		if s.h.Tools["LD-01"].State == ToolIn {
			r := s.upTo(Signed, "LD-01")
			s.do(RentalDeposit{Rental: r, Staff: "01", Method: method})
			s.goOn(r, Out)
		}
	case 2, 3:
		for _, r := range s.h.rentals() {
			if r.State == Out {
				s.through(RentalReturn{Rental: r.ID, Staff: "01"})
				s.do(RentalInspect{Rental: r.ID, Result: ResultDamaged, Deduct: sum("deduct"), Staff: "02"})
				s.do(RentalSettle{Rental: r.ID, Staff: "01", Method: method})
				s.send(RentalPay{Rental: r.ID, Staff: "01", Method: method})
				s.do(ToolRestore{ID: "LD-01", Staff: "01", Second: "04", Reason: "修好", Cost: sum("cost")})
			}
		}
	case 4:
		counted := max(s.h.Drawer.Cash()+Fen(rapid.IntRange(-2, 2).Draw(rt, "wrong"))*100, 0)
		e := CashHandover{Counted: counted, Keep: min(counted, sum("keep")), Staff: "01", Reason: "找零差错"}
		e.Second = rapid.SampledFrom([]string{"", "02"}).Draw(rt, "second")
		s.send(e)
	case 5:
		for _, c := range s.h.openHandovers() {
			s.do(CashClose{Handover: c.Handover, Received: yuan(sum("received")), Staff: "02", Reason: "差额"})
		}
		s.send(CashFloat{Amount: sum("float"), Staff: "02", Second: "01"})
	default:
		s.later(time.Duration(rapid.IntRange(1, 30).Draw(rt, "hours")) * time.Hour)
		s.do(born("p1", 1990, 1, 1))
	}
	s.printed()
}

// balanced holds the handovers and the drawer to the records of money.
func (s *story) balanced(rt *rapid.T) {
	moved, handed := map[string]Fen{}, maps.Clone(s.h.Drawer.Methods)
	sums := s.h.Drawer.Sums
	var put, gone Fen // cash that came in otherwise, and that left the drawer
	for _, r := range s.ledger {
		d, _ := Decode(r.kind, r.raw)
		switch d := d.(type) {
		case *DepositTaken:
			moved[d.Method] += d.Amount
		case *DepositRefunded:
			moved[d.Method] -= d.Amount
		case *PaymentTaken:
			moved[d.Method] += d.Amount
		case *CashIssued:
			put += d.Amount
		case *CashHanded:
			for m, f := range d.Methods {
				handed[m] += f
			}
			sums.Add(d.Sums)
			put += d.Difference
			gone += d.Amount
			if d.Expected != d.FloatBefore+d.Methods[cash] || d.Counted != d.Float+d.Amount || d.Difference != d.Counted-d.Expected {
				rt.Fatalf("a handover that does not add up: %+v", d)
			}
		}
	}
	for _, m := range []string{cash, "微信"} {
		if moved[m] != handed[m] {
			rt.Fatalf("%s: moved %s, handed over or in the drawer %s", m, moved[m], handed[m])
		}
	}
	if got := s.h.Drawer.Cash(); got != moved[cash]+put-gone {
		rt.Fatalf("the drawer has %s, want %s", got, moved[cash]+put-gone)
	}
	var tools, days Sums
	for _, a := range s.h.Accounts {
		tools.Add(a.Sums)
	}
	for _, d := range s.h.Cash {
		days.Add(d.Sums)
	}
	if sums != s.h.Total || tools != s.h.Total || days != s.h.Total {
		rt.Fatalf("handovers %+v, tools %+v, days %+v, whole %+v", sums, tools, days, s.h.Total)
	}
}
