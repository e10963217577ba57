package daemon

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/pty"
)

// readerAt is a card reader that was left at a speed, behind a port whose speed
// counts.
func readerAt(t *testing.T, baud int) (port string) {
	t.Helper()
	p, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "reader")
	if err := p.Link(path); err != nil {
		t.Fatal(err)
	}
	r := cardreader.New(cardreader.Opts{Baud: baud, HostBaud: wire.TerminalBaud(p.Master)})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.Run(ctx, p.Master)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		p.Close()
	})
	return "serial:" + path + "?baud=115200"
}

func TestFindReaderAtTheSpeedItWasLeftAt(t *testing.T) {
	port := readerAt(t, 38400)
	found, err := findReader(t.Context(), port, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(found, "baud=38400") {
		t.Errorf("got %s, want baud=38400", found)
	}
}
