package daemon

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/cmd/internal/hall"
	"halld/config"
)

// TestHoursReachTheRules: the one calculator of opening hours gets what the file
// says.
func TestHoursReachTheRules(t *testing.T) {
	var weekdays, saturday config.Days
	for text, d := range map[string]*config.Days{"mon-fri": &weekdays, "sat": &saturday} {
		if err := d.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	got := rules(&config.Config{
		Hours: []config.Hours{
			{Days: []config.Days{weekdays, saturday}, From: "11-01", Until: "02-28", Open: 7 * 60, Close: 18 * 60},
			{Dates: []config.Date{"2026-10-10"}, Open: 20 * 60, Close: 2 * 60},
		},
		Closed: []config.Closed{{Date: "2026-10-01", Until: "2026-10-07", Reason: "国庆节"}},
		Rental: config.Rental{PriceList: "2026-1"},
	})
	wantHours := []hall.Hours{
		{Days: uint8(weekdays | saturday), From: "11-01", Until: "02-28", Open: 7 * time.Hour, Close: 18 * time.Hour},
		{Dates: []string{"2026-10-10"}, Open: 20 * time.Hour, Close: 2 * time.Hour},
	}
	if diff := cmp.Diff(wantHours, got.Hours); diff != "" {
		t.Errorf("hours (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]hall.Closure{{From: "2026-10-01", Until: "2026-10-07", Reason: "国庆节"}}, got.Closed); diff != "" {
		t.Errorf("closed days (-want +got):\n%s", diff)
	}
	if got.Rental.PriceList != "2026-1" {
		t.Errorf("got price list %q, want 2026-1", got.Rental.PriceList)
	}
}

func TestRulesTakeTheCountysChoices(t *testing.T) {
	c := &config.Config{}
	if rules(c).Rental.TwoPersonAdd {
		t.Error("two persons are asked of a new tool although nobody chose so")
	}
	c.Rental.TwoPersonAdd = true
	if !rules(c).Rental.TwoPersonAdd {
		t.Error("two_person_add does not reach the rules")
	}
}
