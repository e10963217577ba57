package printer

import (
	"errors"
	"fmt"
	"time"

	"halld/devices"
)

// prepare does all that can be done before the first byte of a job: is the
// printer there and ready, how will it confirm, is it free of an older job.
func (s *session) prepare() error {
	if s.d.opts.Confirm == ConfirmNone {
		return nil
	}
	if err := s.ready(); err != nil {
		return err
	}
	w := &s.d.wire
	if w.dirty {
		if err := s.discard(); err != nil {
			return err
		}
		w.dirty = false
		s.d.hold(false)
	}
	if w.confirm == unprobed && !w.mute {
		return s.probe()
	}
	s.upgrade()
	return nil
}

// ready asks for the state. It holds back for a printer that has never said
// anything, until that is believed to be its nature.
func (s *session) ready() error {
	_, err := s.status()
	for errors.Is(err, devices.ErrNoAnswer) {
		if s.d.Answers() {
			s.forget()
			return &StateError{devices.NoAnswer}
		}
		if s.d.wire.mute {
			return nil
		}
		_, err = s.status()
	}
	if err == nil {
		err = s.recoverError()
	}
	if err != nil {
		return err
	}
	if fault := s.d.seen(); !prints(fault) {
		return &StateError{fault}
	}
	return s.speakUp()
}

// print sends a job whose printer is prepared.
func (s *session) print(pieces []piece) (Result, error) {
	sent := 0
	for _, p := range pieces {
		n, err := s.send(p)
		sent += n
		if err != nil {
			return s.failed(sent, err)
		}
	}
	result, err := s.finish()
	if err != nil {
		return s.failed(sent, err)
	}
	return result, nil
}

// send sends one piece when the printer has room for it.
func (s *session) send(p piece) (int, error) {
	if err := s.room(len(p.data)); err != nil {
		return 0, err
	}
	sent, err := s.pace(p)
	s.since += sent
	return sent, err
}

// pace writes, and on a line that does not hold the sender back keeps to the
// printer's speed.
func (s *session) pace(p piece) (sent int, err error) {
	for part := range s.clock.parts(p, s.d.opts) {
		if s.d.opts.Baud > 0 {
			if err := s.waitClock(len(part.data)); err != nil {
				return sent, err
			}
		}
		n, err := s.put(part.data)
		sent += n
		if err != nil {
			return sent, err
		}
		s.clock.add(part, s.d.opts)
	}
	return sent, nil
}

// room waits until the bytes that the printer has not confirmed and n more
// fit into its buffer.
func (s *session) room(n int) error {
	if !s.confirms() {
		return nil
	}
	if s.since > s.d.opts.Buffer/4 {
		if err := s.mark(s.d.wire.confirm); err != nil {
			return err
		}
	}
	for len(s.marks) > 0 && s.unconfirmed()+n > s.d.opts.Buffer {
		if err := s.progress(); err != nil {
			return err
		}
	}
	return nil
}

// progress waits for the answer of a mark, or until the printer has stopped.
func (s *session) progress() error {
	before := len(s.marks)
	err := s.patiently(s.d.opts.ConfirmTimeout, func() bool {
		return len(s.marks) < before || s.noPaper || stops(s.d.seen())
	})
	switch {
	case len(s.marks) < before:
		return nil
	case errors.Is(err, devices.ErrNoAnswer):
		return fmt.Errorf("waiting for the end of the job: %w", err)
	case err != nil:
		return err
	case s.noPaper:
		return &StateError{devices.PaperOut}
	}
	return &StateError{s.d.seen()}
}

// patiently waits until done is true, and looks now and then whether the
// printer has stopped: that is a [*StateError]. Its error wraps
// devices.ErrNoAnswer if it takes longer than limit.
func (s *session) patiently(limit time.Duration, done func() bool) error {
	for end := time.Now().Add(limit); ; {
		err := s.until(min(s.d.opts.FaultyPoll, time.Until(end)), done)
		if !errors.Is(err, devices.ErrNoAnswer) || !time.Now().Before(end) {
			return err
		}
		if err := s.look(); err != nil {
			return err
		}
	}
}

// look asks a printer that knows real-time status what it does. Silence alone
// proves nothing here: some don't answer while they print.
func (s *session) look() error {
	if s.d.wire.status[1] != known && s.d.wire.status[4] != known {
		return nil
	}
	fault, err := s.status()
	if errors.Is(err, devices.ErrNoAnswer) {
		return nil
	}
	if err == nil && stops(fault) {
		return &StateError{fault}
	}
	return err
}

// alive asks whether the printer that took a job without confirming it is
// still there and well.
func (s *session) alive() error {
	fault, err := s.status()
	if errors.Is(err, devices.ErrNoAnswer) {
		fault, err = devices.NoAnswer, nil
	}
	if err == nil && (stops(fault) || fault == devices.NoAnswer) {
		return &StateError{fault}
	}
	return err
}

// finish waits until the job is on paper, or says that nobody can know. Only a
// process ID waits for the paper itself. The answer to GS r may come while the
// last rows are still to be printed, so the paper gets its time, and the
// printer is asked once more. If meanwhile it turns out to know process IDs,
// one of them decides.
func (s *session) finish() (Result, error) {
	w := &s.d.wire
	if s.d.opts.Confirm == ConfirmNone || w.mute {
		return Unconfirmed, nil
	}
	result := Unconfirmed
	if s.confirms() {
		result = Printed
		if err := s.confirmed(); err != nil || w.confirm == byProcessID {
			return result, err
		}
	}
	if err := s.waitClock(s.d.opts.Buffer + 1); err != nil {
		return result, err
	}
	late, err := s.late()
	if err != nil {
		return result, err
	}
	if late {
		return Printed, s.confirmed()
	}
	return result, s.alive()
}

// confirmed asks whether all is done and waits for the answer.
func (s *session) confirmed() error {
	if err := s.mark(s.d.wire.confirm); err != nil {
		return err
	}
	for len(s.marks) > 0 {
		if err := s.progress(); err != nil {
			return err
		}
	}
	return nil
}
