package printer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"halld/devices"
)

// tick is how long a read waits before it looks at the context.
const tick = 200 * time.Millisecond

// session is the driver while it holds the wire.
type session struct {
	d    *Dev
	ctx  context.Context
	conn devices.Conn

	asked   byte   // DLE EOT n that is not answered yet, 0 for none
	request string // a question that no printer would say itself
	heard   []byte // since that was asked; a few bytes at most
	marks   []mark // requests in the job that are not answered yet
	noPaper bool   // GS r was answered with paper end
	since   int    // bytes of the job behind the last mark
	clock   clock  // stands for marks on a printer that has none

	heardASB, cleared bool
	text              *string // where the text of GS I goes, when asked
}

// write sends all of b.
func (s *session) write(b string) error {
	_, err := s.put([]byte(b))
	return err
}

// question sends a request that no printer would say itself. Where it comes back,
// a plug with bridged pins or an adapter that hears itself is at the end of the
// line, and nothing that comes from there is an answer.
func (s *session) question(b string) error {
	s.request, s.heard = b, nil
	return s.write(b)
}

// echoes tells whether the question itself came back.
func (s *session) echoes(b []byte) bool {
	s.heard = append(s.heard, b...)
	s.heard = s.heard[max(0, len(s.heard)-256-len(s.request)):]
	return s.request != "" && strings.Contains(string(s.heard), s.request)
}

// put sends b and tells how much of it went out. A printer that takes nothing
// more has mostly said why before it stopped.
func (s *session) put(b []byte) (int, error) {
	n, err := s.conn.Write(b)
	switch {
	case errors.Is(err, devices.ErrNoAnswer):
		if perr := s.pause(time.Millisecond); perr != nil {
			return n, perr
		}
		if fault := s.d.seen(); stops(fault) {
			err = &StateError{fault}
		}
	case err == nil && n < len(b):
		err = fmt.Errorf("wrote %d of %d bytes", n, len(b))
	}
	return n, err
}

// until reads until done is true. Its error wraps devices.ErrNoAnswer if that
// takes longer than limit.
func (s *session) until(limit time.Duration, done func() bool) error {
	deadline := time.Now().Add(limit)
	buf := make([]byte, 256)
	for !done() {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		now := time.Now()
		if !now.Before(deadline) {
			s.d.quiet()
			return devices.ErrNoAnswer
		}
		if err := s.conn.SetReadDeadline(now.Add(min(tick, deadline.Sub(now)))); err != nil {
			return err
		}
		n, err := s.conn.Read(buf)
		if s.echoes(buf[:n]) {
			s.d.quiet()
			return &StateError{devices.WrongDevice}
		}
		for _, r := range s.d.hear(buf[:n]) {
			s.handle(r)
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	return nil
}

// pause lets time pass while it listens.
func (s *session) pause(d time.Duration) error {
	err := s.until(d, func() bool { return false })
	if errors.Is(err, devices.ErrNoAnswer) {
		return nil
	}
	return err
}

// handle takes one reply to whoever waits for it.
func (s *session) handle(r reply) {
	switch r.kind {
	case kindStatus:
		if s.asked != 0 {
			s.d.note(s.asked, r.data[0])
			s.asked = 0
		}
	case kindASB:
		s.heardASB = true
	case kindByte:
		s.answerByte(r.data[0])
	case kindBlock:
		s.answerBlock(string(r.data))
	}
}

func (s *session) answerBlock(b string) {
	switch {
	case strings.HasPrefix(b, idAnswer):
		s.answerID(b[len(idAnswer):])
	case b == "\x37\x25":
		s.cleared = true
	case b[0] == 0x5f && s.text != nil:
		*s.text = b[1:]
		s.text = nil
	}
}

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
			return s.conclude(false)
		case heard && w.status[n] == untried:
			w.status[n] = unknown
		}
	}
	if !heard && !w.mute && w.status[1] != known && w.status[4] != known {
		var err error
		if heard, err = s.statusInOrder(); err != nil {
			return "", err
		}
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
	case errors.Is(err, devices.ErrNoAnswer):
		w.status = [5]support{unknown, unknown, unknown, unknown, unknown}
	case err != nil:
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

// forget drops what was learned of a printer that is silent: it is switched off,
// or another one will be in its place.
func (s *session) forget() {
	w := &s.d.wire
	*w = wire{dirty: w.dirty, nextID: w.nextID, silent: w.silent, mute: w.mute}
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.answersH, s.d.stale, s.d.mayConfirm = false, false, true
}
