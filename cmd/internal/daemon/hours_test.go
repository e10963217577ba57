package daemon

import (
	"testing"
	"time"

	"halld/config"
)

func TestOpenAt(t *testing.T) {
	var weekdays config.Days
	if err := weekdays.UnmarshalText([]byte("mon-fri")); err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("CST", 8*3600)
	open := openAt(&config.Config{
		Location: zone,
		Hours: []config.Hours{
			{Days: []config.Days{weekdays}, Open: 7 * 60, Close: 18 * 60},
			{Dates: []config.Date{"2026-10-10"}, Open: 8 * 60, Close: 12 * 60},
		},
		Closed: []config.Closed{{Date: "2026-10-01", Until: "2026-10-07"}},
	})
	for at, want := range map[string]bool{
		"2026-03-02 06:59": false,
		"2026-03-02 07:00": true,
		"2026-03-02 18:00": false,
		"2026-03-07 10:00": false, // Saturday
		"2026-10-05 10:00": false, // holiday on a Monday
		"2026-10-10 10:00": true,  // Saturday made up for
		"2026-10-10 13:00": false,
	} {
		when, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := open(when.UTC()); got != want {
			t.Errorf("%s: got open %v, want %v", at, got, want)
		}
	}
}
