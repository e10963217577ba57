package hall

import (
	"testing"
	"time"
)

// at makes a stamp of a start of the machine.
func stampOf(boot string, up time.Duration, wall string, trusted bool) Stamp {
	t, err := time.ParseInLocation("2006-01-02 15:04", wall, shanghai)
	if err != nil {
		t = time.Date(1970, 1, 1, 0, 0, 0, 0, shanghai)
	}
	return Stamp{Time: t, Trusted: trusted, Boot: boot, Uptime: up}
}

func TestElapsed(t *testing.T) {
	h := time.Hour
	for _, c := range []struct {
		name   string
		marks  []Stamp // what records said on the way; the first is the beginning
		to     Stamp
		want   time.Duration
		unsure bool
	}{
		{"one start", []Stamp{stampOf("a", h, "2026-03-02 08:00", true)}, stampOf("a", 3*h, "2026-03-02 10:00", true), 2 * h, false},
		{"the clock jumps ahead by years", []Stamp{stampOf("a", h, "2026-03-02 08:00", true)}, stampOf("a", 3*h, "2031-01-01 00:00", true), 2 * h, false},
		{"the clock jumps back", []Stamp{stampOf("a", h, "2026-03-02 08:00", true)}, stampOf("a", 3*h, "2020-01-01 00:00", false), 2 * h, false},
		{"a restart with good clocks", []Stamp{stampOf("a", h, "2026-03-02 08:00", true)}, stampOf("b", h, "2026-03-02 12:00", true), 4 * h, false},
		{"over 29 February", []Stamp{stampOf("a", h, "2028-02-28 12:00", true)}, stampOf("b", h, "2028-03-01 12:00", true), 48 * h, false},
		{"over a common February", []Stamp{stampOf("a", h, "2027-02-28 12:00", true)}, stampOf("b", h, "2027-03-01 12:00", true), 24 * h, false},
		{
			"the clock was set right after it began",
			[]Stamp{stampOf("a", h, "1970-01-01 00:00", false), stampOf("a", 2*h, "2026-03-02 09:00", true)},
			stampOf("b", h, "2026-03-02 12:00", true), 4 * h, false,
		},
		{
			"no clock after the restart",
			[]Stamp{stampOf("a", h, "2026-03-02 08:00", true), stampOf("a", 3*h, "2026-03-02 10:00", true)},
			stampOf("b", h, "1970-01-01 01:00", false), 3 * h, true,
		},
		{
			"three starts without a clock",
			[]Stamp{stampOf("a", h, "?", false), stampOf("a", 2*h, "?", false), stampOf("b", 5*h, "?", false)},
			stampOf("c", h/2, "?", false), 6*h + h/2, true,
		},
		{
			"a clock that is behind what is proven",
			[]Stamp{stampOf("a", h, "2026-03-02 08:00", true), stampOf("a", 6*h, "2026-03-02 08:30", false)},
			stampOf("b", h, "2026-03-02 09:00", true), 6 * h, true,
		},
		{
			"the clock is set back a day and still believed, then right after a restart",
			[]Stamp{stampOf("a", h, "2026-03-02 08:00", true), stampOf("a", 2*h, "2026-03-01 09:00", true)},
			stampOf("b", h, "2026-03-02 10:00", true), 2 * h, true,
		},
		{
			"the clock is set ahead a day and still believed, then right after a restart",
			[]Stamp{stampOf("a", h, "2026-03-02 08:00", true), stampOf("a", 2*h, "2026-03-03 09:00", true)},
			stampOf("b", h, "2026-03-02 10:00", true), 2 * h, true,
		},
		{
			"set back and right again before the restart",
			[]Stamp{
				stampOf("a", h, "2026-03-02 08:00", true), stampOf("a", 2*h, "2026-03-01 09:00", true),
				stampOf("a", 3*h, "2026-03-02 10:00", true),
			},
			stampOf("b", h, "2026-03-02 12:00", true), 4 * h, true,
		},
		{
			"the clock of the end is set after it began",
			[]Stamp{stampOf("a", h, "2026-03-02 08:00", true), stampOf("b", h, "2026-03-04 10:00", true)},
			stampOf("b", 2*h, "2026-03-02 11:00", true), 3 * h, true,
		},
		{
			"set right by a minute",
			[]Stamp{stampOf("a", h, "2026-03-02 08:00", true), stampOf("a", 2*h, "2026-03-02 08:59", true)},
			stampOf("b", h, "2026-03-02 12:00", true), 4 * h, false,
		},
		{"nothing known", []Stamp{{}}, Stamp{}, 0, true},
	} {
		hall := New(testConfig())
		for _, s := range c.marks {
			hall.witness(s)
		}
		if got, sure := hall.elapsed(c.marks[0], c.to); got != c.want || sure == c.unsure {
			t.Errorf("%s: got %v (sure %t), want %v (sure %t)", c.name, got, sure, c.want, !c.unsure)
		}
	}
}

func TestBootsDoNotGrow(t *testing.T) {
	h := New(testConfig())
	for i := range 3 * keptBoots {
		h.witness(Stamp{Boot: string(rune('0' + i)), Uptime: time.Minute})
	}
	if len(h.Boots) != keptBoots {
		t.Errorf("got %d starts, want %d", len(h.Boots), keptBoots)
	}
}
