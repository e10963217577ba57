package hall

import (
	"fmt"
	"time"
)

// Unit is what a price counts.
type Unit string

// The units of a price.
const (
	PerHour Unit = "hour"
	PerDay  Unit = "day" // each 24 hours begun
	PerUse  Unit = "use"
)

// Price is what a tool's use costs (量化计价). A begun unit counts whole.
type Price struct {
	Rate    Fen    `json:"rate"`
	Per     Unit   `json:"per,omitempty"`
	Cap     Fen    `json:"cap,omitempty"`     // most for each 24 hours begun; 0: none
	Free    int    `json:"free,omitempty"`    // minutes within which a return costs nothing
	Round   int    `json:"round,omitempty"`   // minutes that an hourly price is counted in; 0: whole hours
	Version string `json:"version,omitempty"` // of the county's price list
}

var unitName = map[Unit]string{PerHour: "小时", PerDay: "天", PerUse: "次"}

func (p Price) check() error {
	switch {
	case unitName[p.Per] == "":
		return refuse("unit", "计价单位只能是 hour（小时）、day（天）或 use（次）")
	case p.Rate < 0 || p.Rate > MaxFen:
		return refuse("rate", "单价不对，请写元，如 5.00")
	case p.Cap < 0 || p.Cap > MaxFen || p.Cap > 0 && p.Cap < p.Rate:
		return refuse("cap", "日封顶不能低于单价")
	case p.Free < 0 || p.Free > 24*60:
		return refuse("free", "免费分钟数要在0到1440之间")
	case p.Round < 0 || p.Round > 60 || p.Round > 0 && (60%p.Round != 0 || p.Per != PerHour):
		return refuse("round", "计时单位要能整除60分钟，且只用于按小时计价")
	}
	return nil
}

// text is the price in words: 5.00元/小时，日封顶30.00元.
func (p Price) text() string {
	if p.Rate == 0 {
		return "免租赁费"
	}
	s := fmt.Sprintf("%s元/%s", p.Rate, unitName[p.Per])
	if p.Cap > 0 && p.Per == PerHour {
		s += fmt.Sprintf("，日封顶%s元", p.Cap)
	}
	if p.Free > 0 {
		s += fmt.Sprintf("，%d分钟内免费", p.Free)
	}
	return s
}

const day = 24 * time.Hour

// Fee is the rent for a time and how it was computed, as the slip shows it. It
// never falls as d grows.
func (p Price) Fee(d time.Duration) (Fen, string) {
	if p.Rate == 0 {
		return 0, "免租赁费"
	}
	if free := time.Duration(p.Free) * time.Minute; d <= free && free > 0 {
		return 0, fmt.Sprintf("%d分钟内免费", p.Free)
	}
	formula := fmt.Sprintf("%s元/%s", p.Rate, unitName[p.Per])
	var fee Fen
	switch p.Per {
	case PerUse:
		fee = p.Rate
		formula += fmt.Sprintf("×1次=%s元", fee)
	case PerDay:
		n := begun(d, day)
		fee = p.Rate * Fen(n)
		formula += fmt.Sprintf("×%d天=%s元", n, fee)
	case PerHour:
		fee, formula = p.hourly(d, formula)
	}
	return fee, formula
}

// hourly counts begun steps of each 24 hours, and no more than the cap for
// them.
func (p Price) hourly(d time.Duration, formula string) (Fen, string) {
	step := time.Duration(p.Round) * time.Minute
	if step == 0 {
		step = time.Hour
	}
	whole := max(int64((d-1)/day), 0)
	counted := time.Duration(begun(d-time.Duration(whole)*day, step)) * step
	perDay, last := p.Rate*24, p.Rate*Fen(counted/time.Minute)/60
	sum := perDay*Fen(whole) + last
	formula += "×" + hours(time.Duration(whole)*day+counted) + fmt.Sprintf("=%s元", sum)
	if p.Cap > 0 {
		sum = min(perDay, p.Cap)*Fen(whole) + min(last, p.Cap)
		formula += fmt.Sprintf("，日封顶%s元", p.Cap)
	}
	return sum, formula
}

// hours writes a time in hours and minutes.
func hours(d time.Duration) string {
	h, m := d/time.Hour, d%time.Hour/time.Minute
	if m == 0 {
		return fmt.Sprintf("%d小时", h)
	}
	return fmt.Sprintf("%d小时%d分", h, m)
}

// begun counts the units that d has begun, at least one.
func begun(d, unit time.Duration) int64 {
	return max(int64((d+unit-1)/unit), 1)
}
