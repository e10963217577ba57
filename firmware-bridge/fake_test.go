package bridge

import (
	"bytes"
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"
)

// fakePort is a port without a kernel, so that it works inside a bubble. Far
// ends call arrive and pull.
type fakePort struct {
	mu       sync.Mutex
	in       []byte
	gone     error
	out      bytes.Buffer
	room     int // how many more bytes the wire takes; negative is any
	answer   func(sent []byte) []byte
	readBy   time.Time
	writeBy  time.Time
	changed  chan struct{}
	waits    int
	closures int
}

func newFakePort() *fakePort { return &fakePort{room: -1, changed: make(chan struct{})} }

// opens is an opener that hands out the ports in order, a nil one as an error,
// and then only errors.
func opens(ports ...*fakePort) opener {
	return func(context.Context, Address) (port, error) {
		if len(ports) == 0 || ports[0] == nil {
			ports = ports[min(1, len(ports)):]
			return nil, &os.PathError{Op: "open", Path: "/dev/fake", Err: os.ErrNotExist}
		}
		p := ports[0]
		ports = ports[1:]
		return p, nil
	}
}

// change runs f under the lock and wakes whoever waits.
func (p *fakePort) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *fakePort) arrive(b ...byte) { p.change(func() { p.in = append(p.in, b...) }) }
func (p *fakePort) pull(err error)   { p.change(func() { p.gone = err }) }

// sent is what was written so far.
func (p *fakePort) sent() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Clone(p.out.Bytes())
}

// until waits for ready, which runs under the lock.
func (p *fakePort) until(deadline *time.Time, ready func() bool) error {
	for {
		p.mu.Lock()
		ok, by, changed := ready(), *deadline, p.changed
		p.mu.Unlock()
		if !by.IsZero() && !by.After(time.Now()) {
			return os.ErrDeadlineExceeded
		}
		if ok {
			return nil
		}
		fired, stop := timer(by)
		select {
		case <-changed:
		case <-fired:
		}
		stop()
	}
}

func (p *fakePort) Wait() error {
	p.mu.Lock()
	p.waits++
	p.mu.Unlock()
	return p.until(&p.readBy, func() bool { return len(p.in) > 0 || p.gone != nil })
}

func (p *fakePort) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := copy(b, p.in)
	p.in = p.in[n:]
	if n == 0 && p.gone != nil {
		return 0, p.gone
	}
	return n, nil
}

func (p *fakePort) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		err = p.until(&p.writeBy, func() bool { return p.room != 0 || p.gone != nil })
		p.mu.Lock()
		if err == nil {
			err = p.gone
		}
		if err == nil {
			p.out.WriteByte(b[n])
			p.room--
			n++
		}
		p.mu.Unlock()
	}
	if p.answer != nil && err == nil {
		p.arrive(p.answer(b)...)
	}
	return n, err
}

func (p *fakePort) SetDeadline(t time.Time) error {
	p.change(func() { p.readBy, p.writeBy = t, t })
	return nil
}

func (p *fakePort) SetWriteDeadline(t time.Time) error {
	p.change(func() { p.writeBy = t })
	return nil
}

func (p *fakePort) Close() error {
	p.change(func() {
		p.closures++
		p.gone = errors.New("closed")
	})
	return nil
}

// start runs a line and stops it with the test.
func start(t *testing.T, l *Line) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run gave %v, want nil", err)
			}
		case <-time.After(5 * time.Second):
			t.Error("Run goes on 5 s after its context ended")
		}
	})
	t.Cleanup(stop)
	return stop
}

// open waits until the line is open.
func open(t *testing.T, l *Line) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := l.WaitOpen(ctx); err != nil {
		t.Fatal(err)
	}
}
