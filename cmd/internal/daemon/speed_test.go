package daemon

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"halld/devices"
	"halld/devices/idcard"
	bridge "halld/firmware-bridge"
	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/pty"
)

// readerAt is a card reader that was left at a speed, behind a port whose speed
// counts. It takes its place from another one when it is put at the same path.
func readerAt(t *testing.T, path string, baud int) (r *cardreader.Reader, pull func()) {
	t.Helper()
	p, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Link(path); err != nil {
		t.Fatal(err)
	}
	r = cardreader.New(cardreader.Opts{Baud: baud, HostBaud: wire.TerminalBaud(p.Master)})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.Run(ctx, p.Master)
	}()
	pull = sync.OnceFunc(func() {
		cancel()
		<-done
		p.Close()
	})
	t.Cleanup(pull)
	return r, pull
}

func TestFindReaderAtTheSpeedItWasLeftAt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reader")
	r, _ := readerAt(t, path, 38400)
	port := bridge.Address{Scheme: bridge.Serial, Name: path, Baud: 115200}
	found, err := findSpeed(t.Context(), port, port.Baud, idcard.Speeds, probeReader, slog.New(slog.DiscardHandler))
	if err != nil || found.Baud != 38400 {
		t.Errorf("got %s, %v, want baud=38400", found, err)
	}
	if seen := r.Seen(); len(seen) != 1 || seen[0] != cardreader.StatusSAM {
		t.Errorf("the search sent %04X, want the status once", seen)
	}
}

// onSpeedLine runs a driver on a line that finds the speed, and gives the faults
// that it reports and the ports that are to be remembered.
func onSpeedLine(t *testing.T, port, found bridge.Address) (faults chan devices.Fault, kept chan bridge.Address) {
	t.Helper()
	faults, kept = make(chan devices.Fault, 64), make(chan bridge.Address, 64)
	log := slog.New(slog.DiscardHandler)
	line := newSpeedLine(port, found, bridge.Opts{Log: log}, func(a bridge.Address) { kept <- a })
	dev := idcard.New(line, idcard.Opts{Grace: 100 * time.Millisecond, Report: func(f devices.Fault, _ error) {
		line.heard(f)
		faults <- f
	}})
	work := newTasks(t.Context(), log)
	work.run(
		task{"line", line.Run},
		task{"reader", func(ctx context.Context) error { return dev.Run(ctx, func(idcard.Reading) {}) }},
	)
	t.Cleanup(func() {
		if err := work.end(); err != nil {
			t.Error(err)
		}
	})
	return faults, kept
}

func waitFault(t *testing.T, faults chan devices.Fault, want devices.Fault) {
	t.Helper()
	for end := time.After(30 * time.Second); ; {
		select {
		case f := <-faults:
			if f == want {
				return
			}
		case <-end:
			t.Fatalf("no report of %q within 30 s", want)
		}
	}
}

// A reader is found at the speed it was left at, and again when one with the
// factory's speed takes its place, whatever is remembered.
func TestSpeedLineFollowsTheReader(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "reader")
	_, pull := readerAt(t, path, 38400)
	port := bridge.Address{Scheme: bridge.Serial, Name: path, Baud: 115200}
	faults, kept := onSpeedLine(t, port, port)
	waitFault(t, faults, devices.OK)
	if a := <-kept; a.Baud != 38400 {
		t.Errorf("remembers %s, want baud=38400", a)
	}
	pull()
	readerAt(t, path, 115200)
	waitFault(t, faults, devices.OK)
	if a := <-kept; a.Baud != 115200 {
		t.Errorf("remembers %s, want baud=115200", a)
	}
}

// What is remembered is asked first and not searched for again.
func TestSpeedLineBeginsWhereTheReaderWas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reader")
	readerAt(t, path, 9600)
	port := bridge.Address{Scheme: bridge.Serial, Name: path, Baud: 115200}
	found := port
	found.Baud = 9600
	faults, kept := onSpeedLine(t, port, found)
	waitFault(t, faults, devices.OK)
	if len(kept) != 0 {
		t.Errorf("searched and found %s", <-kept)
	}
}

// TestSearchForAReaderIsNoNews: a reader that is switched off is searched for all
// the time, and its line is opened again each time; the log hears of it once.
func TestSearchForAReaderIsNoNews(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reader")
	_, pull := readerAt(t, path, 115200)
	said := new(bytes.Buffer)
	port := bridge.Address{Scheme: bridge.Serial, Name: path, Baud: 115200}
	line := newSpeedLine(port, port, bridge.Opts{Log: slog.New(slog.NewTextHandler(said, nil))}, nil)
	search := func() {
		for range 3 {
			line.heard(devices.NoAnswer)
			if err := line.serve(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	search()
	pull()
	search()
	for _, news := range []string{"line open", "line down"} {
		if n := strings.Count(said.String(), news); n != 1 {
			t.Errorf("%q was logged %d times, want once:\n%s", news, n, said)
		}
	}
}
