package idcard

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Lengths of the frame, in bytes.
const (
	headLen   = 7                    // preamble and Len
	minLen    = 4                    // smallest Len of an answer: SW1 SW2 SW3 CHK_SUM
	maxLen    = 4 + 6 + 256 + 2*1024 // largest Len: text, photo and two fingerprints
	maxAnswer = headLen + maxLen     // 2321
)

// preamble begins every frame. A reader may send more AA than three.
var preamble = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// errChecksum says that a whole frame came whose CHK_SUM is wrong.
var errChecksum = errors.New("wrong checksum")

// answer is what a frame from the reader says.
type answer struct {
	sw1, sw2 byte // the card's own ISO 7816 status, when the module forwards it
	status   Status
	data     []byte
}

// request is the whole frame of a command without data.
func request(c command) []byte {
	f := append([]byte(nil), preamble...)
	f = append(f, 0, 3, c.cmd, c.para)
	return append(f, xor(f[len(preamble):]))
}

// parseAnswer takes a frame that the scanner has checked apart. The data share its
// memory.
func parseAnswer(frame []byte) answer {
	body := frame[headLen : len(frame)-1]
	return answer{sw1: body[0], sw2: body[1], status: Status(body[2]), data: body[3:]}
}

func xor(b []byte) byte {
	var x byte
	for _, v := range b {
		x ^= v
	}
	return x
}

// readSize is how many bytes are taken from the wire at once.
const readSize = 512

// scanner finds frames in a stream that may hold noise. It peeks, checks and
// only then consumes, and it never looks for a preamble inside a frame: a photo
// may contain one. Its memory is of one piece and never moves, so that wiping it
// leaves nothing of a card behind. Its zero value is ready.
type scanner struct {
	mem     [maxAnswer + readSize]byte
	at, end int // mem[at:end] is to be looked at
}

// write adds what came, readSize bytes at most. There is room for them once next
// has said that it needs more.
func (s *scanner) write(b []byte) {
	s.end = copy(s.mem[:], s.mem[s.at:s.end])
	s.at = 0
	s.end += copy(s.mem[s.end:], b)
}

func (s *scanner) wipe() { *s = scanner{} }

// next returns the next whole frame, or nil when more bytes are needed. A frame
// with a wrong checksum is consumed whole and told as errChecksum; a preamble
// with an impossible length costs one byte. The frame is valid until write.
func (s *scanner) next() ([]byte, error) {
	for s.align() {
		held := s.mem[s.at:s.end]
		if len(held) < headLen {
			return nil, nil
		}
		n := int(binary.BigEndian.Uint16(held[len(preamble):]))
		if n < minLen || n > maxLen {
			s.at++
			continue
		}
		if len(held) < headLen+n {
			return nil, nil
		}
		frame := held[:headLen+n]
		s.at += len(frame)
		if xor(frame[len(preamble):]) != 0 {
			return nil, errChecksum
		}
		return frame, nil
	}
	return nil, nil
}

// align drops what stands before the first preamble. Without one it keeps only
// the tail that could begin one.
func (s *scanner) align() bool {
	if i := bytes.Index(s.mem[s.at:s.end], preamble); i >= 0 {
		s.at += i
		return true
	}
	s.at = max(s.at, s.end-len(preamble)+1)
	return false
}

// inFrame tells whether the bytes held begin a frame that is not whole yet.
func (s *scanner) inFrame() bool { return bytes.HasPrefix(s.mem[s.at:s.end], preamble) }
