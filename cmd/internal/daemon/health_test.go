package daemon

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// A driver tells a fault once. While the ledger refuses it, the word waits.
func TestFaultsAreToldAgainUntilTheyAreOnDisk(t *testing.T) {
	s := onStage(t)
	broken, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"), ledger.Opts{Hall: s.cfg.HallID()})
	if err != nil {
		t.Fatal(err)
	}
	broken.Close()
	use := func(l *ledger.Ledger) {
		t.Helper()
		if err := s.d.loop.View(t.Context(), func(*hall.Hall) { s.d.book.ledger = l }); err != nil {
			t.Fatal(err)
		}
	}
	use(broken)
	s.hw.Printer.PaperOut(true)
	s.until("the ledger refused", func(*hall.Hall) bool { return s.d.loop.service.stopped })
	s.hw.Printer.PaperOut(false)
	s.hw.Printer.CoverOpen(true)
	use(s.d.ledger)
	s.until("the fault of now is known", func(h *hall.Hall) bool {
		d := h.Devices[hall.PrinterName]
		return d != nil && d.Fault == "cover-open"
	})
	var faults []string
	for r, err := range s.d.ledger.Read(t.Context(), 1, 1000) {
		if err != nil {
			t.Fatal(err)
		}
		if d, err := hall.Decode(hall.Kind(r.Kind), r.Data); err == nil {
			if f, ok := d.(*hall.DeviceFault); ok && f.Device == hall.PrinterName {
				faults = append(faults, f.Fault)
			}
		}
	}
	if len(faults) == 0 || faults[0] != "paper-out" {
		t.Errorf("recorded %q, want the fault that the ledger refused first", faults)
	}
}

// What the loop leaves behind when it fails in the middle of something is not
// gone on with, nor saved.
func TestLoopThatFailsEndsTheHall(t *testing.T) {
	s := onStage(t)
	err := s.d.loop.View(t.Context(), func(h *hall.Hall) {
		h.Day = "1999-01-01"
		panic("half applied")
	})
	if !errors.Is(err, errEnded) {
		t.Errorf("whoever asked got %v, want that the hall has stopped", err)
	}
	if err := <-s.ended; err == nil || errors.Is(err, context.Canceled) {
		t.Fatalf("the daemon ended with %v, want the loop's failure", err)
	}
	s.start()
	s.until("the day is that of the ledger", func(h *hall.Hall) bool { return h.Day != "" && h.Day != "1999-01-01" })
}
