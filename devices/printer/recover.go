package printer

import (
	"errors"
	"fmt"
	"time"

	"halld/devices"
)

const (
	clearTimeout   = 2 * time.Second
	recoverTimeout = time.Second
	recoverEvery   = 10 * time.Second
)

// recoverError tells the printer that the cause of an error is gone, if it waits
// for that and the cover is closed, and asks again. It does so at most every 10 s.
func (s *session) recoverError() error {
	w := &s.d.wire
	if !s.d.has(cutter|recoverable|waiting) || s.d.has(coverOpen) || time.Since(w.recovery) < recoverEvery {
		return nil
	}
	w.recovery = time.Now()
	if err := s.write(dleRecover); err != nil {
		return err
	}
	if err := s.pause(recoverTimeout); err != nil {
		return err
	}
	_, err := s.status()
	return err
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

// resync sends as many zeros as the longest strip may still wait for, no faster
// than the printer takes them: what it drops is the beginning of the next job.
func (s *session) resync() error {
	row := piece{make([]byte, s.d.opts.Profile.Dots/8), 1}
	for range maxStrip {
		if _, err := s.pace(row); err != nil {
			return err
		}
	}
	return s.write(escInit)
}

// failed is the result of a job that stopped after so many bytes. What the
// printer still holds must not come out with fresh paper. One that does not drop
// it when it is told must be switched off and on before it gets any.
func (s *session) failed(sent int, err error) (Result, error) {
	if sent == 0 {
		return NotSent, err
	}
	w := &s.d.wire
	w.dirty = true
	var state *StateError
	if errors.As(err, &state) {
		if cerr := s.clear(); cerr != nil {
			return Unknown, errors.Join(err, cerr)
		}
		w.dirty = !s.cleared
		if w.dirty && s.d.has(paperEnd|stopped) {
			s.d.hold(true)
			err = &StateError{s.d.seen()}
		}
	}
	return Unknown, fmt.Errorf("after %d bytes: %w", sent, err)
}

// hold notes whether an old ticket waits in the printer for paper.
func (d *Dev) hold(stale bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stale = stale
}

// clear empties the printer's buffers by a real-time command, which those know
// that know process IDs. To others its bytes would be data.
func (s *session) clear() error {
	s.cleared = false
	if !s.d.opts.Profile.Clear && !s.d.knowsH() {
		return nil
	}
	if err := s.write(dleClear); err != nil {
		return fmt.Errorf("clearing the buffers: %w", err)
	}
	err := s.until(clearTimeout, func() bool { return s.cleared })
	if errors.Is(err, devices.ErrNoAnswer) {
		return nil
	}
	return err
}
