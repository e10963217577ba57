package hall

import (
	"fmt"
	"math/big"
	"strings"
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
		{"three hours", capped, 3 * time.Hour, 1500, "5.00元/小时×3小时=15.00元"},
		{"the cap", capped, 6 * time.Hour, 3000, "5.00元/小时×6小时=30.00元"},
		{"above the cap", capped, 9 * time.Hour, 3000, "日封顶30.00元×1天=30.00元"},
		{"a day and night", capped, 24 * time.Hour, 3000, "日封顶30.00元×1天=30.00元"},
		{"a second day", capped, 25 * time.Hour, 3500, "日封顶30.00元×1天+5.00元/小时×1小时=35.00元"},
		{"two days", capped, 40 * time.Hour, 6000, "日封顶30.00元×2天=60.00元"},
		{"a cap that a day does not reach", Price{Rate: 100, Per: PerHour, Cap: 2400}, 27 * time.Hour, 2700, "1.00元/小时×27小时=27.00元"},
		{"half hours", Price{Rate: 500, Per: PerHour, Round: 30}, 70 * time.Minute, 750, "5.00元/小时×1小时30分=7.50元"},
		{"quarters below a 分", Price{Rate: 333, Per: PerHour, Round: 15}, 16 * time.Minute, 166, "3.33元/小时×30分钟=1.66元（不足1分舍去）"},
		{"quarters over the cap", Price{Rate: 800, Per: PerHour, Round: 15, Cap: 4000}, 26*time.Hour + 50*time.Minute, 6400, "日封顶40.00元×1天+8.00元/小时×3小时=64.00元"},
		{"free at first", Price{Rate: 500, Per: PerHour, Free: 15}, 15 * time.Minute, 0, "15分钟内免费"},
		{"free no more", Price{Rate: 500, Per: PerHour, Free: 15}, 15*time.Minute + 1, 500, "5.00元/小时×1小时=5.00元"},
		{"a day begun", Price{Rate: 2000, Per: PerDay}, time.Minute, 2000, "20.00元/天×1天=20.00元"},
		{"two days begun", Price{Rate: 2000, Per: PerDay}, 24*time.Hour + 1, 4000, "20.00元/天×2天=40.00元"},
		{"by use", Price{Rate: 800, Per: PerUse}, 90 * time.Hour, 800, "8.00元/次×1次=8.00元"},
		{"simple", Price{}, 90 * time.Hour, 0, "免租赁费"},
	} {
		if got, formula := c.price.Fee(Use{Used: c.used}); got != c.want || formula != c.formula {
			t.Errorf("%s: got %s (%s), want %s (%s)", c.name, got, formula, c.want, c.formula)
		}
	}
}

