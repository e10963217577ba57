// Package devicestest lends drivers a wire in tests: a [devices.Line] whose
// far end is a net.Conn, such as one end of net.Pipe. It also runs inside a
// testing/synctest bubble, where time-outs take no time.
package devicestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"halld/devices"
)

// Line is the near end of a wire. Its zero value is not usable; see [New].
type Line struct {
	conn net.Conn
	wire chan struct{} // holds one token: whoever has it may use the wire

	mu        sync.Mutex
	lent      bool
	err       error
	in        []byte
	grown     chan struct{} // closed and replaced when in or err changes
	listeners []func([]byte)
}

// Pipe returns a line and the far end of it, where an emulator or a script
// reads requests and writes answers. Both ends close with the test.
func Pipe(t testing.TB) (*Line, net.Conn) {
	t.Helper()
	near, far := net.Pipe()
	l := New(near)
	t.Cleanup(func() { near.Close(); far.Close() })
	return l, far
}

// New makes a line of one end of a connection and starts to read it.
func New(conn net.Conn) *Line {
	l := &Line{conn: conn, wire: make(chan struct{}, 1), grown: make(chan struct{})}
	l.wire <- struct{}{}
	go l.read()
	return l
}

func (l *Line) read() {
	buf := make([]byte, 4096)
	for {
		n, err := l.conn.Read(buf)
		l.mu.Lock()
		if n > 0 && l.lent {
			l.in = append(l.in, buf[:n]...)
		} else if n > 0 {
			l.hear(buf[:n])
		}
		if err != nil {
			l.err = fmt.Errorf("reading the pipe: %w: %w", err, devices.ErrOffline)
		}
		close(l.grown)
		l.grown = make(chan struct{})
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// hear hands stray bytes to the listeners; l.mu is held.
func (l *Line) hear(b []byte) {
	for _, f := range l.listeners {
		f(b)
	}
}

// String names the line.
func (l *Line) String() string { return "pipe" }

// Listen implements [devices.Line].
func (l *Line) Listen(f func(b []byte)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listeners = append(l.listeners, f)
}

// Do implements [devices.Line].
func (l *Line) Do(ctx context.Context, f func(devices.Conn) error) error {
	select {
	case <-l.wire:
		defer func() { l.wire <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	l.mu.Lock()
	err := l.err
	l.lent = err == nil
	l.mu.Unlock()
	if err != nil {
		return err
	}
	c := &conn{line: l}
	err = f(c)
	l.mu.Lock()
	l.lent = false
	if stray := append(c.passed, l.in...); len(stray) > 0 {
		l.hear(stray)
	}
	l.in = nil
	l.mu.Unlock()
	return err
}

type conn struct {
	line     *Line
	deadline time.Time
	passed   []byte
}

// Pass implements [devices.Conn].
func (c *conn) Pass(b []byte) { c.passed = append(c.passed, b...) }

func (c *conn) SetReadDeadline(t time.Time) error { c.deadline = t; return nil }

// writeTimeout is how long a far end may take nothing, as on a hall's line.
const writeTimeout = 10 * time.Second

func (c *conn) Write(b []byte) (int, error) {
	_ = c.line.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // a closed pipe says so in Write
	n, err := c.line.conn.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("writing to the pipe: %w: %w", devices.ErrNoAnswer, err)
	}
	if errors.Is(err, io.ErrClosedPipe) || errors.Is(err, net.ErrClosed) {
		err = fmt.Errorf("writing to the pipe: %w: %w", err, devices.ErrOffline)
	}
	return n, err
}

func (c *conn) Read(b []byte) (int, error) {
	for {
		c.line.mu.Lock()
		n := copy(b, c.line.in)
		c.line.in = c.line.in[n:]
		err, grown := c.line.err, c.line.grown
		c.line.mu.Unlock()
		if n > 0 || len(b) == 0 {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		if c.deadline.IsZero() {
			<-grown
			continue
		}
		timer := time.NewTimer(time.Until(c.deadline))
		select {
		case <-grown:
			timer.Stop()
		case <-timer.C:
			return 0, os.ErrDeadlineExceeded
		}
	}
}
