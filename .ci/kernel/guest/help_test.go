package guest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"halld/devices"
	bridge "halld/firmware-bridge"
)

// background runs a part until the test ends, and fails it when the part does
// not end then, or ends with an error.
func background(t *testing.T, name string, run func(context.Context) error) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s does not end", name)
		}
	})
}

// line makes a line and runs it. The channel tells when it opens and is lost.
func line(t *testing.T, address string) (l *bridge.Line, up chan bool) {
	t.Helper()
	a, err := bridge.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	up = make(chan bool, 100)
	l, err = bridge.New(a, bridge.Opts{Report: func(is bool, _ error) { up <- is }})
	if err != nil {
		t.Fatal(err)
	}
	background(t, address, l.Run)
	return l, up
}

// soon is the context of one use of a device.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(stop)
	return ctx
}

// board opens the machine's pins and buses.
func board(t *testing.T) *bridge.Host {
	t.Helper()
	h, err := bridge.OpenHost()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// faults is a devices.Report that a test can wait on.
type faults chan devices.Fault

func newFaults() faults { return make(faults, 100) }

func (f faults) report(fault devices.Fault, _ error) { f <- fault }

// await passes over what comes before want.
func await[T comparable](t *testing.T, from <-chan T, want T, within time.Duration) {
	t.Helper()
	timeout := time.After(within)
	var others []T
	for {
		select {
		case got := <-from:
			if got == want {
				return
			}
			others = append(others, got)
		case <-timeout:
			t.Fatalf("no %v within %v, but %v", want, within, others)
		}
	}
}

// none fails the test when anything comes.
func none[T any](t *testing.T, from <-chan T, during time.Duration) {
	t.Helper()
	select {
	case got := <-from:
		t.Errorf("got %v, want nothing", got)
	case <-time.After(during):
	}
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, within time.Duration, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("within %v not %s", within, what)
		}
	}
}

// comes waits until a device's node is there, and goes until it is not.
func comes(t *testing.T, node string) { t.Helper(); awaitNode(t, node, true) }
func goes(t *testing.T, node string)  { t.Helper(); awaitNode(t, node, false) }

func awaitNode(t *testing.T, node string, want bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		_, err := os.Stat(node)
		if is := !errors.Is(err, fs.ErrNotExist); is == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is there: got %v, want %v; the kernel says:\n%s", node, !want, want, kernelLog(t))
		}
	}
}

// idle fails the test when this program keeps a processor busy although nothing
// happens, as one does that asks a port again and again.
func idle(t *testing.T) {
	t.Helper()
	const look = time.Second
	used := func() time.Duration {
		var u unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	time.Sleep(look)
	if busy := used() - before; busy > look/2 {
		t.Errorf("silence costs %v of processor in %v", busy, look)
	}
}

// ms rounds a duration for a message.
func ms(since time.Time) time.Duration { return time.Since(since).Round(time.Millisecond) }