// TestFeeByTheCalendar: what a tool costs from one moment to another, over nights,
// holidays, a leap day and clocks that jump.
func TestFeeByTheCalendar(t *testing.T) {
	hourly := Price{Rate: 500, Per: PerHour}
	capped := Price{Rate: 500, Per: PerHour, Cap: 3000}
	open := func(p Price) Price { p.OpenHours = true; return p }
	daytime := []Hours{{Days: weekdays, Open: 8 * hour, Close: 18 * hour}}
	night := []Hours{{Days: weekdays, Open: 20 * hour, Close: 2 * hour}}
	feast := []Closure{{"2026-10-01", "2026-10-07", "国庆节"}}
	one := func(wall string, up time.Duration) Stamp { return stampOf("a", up, wall, true) }
	for _, c := range []struct {
		name    string
		price   Price
		hours   []Hours
		closed  []Closure
		out, in Stamp
		told    []Stamp // what other records said of the clock in between
		want    Fen
		unsure  bool
		formula string
	}{
		{
			name: "a night counts", price: hourly, hours: daytime, want: 8000, formula: "5.00元/小时×16小时=80.00元",
			out: one("2026-03-02 17:00", hour), in: one("2026-03-03 09:00", 17*hour),
		},
		{
			name: "a night does not", price: open(hourly), hours: daytime, want: 1000, formula: "5.00元/小时×2小时=10.00元",
			out: one("2026-03-02 17:00", hour), in: one("2026-03-03 09:00", 17*hour),
		},
		{
			name: "nor does a week-end", price: open(hourly), hours: daytime, want: 1000, formula: "5.00元/小时×2小时=10.00元",
			out: one("2026-03-06 17:00", hour), in: one("2026-03-09 09:00", 65*hour),
		},
		{
			name: "nor do holidays", price: open(hourly), hours: daytime, closed: feast, want: 1000, formula: "5.00元/小时×2小时=10.00元",
			out: one("2026-09-30 17:00", hour), in: one("2026-10-08 09:00", 185*hour),
		},
		{
			name: "holidays of a hall without hours", price: open(hourly), closed: feast, want: 8000, formula: "5.00元/小时×16小时=80.00元",
			out: one("2026-09-30 17:00", hour), in: one("2026-10-08 09:00", 185*hour),
		},
		{
			name: "a night market is open after midnight", price: open(hourly), hours: night, want: 1500, formula: "5.00元/小时×3小时=15.00元",
			out: one("2026-03-02 23:00", hour), in: one("2026-03-03 19:00", 21*hour),
		},
		{
			name: "taken and brought back while shut", price: open(hourly), hours: daytime, want: 500, formula: "5.00元/小时×1小时=5.00元",
			out: one("2026-03-02 19:00", hour), in: one("2026-03-03 07:00", 13*hour),
		},
		{
			name: "minutes of two days add up to an hour", price: open(hourly), hours: daytime, want: 500, formula: "5.00元/小时×1小时=5.00元",
			out: one("2026-03-02 17:40", hour), in: one("2026-03-03 08:40", 16*hour),
		},
		{
			name: "the cap of each day", price: open(capped), hours: daytime, want: 6500, formula: "日封顶30.00元×2天+5.00元/小时×1小时=65.00元",
			out: one("2026-03-02 08:00", hour), in: one("2026-03-04 09:00", 50*hour),
		},
		{
			name: "days on which the hall is shut cost nothing", price: open(Price{Rate: 2000, Per: PerDay}), hours: daytime, want: 4000, formula: "20.00元/天×2天=40.00元",
			out: one("2026-03-06 17:00", hour), in: one("2026-03-09 08:30", 64*hour+30*time.Minute),
		},
		{
			name: "29 February", price: Price{Rate: 2000, Per: PerDay}, want: 4000, formula: "20.00元/天×2天=40.00元",
			out: stampOf("a", hour, "2028-02-28 12:00", true), in: stampOf("b", hour, "2028-03-01 12:00", true),
		},
		{
			name: "28 February of a common year", price: Price{Rate: 2000, Per: PerDay}, want: 2000, formula: "20.00元/天×1天=20.00元",
			out: stampOf("a", hour, "2027-02-28 12:00", true), in: stampOf("b", hour, "2027-03-01 12:00", true),
		},
		{
			name: "29 February is a Tuesday that is open", price: open(hourly), hours: daytime, want: 10000, formula: "5.00元/小时×20小时=100.00元",
			out: stampOf("a", hour, "2028-02-28 13:00", true), in: stampOf("b", hour, "2028-03-01 13:00", true),
		},
		{
			name: "the clock jumps ahead", price: hourly, want: 1000, formula: "5.00元/小时×2小时=10.00元",
			out: one("2026-03-02 08:00", hour), in: one("2031-01-01 00:00", 3*hour),
		},
		{
			name: "the clock jumps ahead into a night", price: open(hourly), hours: daytime, want: 1000, formula: "5.00元/小时×2小时=10.00元",
			out: one("2026-03-02 08:00", hour), in: one("2026-03-02 22:00", 3*hour),
		},
		{
			name: "a clock was wrong when it left, in the morning or at night", price: open(hourly), hours: daytime, want: 500, unsure: true, formula: "5.00元/小时×1小时=5.00元",
			out: one("2026-03-02 08:00", hour), in: one("2026-03-02 10:00", 3*hour), told: []Stamp{one("2026-03-01 21:00", 2*hour)},
		},
		{
			name: "or in the evening", price: open(hourly), hours: daytime, want: 500, unsure: true, formula: "5.00元/小时×1小时=5.00元",
			out: one("2026-03-02 08:00", hour), in: one("2026-03-02 10:00", 3*hour), told: []Stamp{one("2026-03-02 21:00", 2*hour)},
		},
		{
			name: "set back a day, then right after a restart", price: hourly, want: 1000, unsure: true, formula: "5.00元/小时×2小时=10.00元",
			out: one("2026-03-02 08:00", hour), told: []Stamp{one("2026-03-01 09:00", 2*hour)}, in: stampOf("b", hour, "2026-03-02 10:00", true),
		},
		{
			name: "no clock at all", price: open(hourly), hours: daytime, want: 500, unsure: true, formula: "5.00元/小时×1小时=5.00元",
			out: stampOf("a", hour, "?", false), in: stampOf("a", 9*hour, "?", false),
		},
		{
			name: "a clock by the time it is back", price: open(hourly), hours: daytime, want: 1500, formula: "5.00元/小时×3小时=15.00元",
			out: stampOf("a", hour, "?", false), told: []Stamp{one("2026-03-02 19:00", 5*hour)}, in: one("2026-03-02 20:00", 6*hour),
		},
	} {
		cfg := testConfig()
		cfg.Hours, cfg.Closed = c.hours, c.closed
		h := New(cfg)
		for _, s := range append([]Stamp{c.out}, c.told...) {
			h.witness(s)
		}
		use := h.used(c.out, c.in, c.price)
		if got, formula := c.price.Fee(use); got != c.want || formula != c.formula || use.Unsure != c.unsure {
			t.Errorf("%s: got %s (%s, unsure %t), want %s (%s)", c.name, got, formula, use.Unsure, c.want, c.formula)
		}
	}
}

