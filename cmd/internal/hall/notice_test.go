package hall

import (
	"strings"
	"testing"
	"time"
)

func TestEverythingMissingIsToldOnce(t *testing.T) {
	s := begin(t)
	s.visitors("p1")
	give := NoticeGive{Person: "last", Matter: "求职登记", Missing: []string{"照片：一寸近照两张", "银行卡"}, Staff: "01"}
	v := s.do(give).(NoticeView)
	want(t, "number", v.Notice, "N260302-001")
	if got := s.printed(); len(got) != 1 || got[0] != "notice" {
		t.Fatalf("got slips %v, want the notice", got)
	}
	give.Missing = []string{"银行卡", "照片: 二寸也可以"}
	want(t, "said in other words", s.do(give).(NoticeView).Wrong, false)
	give.Missing = []string{"银行卡"}
	want(t, "less is missing", s.do(give).(NoticeView).Wrong, false)
	give.Missing = []string{"银行卡", "身份证复印件"}
	s.refused(give, "repeat")
	give.Reason = "政策调整"
	s.refused(give, "role")
	give.Staff = "02"
	s.refused(NoticeGive{Person: "last", Matter: "求职登记", Missing: give.Missing, Staff: "02"}, "repeat")
	want(t, "the head's reason", s.do(give).(NoticeView).Wrong, true)
	want(t, "mistakes", s.h.Report().Mistakes, 1)
	give.Reason = ""
	want(t, "told by now", s.do(give).(NoticeView).Wrong, false)
	for _, bad := range [][]string{nil, {""}, {"照片", "照片"}} {
		give.Missing = bad
		if _, err := s.send(give); err == nil {
			t.Errorf("%q: a notice was given", bad)
		}
	}
	want(t, "notices", len(s.h.ListNotices()), 5)
	s.refused(NoticeGive{Person: "last", Matter: strings.Repeat("长", longestText+1), Missing: []string{"照片"}, Staff: "01"}, "no-matter")
	s.later((keptNotices + 2) * 24 * time.Hour)
	s.do(Tick{})
	want(t, "notices after months", len(s.h.ListNotices()), 0)
	s.replayed()
}
