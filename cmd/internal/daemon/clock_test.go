package daemon

import (
	"testing"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// TestClockFloor: what is known to have passed is not forgotten because the
// newest records were written by a clock that is not right.
func TestClockFloor(t *testing.T) {
	d := newShelf(t)
	noon := builtAt().Add(30 * 24 * time.Hour).Truncate(time.Millisecond)
	if noon.Year() < 2000 {
		noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	}
	floor := func(want time.Time) {
		t.Helper()
		if got := clockFloor(t.Context(), d.ledger); !got.Equal(want) {
			t.Errorf("the floor is %v, want %v", got, want)
		}
	}
	write := func(n int, at time.Time, trusted bool) {
		t.Helper()
		entries := make([]ledger.Entry, n)
		for i := range entries {
			entries[i] = ledger.Entry{Kind: "hall.restarted", Time: at, Trusted: trusted}
		}
		if _, err := d.ledger.Append(entries); err != nil {
			t.Fatal(err)
		}
	}
	floor(builtAt())
	write(1, noon, true)
	write(1, noon.Add(-time.Minute), true) // set back a little, as clocks are
	floor(noon)
	write(100, time.Unix(0, 0), false)
	floor(noon)
	opens := noon.Add(20 * time.Hour).Truncate(time.Second)
	stamp := hall.Stamp{Time: opens, Trusted: true}
	if err := d.write(stamp, []hall.Data{&hall.DayOpened{Day: "2026-03-02"}}, nil, hall.New(hall.Config{Zone: time.UTC})); err != nil {
		t.Fatal(err)
	}
	write(lookBack+1, time.Unix(0, 0), false)
	floor(opens)
	d.restart()
	floor(opens)
	stamp = hall.Stamp{Time: noon.AddDate(10, 0, 0)}
	if err := d.write(stamp, []hall.Data{&hall.DayOpened{Day: "2036-03-02"}}, nil, hall.New(hall.Config{Zone: time.UTC})); err != nil {
		t.Fatal(err)
	}
	floor(opens)
}

// TestDayDropsWhatHasExpired: with a clock that is trusted, and no other.
func TestDayDropsWhatHasExpired(t *testing.T) {
	d := newShelf(t)
	at := d.clock.now()
	_, err := d.ledger.Append(nil, ledger.PutUntil(ledger.Inbox, "old", nil, at.Time.Add(-time.Hour)), ledger.PutUntil(ledger.Inbox, "new", nil, at.Time.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	left := func(want int) {
		t.Helper()
		if items, err := d.ledger.List(ledger.Inbox); err != nil || len(items) != want {
			t.Errorf("%d answers are left, %v, want %d", len(items), err, want)
		}
	}
	open := func(at hall.Stamp) {
		t.Helper()
		if err := d.write(at, []hall.Data{&hall.DayOpened{Day: "2026-03-02"}}, nil, hall.New(hall.Config{Zone: time.UTC})); err != nil {
			t.Fatal(err)
		}
	}
	open(hall.Stamp{Time: at.Time.AddDate(20, 0, 0)})
	left(2)
	open(at)
	left(1)
}
