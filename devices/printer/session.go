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
	marks   []mark // requests in the job that are not answered yet
	noPaper bool   // GS r was answered with paper end
	since   int    // bytes of the job behind the last mark
	clock   clock  // stands for marks on a printer that has none

	heardASB, cleared bool
	text              *string // GS I text, when asked
}

// write sends all of b.
func (s *session) write(b string) error {
	_, err := s.put([]byte(b))
	return err
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
// the last within 100 ms.
func (s *session) ask(n byte) error {
	s.asked = n
	if err := s.write(dleStatus + string(rune(n))); err != nil {
		return err
	}
	err := s.until(s.d.opts.StatusTimeout, func() bool { return s.asked == 0 })
	s.asked = 0
	return err
}

// status asks for the whole state. Whether the printer is there shows in the
// first answer, so silence costs two time-outs at most, and a request that a
// talking printer did not answer is not asked again while the line stays open.
func (s *session) status() (devices.Fault, error) {
	w := &s.d.wire
	if w.silent.IsZero() {
		w.silent = time.Now()
	}
	heard := false
	for _, n := range []byte{1, 4, 2, 3} {
		if w.status[n] == unknown {
			continue
		}
		err := s.ask(n)
		switch {
		case err == nil:
			heard = true
			w.status[n] = known
			continue
		case !errors.Is(err, devices.ErrNoAnswer):
			return "", err
		}
		if heard && w.status[n] == untried {
			w.status[n] = unknown
		}
		if !heard && (n != 1 || w.status[1] == known || w.mute) {
			break
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
			w.confirm = c
		}
	}
	if heard {
		w.status = [5]support{unknown, unknown, unknown, unknown, unknown}
	}
	return heard, nil
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
	if err := s.write(gsASB); err != nil {
		return false, err
	}
	err = s.until(s.d.opts.StatusTimeout, func() bool { return s.heardASB })
	if errors.Is(err, devices.ErrNoAnswer) {
		return false, nil
	}
	return err == nil, err
}

// identify asks GS I n. Silence is no error: not every printer knows it.
func (s *session) identify(n byte, text *string) error {
	s.text = text
	if err := s.write(gsID + string(rune(n))); err != nil {
		return err
	}
	err := s.until(s.d.opts.StatusTimeout, func() bool { return s.text == nil })
	s.text = nil
	if errors.Is(err, devices.ErrNoAnswer) {
		return nil
	}
	return err
}

func joinName(maker, model string) string {
	return strings.TrimSpace(strings.TrimSpace(maker) + " " + strings.TrimSpace(model))
}

// hasChinese reports whether a list of fonts names a Chinese one. A printer
// that names none gets the benefit of the doubt.
func hasChinese(fonts string) bool {
	fonts = strings.ToUpper(fonts)
	return fonts == "" || strings.Contains(fonts, "GB") || strings.Contains(fonts, "CHIN")
}
