package hall

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFee(t *testing.T) {
	hourly := Price{Rate: 500, Per: PerHour}
	capped := Price{Rate: 500, Per: PerHour, Cap: 3000}
	for _, c := range []struct {
		name    string
		price   Price
		used    time.Duration
		want    Fen
		formula string
	}{
		{"nothing", hourly, 0, 500, "5.00元/小时×1小时=5.00元"},
		{"a moment", hourly, time.Millisecond, 500, "5.00元/小时×1小时=5.00元"},
		{"one hour to the millisecond", hourly, time.Hour, 500, "5.00元/小时×1小时=5.00元"},
		{"a moment more", hourly, time.Hour + time.Millisecond, 1000, "5.00元/小时×2小时=10.00元"},
		{"three hours", capped, 3 * time.Hour, 1500, "5.00元/小时×3小时=15.00元，日封顶30.00元"},
		{"the cap", capped, 6 * time.Hour, 3000, "5.00元/小时×6小时=30.00元，日封顶30.00元"},
		{"above the cap", capped, 9 * time.Hour, 3000, "5.00元/小时×9小时=45.00元，日封顶30.00元"},
		{"a day and night", capped, 24 * time.Hour, 3000, "5.00元/小时×24小时=120.00元，日封顶30.00元"},
		{"a second day", capped, 25 * time.Hour, 3500, "5.00元/小时×25小时=125.00元，日封顶30.00元"},
		{"two days", capped, 40 * time.Hour, 6000, "5.00元/小时×40小时=200.00元，日封顶30.00元"},
		{"half hours", Price{Rate: 500, Per: PerHour, Round: 30}, 70 * time.Minute, 750, "5.00元/小时×1小时30分=7.50元"},
		{"quarters below a 分", Price{Rate: 333, Per: PerHour, Round: 15}, 16 * time.Minute, 166, "3.33元/小时×0小时30分=1.66元"},
		{"free at first", Price{Rate: 500, Per: PerHour, Free: 15}, 15 * time.Minute, 0, "15分钟内免费"},
		{"free no more", Price{Rate: 500, Per: PerHour, Free: 15}, 15*time.Minute + 1, 500, "5.00元/小时×1小时=5.00元"},
		{"a day begun", Price{Rate: 2000, Per: PerDay}, time.Minute, 2000, "20.00元/天×1天=20.00元"},
		{"two days begun", Price{Rate: 2000, Per: PerDay}, 24*time.Hour + 1, 4000, "20.00元/天×2天=40.00元"},
		{"by use", Price{Rate: 800, Per: PerUse}, 90 * time.Hour, 800, "8.00元/次×1次=8.00元"},
		{"simple", Price{}, 90 * time.Hour, 0, "免租赁费"},
	} {
		if got, formula := c.price.Fee(c.used); got != c.want || formula != c.formula {
			t.Errorf("%s: got %s (%s), want %s (%s)", c.name, got, formula, c.want, c.formula)
		}
	}
}

func TestFeeNeverFallsWithTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := Price{
			Rate: Fen(rapid.IntRange(1, 100_000).Draw(rt, "rate")), Per: rapid.SampledFrom([]Unit{PerHour, PerDay, PerUse}).Draw(rt, "per"),
			Free: rapid.IntRange(0, 120).Draw(rt, "free"),
		}
		if p.Per == PerHour {
			p.Round = rapid.SampledFrom([]int{0, 5, 15, 30, 60}).Draw(rt, "round")
			p.Cap = p.Rate * Fen(rapid.IntRange(0, 12).Draw(rt, "cap"))
		}
		if err := p.check(); err != nil {
			rt.Fatal(err)
		}
		d := time.Duration(rapid.Int64Range(0, int64(100*day)).Draw(rt, "time"))
		more := time.Duration(rapid.Int64Range(0, int64(2*day)).Draw(rt, "more"))
		a, _ := p.Fee(d)
		b, _ := p.Fee(d + more)
		if a < 0 || b < a {
			rt.Fatalf("%+v: %s for %v but %s for %v", p, a, d, b, d+more)
		}
	})
}

func TestPriceThatContradictsItself(t *testing.T) {
	for _, p := range []Price{
		{Rate: 100, Per: "week"},
		{Rate: -1, Per: PerHour},
		{Rate: MaxFen + 1, Per: PerHour},
		{Rate: 500, Per: PerHour, Cap: 400},
		{Rate: 1, Per: PerHour, Cap: -1},
		{Rate: 1, Per: PerHour, Free: -1},
		{Rate: 1, Per: PerHour, Free: 1441},
		{Rate: 1, Per: PerHour, Round: 7},
		{Rate: 1, Per: PerDay, Round: 30},
		{Rate: 1, Per: PerHour, Round: 120},
	} {
		if p.check() == nil {
			t.Errorf("%+v was taken", p)
		}
	}
}
