package cardreader

import (
	"bytes"
	"encoding/binary"

	"halld/firmware-bridge/emulator/wire"
)

var preamble = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

const (
	headLen    = 7   // preamble and length
	maxRequest = 260 // the longest Len that a module takes for a request
)

// cut is the module's [wire.Cut]. A frame with a length that no request has
// is cut behind the length, for the module to complain about.
func cut(b []byte) int {
	n := min(len(b), len(preamble))
	if !bytes.Equal(b[:n], preamble[:n]) {
		return -1
	}
	if len(b) < headLen {
		return 0
	}
	size := int(binary.BigEndian.Uint16(b[5:]))
	if size < 3 || size > maxRequest {
		return headLen
	}
	if len(b) < headLen+size {
		return 0
	}
	return headLen + size
}

// request takes a cut frame apart, or says with which status to refuse it.
func request(frame []byte) (cmd Command, data []byte, refuse byte) {
	if len(frame) == headLen {
		return 0, nil, BadLength
	}
	if wire.XOR(frame[5:]) != 0 {
		return 0, nil, BadChecksum
	}
	return Command(binary.BigEndian.Uint16(frame[7:])), frame[9 : len(frame)-1], 0
}

// frame makes an answer.
func frame(sw [3]byte, data ...byte) []byte {
	b := append([]byte(nil), preamble...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(sw)+len(data)+1))
	b = append(b, sw[:]...)
	b = append(b, data...)
	return append(b, wire.XOR(b[5:]))
}
