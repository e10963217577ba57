package bridge

import "bytes"

// echo takes out of the input what the wire repeats of the output, as an
// RS-485 adapter does that hears itself. Only exact repetitions are taken: at
// the first byte that differs, everything held back is input.
//
// It can't tell an echo from an answer that equals the request, so it is for
// wires that do echo.
type echo struct {
	on       bool
	expected [][]byte // writes whose repetition has not come yet, oldest first
	held     []byte   // arrived, and so far equal to the first of them
}

// maxEchoes is how many writes are waited for. A wire that does not echo must
// not pile them up.
const maxEchoes = 64

func (e *echo) expect(b []byte) {
	if !e.on || len(b) == 0 {
		return
	}
	if len(e.expected) == maxEchoes {
		e.expected = e.expected[1:]
	}
	e.expected = append(e.expected, bytes.Clone(b))
}

// strip returns what of the input is not echo. The result is valid until the
// next call.
func (e *echo) strip(b []byte) []byte {
	if !e.on {
		return b
	}
	e.held = append(e.held, b...)
	for len(e.expected) > 0 {
		first := e.expected[0]
		if rest, whole := bytes.CutPrefix(e.held, first); whole {
			e.held = rest
		} else if bytes.HasPrefix(first, e.held) {
			return nil // the rest of it may still come
		}
		e.expected = e.expected[1:]
	}
	return e.release()
}

// release gives up waiting for the rest of an echo and returns what was held.
func (e *echo) release() []byte {
	held := e.held
	if len(held) > 0 {
		e.expected = nil
	}
	e.held = nil
	return held
}
