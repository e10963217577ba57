package bridge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"halld/devices"
)

var _ devices.Conn = (*conn)(nil)

// conn is the wire during one turn. It is used by one goroutine, the caller of
// Do. Beside devices.Conn it has SetWriteDeadline, for drivers that know how
// long their device may take.
type conn struct {
	ctx     context.Context // of the turn
	line    *Line
	session *session

	readBy, writeBy time.Time
}

// SetReadDeadline bounds the reads that follow; the zero time lifts the bound.
func (c *conn) SetReadDeadline(t time.Time) error { c.readBy = t; return nil }

// SetWriteDeadline bounds the writes that follow; with the zero time each has
// the line's WriteTimeout again.
func (c *conn) SetWriteDeadline(t time.Time) error { c.writeBy = t; return nil }

// Read returns what has arrived in this turn, or waits for it.
func (c *conn) Read(b []byte) (int, error) {
	timeout, stop := timer(c.readBy)
	defer stop()
	for {
		n, err := c.readNow(b)
		if n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
		select {
		case <-c.session.wake:
		case <-c.ctx.Done():
			return 0, c.ctx.Err()
		case <-timeout:
			return c.readLast(b)
		}
	}
}

// Pass implements devices.Conn.
func (c *conn) Pass(b []byte) {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	c.session.passed = append(c.session.passed, b...)
}

func (c *conn) readNow(b []byte) (int, error) {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	s := c.session
	n, _ := s.in.Read(b)
	if n == 0 && s.lost != nil {
		return 0, c.line.offline(s.lost)
	}
	return n, nil
}

// readLast is Read at its deadline: what looked like the beginning of an echo
// was an answer after all.
func (c *conn) readLast(b []byte) (int, error) {
	c.line.mu.Lock()
	c.session.in.Write(c.session.echo.release())
	c.line.mu.Unlock()
	n, err := c.readNow(b)
	if n == 0 && err == nil {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

// Write sends b. When the wire does not take it all in time, the error wraps
// os.ErrDeadlineExceeded and devices.ErrNoAnswer, and the count says how much
// was taken; what was taken may still be sent. Any other error of the port
// means that it is gone, and it will be opened again.
func (c *conn) Write(b []byte) (int, error) {
	s := c.session
	if err := c.begin(b); err != nil {
		return 0, err
	}
	cut := make(chan struct{})
	stop := context.AfterFunc(c.ctx, func() {
		_ = s.port.SetWriteDeadline(past)
		close(cut)
	})
	n, err := s.port.Write(b)
	if !stop() {
		<-cut // or it would cut the next turn's write
	}
	return n, c.end(b, n, err)
}

// begin sets the deadline, and announces what is sent to echo and trace: the
// answer may be here before the write returns.
func (c *conn) begin(b []byte) error {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	s := c.session
	if s.lost != nil {
		return c.line.offline(s.lost)
	}
	by := c.writeBy
	if by.IsZero() {
		by = time.Now().Add(c.line.opts.WriteTimeout)
	}
	if err := s.port.SetWriteDeadline(by); err != nil {
		s.fail(err)
		return c.line.offline(s.lost)
	}
	s.echo.expect(b)
	c.line.trace.add(Sent, b)
	return nil
}

func (c *conn) end(b []byte, n int, err error) error {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	s := c.session
	switch {
	case err == nil:
		return nil
	case s.lost != nil:
		return c.line.offline(s.lost)
	case c.ctx.Err() != nil:
		return c.ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s: %w: took %d of %d bytes: %w", c.line, devices.ErrNoAnswer, n, len(b), err)
	default:
		s.fail(fmt.Errorf("writing: %w", err))
		return c.line.offline(s.lost)
	}
}

// timer fires at t, or never when t is zero.
func timer(t time.Time) (fired <-chan time.Time, stop func()) {
	if t.IsZero() {
		return nil, func() {}
	}
	timer := time.NewTimer(time.Until(t))
	return timer.C, func() { timer.Stop() }
}
