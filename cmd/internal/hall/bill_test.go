package hall

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestShare: what each tool owes is taken from its own deposit first, then from
// what is left of the others', in the order of the slip.
func TestShare(t *testing.T) {
	type line struct{ fee, deduction, deposit, refund, due Fen }
	for _, c := range []struct {
		name        string
		lines       []line
		refund, due Fen
	}{
		{"nothing owed", []line{{0, 0, 2000, 2000, 0}}, 2000, 0},
		{"rent", []line{{1500, 0, 20000, 18500, 0}}, 18500, 0},
		{"rent and damage", []line{{1500, 1000, 20000, 17500, 0}}, 17500, 0},
		{"the deposit to the last 分", []line{{500, 1500, 2000, 0, 0}}, 0, 0},
		{"a 分 more", []line{{500, 1501, 2000, 0, 1}}, 0, 1},
		{"no deposit at all", []line{{500, 0, 0, 0, 500}}, 0, 500},
		{"each from its own", []line{{500, 0, 20000, 19500, 0}, {0, 300, 2000, 1700, 0}}, 21200, 0},
		{"the other one's deposit helps", []line{{0, 3000, 2000, 0, 0}, {500, 0, 20000, 18500, 0}}, 18500, 0},
		{"a later one helps an earlier, and the other way round", []line{{0, 0, 2000, 1000, 0}, {0, 3000, 2000, 0, 0}}, 1000, 0},
		{"all deposits together", []line{{0, 5000, 2000, 0, 0}, {0, 0, 3000, 0, 0}}, 0, 0},
		{"more than all deposits", []line{{0, 5000, 2000, 0, 2000}, {0, 1000, 2000, 0, 0}}, 0, 2000},
		{"two that lack, one that has", []line{{0, 3000, 2000, 0, 0}, {0, 3000, 2000, 0, 500}, {0, 0, 1500, 0, 0}}, 0, 500},
		{"a swapped tool brings no deposit", []line{{0, 0, 20000, 18500, 0}, {1500, 0, 0, 0, 0}}, 18500, 0},
	} {
		var b, want Bill
		for _, l := range c.lines {
			b.Lines = append(b.Lines, BillLine{Fee: l.fee, Deduction: l.deduction, Deposit: l.deposit})
			want.Lines = append(want.Lines, BillLine{Fee: l.fee, Deduction: l.deduction, Deposit: l.deposit, Refund: l.refund, Due: l.due})
		}
		want.Refund, want.Due = c.refund, c.due
		if b.share(); cmp.Diff(want, b) != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, cmp.Diff(want, b))
		}
	}
}

func TestShareMakesNoMoney(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var b Bill
		var owed, held Fen
		for range rapid.IntRange(1, mostTools).Draw(rt, "tools") {
			sum := func(what string) Fen { return Fen(rapid.IntRange(0, 5000).Draw(rt, what)) }
			l := BillLine{Fee: sum("fee"), Deduction: sum("deduction"), Deposit: sum("deposit")}
			b.Lines = append(b.Lines, l)
			owed, held = owed+l.Fee+l.Deduction, held+l.Deposit
		}
		b.share()
		if b.Refund != max(held-owed, 0) || b.Due != max(owed-held, 0) {
			rt.Fatalf("of %s held and %s owed %s goes back and %s is due", held, owed, b.Refund, b.Due)
		}
		for _, l := range b.Lines {
			if l.Refund < 0 || l.Due < 0 || l.Refund > l.Deposit || l.Due > l.Fee+l.Deduction {
				rt.Fatalf("a line that does not add up: %+v", l)
			}
		}
	})
}

// TestRefundByTheCalendar: fee and refund of a whole rental, as it is settled.
func TestRefundByTheCalendar(t *testing.T) {
	for _, c := range []struct {
		name        string
		from        time.Time
		after       time.Duration
		price       Price
		deduct      Fen
		fee, refund Fen
		due         Fen
		formula     string
	}{
		{
			name: "two hours", from: time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai), after: 2 * hour, price: Price{Rate: 500, Per: PerHour},
			fee: 1000, refund: 19000, formula: "电锤：5.00元/小时×2小时=10.00元",
		},
		{
			name: "over 29 February, by open hours", from: time.Date(2028, 2, 28, 9, 0, 0, 0, shanghai), after: 2 * day,
			price: Price{Rate: 500, Per: PerHour, Cap: 3000, OpenHours: true},
			fee:   6000, refund: 14000, formula: "电锤：日封顶30.00元×2天=60.00元",
		},
		{
			name: "over a week of holidays, by open hours", from: time.Date(2026, 9, 30, 16, 0, 0, 0, shanghai), after: 8 * day,
			price: Price{Rate: 500, Per: PerHour, Cap: 3000, OpenHours: true},
			fee:   4000, refund: 16000, formula: "电锤：日封顶30.00元×1天+5.00元/小时×2小时=40.00元",
		},
		{
			name: "the same by all hours", from: time.Date(2026, 9, 30, 16, 0, 0, 0, shanghai), after: 8 * day,
			price: Price{Rate: 500, Per: PerHour, Cap: 3000},
			fee:   24000, due: 4000, formula: "电锤：日封顶30.00元×8天=240.00元",
		},
		{
			name: "a night, and damage beyond the deposit", from: time.Date(2026, 3, 2, 17, 0, 0, 0, shanghai), after: 16 * hour,
			price: Price{Rate: 500, Per: PerHour, Round: 30, OpenHours: true}, deduct: 20000,
			fee: 1000, due: 1000, formula: "电锤：5.00元/小时×2小时=10.00元",
		},
		{
			name: "free", from: time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai), after: 20 * time.Minute,
			price: Price{Rate: 500, Per: PerHour, Free: 20}, fee: 0, refund: 20000, formula: "电锤：20分钟内免费",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t)
			s.cfg.Hours = []Hours{{Days: weekdays, Open: 8 * hour, Close: 18 * hour}}
			s.cfg.Closed = []Closure{{From: "2026-10-01", Until: "2026-10-07", Reason: "国庆节"}}
			s.h.cfg, s.long = s.cfg, true
			s.at.Time = c.from
			tool := drill
			tool.Price, tool.Door = c.price, ""
			s.do(ToolAdd{Tool: tool, Staff: "01"})
			s.do(born("p1", 1990, 1, 1))
			r := s.upTo(Out, tool.ID)
			s.later(c.after)
			s.goOn(r, Returned)
			e := RentalInspect{Rental: r, Result: ResultOK, Staff: "02"}
			if c.deduct > 0 {
				e.Result, e.Deduct = ResultDamaged, c.deduct
			}
			s.do(e)
			b := s.do(RentalSettle{Rental: r, Staff: "01"}).(Settlement)
			if b.Fee != c.fee || b.Refund != c.refund || b.Bill.Due != c.due || b.Formula != c.formula || !b.Sure {
				t.Errorf("got fee %s, refund %s, due %s (%s), want %s, %s, %s (%s)", b.Fee, b.Refund, b.Bill.Due, b.Formula, c.fee, c.refund, c.due, c.formula)
			}
			s.replayed()
		})
	}
}
