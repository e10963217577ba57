package wire

import "encoding/binary"

// Modbus RTU, as a slave sees it: unit, function, data, CRC-16 with the low
// byte first (Modbus over Serial Line 1.02, 2.5.1).

// The exception codes that small slaves give (Modbus Application Protocol
// 1.1b3, 7).
const (
	IllegalFunction = 1
	IllegalAddress  = 2
	IllegalValue    = 3
)

// CutRTU is the [Cut] of Modbus RTU requests. The counts of functions 15 and
// 16 must agree; any function but these and 1 to 6 is taken for one without
// data or with four bytes of it, for the unit to refuse.
func CutRTU(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch fn := b[1]; {
	case fn >= 1 && fn <= 6:
		return whole(b, 8)
	case fn == 15 || fn == 16:
		if len(b) < 7 {
			return 0
		}
		count, size := int(binary.BigEndian.Uint16(b[4:])), int(b[6])
		if size == 0 || fn == 16 && size != 2*count || fn == 15 && size != (count+7)/8 {
			return -1
		}
		return whole(b, 9+size)
	case fn == 0 || fn >= 0x80:
		return -1
	}
	if len(b) >= 4 && CRC16(b[:4]) == 0 {
		return 4
	}
	return whole(b, 8)
}

// whole is n when b starts with a frame of n bytes.
func whole(b []byte, n int) int {
	switch {
	case len(b) < n:
		return 0
	case CRC16(b[:n]) != 0:
		return -1
	}
	return n
}

// RTU makes a frame of a unit's protocol data unit.
func RTU(unit byte, pdu ...byte) []byte {
	b := append([]byte{unit}, pdu...)
	return binary.LittleEndian.AppendUint16(b, CRC16(b))
}

// Exception is the frame that refuses function fn.
func Exception(unit, fn, code byte) []byte { return RTU(unit, fn|0x80, code) }

// CRC16 is the Modbus CRC. Over a frame with its CRC it is zero.
func CRC16(b []byte) uint16 { return CRC16From(0xFFFF, b) }

// CRC16From is the same polynomial from another start: 0 makes CRC-16/ARC.
func CRC16From(crc uint16, b []byte) uint16 {
	for _, c := range b {
		crc ^= uint16(c)
		for range 8 {
			low := crc & 1
			crc >>= 1
			if low != 0 {
				crc ^= 0xA001
			}
		}
	}
	return crc
}

// XOR is the block check character of most lock boards and card modules.
func XOR(b []byte) byte {
	var x byte
	for _, c := range b {
		x ^= c
	}
	return x
}

// Sum is the sum of b modulo 256.
func Sum(b []byte) byte {
	var x byte
	for _, c := range b {
		x += c
	}
	return x
}
