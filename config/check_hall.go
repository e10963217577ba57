package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// maxSocketPath is what fits into a unix socket's address (sun_path).
const maxSocketPath = 107

var (
	// GB/T 2260: two digits each for province, prefecture and county.
	gbt2260  = regexp.MustCompile(`^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])(\d\d[1-9]\d|\d\d\d[1-9]|\d[1-9]00|[1-9]\d00)$`)
	hallCode = regexp.MustCompile(`^\d{2}$`)
	hallName = regexp.MustCompile(`^.+[县市区旗]零工市场$`)
	// Landlines with area code, mobiles, 400 numbers, and short numbers as 12333.
	phone = regexp.MustCompile(`^(0\d{2,3}-?\d{7,8}(-\d{1,6})?|1[3-9]\d{9}|[48]00-?\d{3}-?\d{4}|1\d{2,4}|9\d{4,5})$`)
)

func (c *checker) hall() {
	h := &c.cfg.Hall
	c.form("hall.county", h.County, gbt2260, "不是县（市、区）的行政区划代码", "写 GB/T 2260 的六位数字，如 140321")
	c.form("hall.code", h.Code, hallCode, "不是市场编号", "写两位数字，如 01")
	c.form("hall.name", h.Name, hallName, "不合统一名称", "按“XX县（市、区）零工市场”书写，如 平定县零工市场")
	c.form("hall.hotline", h.Hotline, phone, "不像电话号码", "写带区号的服务热线，如 0353-6060000")
	if h.Complaints == "" {
		c.warn("hall.complaints", "没有投诉举报方式", "规定要公开投诉举报方式，如 complaints = \"12333\"")
	}
	c.picture("hall.logo", h.Logo)
	if len(c.cfg.Socket) > maxSocketPath {
		c.bad("socket", "路径太长", fmt.Sprintf("最多 %d 个字节", maxSocketPath))
	}
	loc, err := time.LoadLocation(h.Timezone)
	if err != nil || h.Timezone == "" {
		c.bad("hall.timezone", fmt.Sprintf("没有时区 %q", h.Timezone), "写 Asia/Shanghai，并确认已安装 tzdata")
		return
	}
	c.cfg.Location = loc
}

// form holds a text that is there against its pattern.
func (c *checker) form(path, value string, pattern *regexp.Regexp, text, fix string) {
	if value != "" && !pattern.MatchString(value) {
		c.bad(path, strconv.Quote(value)+" "+text, fix)
	}
}

func (c *checker) hours() {
	for i, h := range c.cfg.Hours {
		if len(h.Days) == 0 && len(h.Dates) == 0 {
			c.bad(at("hours", i, "days"), "没有写哪些天", "写 days = [\"mon-fri\"]，或 dates = [\"2026-10-10\"]")
		}
		if (h.From == "") != (h.Until == "") {
			c.bad(at("hours", i, "from"), "from 和 until 要成对", "两个都写或都不写")
		}
		if h.Open == h.Close {
			c.bad(at("hours", i, "close"), "开门和关门是同一时刻", "全天开放写 00:00 到 24:00")
		}
		if h.Close < h.Open {
			c.warn(at("hours", i, "close"), fmt.Sprintf("%s 到 %s 跨过零点", h.Open, h.Close), "不是夜间市场就改正时刻")
		}
	}
	c.overlaps()
	dates := map[Date]string{}
	for i, d := range c.cfg.Closed {
		unique(c, dates, d.Date, at("closed", i, "date"))
		if d.Until != "" && d.Until < d.Date {
			c.bad(at("closed", i, "until"), "早于 date", "写假期的最后一天")
		}
	}
	if len(c.cfg.Hours) == 0 {
		c.warn("hours", "没有写开放时间", "加 [[hours]]，屏上和小票上才有开放时间")
	}
}

// overlaps finds two rules of hours for the same time. Rules with a season or
// with dates may go over the plain ones.
func (c *checker) overlaps() {
	for i, a := range c.cfg.Hours {
		for j, b := range c.cfg.Hours[:i] {
			if a.sameTimes(b) && a.Open < b.Close && b.Open < a.Close {
				c.bad(at("hours", i, "open"), fmt.Sprintf("与第 %d 行的开放时间重叠", c.lines.of(at("hours", j, "open"))), "合成一段，或改正时刻")
			}
		}
	}
}

// sameTimes says whether two rules speak of the same days of the same season.
func (h Hours) sameTimes(o Hours) bool {
	share := slices.ContainsFunc(h.Dates, func(d Date) bool { return slices.Contains(o.Dates, d) })
	return share || h.Weekdays()&o.Weekdays() != 0 && h.From == o.From && h.Until == o.Until
}

// Weekdays is Days as one set.
func (h Hours) Weekdays() Days {
	var all Days
	for _, d := range h.Days {
		all |= d
	}
	return all
}
