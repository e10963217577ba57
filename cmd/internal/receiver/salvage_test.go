package receiver_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

func deposit(yuan string) ledger.Entry {
	return ledger.Entry{Kind: "deposit.taken", Time: noon, Trusted: true, Data: map[string]string{"amount": yuan}}
}

// carry is records as a hall carries them into a new epoch.
func carry(t *testing.T, hall string, inner ...ledger.Record) []ledger.Record {
	t.Helper()
	return chain(t, hall, len(inner), func(i int) ledger.Entry {
		return ledger.Entry{Kind: "ledger.salvaged", Time: noon, Trusted: true, Data: map[string]any{"record": jsonOf(inner[i])}}
	})
}

type rawRecord []byte

func (r rawRecord) MarshalJSON() ([]byte, error) { return r, nil }

func jsonOf(r ledger.Record) rawRecord { return rawRecord(r.Doc) }

func only(t *testing.T, s receiver.Store) receiver.Day {
	t.Helper()
	days, err := s.Days(t.Context(), "2026-03-01", "2026-03-01")
	if err != nil || len(days) != 1 {
		t.Fatalf("Days = %+v, %v, want one", days, err)
	}
	return days[0]
}

// TestCarriedRecordsCount: visits and money of an epoch that is over stand in
// the reports once, in whatever order and however often they come.
func TestCarriedRecordsCount(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		list := []ledger.Entry{checkin("aa"), checkin("bb"), deposit("20.00"), checkin("cc"), deposit("5.00")}
		old := chain(t, hall, len(list), func(i int) ledger.Entry { return list[i] })
		carried := carry(t, hall, old[1:]...)
		again := carry(t, hall, carried...) // the epoch after that was lost too
		commit(t, s, old[0], old[2])        // what came in time
		for range 2 {
			commit(t, s, carried...)
		}
		commit(t, s, old[3]) // which was under way for long
		out := commit(t, s, again...)
		if len(out.Alarms) > 0 {
			t.Errorf("alarms %v, want none", out.Alarms)
		}
		if d := only(t, s); d.Checkins != 3 || d.Persons != 3 || d.Taken != 2500 {
			t.Errorf("the day is %+v, want 3 check-ins and 25.00 yuan", d)
		}
		if a := ack(t, s, old[0].Epoch); a.Upto != 5 || len(a.Holes) > 0 || a.Head != old[4].Hash {
			t.Errorf("the epoch that is over stands at %+v, want all 5", a)
		}
		if a := ack(t, s, carried[0].Epoch); a.Upto != 4 {
			t.Errorf("the new epoch stands at %+v, want 4", a)
		}
		for _, st := range out.Streams {
			if st.Epoch != again[0].Epoch {
				t.Errorf("epoch %s is to be acknowledged, want that of the records alone", st.Epoch)
			}
		}
	})
}

// TestCarriedForkCounts: an old image of a card was written on, so two histories
// have the same numbers. Both happened.
func TestCarriedForkCounts(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		image := filepath.Join(t.TempDir(), "image.db")
		card := filepath.Join(t.TempDir(), "card.db")
		first := appendTo(t, image, checkin("aa"), checkin("bb"))
		copyFile(t, card, image)
		commit(t, s, first...)
		commit(t, s, appendTo(t, card, checkin("cc"), deposit("20.00"))...)
		fork := appendTo(t, image, checkin("dd"), deposit("7.00"), checkin("ee"))
		carried := carry(t, hall, fork...)
		commit(t, s, append(slices.Clone(carried), carried...)...)
		commit(t, s, carry(t, hall, fork...)...)    // once more, because the power went
		commit(t, s, carry(t, hall, carried...)...) // and into the epoch after
		if d := only(t, s); d.Persons != 5 || d.Checkins != 5 || d.Taken != 2700 {
			t.Errorf("the day is %+v, want 5 check-ins of 5 persons and 27.00 yuan", d)
		}
	})
}

// appendTo opens the ledger in a file and appends to it.
func appendTo(t *testing.T, path string, entries ...ledger.Entry) []ledger.Record {
	t.Helper()
	l, err := ledger.Open(path, ledger.Opts{Hall: hall})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r, err := l.Append(entries)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCarriedNonsense: what carries no record, or another hall's, is kept as it
// is and told of.
func TestCarriedNonsense(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		foreign := chain(t, "140321-02", 1, func(int) ledger.Entry { return checkin("aa") })
		data := []any{nil, map[string]any{}, map[string]any{"record": 7}, map[string]any{"record": "x"}, map[string]any{"record": jsonOf(foreign[0])}}
		r := chain(t, hall, len(data), func(i int) ledger.Entry {
			return ledger.Entry{Kind: "ledger.salvaged", Time: noon, Trusted: true, Data: data[i]}
		})
		out := commit(t, s, r...)
		if got := strings.Join(whats(out.Alarms), " "); got != strings.TrimSpace(strings.Repeat("data ", len(data))) || out.New != len(data) {
			t.Errorf("%d new, alarms %s, want %d and as many about data", out.New, got, len(data))
		}
		if d := only(t, s); d.Checkins != 0 || d.Hall != hall {
			t.Errorf("the day is %+v, want no check-in", d)
		}
	})
}

// TestOldCardWrittenOn: the card was restored to an image of before and the hall
// worked on, past the number that the county has. The hall finds out, freezes
// and loses nothing.
func TestOldCardWrittenOn(t *testing.T) {
	url := countytest.StartEmbedded(t)
	store := open(t, "memory:")
	listen(t, url, store)
	dir := t.TempDir()
	card, image := filepath.Join(dir, "card.db"), filepath.Join(dir, "image.db")
	appendTo(t, card, checkin("aa"), checkin("bb"))
	copyFile(t, image, card)
	appendTo(t, card, checkin("cc"), checkin("dd"), checkin("ee"))
	report := func(path string, ended func(*ledger.Ledger) bool) *ledger.Ledger {
		l, err := ledger.Open(path, ledger.Opts{Hall: hall})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		rep := newReporter(l, hall, url)
		stop := background(t, rep.Run)
		defer stop()
		until(t, filepath.Base(path)+" was reported", func() bool { return ended(l) || rep.Status().Frozen })
		return l
	}
	done := func(l *ledger.Ledger) bool { return l.UnconfirmedCount() == 0 }
	report(card, done).Close()
	appendTo(t, image, checkin("ff"), checkin("gg"), checkin("hh"), checkin("ii"))
	l := report(image, done)
	if l.UnconfirmedCount() == 0 {
		t.Fatal("records that the county never got are confirmed")
	}
	if err := l.NewEpoch("old card"); err != nil {
		t.Fatal(err)
	}
	rec := l.Recovery()
	var left []ledger.Entry
	for r, err := range ledger.ReadSalvage(rec.Salvage) {
		if err != nil {
			t.Fatal(err)
		}
		if !rec.Confirmed.Has(r.Seq) {
			left = append(left, ledger.Entry{Kind: "ledger.salvaged", Time: r.Time, Trusted: true, Data: map[string]any{"record": jsonOf(r)}})
		}
	}
	if _, err := l.Append(left); err != nil {
		t.Fatal(err)
	}
	stop := background(t, newReporter(l, hall, url).Run)
	defer stop()
	until(t, "the new epoch is confirmed", func() bool { return done(l) })
	until(t, "every visit is counted", func() bool { return only(t, store).Persons == 9 })
}
