package daemon

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/sim"
	"halld/devices/idcard"
	"halld/firmware-bridge/emulator/printer"
)

// BenchmarkSwipe is one check-in from a parsed card to the first byte of its slip
// at the printer, with its sync, over a pseudo-terminal that is as fast as it can
// be. of-a-sync is how many bare syncs of this disk it takes as long as, and
// RSS-KiB the memory of the daemon and all emulators together.
func BenchmarkSwipe(b *testing.B) {
	s := &stage{tickets: make(chan printer.Ticket, 64)}
	begun := make(chan struct{}, 1)
	s.open(b, sim.Opts{OnTicket: func(p printer.Ticket) { s.tickets <- p }, Heard: func(cable string, p []byte) {
		if cable == "printer" && bytes.Contains(p, []byte(jobBegins)) {
			begun <- struct{}{}
		}
	}})
	bare := syncTime(b)
	before := s.disk.syncs.Load()
	for n := 0; b.Loop(); n++ {
		number := fmt.Sprintf("11010519900101%04d", n)
		c := idcard.Card{Kind: idcard.Resident, Name: "试", Number: number, Birth: idcard.Date{Year: 1990, Month: 1, Day: 1}, LongTerm: true}
		ev, who := swipe([]byte("benchmark"), c)
		if _, err := s.d.loop.send(b.Context(), call{event: ev, who: &who}); err != nil {
			b.Fatal(err)
		}
		<-begun
		b.StopTimer()
		<-s.tickets
		s.until("the slip is done", func(h *hall.Hall) bool {
			q := h.Queue().Waiting
			return q[len(q)-1].Slip == hall.JobPrinted
		})
		b.StartTimer()
	}
	swipe := float64(b.Elapsed()) / float64(b.N)
	b.ReportMetric(swipe/float64(bare), "of-a-sync")
	b.ReportMetric(float64(s.disk.syncs.Load()-before)/float64(b.N), "syncs/op") // the slip's result is one of them
	b.ReportMetric(resident(b), "RSS-KiB")
}

// jobBegins is ESC @, which stands at the beginning of every slip.
const jobBegins = "\x1b@"

// syncTime is what writing and syncing one page takes on this disk, at best.
func syncTime(b *testing.B) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "page"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	best := time.Hour
	for range 20 {
		began := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(began))
	}
	return best
}

// resident is the memory of this process, in KiB.
func resident(b *testing.B) (kib float64) {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		b.Fatal(err)
	}
	return kib
}

// BenchmarkStart is a whole start, until the hall serves, over a ledger of ten
// thousand records, with and without a snapshot.
func BenchmarkStart(b *testing.B) {
	for _, snapshot := range []bool{true, false} {
		b.Run(fmt.Sprintf("snapshot=%v", snapshot), func(b *testing.B) {
			s := &stage{}
			s.open(b, sim.Opts{})
			s.stop()
			path := filepath.Join(s.cfg.DataDir, "ledger.db")
			fillLedger(b, path, 10_000, snapshot)
			full, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				s.start()
				b.StopTimer()
				s.stop()
				if err := os.WriteFile(path, full, 0o600); err != nil { // a stop saves a snapshot
					b.Fatal(err)
				}
				b.StartTimer()
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
