package hall

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	weekdays = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday
	hour     = time.Hour
)

func TestOpeningHours(t *testing.T) {
	plain := []Hours{{Days: weekdays, Open: 8 * hour, Close: 12 * hour}, {Days: weekdays, Open: 14 * hour, Close: 18 * hour}}
	season := append([]Hours{{Days: weekdays, From: "11-01", Until: "02-28", Open: 9 * hour, Close: 17 * hour}}, plain...)
	for _, c := range []struct {
		name   string
		hours  []Hours
		closed []Closure
		at     string
		want   bool
	}{
		{"no rules", nil, nil, "2026-03-02 03:00", true},
		{"no rules, closed day", nil, []Closure{{From: "2026-03-02"}}, "2026-03-02 10:00", false},
		{"morning", plain, nil, "2026-03-02 08:00", true},
		{"just before", plain, nil, "2026-03-02 07:59", true}, // five minutes early
		{"too early", plain, nil, "2026-03-02 07:54", false},
		{"noon", plain, nil, "2026-03-02 12:00", false},
		{"Sunday", plain, nil, "2026-03-01 10:00", false},
		{"make-up Saturday", append(plain, Hours{Dates: []string{"2026-10-10"}, Open: 8 * hour, Close: 17 * hour}), nil, "2026-10-10 10:00", true},
		{"after a make-up Saturday's hours", append(plain, Hours{Dates: []string{"2026-10-10"}, Open: 8 * hour, Close: 12 * hour}), nil, "2026-10-10 13:00", false},
		{"make-up day in a holiday", append(plain, Hours{Dates: []string{"2026-10-05"}, Open: 8 * hour, Close: 17 * hour}), []Closure{{"2026-10-01", "2026-10-07", "国庆节"}}, "2026-10-05 10:00", true},
		{"holiday's last day", plain, []Closure{{"2026-10-01", "2026-10-07", "国庆节"}}, "2026-10-07 10:00", false},
		{"after the holiday", plain, []Closure{{"2026-10-01", "2026-10-07", "国庆节"}}, "2026-10-08 10:00", true},
		{"winter goes before", season, nil, "2027-01-04 12:30", true},
		{"winter's later opening", season, nil, "2026-12-01 08:30", false},
		{"summer", season, nil, "2026-07-01 08:30", true},
		{"night market", []Hours{{Days: weekdays, Open: 20 * hour, Close: 2 * hour}}, nil, "2026-03-07 01:59", true}, // of Friday
		{"night market over", []Hours{{Days: weekdays, Open: 20 * hour, Close: 2 * hour}}, nil, "2026-03-07 02:00", false},
		{"round the clock", []Hours{{Days: 127, Open: 0, Close: 24 * hour}}, nil, "2026-03-07 23:59", true},
	} {
		h := New(Config{Zone: shanghai, Hours: c.hours, Closed: c.closed})
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.inHours(at, 5*time.Minute); got != c.want {
			t.Errorf("%s: got open %v, want %v", c.name, got, c.want)
		}
	}
}

