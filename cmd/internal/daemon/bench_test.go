package daemon

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/sim"
	"halld/devices/idcard"
	"halld/firmware-bridge/emulator/printer"
)

// BenchmarkSwipe is one check-in from a parsed card to the last byte on paper,
// with its sync, over a pseudo-terminal that is as fast as it can be. sync-share
// is the part of it that the disk takes.
func BenchmarkSwipe(b *testing.B) {
	s := &stage{tickets: make(chan printer.Ticket, 64)}
	s.open(b, sim.Opts{OnTicket: func(p printer.Ticket) { s.tickets <- p }})
	disk := appendTime(b)
	b.ResetTimer()
	for n := range b.N {
		number := fmt.Sprintf("11010519900101%04d", n)
		c := idcard.Card{Kind: idcard.Resident, Name: "试", Number: number, Birth: idcard.Date{Year: 1990, Month: 1, Day: 1}, LongTerm: true}
		ev, who := swipe([]byte("benchmark"), c)
		if _, err := s.d.loop.send(b.Context(), call{event: ev, who: &who}); err != nil {
			b.Fatal(err)
		}
		<-s.tickets
	}
	b.ReportMetric(float64(disk)/(float64(b.Elapsed())/float64(b.N)), "sync-share")
}

// appendTime is what one append of a check-in's records takes on this disk.
func appendTime(b *testing.B) time.Duration {
	b.Helper()
	l, err := ledger.Open(filepath.Join(b.TempDir(), "bench.db"), ledger.Opts{Hall: "140321-01"})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	person := hall.Person{Ref: identity.Ref([]byte("benchmark"), "x")}
	entries := make([]ledger.Entry, 3)
	for i := range entries {
		entries[i] = ledger.Entry{Kind: "ticket.issued", Time: time.Now(), Data: hall.TicketIssued{Person: person, Ticket: "A001"}}
	}
	const rounds = 20
	began := time.Now()
	for range rounds {
		if _, err := l.Append(entries); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began) / rounds
}

// BenchmarkStart is a start over a ledger of ten thousand records, with and
// without a snapshot.
func BenchmarkStart(b *testing.B) {
	for _, snapshot := range []bool{true, false} {
		b.Run(fmt.Sprintf("snapshot=%v", snapshot), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "ledger.db")
			fillLedger(b, path, 10_000, snapshot)
			for b.Loop() {
				l, err := ledger.Open(path, ledger.Opts{Hall: "140321-01"})
				if err != nil {
					b.Fatal(err)
				}
				k := &book{ledger: l, clock: newClock(time.UTC, true, time.Time{})}
				if _, err := k.replay(b.Context(), hall.Config{}); err != nil {
					b.Fatal(err)
				}
				l.Close()
			}
		})
	}
}

func fillLedger(b *testing.B, path string, n int, snapshot bool) {
	b.Helper()
	l, err := ledger.Open(path, ledger.Opts{Hall: "140321-01", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	batch := make([]ledger.Entry, 500)
	for i := range batch {
		batch[i] = ledger.Entry{Kind: "checkin.recorded", Time: time.Now(), Data: hall.CheckinRecorded{Day: "2026-03-02"}}
	}
	for range n / len(batch) {
		if _, err := l.Append(batch); err != nil {
			b.Fatal(err)
		}
	}
	if !snapshot {
		return
	}
	k := &book{ledger: l, clock: newClock(time.UTC, true, time.Time{})}
	h, err := k.replay(b.Context(), hall.Config{})
	if err != nil {
		b.Fatal(err)
	}
	if err := k.snapshot(h, 1); err != nil {
		b.Fatal(err)
	}
}