func TestFeeNeverFallsWithTime(t *testing.T) {
	h := New(Config{Zone: shanghai, Hours: []Hours{
		{Days: weekdays, Open: 8 * hour, Close: 12 * hour},
		{Days: weekdays, Open: 14 * hour, Close: 18 * hour},
		{Days: 1 << time.Saturday, Open: 20 * hour, Close: 2 * hour},
	}, Closed: []Closure{{From: "2026-03-10", Until: "2026-03-12"}}})
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, shanghai)
	rapid.Check(t, func(rt *rapid.T) {
		p := anyPrice(rt)
		from := start.Add(time.Duration(rapid.Int64Range(0, int64(10*day)).Draw(rt, "from")))
		d := time.Duration(rapid.Int64Range(0, int64(100*day)).Draw(rt, "time"))
		more := time.Duration(rapid.Int64Range(0, int64(2*day)).Draw(rt, "more"))
		fee := func(d time.Duration) (Fen, string) {
			return p.Fee(Use{Used: d, Open: h.openWithin(from, d)})
		}
		a, formula := fee(d)
		b, _ := fee(d + more)
		if a < 0 || b < a {
			rt.Fatalf("%+v: %s for %v but %s for %v", p, a, d, b, d+more)
		}
		if whole, _ := p.Fee(Use{Used: d, Open: []Stretch{{0, d}}}); a > whole {
			rt.Fatalf("%+v: %s by opening hours, %s by all hours", p, a, whole)
		}
		if got, ok := byHand(formula); !ok || got != a {
			rt.Fatalf("%s comes to %s by hand, not to the fee of %s", formula, got, a)
		}
	})
}

// byHand computes a printed formula as somebody with pen and paper does.
func byHand(formula string) (sum Fen, ok bool) {
	if !strings.Contains(formula, "=") {
		return 0, formula == "免租赁费" || strings.HasSuffix(formula, "内免费")
	}
	left, right, _ := strings.Cut(strings.TrimSuffix(formula, "（不足1分舍去）"), "=")
	total := new(big.Rat)
	for term := range strings.SplitSeq(left, "+") {
		rate, count, _ := strings.Cut(strings.TrimPrefix(term, "日封顶"), "×")
		yuan, _, _ := strings.Cut(rate, "元")
		f, err := ParseFen(yuan)
		if err != nil {
			return 0, false
		}
		total.Add(total, new(big.Rat).Mul(big.NewRat(int64(f), 1), units(count)))
	}
	if dropped := strings.HasSuffix(formula, "舍去）"); dropped == total.IsInt() {
		return 0, false
	}
	sum = Fen(new(big.Int).Quo(total.Num(), total.Denom()).Int64())
	return sum, right == sum.String()+"元"
}

// units reads 3小时, 1小时30分, 30分钟, 2天 or 1次.
func units(count string) *big.Rat {
	var h, m int64
	switch {
	case strings.HasSuffix(count, "分"):
		_, _ = fmt.Sscanf(count, "%d小时%d分", &h, &m)
	case strings.HasSuffix(count, "分钟"):
		_, _ = fmt.Sscanf(count, "%d分钟", &m)
	default:
		_, _ = fmt.Sscanf(count, "%d", &h)
	}
	return new(big.Rat).Add(big.NewRat(h, 1), big.NewRat(m, 60))
}
