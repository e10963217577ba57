package hall

import (
	"fmt"
	"strings"
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
	Rate      Fen    `json:"rate"`
	Per       Unit   `json:"per,omitempty"`
	Cap       Fen    `json:"cap,omitempty"`        // most for each 24 hours begun; 0: none
	Free      int    `json:"free,omitempty"`       // minutes within which a return costs nothing
	Round     int    `json:"round,omitempty"`      // minutes that an hourly price is counted in; 0: whole hours
	OpenHours bool   `json:"open_hours,omitempty"` // only the time counts in which the hall is open
	Version   string `json:"version,omitempty"`    // of the county's price list; empty: the one in force
}

var unitName = map[Unit]string{PerHour: "小时", PerDay: "天", PerUse: "次"}

func (p Price) check() error {
	switch {
	case unitName[p.Per] == "":
		return refuse("unit", "计价单位只能是 hour（小时）、day（天）或 use（次）")
	case p.Rate < 0 || p.Rate > MaxFen:
		return refuse("rate", "单价不对，请写元，如 5.00")
	case p.Cap != 0 && p.Per != PerHour:
		return refuse("cap", "日封顶只用于按小时计价")
	case p.Cap < 0 || p.Cap > MaxFen || p.Cap > 0 && p.Cap < p.Rate:
		return refuse("cap", "日封顶不能低于单价")
	case p.Free < 0 || p.Free > 24*60:
		return refuse("free", "免费分钟数要在0到1440之间")
	case p.Round < 0 || p.Round > 60 || p.Round > 0 && (60%p.Round != 0 || p.Per != PerHour):
		return refuse("round", "计时单位要能整除60分钟，且只用于按小时计价")
	case p.OpenHours && p.Per == PerUse:
		return refuse("open-hours", "按次计价不能只计开放时间")
	case len(p.Version) > mostText:
		return refuse("version", "价目表版本太长")
	}
	return nil
}

// step is what an hourly price is counted in.
func (p Price) step() time.Duration {
	if p.Round == 0 {
		return time.Hour
	}
	return time.Duration(p.Round) * time.Minute
}

// text is the price in words: 5.00元/小时，不足1小时按1小时计，日封顶30.00元.
func (p Price) text() string {
	if p.Rate == 0 {
		return "免租赁费"
	}
	parts := []string{p.rate()}
	switch p.Per {
	case PerHour:
		parts = append(parts, fmt.Sprintf("不足%[1]s按%[1]s计", hours(p.step())))
	case PerDay:
		parts = append(parts, "每24小时为1天，不足1天按1天计")
	case PerUse:
	}
	if p.Cap > 0 {
		parts = append(parts, p.top())
	}
	if p.OpenHours {
		parts = append(parts, "只计开放时间")
	}
	if p.Free > 0 {
		parts = append(parts, fmt.Sprintf("%d分钟内免费", p.Free))
	}
	return strings.Join(parts, "，")
}

func (p Price) rate() string { return fmt.Sprintf("%s元/%s", p.Rate, unitName[p.Per]) }

func (p Price) top() string { return fmt.Sprintf("日封顶%s元", p.Cap) }

// hours writes a time in hours and minutes.
func hours(d time.Duration) string {
	h, m := d/time.Hour, d%time.Hour/time.Minute
	switch {
	case m == 0:
		return fmt.Sprintf("%d小时", h)
	case h == 0:
		return fmt.Sprintf("%d分钟", m)
	}
	return fmt.Sprintf("%d小时%d分", h, m)
}
