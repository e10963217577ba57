package daemon

import (
	"reflect"
	"strings"
	"testing"

	"halld/config"
)

// TestRulesHearEveryChoice: of what the rules know of a hall nothing stays unset
// that hall.toml can set.
func TestRulesHearEveryChoice(t *testing.T) {
	text := strings.Replace(plainHall, "prefix = \"A\"\n", "prefix = \"A\"\nwarn_left = 7\n", 1) + `
[day]
rollover = "04:00"
open_early = "30m"
carry_over = true
[queue]
hold_for = "20m"
outcomes = ["转介乡镇"]
`
	cfg, err := config.Parse("hall.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	r := rules(cfg)
	for name, v := range map[string]reflect.Value{"": reflect.ValueOf(r), "Queue.": reflect.ValueOf(r.Queue), "Services.": reflect.ValueOf(r.Services[0])} {
		for i := range v.NumField() {
			field := name + v.Type().Field(i).Name
			other := map[string]bool{ // set by tables that this hall lacks
				"Office": true, "Complaints": true, "Hours": true, "Closed": true, "Printer": true, "Services.Root": true,
			}
			if v.Field(i).IsZero() && !other[field] {
				t.Errorf("%s is never set", field)
			}
		}
	}
	if r.OpenEarly != cfg.Day.OpenEarly || r.Queue.HoldFor != cfg.Queue.HoldFor || r.Services[0].WarnLeft != 7 {
		t.Errorf("the rules heard something else: %+v", r)
	}
}
