package locker

import (
	"errors"
	"fmt"
	"time"

	"halld/devices"
	"halld/devices/internal/ask"
)

// board is what a protocol has to do. Its methods run while the wire is lent.
type board interface {
	// read gives the contacts of the doors, door 1 first, as many as the
	// board reports.
	read(c devices.Conn) ([]Bit, error)
	// pulse drives the lock of a door once and returns when the next lock may
	// be driven. A [refusal] is what the board said against it.
	pulse(c devices.Conn, door int) error
	// rest switches off what the board does not switch off by itself.
	rest(c devices.Conn) error
}

// refusal is a board's "no" to an opening. Like a yes it proves nothing: the
// contact decides, and the refusal only explains.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// protocol is a serial board as pure functions of bytes.
type protocol interface {
	// query asks for all contacts.
	query() []byte
	// status finds the answer to query, or returns ask.ErrMore.
	status(in []byte) ([]Bit, error)
	// open is the request that drives one lock.
	open(door int) []byte
	// refused finds what the board says against open, or returns nil.
	refused(in []byte) error
	// news tells whether in holds a frame that the board sends by itself
	// when a door changes, and what of in may still begin one.
	news(in []byte) (found bool, rest []byte)
	// off is the request that rest sends, nil if the board needs none, and
	// what finds its answer.
	off() (req []byte, answer func(in []byte) error)
}

// serialBoard runs a protocol over a wire.
type serialBoard struct {
	protocol
	ask   ask.Opts
	hold  time.Duration // how long the wire is kept after a pulse
	stirs func()        // called when a door changed by itself
}

func (s *serialBoard) read(c devices.Conn) (bits []Bit, err error) {
	err = ask.Answer(c, s.query(), s.ask, func(in []byte) (err error) {
		bits, err = s.status(in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("asking for the doors: %w", err)
	}
	return bits, nil
}

// pulse keeps the wire after its request, so that no other board on the same
// supply fires meanwhile. What comes back in that time may explain a failure.
func (s *serialBoard) pulse(c devices.Conn, door int) error {
	if err := ask.Send(c, s.open(door)); err != nil {
		return err
	}
	in, err := ask.Listen(c, s.hold)
	if err != nil {
		return err
	}
	if err := s.refused(in); err != nil {
		return refusal{err}
	}
	return nil
}

func (s *serialBoard) rest(c devices.Conn) error {
	req, answer := s.off()
	if req == nil {
		return nil
	}
	if err := ask.Answer(c, req, s.ask, answer); err != nil {
		return fmt.Errorf("switching off: %w", err)
	}
	return nil
}

// ear puts together the frames that a board sends by itself from the bytes
// that arrive while nobody asks, and from those of anybody's turn.
func (s *serialBoard) ear() func(b []byte) {
	var in []byte
	return func(b []byte) {
		found, rest := s.news(append(in, b...))
		in = append(in[:0:0], rest...)
		if found {
			s.stirs()
		}
	}
}

// isRefusal tells a board's no from a wire that failed.
func isRefusal(err error) bool {
	var r refusal
	return errors.As(err, &r)
}
