package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The scalar types of the file. Each reads itself from text, and its error is
// the rest of the sentence that the installer reads.

// TimeOfDay is a time on the hall's clock in minutes after midnight, 0 to 1440.
type TimeOfDay int

// UnmarshalText reads 07:00 to 24:00.
func (t *TimeOfDay) UnmarshalText(b []byte) error {
	if string(b) == "24:00" {
		*t = 24 * 60
		return nil
	}
	v, err := time.Parse("15:04", string(b))
	if err != nil || len(b) != len("15:04") {
		return fmt.Errorf("%q 不是时刻，要写成 \"07:30\"", b)
	}
	*t = TimeOfDay(v.Hour()*60 + v.Minute())
	return nil
}

// String is the time as 07:00.
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// Date is a calendar day written 2006-01-02, so dates compare as text. The
// empty Date is none.
type Date string

// UnmarshalText reads a date that exists.
func (d *Date) UnmarshalText(b []byte) error {
	if _, err := time.Parse(time.DateOnly, string(b)); err != nil {
		return fmt.Errorf("%q 不是日期，要写成 \"2026-10-01\"", b)
	}
	*d = Date(b)
	return nil
}

// MonthDay is a day of any year written 01-02, so they compare as text. The
// empty MonthDay is none.
type MonthDay string

// UnmarshalText reads a day that exists in some year.
func (m *MonthDay) UnmarshalText(b []byte) error {
	if _, err := time.Parse(time.DateOnly, "2000-"+string(b)); err != nil {
		return fmt.Errorf("%q 不是月日，要写成 \"05-01\"", b)
	}
	*m = MonthDay(b)
	return nil
}

// Days is a set of weekdays, bit 1<<time.Weekday.
type Days uint8

// weekdays in the order of time.Weekday.
const weekdays = "sun mon tue wed thu fri sat"

// Has says whether d is in the set.
func (s Days) Has(d time.Weekday) bool { return s&(1<<d) != 0 }

// UnmarshalText reads one day (mon) or a run of days (mon-fri, sat-mon).
func (s *Days) UnmarshalText(b []byte) error {
	from, to, run := strings.Cut(string(b), "-")
	first, last := weekday(from), weekday(to)
	if !run {
		last = first
	}
	if first < 0 || last < 0 {
		return fmt.Errorf("%q 不是星期，可写 mon tue wed thu fri sat sun，或 mon-fri", b)
	}
	*s = 1 << last
	for d := first; d != last; d = (d + 1) % 7 {
		*s |= 1 << d
	}
	return nil
}

func weekday(name string) int {
	if i := strings.Index(weekdays, name); len(name) == 3 && i >= 0 && i%4 == 0 {
		return i / 4
	}
	return -1
}

// Ratio is a published share, Priority to Ordinary.
type Ratio struct{ Priority, Ordinary int }

// UnmarshalText reads 1:3; both sides are 1 to 99, or 0 to switch priority off.
func (r *Ratio) UnmarshalText(b []byte) error {
	p, o, ok := strings.Cut(string(b), ":")
	pn, perr := strconv.ParseUint(p, 10, 8)
	on, oerr := strconv.ParseUint(o, 10, 8)
	if !ok || perr != nil || oerr != nil || pn > 99 || on < 1 || on > 99 {
		return fmt.Errorf("%q 不是比例，要写成 \"1:3\"（优先:普通）；不设优先写 \"0:1\"", b)
	}
	*r = Ratio{int(pn), int(on)}
	return nil
}

// Fen is an amount of money in 分, never a floating-point number.
type Fen int64

var yuan = regexp.MustCompile(`^(0|[1-9][0-9]{0,9})\.[0-9]{2}$`)

// UnmarshalText reads yuan with two decimals, such as 200.00.
func (f *Fen) UnmarshalText(b []byte) error {
	if !yuan.Match(b) {
		return fmt.Errorf("%q 不是金额，要写成带两位小数的元，如 \"200.00\"", b)
	}
	n, err := strconv.ParseInt(strings.Replace(string(b), ".", "", 1), 10, 64)
	*f = Fen(n)
	return err
}

// parseDuration reads Go's durations and whole days, as in 90s, 1h30m, 7d.
func parseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 12)
		if err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q 不是时长，要写成 \"30s\"、\"5m\"、\"24h\" 或 \"7d\"", s)
	case d < 0:
		return 0, errors.New("时长不能为负")
	}
	return d, nil
}
