package locker

import (
	"bytes"
	"time"

	"halld/devices/internal/ask"
)

// lock8a is the 8A/80 board with BCC (硕铭, CM06 and many without a name).
//
//	HEAD BOARD LOCK FUNC BCC        BCC = XOR of all before
//	8A 01 LL 11 BCC                 open one; 8A 01 LL 11 SS BCC for SS seconds
//	80 01 00 33 BCC                 query all
//	80 01 Sn..S1 33 BCC             its answer: 3 status bytes for 8 and 24 doors, 7 for 50
//	81/82 01 LL ST BCC              a door changed, ST = 11 closed contact, 00 open
//
// BCC may equal a head, the echoed query reads as the state 33 of lock 0, and
// the status answer has no length: so a frame counts only with head, board,
// lock, state and BCC all right, and it ends with silence.
type lock8a struct {
	board   byte
	high    bool // high doors come first
	seconds byte // of the timed form; 0 for the board's own pulse
}

// Heads and functions.
const (
	headQuery  = 0x80
	headNews81 = 0x81
	headNews82 = 0x82
	headOpen   = 0x8A
	funcOpen   = 0x11
	funcQuery  = 0x33
	stateOn    = 0x11
	stateOff   = 0x00
)

// Shape of the frames.
const (
	frame8a     = 5 // HEAD BOARD LOCK ST BCC
	fixed8a     = 4 // of a status answer: HEAD BOARD 33 BCC
	minStatus8a = 3 // status bytes
	maxStatus8a = 7
	maxLock8a   = 50
)

func newLock8a(o *Opts) (protocol, error) {
	if err := (limit{1, 32, maxLock8a, time.Second}).check(o); err != nil {
		return nil, err
	}
	return &lock8a{byte(o.Board), o.Order == HighFirst, byte(o.Pulse / time.Second)}, nil
}

func (l *lock8a) query() []byte { return bcc(headQuery, l.board, 0, funcQuery) }

func (l *lock8a) open(door int) []byte {
	if l.seconds > 0 {
		return bcc(headOpen, l.board, byte(door), funcOpen, l.seconds)
	}
	return bcc(headOpen, l.board, byte(door), funcOpen)
}

// off is nothing: the board ends its pulses.
func (l *lock8a) off() ([]byte, func([]byte) error) { return nil, nil }

// refused is always nil: the board's answer is its request.
func (l *lock8a) refused([]byte) error { return nil }

// status takes the last answer in the input, which is the youngest.
func (l *lock8a) status(in []byte) (bits []Bit, err error) {
	err = ask.ErrMore
	l.scan(in, func(frame []byte) {
		if n := len(frame) - fixed8a; n >= minStatus8a {
			bits, err = l.unpack(frame[2:2+n]), nil
		}
	})
	return bits, err
}

func (l *lock8a) unpack(s []byte) []Bit {
	if !l.high {
		return bitsOf(s)
	}
	low := make([]byte, len(s))
	for i, b := range s {
		low[len(s)-1-i] = b
	}
	return bitsOf(low)
}

func (l *lock8a) news(in []byte) (found bool, rest []byte) {
	rest = l.scan(in, func(frame []byte) {
		found = found || frame[0] == headNews81 || frame[0] == headNews82
	})
	return found, rest
}

// scan hands over every valid frame of this board and skips the rest a byte at
// a time. It returns the tail that is too short to hold one.
func (l *lock8a) scan(in []byte, f func(frame []byte)) []byte {
	for len(in) >= frame8a {
		n := l.frame(in)
		if n == 0 {
			in = in[1:]
			continue
		}
		f(in[:n])
		in = in[n:]
	}
	return in
}

// frame is the length of the frame that in begins with, or 0. Only a status
// answer can hold another frame at its beginning, so the longest is tried
// first; before that the own query, because with the answer behind it the two
// together could pass as one long answer.
func (l *lock8a) frame(in []byte) int {
	if bytes.HasPrefix(in, l.query()) && !l.isStatus(in, minStatus8a) {
		return frame8a
	}
	for n := maxStatus8a; n >= minStatus8a; n-- {
		if l.isStatus(in, n) {
			return n + fixed8a
		}
	}
	if l.isSingle(in) {
		return frame8a
	}
	return 0
}

func (l *lock8a) isStatus(in []byte, n int) bool {
	size := n + fixed8a
	return len(in) >= size && in[0] == headQuery && in[1] == l.board &&
		in[2+n] == funcQuery && xor(in[:size]) == 0
}

func (l *lock8a) isSingle(in []byte) bool {
	head := in[0] == headOpen || in[0] >= headQuery && in[0] <= headNews82
	lock := in[2] >= 1 && in[2] <= maxLock8a
	state := in[3] == stateOn || in[3] == stateOff
	return head && in[1] == l.board && lock && state && xor(in[:frame8a]) == 0
}

// bcc makes a frame: the bytes and their XOR.
func bcc(b ...byte) []byte { return append(b, xor(b)) }

func xor(b []byte) (x byte) {
	for _, v := range b {
		x ^= v
	}
	return x
}
