package hall

import (
	"strings"
	"unicode"
)

// countyWordData lists the kinds of this file.
var countyWordData = []func() Data{
	func() Data { return new(CountyNoticeShown) },
}

// CountyNoticeShown records a line of the county for the public board.
type CountyNoticeShown struct {
	Text  string `json:"text"`            // empty takes the line away
	Until string `json:"until,omitempty"` // last day; empty: the day it came
}

// Kind implements [Data].
func (*CountyNoticeShown) Kind() Kind { return "county.notice" }

// Subject implements [Data].
func (*CountyNoticeShown) Subject() string { return "board" }

func (d *CountyNoticeShown) apply(h *Hall, _ Stamp) { h.Notice = *d }

// CountyNotice is a line that the county wants on the board.
type CountyNotice struct {
	Text  *string // empty takes the line away
	Until string
}

// longestNotice is what the board can show, in characters.
const longestNotice = 200

func (e CountyNotice) handle(h *Hall, _ Stamp) (Outcome, error) {
	text := ""
	if e.Text != nil {
		text = strings.TrimSpace(*e.Text)
	}
	switch {
	case e.Text == nil:
		return Outcome{}, refuse("text", "通知没有 text；要撤下通知，text 写成空的")
	case len([]rune(text)) > longestNotice:
		return Outcome{}, refuse("too-long", "通知最多%d个字", longestNotice)
	case strings.ContainsFunc(text, unicode.IsControl):
		return Outcome{}, refuse("text", "通知只能是一行文字")
	case e.Until != "" && !isDate(e.Until):
		return Outcome{}, refuse("until", "截止日期要写成 2027-01-01")
	}
	d := &CountyNoticeShown{Text: text, Until: e.Until}
	if d.Until == "" {
		d.Until = h.Day
	}
	return Outcome{Data: []Data{d}, Reply: func(*Hall) (any, error) { return d, nil }}, nil
}

// notice is the county's line for today, or empty.
func (h *Hall) notice() string {
	if h.Notice.Until < h.Day {
		return ""
	}
	return h.Notice.Text
}
