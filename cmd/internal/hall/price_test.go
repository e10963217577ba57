package hall

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPriceInWords(t *testing.T) {
	for _, c := range []struct {
		price Price
		want  string
	}{
		{Price{}, "免租赁费"},
		{Price{Rate: 500, Per: PerHour}, "5.00元/小时，不足1小时按1小时计"},
		{Price{Rate: 500, Per: PerHour, Round: 15}, "5.00元/小时，不足15分钟按15分钟计"},
		{
			Price{Rate: 500, Per: PerHour, Round: 30, Cap: 3000, Free: 15, OpenHours: true},
			"5.00元/小时，不足30分钟按30分钟计，日封顶30.00元，只计开放时间，15分钟内免费",
		},
		{Price{Rate: 2000, Per: PerDay}, "20.00元/天，每24小时为1天，不足1天按1天计"},
		{Price{Rate: 800, Per: PerUse}, "8.00元/次"},
	} {
		if got := c.price.text(); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.price, got, c.want)
		}
	}
}

func TestPriceThatContradictsItself(t *testing.T) {
	for _, p := range []Price{
		{Rate: 100, Per: "week"},
		{Rate: -1, Per: PerHour},
		{Rate: MaxFen + 1, Per: PerHour},
		{Rate: 500, Per: PerHour, Cap: 400},
		{Rate: 1, Per: PerHour, Cap: -1},
		{Rate: 500, Per: PerDay, Cap: 1000},
		{Rate: 500, Per: PerUse, Cap: 1000},
		{Rate: 1, Per: PerHour, Free: -1},
		{Rate: 1, Per: PerHour, Free: 1441},
		{Rate: 1, Per: PerHour, Round: 7},
		{Rate: 1, Per: PerDay, Round: 30},
		{Rate: 1, Per: PerHour, Round: 120},
		{Rate: 1, Per: PerUse, OpenHours: true},
		{Rate: 1, Per: PerUse, Version: strings.Repeat("1", 65)},
	} {
		if p.check() == nil {
			t.Errorf("%+v was taken", p)
		}
	}
}

// anyPrice draws a price that the hall takes.
func anyPrice(rt *rapid.T) Price {
	p := Price{
		Rate: Fen(rapid.IntRange(1, 100_000).Draw(rt, "rate")), Per: rapid.SampledFrom([]Unit{PerHour, PerDay, PerUse}).Draw(rt, "per"),
		Free: rapid.IntRange(0, 120).Draw(rt, "free"),
	}
	if p.Per == PerHour {
		p.Round = rapid.SampledFrom([]int{0, 5, 15, 30, 60}).Draw(rt, "round")
		p.Cap = p.Rate * Fen(rapid.IntRange(0, 12).Draw(rt, "cap"))
	}
	if p.Per != PerUse {
		p.OpenHours = rapid.Bool().Draw(rt, "open hours")
	}
	if err := p.check(); err != nil {
		rt.Fatal(err)
	}
	return p
}
