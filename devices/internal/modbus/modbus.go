// Package modbus makes and finds Modbus RTU frames, as much of it as relay
// boards and number tubes use.
//
// Frame: unit, function, data, CRC-16 low byte first (Modbus over Serial Line
// V1.02). There is no length and no start byte, so an answer is looked for by
// unit, function, size and CRC.
package modbus

import (
	"encoding/binary"
	"fmt"

	"halld/devices/internal/ask"
)

// Functions of the Modbus application protocol.
const (
	ReadInputs     = 0x02
	ReadRegisters  = 0x03
	WriteCoil      = 0x05
	WriteRegister  = 0x06
	WriteRegisters = 0x10
)

// refused is the bit that an exception answer sets in its function.
const refused = 0x80

// Exception is the refusal of a device: the function asked for, and why.
type Exception struct {
	Function, Code byte
}

// Error names the codes that the standard names.
func (e *Exception) Error() string {
	reason := map[byte]string{1: "illegal function", 2: "illegal address", 3: "illegal value", 4: "device failure", 6: "busy"}[e.Code]
	if reason == "" {
		reason = "unknown reason"
	}
	return fmt.Sprintf("refused modbus function %02X: %s (%d)", e.Function, reason, e.Code)
}

// Frame makes a request or an answer of 16-bit fields: a write or read request
// is unit, function, and two fields.
func Frame(unit, function byte, fields ...uint16) []byte {
	f := []byte{unit, function}
	for _, v := range fields {
		f = binary.BigEndian.AppendUint16(f, v)
	}
	return seal(f)
}

// FrameWrite makes the request that writes data, an even number of bytes, to
// the registers from reg on.
func FrameWrite(unit byte, reg uint16, data []byte) []byte {
	f := []byte{unit, WriteRegisters}
	f = binary.BigEndian.AppendUint16(f, reg)
	f = binary.BigEndian.AppendUint16(f, uint16(len(data)/2))
	f = append(f, byte(len(data)))
	return seal(append(f, data...))
}

// Answer finds the answer of a unit to a function in what came in: size bytes
// with a good CRC, or an [Exception]. It returns [ask.ErrMore] if there is
// none yet. The answer to a reading must count its bytes rightly, because the
// request that an adapter echoes can be as long as the answer.
func Answer(in []byte, unit, function byte, size int) ([]byte, error) {
	for ; len(in) >= 5; in = in[1:] {
		if in[0] != unit {
			continue
		}
		if in[1] == function && len(in) >= size && counted(in[:size]) && valid(in[:size]) {
			return in[:size], nil
		}
		if in[1] == function|refused && valid(in[:5]) {
			return nil, &Exception{Function: function, Code: in[2]}
		}
	}
	return nil, ask.ErrMore
}

// counted tells whether the answer to a reading says how many bytes it holds.
func counted(frame []byte) bool {
	reads := frame[1] == ReadInputs || frame[1] == ReadRegisters
	return !reads || int(frame[2]) == len(frame)-5
}

func valid(frame []byte) bool {
	n := len(frame) - 2
	return CRC16(start, frame[:n]) == binary.LittleEndian.Uint16(frame[n:])
}

func seal(f []byte) []byte { return binary.LittleEndian.AppendUint16(f, CRC16(start, f)) }

// start is where the CRC of Modbus begins.
const start = 0xFFFF

// CRC16 is the CRC with the polynomial A001, lowest bit first: the one of
// Modbus with the start FFFF, and CRC-16/ARC with the start 0.
func CRC16(start uint16, b []byte) uint16 {
	crc := start
	for _, v := range b {
		crc ^= uint16(v)
		for range 8 {
			odd := crc&1 != 0
			crc >>= 1
			if odd {
				crc ^= 0xA001
			}
		}
	}
	return crc
}
