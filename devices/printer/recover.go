package printer

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"halld/devices"
)

const (
	clearTimeout   = 2 * time.Second
	recoverTimeout = time.Second
	recoverEvery   = 10 * time.Second
)

// recoverCutter tells the printer that the cause is gone, if the cover is
// closed, and asks again. It does so at most every 10 s.
func (s *session) recoverCutter() (devices.Fault, error) {
	w := &s.d.wire
	if s.d.has(coverOpen) || time.Since(w.recovery) < recoverEvery {
		return s.d.seen(), nil
	}
	w.recovery = time.Now()
	if err := s.write(dleRecover); err != nil {
		return "", err
	}
	if err := s.pause(recoverTimeout); err != nil {
		return "", err
	}
	return s.status()
}

// discard ends an interrupted job: its picture, and the paper that it left
// hanging, which must not become the head of the next ticket.
func (s *session) discard() error {
	if err := s.resync(); err != nil {
		return err
	}
	e := &encoder{p: s.d.opts.Profile}
	e.cut()
	return s.write(e.buf.String())
}

// resync sends as many zeros as the longest strip may still wait for.
func (s *session) resync() error {
	row := strings.Repeat("\x00", s.d.opts.Profile.Dots/8)
	for range maxStrip {
		if err := s.write(row); err != nil {
			return err
		}
	}
	return s.write(escInit)
}

// failed is the result of a job that stopped after so many bytes. What the
// printer still holds must not come out with fresh paper.
func (s *session) failed(sent int, err error) (Result, error) {
	if sent == 0 {
		return NotSent, err
	}
	w := &s.d.wire
	w.dirty = true
	var state *StateError
	if errors.As(err, &state) && s.d.opts.Profile.Clear {
		if cerr := s.clear(); cerr != nil {
			return Unknown, errors.Join(err, cerr)
		}
		w.dirty = !s.cleared
	}
	return Unknown, fmt.Errorf("after %d bytes: %w", sent, err)
}

// clear empties the printer's buffers by a real-time command.
func (s *session) clear() error {
	s.cleared = false
	if err := s.write(dleClear); err != nil {
		return fmt.Errorf("clearing the buffers: %w", err)
	}
	err := s.until(clearTimeout, func() bool { return s.cleared })
	if errors.Is(err, devices.ErrNoAnswer) {
		return nil
	}
	return err
}
