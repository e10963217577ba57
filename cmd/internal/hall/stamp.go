package hall

import "time"

// Stamp says when something happened, as well as the box can know. A Pi has no
// clock of its own: after a power cut its wall time can be years behind until
// the network or a person corrects it. So each stamp also carries the time
// since the machine started, which no clock jump touches.
type Stamp struct {
	Time    time.Time     // wall time, in the hall's zone
	Trusted bool          // whether the wall time may be believed
	Boot    string        // which start of the machine, empty if unknown
	Uptime  time.Duration // time since that start
}

// Since returns the time that passed from an earlier stamp to s. Within one
// start of the machine it is exact, whatever the wall clock did in between;
// over a restart it is the difference of wall times, and sure only if both
// were trusted. It is never negative.
func (s Stamp) Since(earlier Stamp) (d time.Duration, sure bool) {
	if s.Boot != "" && s.Boot == earlier.Boot {
		return max(s.Uptime-earlier.Uptime, 0), true
	}
	return max(s.Time.Sub(earlier.Time), 0), s.Trusted && earlier.Trusted
}

// Date is a calendar day, without zone or hour.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the calendar day of t in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero reports whether d is no day at all.
func (d Date) IsZero() bool { return d == Date{} }

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool {
	return d.midnight().Before(e.midnight())
}

// String gives the day as 2026-01-31.
func (d Date) String() string { return d.midnight().Format(time.DateOnly) }

func (d Date) midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// Age is the number of whole years lived on day today. A year is complete only
// on the day after the birthday (周岁 counts from the day after the birthday),
// and someone born on 29 February completes a common year with the end of
// 28 February, that is on 1 March.
func Age(birth, today Date) int {
	years := today.Year - birth.Year
	// The birthday itself still belongs to the year before.
	if !birth.anniversary(today.Year).Before(today) {
		years--
	}
	return years
}

// anniversary is the birthday in a year; 29 February becomes the 28th in a
// common year.
func (d Date) anniversary(year int) Date {
	if d.Month == time.February && d.Day == 29 && !leap(year) {
		return Date{year, time.February, 28}
	}
	return Date{year, d.Month, d.Day}
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }
