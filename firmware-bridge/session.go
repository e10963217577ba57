package bridge

import (
	"bytes"
	"fmt"
)

// session is one life of the port, from opening to loss. A transaction keeps
// the session it began with, so it can't go on unawares on a reopened port.
type session struct {
	line *Line
	port port
	wake chan struct{} // one token: in grew, or the port was lost

	// Guarded by line.mu.
	lent   bool         // a transaction has the wire
	in     bytes.Buffer // what it has not read yet
	passed []byte       // what it read and passed on
	echo   echo
	lost   error // why the port is gone
	buf    [4096]byte
}

func newSession(l *Line, p port) *session {
	s := &session{line: l, port: p, wake: make(chan struct{}, 1)}
	s.echo.on = l.addr.Echo
	return s
}

// read hands on what arrives until the port is lost, and returns why.
func (s *session) read() error {
	for {
		if err := s.port.Wait(); err != nil {
			return fmt.Errorf("waiting for input: %w", err)
		}
		s.line.mu.Lock()
		_, err := s.take()
		s.line.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// drain takes all that has arrived; line.mu is held. A device that never stops
// sending is not waited for: a few buffers are more than the kernel holds.
func (s *session) drain() error {
	if s.lost != nil {
		return s.line.offline(s.lost)
	}
	for range 16 {
		n, err := s.take()
		if err != nil {
			s.fail(err)
			return s.line.offline(s.lost)
		}
		if n == 0 {
			break
		}
	}
	return nil
}

// take reads once and hands the bytes to whom they belong; line.mu is held.
func (s *session) take() (int, error) {
	n, err := s.port.Read(s.buf[:])
	if n > 0 {
		s.line.trace.add(Received, s.buf[:n])
		s.deliver(s.echo.strip(s.buf[:n]))
	}
	if err != nil {
		return n, fmt.Errorf("reading: %w", err)
	}
	return n, nil
}

func (s *session) deliver(b []byte) {
	switch {
	case len(b) == 0:
	case s.lent:
		s.in.Write(b[:min(len(b), maxPending-s.in.Len())])
		s.signal()
	default:
		s.line.hear(b)
	}
}

// fail notes why the port is gone and ends whatever waits on it; line.mu is
// held. The first reason stands.
func (s *session) fail(why error) {
	if s.lost == nil {
		s.lost = why
	}
	_ = s.port.SetDeadline(past) // frees Wait, so that Run opens the port again
	s.signal()
}

func (s *session) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
