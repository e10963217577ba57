package daemon

import (
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// A hall whose totals have passed a thousand million yuan starts again: by its
// snapshot, by replaying every record, and when the snapshot does not read.
func TestTotalsGrowWithoutEnd(t *testing.T) {
	s := newShelf(t)
	cfg := hall.Config{Zone: time.UTC}
	const times, billion = 1000, 1000 * hall.MaxFen
	var data []hall.Data
	for range times {
		sum := []hall.ToolSum{{Tool: "DR-01", Amount: hall.MaxFen}}
		data = append(data, &hall.DepositTaken{Rental: "R1", Amount: hall.MaxFen, Method: "现金", Tools: sum})
	}
	bill := hall.Bill{Fee: billion, Deposit: billion, Lines: []hall.BillLine{{Tool: "DR-01", Fee: billion, Deposit: billion}}}
	data = append(data, &hall.RentalRequested{Rental: "R1"}, &hall.RentalSettled{Rental: "R1", Bill: bill})
	s.put(data...)
	h := s.replayAll(cfg)
	s.put(&hall.DayReported{DayReport: h.Report()})

	want := h.CashBook("")
	if want.Total.DepositIn != billion || want.Total.Rent != billion {
		t.Fatalf("got totals %+v, want 1000000000.00 taken and earned", want.Total)
	}
	s.since = 1
	if err := s.snapshot(h, 1); err != nil {
		t.Fatal(err)
	}
	again := func(way string, told bool) {
		t.Helper()
		s.said.Reset()
		s.restart()
		if got := s.replayAll(cfg).CashBook("").Total; got != want.Total {
			t.Errorf("%s: got totals %+v, want %+v", way, got, want.Total)
		}
		if strings.Contains(s.said.String(), "replaying every record") != told {
			t.Errorf("%s: the log says %q", way, s.said.String())
		}
	}
	again("by the snapshot", false)
	seq, _ := s.ledger.Head()
	if err := s.ledger.SaveSnapshot(ledger.Snapshot{Seq: seq, Version: hall.SnapshotVersion, State: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	again("by the records", true)
}

// replayAll is the hall that a start would make now.
func (d *shelf) replayAll(cfg hall.Config) *hall.Hall {
	d.t.Helper()
	h, err := d.replay(d.t.Context(), cfg)
	if err != nil {
		d.t.Fatal(err)
	}
	return h
}
