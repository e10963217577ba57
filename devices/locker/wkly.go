package locker

import (
	"bytes"
	"errors"

	"halld/devices/internal/ask"
)

// wkly is the WKLY board.
//
//	57 4B 4C 59 LEN BOARD CMD DATA.. XOR   LEN = whole frame, XOR of all before
//	82 CH             open one;   answer STATUS CH STATE
//	84                query all;  answer STATUS COUNT, then a byte for each door
//	85 CH STATE       a door changed; sent by the board itself, without STATUS
//
// STATUS 00 is ok and FF failed. STATE 01 is a closed contact.
type wkly struct {
	board byte
}

// Commands and layout.
const (
	wklyOpen  = 0x82
	wklyAll   = 0x84
	wklyNews  = 0x85
	wklyOK    = 0x00
	wklyShort = 8 // a frame without data
)

var wklyHead = []byte{0x57, 0x4B, 0x4C, 0x59}

var errBoardSaysNo = errors.New("board says that it failed")

func newWKLY(o *Opts) (protocol, error) {
	if err := (limit{0, 31, 255 - wklyShort - 2, 0}).check(o); err != nil {
		return nil, err
	}
	return &wkly{byte(o.Board)}, nil
}

func (w *wkly) request(cmd byte, data ...byte) []byte {
	f := append([]byte(nil), wklyHead...)
	f = append(f, byte(wklyShort+len(data)), w.board, cmd)
	return bcc(append(f, data...)...)
}

func (w *wkly) query() []byte        { return w.request(wklyAll) }
func (w *wkly) open(door int) []byte { return w.request(wklyOpen, byte(door)) }

// off is nothing: the board ends its pulses.
func (w *wkly) off() ([]byte, func([]byte) error) { return nil, nil }

func (w *wkly) status(in []byte) (bits []Bit, err error) {
	err = ask.ErrMore
	w.scan(in, func(cmd byte, data []byte) {
		if cmd != wklyAll || len(data) == 0 { // an echo has no data
			return
		}
		if data[0] != wklyOK {
			bits, err = nil, errBoardSaysNo
			return
		}
		if len(data) >= 2 && int(data[1]) == len(data)-2 {
			bits, err = wklyBits(data[2:]), nil
		}
	})
	return bits, err
}

func wklyBits(states []byte) []Bit {
	bits := make([]Bit, len(states))
	for i, s := range states {
		if s <= 1 {
			bits[i] = bitOf(s == 1)
		}
	}
	return bits
}

// refused looks for an answer to open; its echo has one byte of data.
func (w *wkly) refused(in []byte) (err error) {
	w.scan(in, func(cmd byte, data []byte) {
		if cmd == wklyOpen && len(data) == 3 && data[0] != wklyOK {
			err = errBoardSaysNo
		}
	})
	return err
}

func (w *wkly) news(in []byte) (found bool, rest []byte) {
	rest = w.scan(in, func(cmd byte, data []byte) {
		found = found || cmd == wklyNews && len(data) == 2 && data[1] <= 1
	})
	return found, rest
}

// scan hands over the valid frames of this board, skips the rest a byte at a
// time, and returns what may still become one. It looks on behind the beginning
// of a frame too, because a spoiled LEN may promise bytes that never come.
func (w *wkly) scan(in []byte, f func(cmd byte, data []byte)) (rest []byte) {
	for len(in) > 0 {
		size, whole := wklySize(in)
		if whole && xor(in[:size]) == 0 {
			if in[5] == w.board {
				f(in[6], in[7:size-1])
			}
			in, rest = in[size:], nil
			continue
		}
		if size > 0 && !whole && rest == nil {
			rest = in
		}
		in = in[1:]
	}
	return rest
}

// wklySize is the length of the frame that in begins with, 0 if it begins
// with none, and whether all of it is there.
func wklySize(in []byte) (size int, whole bool) {
	n := min(len(in), len(wklyHead))
	if !bytes.Equal(in[:n], wklyHead[:n]) {
		return 0, false
	}
	if len(in) <= len(wklyHead) {
		return wklyShort, false
	}
	size = int(in[len(wklyHead)])
	if size < wklyShort {
		return 0, false
	}
	return size, len(in) >= size
}
