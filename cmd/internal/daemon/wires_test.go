package daemon

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A driver is told of its own line: when it opens, and when it can't be.
func TestWiresWake(t *testing.T) {
	there := filepath.Join(t.TempDir(), "lp0")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{there, there + "-missing"} {
		w := newWires(slog.New(slog.DiscardHandler), nil)
		l, err := w.line("file:" + path)
		if err != nil {
			t.Fatal(err)
		}
		other, err := w.line("file:" + path + "-other")
		if err != nil {
			t.Fatal(err)
		}
		woken := make(chan struct{}, 1)
		w.onChange(l, func() { woken <- struct{}{} })
		w.onChange(other, func() { t.Error("the wrong driver is told") })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- l.Run(ctx) }()
		select {
		case <-woken:
		case <-time.After(10 * time.Second):
			t.Errorf("%s: nobody is told", path)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run gave %v", err)
		}
	}
}
