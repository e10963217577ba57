package display

import (
	"encoding/binary"
	"errors"

	"halld/devices/internal/ask"
	"halld/devices/internal/modbus"
)

// onbon is the font card BX-5K/6K of 仰邦 with one dynamic area over the whole
// panel.
//
//	8 x A5 | escaped: header command data CRC | 5A
//	header: dst 2, src 2, reserved 3, bar code 0, check 0 = CRC, mode 0, device FE, version 02, length 2
//	escape: A5 = A6 02, A6 = A6 01, 5A = 5B 02, 5B = 5B 01
//	CRC-16/ARC over header, command and data; numbers low byte first
//
// A2 00 is a ping, A3 06 updates dynamic areas. The card is asked to answer
// (group A0; A0 01 is its refusal).
type onbon struct {
	screen, width, height uint16
}

// Marks, lengths and commands of the frame.
const (
	bxStart   = 0xA5
	bxEnd     = 0x5A
	bxHost    = 0x8000 // address of a PC
	bxHeader  = 14
	bxPixels  = 0x8000 // set in a coordinate that counts dots, not bytes of 8
	bxAnswers = 0xA0
	bxRefuses = 0x01
	bxStill   = 0x01 // DisplayMode
	bxLeft    = 0x03
	bxHalf    = 8 // dots of a letter in the card's font, and of each byte of a character
)

var errRefused = errors.New("the card refuses the frame")

func newOnbon(o *Opts) (codec, error) {
	err := errors.Join(within("address", o.Address, 1, 0x7FFF),
		within("width", o.Width, 16, 4096), within("height", o.Height, 16, 1024))
	return &onbon{uint16(o.Address), uint16(o.Width), uint16(o.Height)}, err
}

func (o *onbon) show(c Content) ([]message, error) {
	text, err := gbk(blankIfEmpty(c.sentence()))
	if err != nil {
		return nil, err
	}
	return []message{o.message(o.area(text))}, nil
}

func (o *onbon) hello(Content) []message {
	return []message{o.message([]byte{0xA2, 0x00, 0x01, 0, 0})}
}

func (o *onbon) off() []message { return []message{o.message(o.area([]byte(" ")))} }

func (o *onbon) message(body []byte) message {
	return message{bxFrame(o.screen, bxHost, body), o.answer}
}

// area is the command that replaces dynamic area 0 by a red text in one row over
// the whole panel. It stands still if it fits, else it runs to the left.
func (o *onbon) area(text []byte) []byte {
	mode := byte(bxStill)
	if len(text)*bxHalf > int(o.width) {
		mode = bxLeft
	}
	data := append([]byte(`\C1`), text...)
	le := binary.LittleEndian
	a := []byte{0}                              // AreaType
	a = le.AppendUint16(a, bxPixels)            // AreaX
	a = le.AppendUint16(a, bxPixels)            // AreaY
	a = le.AppendUint16(a, bxPixels|o.width)    // AreaWidth
	a = le.AppendUint16(a, bxPixels|o.height)   // AreaHeight
	a = append(a, 0, 0, 0, 0, 0, 0, 0, 0)       // DynamicAreaLoc, Lines_sizes, RunMode, Timeout 2, Reserved 3
	a = append(a, 1, 1, mode, 0, 10, 0)         // SingleLine, NewLine, DisplayMode, ExitMode, Speed, StayTime
	a = le.AppendUint32(a, uint32(len(data)))   // DataLen
	a = append(a, data...)                      // Data
	cmd := []byte{0xA3, 0x06, 0x01, 0, 0, 0, 1} // group, command, answer wanted, reserved 2, areas deleted, areas sent
	return append(le.AppendUint16(cmd, uint16(len(a))), a...)
}

func bxFrame(dst, src uint16, body []byte) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, dst)
	b = le.AppendUint16(b, src)
	b = append(b, 0, 0, 0, 0, 0, 0, 0xFE, 0x02)
	b = le.AppendUint16(b, uint16(len(body)))
	b = append(b, body...)
	b = le.AppendUint16(b, modbus.CRC16(0, b))
	f := make([]byte, 8, 10+len(b)*2)
	for i := range f {
		f[i] = bxStart
	}
	return append(bxEscape(f, b), bxEnd)
}

func bxEscape(f, b []byte) []byte {
	for _, v := range b {
		switch v {
		case 0xA5:
			f = append(f, 0xA6, 0x02)
		case 0xA6:
			f = append(f, 0xA6, 0x01)
		case 0x5A:
			f = append(f, 0x5B, 0x02)
		case 0x5B:
			f = append(f, 0x5B, 0x01)
		default:
			f = append(f, v)
		}
	}
	return f
}

// answer finds a good frame from the own screen to the host.
func (o *onbon) answer(in []byte) error {
	for {
		b, rest, ok := bxNext(in)
		if !ok {
			return ask.ErrMore
		}
		in = rest
		if len(b) < bxHeader+2 || binary.LittleEndian.Uint16(b[2:]) != o.screen || b[bxHeader] != bxAnswers {
			continue
		}
		if b[bxHeader+1] == bxRefuses {
			return errRefused
		}
		return nil
	}
}

// bxNext cuts the first good frame out of in and undoes its escapes. Marks
// never stand inside a frame, so it is what stands between a start and the
// next end.
func bxNext(in []byte) (body, rest []byte, ok bool) {
	var b []byte
	inside := false
	for i, v := range in {
		switch {
		case v == bxStart:
			b, inside = b[:0], true
		case v == bxEnd && inside:
			inside = false
			if body, ok := bxCheck(b); ok {
				return body, in[i+1:], true
			}
		case inside:
			b = append(b, v)
		}
	}
	return nil, nil, false
}

// bxCheck undoes the escapes and checks length and CRC.
func bxCheck(b []byte) ([]byte, bool) {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		v := b[i]
		if v == 0xA6 || v == 0x5B {
			i++
			if i == len(b) || b[i] < 1 || b[i] > 2 {
				return nil, false
			}
			v += 1 - b[i] // A6 01 = A6, A6 02 = A5; 5B 01 = 5B, 5B 02 = 5A
		}
		out = append(out, v)
	}
	n := len(out) - 2
	if n < bxHeader || int(binary.LittleEndian.Uint16(out[12:])) != n-bxHeader {
		return nil, false
	}
	return out[:n], modbus.CRC16(0, out[:n]) == binary.LittleEndian.Uint16(out[n:])
}
