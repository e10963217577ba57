package lockboard

import (
	"encoding/binary"
	"time"

	"halld/firmware-bridge/emulator/wire"
)

// Coils of the Waveshare Modbus RTU Relay (D). Flash coils take a time in
// 100 ms instead of on and off.
const (
	coilAll      = 0x00FF
	coilFlashOn  = 0x0200
	coilFlashOff = 0x0400

	relayOn     = 0xFF00
	relayOff    = 0x0000
	relayToggle = 0x5500
	relayTick   = 100 * time.Millisecond
)

// OptsRelay describes a relay board. The zero value is unit 1 with 8 relays,
// each driving the lock of the door with its number, and each door's contact
// on the input with its number.
type OptsRelay struct {
	Unit    byte // zero means 1
	Ways    int  // zero means 8
	Contact Contact
	NoFlash bool          // a board without flash coils
	Delay   time.Duration // before every answer
	Baud    int           // of Run's wire; zero sends at once, boards have 9600
}

// Relay is an emulated Modbus relay board.
type Relay struct {
	board
	opts OptsRelay
}

// NewRelay makes a board with all relays off and all doors locked.
func NewRelay(opts OptsRelay) *Relay {
	if opts.Unit == 0 {
		opts.Unit = 1
	}
	if opts.Ways == 0 {
		opts.Ways = 8
	}
	b := &Relay{opts: opts}
	b.scan.Cut, b.hear, b.baud = wire.CutRTU, b.serve, opts.Baud
	b.setUp(opts.Ways, func(int) {})
	return b
}

// String names the device.
func (b *Relay) String() string { return "lockboard Modbus relay" }

func (b *Relay) serve(req []byte) {
	if req[0] != b.opts.Unit {
		return
	}
	pdu := req[1 : len(req)-2]
	out, refuse := b.do(pdu)
	unit := b.address(b.opts.Unit)
	switch {
	case refuse != 0:
		b.Answer(req, wire.Exception(unit, pdu[0], refuse), b.opts.Delay)
	case pdu[0] == 5 && b.noAcks.Load():
	default:
		b.Answer(req, wire.RTU(unit, out...), b.opts.Delay)
	}
}

// do carries out a request and returns the answer or an exception.
func (b *Relay) do(pdu []byte) (out []byte, refuse byte) {
	if len(pdu) < 5 {
		return nil, wire.IllegalFunction
	}
	at, value := binary.BigEndian.Uint16(pdu[1:]), binary.BigEndian.Uint16(pdu[3:])
	switch pdu[0] {
	case 1:
		return b.bits(pdu[0], at, value, b.coil)
	case 2:
		return b.bits(pdu[0], at, value, func(n int) bool { return b.opts.Contact.closed(b.Locked(n)) })
	case 5:
		return pdu, b.write(at, value)
	case 15:
		return b.writeMany(pdu, at, value)
	}
	return nil, wire.IllegalFunction
}

// bits answers functions 1 and 2.
func (b *Relay) bits(fn byte, at, count uint16, is func(n int) bool) ([]byte, byte) {
	if count == 0 || int(at)+int(count) > b.opts.Ways {
		return nil, wire.IllegalAddress
	}
	out := make([]byte, 2+(count+7)/8)
	out[0], out[1] = fn, byte(len(out)-2)
	for i := range int(count) {
		if is(int(at) + i + 1) {
			out[2+i/8] |= 1 << (i % 8)
		}
	}
	return out, 0
}

// write serves function 5.
func (b *Relay) write(at, value uint16) (refuse byte) {
	if n := int(at&0x00FF) + 1; at >= coilFlashOn && !b.opts.NoFlash {
		return b.flash(at&0xFF00, n, value)
	}
	doors := []int{int(at) + 1}
	if at == coilAll {
		doors = b.all()
	} else if int(at) >= b.opts.Ways {
		return wire.IllegalAddress
	}
	switch value {
	case relayOn:
		b.energise(hold, doors...)
	case relayOff:
		b.off(doors)
	case relayToggle:
		for _, n := range doors {
			if b.coil(n) {
				b.off([]int{n})
			} else {
				b.energise(hold, n)
			}
		}
	default:
		return wire.IllegalValue
	}
	return 0
}

// flash serves the coils that time their own pulse.
func (b *Relay) flash(kind uint16, n int, value uint16) (refuse byte) {
	pulse := time.Duration(value) * relayTick
	switch {
	case kind != coilFlashOn && kind != coilFlashOff || n > b.opts.Ways:
		return wire.IllegalAddress
	case value == 0 || value > 0x7FFF:
		return wire.IllegalValue
	case kind == coilFlashOn:
		b.energise(pulse, n)
	case b.coil(n): // off for the time, then on again
		b.cutOff(n)
		time.AfterFunc(pulse, func() { b.energise(hold, n) })
	}
	return 0
}

// writeMany serves function 15.
func (b *Relay) writeMany(pdu []byte, at, count uint16) ([]byte, byte) {
	if count == 0 || int(at)+int(count) > b.opts.Ways {
		return nil, wire.IllegalAddress
	}
	for i := range int(count) {
		n := int(at) + i + 1
		if pdu[6+i/8]>>(i%8)&1 != 0 {
			b.energise(hold, n)
		} else {
			b.off([]int{n})
		}
	}
	return pdu[:5], 0
}

// off drops relays that are on.
func (b *Relay) off(doors []int) {
	for _, n := range doors {
		b.cutOff(n)
	}
}
