package cmd_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What a hall may take of its small machine.
const (
	mostStart  = 500 * time.Millisecond // from the start of the program to readiness, at best
	mostMemory = 30 << 10               // KiB resident
	mostIdle   = 0.05                   // of one processor, while the reader is polled and nobody comes
)

// TestFigures holds the built program to what it promises of its machine.
func TestFigures(t *testing.T) {
	h := newTheatre(t)
	best := time.Hour
	for n := 0; n < 5 && best > mostStart; n++ { // the other tests load the machine too
		h.kill(t)
		best = min(best, h.ready(t))
	}
	if best > mostStart {
		t.Errorf("ready %v after its start at best, want %v", best, mostStart)
	}
	h.wait(t)
	began, used := time.Now(), h.processor(t)
	time.Sleep(3 * time.Second)
	idle := float64(h.processor(t)-used) / float64(time.Since(began))
	if idle > mostIdle {
		t.Errorf("an idle hall takes %.0f%% of a processor, want %.0f%%", 100*idle, 100*mostIdle)
	}
	kib := residentOf(t, h.halld)
	if kib > mostMemory {
		t.Errorf("%d KiB resident, want %d", kib, mostMemory)
	}
	t.Logf("ready after %v, %.1f%% of a processor when idle, %d KiB resident", best.Round(time.Millisecond), 100*idle, kib)
	h.stop(t)
}

// ready starts halld and gives the time until it tells systemd that it is ready.
func (h *theatre) ready(t *testing.T) time.Duration {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	ready := make(chan time.Time, 1)
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := l.Read(b)
			if err != nil {
				return
			}
			if bytes.Contains(b[:n], []byte("READY=1")) {
				ready <- time.Now()
				return
			}
		}
	}()
	began := time.Now()
	h.start(t)
	select {
	case at := <-ready:
		return at.Sub(began)
	case <-time.After(45 * time.Second):
		t.Fatal("halld is not ready within 45 s")
		return 0
	}
}

// wait lets the start's own work come to its end: the devices have answered.
func (h *theatre) wait(t *testing.T) {
	t.Helper()
	until(t, "the displays are told", func() bool {
		_, err := h.hallctl("status")
		return err == nil && strings.Contains(h.logs.String(), "display/entrance")
	})
	time.Sleep(time.Second)
}

// processor is the time that halld has had a processor, its kernel's work
// included.
func (h *theatre) processor(t *testing.T) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", h.halld.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, fields, _ := strings.Cut(string(b), ") ") // the name before may hold anything
	f := strings.Fields(fields)
	var user, system int64
	if _, err := fmt.Sscan(f[11]+" "+f[12], &user, &system); err != nil { // utime and stime of proc(5)
		t.Fatal(err)
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 wherever Linux runs
	return time.Duration(user+system) * tick
}
