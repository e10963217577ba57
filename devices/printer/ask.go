package printer

import (
	"errors"
	"time"

	"halld/devices"
)

// ask sends DLE EOT n, three bytes in one write because some printers want
// the last within 100 ms. The automatic status may hold the bytes of any but the
// first, so only that one is looked for as an echo.
func (s *session) ask(n byte) error {
	send := s.write
	if n == 1 {
		send = s.question
	}
	s.asked = n
	if err := send(dleStatus + string(rune(n))); err != nil {
		return err
	}
	return s.answered()
}

// answered waits for the answer of DLE EOT.
func (s *session) answered() error {
	return s.until(s.d.opts.StatusTimeout, func() bool { return s.asked == 0 })
}

// status asks for the whole state. Whether the printer is there shows in the
// first answer, so silence costs three time-outs at most, and a request that a
// talking printer did not answer is not asked again while the line stays open.
// The answers don't say what they answer. So behind one that does not come in
// time no other is asked before it has had that time once more.
func (s *session) status() (devices.Fault, error) {
	w := &s.d.wire
	defer func() { s.asked = 0 }()
	if w.silent.IsZero() {
		w.silent = time.Now()
	}
	heard := false
	for _, n := range []byte{1, 4, 2, 3} {
		if w.status[n] == unknown {
			continue
		}
		err := s.ask(n)
		if errors.Is(err, devices.ErrNoAnswer) {
			if !heard && (n != 1 || w.mute) {
				break
			}
			err = s.answered()
		}
		switch {
		case err == nil:
			heard = true
			w.status[n] = known
		case !errors.Is(err, devices.ErrNoAnswer):
			return "", err
		case !heard && w.status[n] == known:
			return s.isThere()
		case heard && w.status[n] == untried:
			w.status[n] = unknown
		}
	}
	if !heard && !w.mute && w.status[1] != known && w.status[4] != known {
		return s.isThere()
	}
	return s.conclude(heard)
}

// isThere asks a printer that is silent in real time by commands that wait for
// their turn: at once if it never answered otherwise, else only now and then. It
// is switched off, or another one is in its place that does not know DLE EOT, and
// data should not pile up in front of it.
func (s *session) isThere() (devices.Fault, error) {
	w := &s.d.wire
	if w.status[1] == known && time.Since(w.silent) < s.d.opts.Reprobe {
		return s.conclude(false)
	}
	heard, err := s.statusInOrder()
	if err != nil {
		return "", err
	}
	if !heard && w.status[1] == known {
		w.silent = time.Now()
	}
	return s.conclude(heard)
}

// statusInOrder is for a printer that does not know DLE EOT: it asks by
// commands that wait for their turn behind what is being printed.
func (s *session) statusInOrder() (heard bool, err error) {
	w := &s.d.wire
	if heard, err = s.enableASB(); err != nil {
		return false, err
	}
	ways := []confirm{w.confirm}
	if w.confirm == unprobed {
		ways = s.ladder()
	}
	for _, c := range ways {
		if heard || c == byNothing {
			break
		}
		if heard, err = s.try(c, s.d.opts.ProbeTimeout); err != nil {
			return false, err
		}
		if heard {
			s.confirmBy(c)
		}
	}
	if !heard {
		return false, nil
	}
	// It may have been switched on since it was asked in real time.
	switch err := s.ask(1); {
	case err == nil:
		w.status = [5]support{1: known}
	case errors.Is(err, devices.ErrNoAnswer):
		w.status = [5]support{unknown, unknown, unknown, unknown, unknown}
	default:
		return true, err
	}
	return true, nil
}

// conclude keeps how long the printer has been silent.
func (s *session) conclude(heard bool) (devices.Fault, error) {
	w := &s.d.wire
	if !heard {
		w.mute = !s.d.Answers() && time.Since(w.silent) >= s.d.opts.MuteGrace
		w.asbSent = false // if it comes back it was switched on, and has forgotten
		return "", devices.ErrNoAnswer
	}
	if w.status[1] == untried {
		w.status[1] = unknown
	}
	w.mute, w.silent = false, time.Time{}
	return s.d.seen(), nil
}

// speakUp has the printer tell changes of its state by itself from now on.
func (s *session) speakUp() error {
	w := &s.d.wire
	if w.asbSent {
		return nil
	}
	w.asbSent = true
	_, err := s.enableASB()
	return err
}

// enableASB sends GS a, which is answered with the state at once.
func (s *session) enableASB() (heard bool, err error) {
	if !s.d.opts.Profile.ASB {
		return false, nil
	}
	s.heardASB = false
	if err := s.question(gsASB); err != nil {
		return false, err
	}
	err = s.until(s.d.opts.StatusTimeout, func() bool { return s.heardASB })
	if errors.Is(err, devices.ErrNoAnswer) {
		return false, nil
	}
	return err == nil, err
}
