package wire

import "time"

// Answer is what a device is about to send.
type Answer struct {
	Request []byte // what it answers; nil when the device speaks first
	Pieces  []Piece
}

// Piece is a part of an answer that is sent without a pause.
type Piece struct {
	After time.Duration // since the piece before, or since the request
	Bytes []byte
}

// Accident is something that goes wrong with an answer.
type Accident func(a *Answer)

// Mute loses the answer.
func Mute() Accident {
	return func(a *Answer) { a.Pieces = nil }
}

// Late sends the answer d later than it should come.
func Late(d time.Duration) Accident {
	return func(a *Answer) {
		if len(a.Pieces) > 0 {
			a.Pieces[0].After += d
		}
	}
}

// Echo sends the request back before the answer.
func Echo() Accident {
	return func(a *Answer) { a.Pieces = append([]Piece{{Bytes: a.Request}}, a.Pieces...) }
}

// Before sends noise and then the answer.
func Before(noise ...byte) Accident {
	return func(a *Answer) { edit(a, func(b []byte) []byte { return join(noise, b) }) }
}

// Inside puts noise into the answer, behind its first at bytes.
func Inside(at int, noise ...byte) Accident {
	return func(a *Answer) {
		edit(a, func(b []byte) []byte {
			at := min(max(at, 0), len(b))
			return join(b[:at], noise, b[at:])
		})
	}
}

// Trailing sends the answer and then noise.
func Trailing(noise ...byte) Accident {
	return func(a *Answer) { edit(a, func(b []byte) []byte { return join(b, noise) }) }
}

// Half stops in the middle of the answer.
func Half() Accident {
	return func(a *Answer) { edit(a, func(b []byte) []byte { return b[:len(b)/2] }) }
}

// BadSum spoils the last byte of the answer, where the checksum is.
func BadSum() Accident {
	return func(a *Answer) {
		edit(a, func(b []byte) []byte {
			b = join(b)
			if len(b) > 0 {
				b[len(b)-1] ^= 0x55
			}
			return b
		})
	}
}

// Split pauses behind the first at bytes of the answer.
func Split(at int, pause time.Duration) Accident {
	return func(a *Answer) {
		if len(a.Pieces) == 0 {
			return
		}
		last := &a.Pieces[len(a.Pieces)-1]
		at := min(max(at, 0), len(last.Bytes))
		rest := last.Bytes[at:]
		last.Bytes = last.Bytes[:at]
		a.Pieces = append(a.Pieces, Piece{After: pause, Bytes: rest})
	}
}

// Named is an accident of ordinary size by the name that a simulator's page uses,
// or nil for a name it does not know: echo, mute, late, junk, inside, trailing,
// half, badsum, split.
func Named(name string) Accident {
	switch name {
	case "echo":
		return Echo()
	case "mute":
		return Mute()
	case "late":
		return Late(3 * time.Second)
	case "junk": // as one user of a lock board saw it before real answers
		return Before(0xFA, 0xFD, 0x99, 0x99)
	case "inside":
		return Inside(3, 0x00, 0xFF)
	case "trailing":
		return Trailing(0x00, 0xFF)
	case "half":
		return Half()
	case "badsum":
		return BadSum()
	case "split":
		return Split(2, 40*time.Millisecond)
	}
	return nil
}

// edit changes the last piece, which is the answer proper.
func edit(a *Answer, f func(b []byte) []byte) {
	if n := len(a.Pieces); n > 0 {
		a.Pieces[n-1].Bytes = f(a.Pieces[n-1].Bytes)
	}
}

func join(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