func TestOpenWithin(t *testing.T) {
	daytime := []Hours{{Days: weekdays, Open: 8 * hour, Close: 18 * hour}}
	for _, c := range []struct {
		name   string
		hours  []Hours
		closed []Closure
		from   string
		d      time.Duration
		want   []Stretch
	}{
		{"no rules", nil, nil, "2026-03-02 10:00", 30 * hour, []Stretch{{0, 30 * hour}}},
		{"no rules, a closed day between", nil, []Closure{{From: "2026-03-03"}}, "2026-03-02 10:00", 40 * hour, []Stretch{{0, 14 * hour}, {38 * hour, 40 * hour}}},
		{"in the middle of a day", daytime, nil, "2026-03-02 10:00", 3 * hour, []Stretch{{0, 3 * hour}}},
		{"from before it opens to after it closes", daytime, nil, "2026-03-02 07:00", 12 * hour, []Stretch{{hour, 11 * hour}}},
		{"over a week-end", daytime, nil, "2026-03-06 17:00", 65 * hour, []Stretch{{0, hour}, {63 * hour, 65 * hour}}},
		{"while it is shut", daytime, nil, "2026-03-07 10:00", hour, nil},
		{"no time", daytime, nil, "2026-03-02 10:00", 0, nil},
		{
			"a night market that began the day before",
			[]Hours{{Days: weekdays, Open: 20 * hour, Close: 2 * hour}},
			nil,
			"2026-03-07 01:00", 24 * hour,
			[]Stretch{{0, hour}},
		},
		{
			"rules that overlap are one", append(daytime, Hours{Days: weekdays, Open: 17 * hour, Close: 20 * hour}), nil,
			"2026-03-02 16:00", 6 * hour,
			[]Stretch{{0, 4 * hour}},
		},
	} {
		h := New(Config{Zone: shanghai, Hours: c.hours, Closed: c.closed})
		from, err := time.ParseInLocation("2006-01-02 15:04", c.from, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.openWithin(from, c.d); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestGraceWaitsForTheHall: a tool that falls due while the hall is shut is due an
// hour after it opens again.
func TestGraceWaitsForTheHall(t *testing.T) {
	daytime := []Hours{{Days: weekdays, Open: 8 * hour, Close: 18 * hour}}
	season := append([]Hours{{Days: weekdays, From: "11-01", Until: "02-28", Open: 10 * hour, Close: 16 * hour}}, daytime...)
	feast := []Closure{{From: "2026-10-01", Until: "2026-10-07", Reason: "国庆节"}}
	for _, c := range []struct {
		name   string
		hours  []Hours
		closed []Closure
		out    string // due a day later
		want   time.Duration
	}{
		{"open then", daytime, nil, "2026-03-02 10:00", 0},
		{"as it opens", daytime, nil, "2026-03-02 08:00", 0},
		{"in the evening", daytime, nil, "2026-03-02 19:00", 14 * hour},
		{"at the week-end", daytime, nil, "2026-03-06 10:00", 47 * hour},
		{"in holidays", daytime, feast, "2026-09-30 10:00", 167 * hour},
		{"holidays of a hall without hours", nil, feast, "2026-09-30 10:00", 159 * hour},
		{"always open", nil, nil, "2026-03-06 10:00", 0},
		{"winter opens later", season, nil, "2026-11-02 08:00", 3 * hour},
		{"a night market after midnight", []Hours{{Days: weekdays, Open: 20 * hour, Close: 2 * hour}}, nil, "2026-03-03 01:00", 0},
		{"shut for longer than anybody waits", daytime, []Closure{{From: "2026-03-02", Until: "2026-06-01"}}, "2026-03-02 10:00", 0},
	} {
		cfg := Config{Zone: shanghai, Hours: c.hours, Closed: c.closed}
		cfg.Rental.OverdueAfter = day
		if got := New(cfg).grace(stampOf("a", hour, c.out, true)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestClosedHallGivesNoNumberAndSaysWhen(t *testing.T) {
	s := begin(t)
	s.h.cfg.Hours = []Hours{{Days: weekdays, Open: 8 * hour, Close: 18 * hour}}
	s.refused(born("p1", 1990, 1, 1), "closed")
	effects := s.took()
	if g, ok := effects[len(effects)-1].(Greet); !ok || !strings.Contains(g.Text, "08:00至18:00") {
		t.Errorf("got %v, want the hours on the entrance screen", effects)
	}
	s.later(time.Hour)
	want(t, "at eight", s.do(born("p1", 1990, 1, 1)).(TicketView).Ticket, "A001")
}

func TestBoardIsHonest(t *testing.T) {
	for _, c := range []struct {
		name string
		ev   []Event
		want string
	}{
		{"no paper", []Event{DeviceReport{PrinterName, "paper-out"}}, "缺纸"},
		{"printer", []Event{DeviceReport{PrinterName, "offline"}}, "打印机故障"},
		{"paper low is no matter", []Event{DeviceReport{PrinterName, "paper-low"}}, ""},
		{"reader", []Event{DeviceReport{"reader", "no-answer"}}, "读卡器故障"},
		{"locker", []Event{DeviceReport{"locker/A", "door-unknown"}, DeviceReport{"locker/B", "offline"}}, "柜门故障"},
		{"closed", []Event{DayClose{Staff: "02"}}, "停止取号"},
		{"paused", []Event{Pause{Window: 1, Staff: "01"}, Pause{Window: 2, Staff: "01"}}, "暂停服务"},
	} {
		s := begin(t)
		for _, ev := range c.ev {
			s.do(ev)
		}
		lines := s.h.Board().Lines
		if c.want == "" && len(lines) > 0 || c.want != "" && (len(lines) != 1 || !strings.Contains(lines[0], c.want)) {
			t.Errorf("%s: got %q, want one line with %q", c.name, lines, c.want)
		}
	}
}
