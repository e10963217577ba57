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

// forget drops what was learned of a printer that is silent, but how it can be
// reached: it is switched off, or another one will be in its place.
func (s *session) forget() {
	w := &s.d.wire
	status := w.status
	if status[1] == known {
		status = [5]support{1: known}
	}
	*w = wire{status: status, dirty: w.dirty, nextID: w.nextID, silent: w.silent, mute: w.mute}
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.answersH, s.d.stale, s.d.mayConfirm = false, false, true
}
