package hall

import (
	"testing"
	"time"
)

func TestDepreciationIsStraightLineByDay(t *testing.T) {
	day := func(s string) Stamp {
		d, err := time.ParseInLocation(time.DateOnly, s, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return Stamp{Time: d.Add(9 * time.Hour)}
	}
	for _, c := range []struct {
		bought string
		life   int
		at     string
		want   Fen
	}{
		{"2026-01-01", 12, "2026-01-01", 0},
		{"2026-01-01", 12, "2026-01-02", 100},   // 365.00 over 365 days
		{"2026-01-01", 12, "2026-03-01", 5900},  // 31 and 28 days
		{"2026-01-01", 12, "2027-01-01", 36500}, // to the end
		{"2026-01-01", 12, "2030-01-01", 36500}, // and no further
		{"2028-01-01", 12, "2028-03-01", 5983},  // 60 of 366 days: a year with 29 February
		{"2026-01-01", 12, "2025-12-01", 0},     // not bought yet
		{"2026-01-01", 0, "2030-01-01", 0},      // no useful life, no depreciation
		{"", 12, "2030-01-01", 0},               // nobody knows when it was bought
		{"2026-01-01", 36, "2027-07-02", 18216}, // 547 of 1096 days
	} {
		tool := Tool{Purchase: 36500, Bought: c.bought, Life: c.life}
		if got := tool.depreciation(day(c.at)); got != c.want {
			t.Errorf("bought %s for %d months, on %s: got %s, want %s", c.bought, c.life, c.at, got, c.want)
		}
	}
}

// bench is a drill that was bought, with a book value that falls.
var bench = func() Tool {
	t := drill
	t.ID, t.Door, t.Purchase, t.Bought, t.Life = "DR-09", "", 36500, "2026-03-02", 12
	return t
}()

func TestAccountOfOneTool(t *testing.T) {
	s := withTools(t)
	s.refused(ToolAdd{Tool: Tool{ID: "X", Name: "x", Class: Simple, Deposit: 1, Bought: "gestern"}, Staff: "01"}, "bought")
	s.refused(ToolAdd{Tool: Tool{ID: "X", Name: "x", Class: Simple, Deposit: 1, Life: 601}, Staff: "01"}, "life")
	s.do(ToolAdd{Tool: bench, Staff: "01"})
	s.later(10 * time.Hour)
	r := s.upTo(Out, "DR-09")
	s.later(3 * time.Hour)
	if v, _ := s.h.ToolAccount("DR-09", s.at); v.OutHours != 3 || v.IdleHours != 10 {
		t.Errorf("while it is out: %d hours out, %d idle", v.OutHours, v.IdleHours)
	}
	s.through(RentalReturn{Rental: r, Staff: "01"})
	s.do(RentalInspect{Rental: r, Result: ResultDamaged, Deduct: 5000, Staff: "02"})
	s.do(RentalSettle{Rental: r, Staff: "01"})
	s.do(ToolRestore{ID: "DR-09", Staff: "01", Second: "02", Reason: "换碳刷", Cost: 2000})
	s.later(10*24*time.Hour - 13*time.Hour)
	v, err := s.h.ToolAccount("DR-09", s.at)
	if err != nil || v.Rent != 1500 || v.Compensation != 5000 || v.Repair != 2000 || v.Repairs != 1 || v.Uses != 1 || v.OutHours != 3 || v.IdleHours != 237 {
		t.Errorf("got %+v (%v)", v, err)
	}
	if v.Wear != 1000 || v.Book != 35500 || v.Loss != 0 || v.Result != 1500+5000-2000-1000 || v.Net != 1500+5000-2000-36500 {
		t.Errorf("after ten days: wear %s, book %s, loss %s, result %s, net %s", v.Wear, v.Book, v.Loss, v.Result, v.Net)
	}

	// Written off, its book value is lost, and time stands still for it.
	s.do(ToolLoss{ID: "DR-09", Staff: "01", Second: "02", Reason: "盘点缺少"})
	s.later(5 * 24 * time.Hour)
	s.do(ToolRetire{ID: "DR-09", Staff: "01", Second: "02", Reason: "找不到"})
	s.later(5 * 24 * time.Hour)
	v, _ = s.h.ToolAccount("DR-09", s.at)
	if v.Wear != 1000 || v.Book != 0 || v.Loss != 35500 || v.Result != 1500+5000-2000-36500 || v.IdleHours != 237 {
		t.Errorf("written off: %+v", v)
	}
	if w := s.h.WorstTools(s.at); len(w) != 3 || w[0].Tool != "DR-09" {
		t.Errorf("the worst tools are %+v", w)
	}
	s.replayed()
}

func TestWorstToolsBySomethingBesidesMoney(t *testing.T) {
	s := begin(t)
	for _, id := range []string{"A-1", "B-1", "C-1"} {
		x := ladder
		x.ID = id
		s.do(ToolAdd{Tool: x, Staff: "01"})
		s.later(time.Hour)
	}
	s.do(ToolRepair{ID: "C-1", Staff: "01", Reason: "松动"})
	s.do(ToolRestore{ID: "C-1", Staff: "01", Second: "02", Reason: "紧固"})
	var got string
	for _, w := range s.h.WorstTools(s.at) {
		got += w.Tool + " "
	}
	if got != "C-1 A-1 B-1 " { // repaired, then idle for longer
		t.Errorf("got %s", got)
	}
}

// A purchase that was entered wrong is put right in the books too.
func TestCorrectedPurchase(t *testing.T) {
	s := withTools(t)
	s.do(ToolAdd{Tool: bench, Staff: "01"})
	right := bench
	right.Purchase = 30000
	s.do(ToolChange{Tool: right, Staff: "01", Second: "02", Reason: "录错"})
	if got := s.h.Accounts["DR-09"].Purchase; got != 30000 || s.h.Total.Purchase != 30000 {
		t.Errorf("got %s in the account and %s in all", got, s.h.Total.Purchase)
	}
	s.replayed()
}
