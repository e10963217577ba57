package idcard

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"
)

// Card is what the hall may know of an identity card. Photo, fingerprints and
// address stay behind in the driver.
//
// A Card is personal data: printing, logging or encoding one shows its kind and
// nothing else. What is wanted is taken field by field, or with [Card.Masked].
type Card struct {
	Kind        Kind
	Name        string // 姓名; the Chinese name of a foreigner
	EnglishName string // foreigners only
	Sex         Sex
	Ethnicity   string // 民族, residents only, such as 汉
	Birth       Date
	Number      string // 18 characters, or 15 on a foreigner's card of 2017
	Issuer      string // 签发机关; the authority's code on a card of 2017
	From, To    Date   // 有效期限, both days included; To is zero with LongTerm
	LongTerm    bool   // 长期
	PassNumber  string // 通行证号码, residence permits only
	IssueCount  string // 签发次数 or 换证次数, two digits
	Nationality string // three letters of GB/T 2659, foreigners only
	Conflict    string // what the number tells otherwise: "birth", "sex", or empty
}

// Masked is the card as a slip or a screen may show it: 张* and the last four
// characters of the number.
func (c Card) Masked() string { return c.MaskedName() + " " + c.MaskedNumber() }

// MaskedName is the first character of the name and a star.
func (c Card) MaskedName() string {
	name := c.Name
	if name == "" {
		name = c.EnglishName
	}
	_, n := utf8.DecodeRuneInString(name)
	return name[:n] + "*"
}

// MaskedNumber is the number with all but its last four characters starred.
func (c Card) MaskedNumber() string { return maskNumber(c.Number) }

// String names the kind of card only.
func (c Card) String() string { return c.Kind.String() }

// Format keeps every verb of fmt from showing more than String.
func (c Card) Format(f fmt.State, _ rune) { fmt.Fprint(f, c.String()) }

// LogValue keeps slog from showing more than String.
func (c Card) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText keeps encoders (JSON, XML, TOML) from showing more than String.
func (c Card) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Masked is the number with all but its last four characters starred.
func (i Identity) Masked() string { return maskNumber(i.Number) }

// String names the kind only.
func (i Identity) String() string { return i.Kind.String() }

// Format keeps every verb of fmt from showing more than String.
func (i Identity) Format(f fmt.State, _ rune) { fmt.Fprint(f, i.String()) }

// LogValue keeps slog from showing more than String.
func (i Identity) LogValue() slog.Value { return slog.StringValue(i.String()) }

// MarshalText keeps encoders (JSON, XML, TOML) from showing more than String.
func (i Identity) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

func maskNumber(n string) string {
	shown := min(4, len(n)/2)
	return strings.Repeat("*", len(n)-shown) + n[len(n)-shown:]
}

// Date is a day of the calendar, without a time zone. The zero Date is none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

var errDate = errors.New("not a date")

// ParseDate reads YYYYMMDD and accepts days that exist, from 1800 on.
func ParseDate(s string) (Date, error) {
	if len(s) != 8 || !digits(s) {
		return Date{}, errDate
	}
	n := func(s string) (v int) {
		for _, r := range s {
			v = v*10 + int(r-'0')
		}
		return v
	}
	d := Date{n(s[:4]), time.Month(n(s[4:6])), n(s[6:])}
	y, m, day := d.Time(time.UTC).Date()
	if d.Year < 1800 || (Date{y, m, day}) != d {
		return Date{}, errDate
	}
	return d, nil
}

// Time is the beginning of the day in loc.
func (d Date) Time(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// Compare is negative when d is before e, positive when after, else 0.
func (d Date) Compare(e Date) int {
	return d.Time(time.UTC).Compare(e.Time(time.UTC))
}

// IsZero tells whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String is YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }
