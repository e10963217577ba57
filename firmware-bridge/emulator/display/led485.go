package display

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/emulator/wire/segment"
)

// Model is the register map of a number tube.
type Model int

// The maps known.
const (
	Model043 Model = iota // LED-485-043, 034, 083, 054
	Model046              // LED-485-046, LED-046
)

// Registers of the 043 map.
const (
	reg043Address    = 0x0023
	reg043Brightness = 0x0024 // 0 to 7
	reg043Decimals   = 0x0025
	reg043Text       = 0x0070 // 12 characters in 6 registers
	reg043Integer    = 0x0088
	reg043Signed     = 0x0090 // sign and decimals, then the value
)

// Registers of the 046 map.
const (
	reg046Integer  = 0x0000
	reg046Address  = 0x0002
	reg046Baud     = 0x0003 // 1 to 8: 1200 to 115200
	reg046Decimals = 0x0004
	reg046Text     = 0x0070 // any number of registers, right-justified by the host
	reg046Segments = 0x0080 // raw segments
)

// baud046 is the speeds by their code; 1 is 1200.
var baud046 = [...]int{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200}

// OptsLED485 describes a number tube. The zero value is unit 1, model 043,
// 6 digits, in Modbus mode.
type OptsLED485 struct {
	Unit   byte // zero means 1
	Model  Model
	Digits int           // zero means 6
	ASCII  bool          // starts in ASCII mode
	Delay  time.Duration // before every answer
	Baud   int           // of Run's wire; zero sends at once, tubes have 9600
}

// LED485 is an emulated number tube.
type LED485 struct {
	screen
	opts OptsLED485

	unit       byte // mu
	ascii      bool // mu
	brightness int  // mu
	decimals   int  // mu
}

// NewLED485 makes a dark number tube.
func NewLED485(opts OptsLED485) *LED485 {
	if opts.Unit == 0 {
		opts.Unit = 1
	}
	if opts.Digits == 0 {
		opts.Digits = 6
	}
	d := &LED485{opts: opts, unit: opts.Unit, ascii: opts.ASCII, brightness: 7}
	d.scan.Cut, d.hear, d.baud = d.cut, d.serve, opts.Baud
	return d
}

// String names the device.
func (d *LED485) String() string { return "display LED-485" }

// Shown is what the digits show, as long as the tube is wide, with points in
// between.
func (d *LED485) Shown() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text
}

// Unit is the tube's address, which the host can change.
func (d *LED485) Unit() byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.unit
}

// Brightness is 0 to 7.
func (d *LED485) Brightness() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.brightness
}

func (d *LED485) isASCII() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ascii
}

func (d *LED485) cut(b []byte) int {
	if d.isASCII() {
		return cutASCII(b)
	}
	return wire.CutRTU(b)
}

func (d *LED485) serve(req []byte) {
	if d.isASCII() {
		d.command(string(req))
		return
	}
	if req[0] != d.Unit() && req[0] != 0 {
		return
	}
	pdu := req[1 : len(req)-2]
	refuse := d.write(pdu)
	switch {
	case req[0] == 0: // nobody answers a broadcast
	case refuse != 0:
		d.Answer(req, wire.Exception(req[0], pdu[0], refuse), d.opts.Delay)
	default:
		d.Answer(req, wire.RTU(req[0], pdu[:5]...), d.opts.Delay)
	}
}

// write carries out a Modbus write.
func (d *LED485) write(pdu []byte) (refuse byte) {
	at := func(i int) uint16 { return binary.BigEndian.Uint16(pdu[i:]) }
	switch {
	case pdu[0] == 6 && d.opts.Model == Model046:
		return d.write046(at(1), at(3))
	case pdu[0] == 6:
		return d.write043(at(1), at(3))
	case pdu[0] != 16:
		return wire.IllegalFunction
	case d.opts.Model == Model046:
		return d.writeMany046(at(1), pdu[6:])
	}
	return d.writeMany043(at(1), pdu[6:])
}

func (d *LED485) write043(reg, value uint16) byte {
	switch reg {
	case reg043Integer:
		return d.number(int(int16(value)), d.places())
	case reg043Brightness:
		return d.dim(int(value))
	case reg043Decimals:
		return d.point(int(value))
	case reg043Address:
		return d.address(value)
	}
	return wire.IllegalAddress
}

func (d *LED485) writeMany043(reg uint16, data []byte) byte {
	switch {
	case reg == reg043Text && len(data) == 12:
		return d.ascii12(data)
	case reg == reg043Signed && len(data) == 4:
		value := int(binary.BigEndian.Uint16(data[2:]))
		if data[0] != 0 {
			value = -value
		}
		return d.number(value, int(data[1]))
	case reg == reg043Text || reg == reg043Signed:
		return wire.IllegalValue
	}
	return wire.IllegalAddress
}

func (d *LED485) write046(reg, value uint16) byte {
	switch reg {
	case reg046Integer:
		return d.number(int(int16(value)), d.places())
	case reg046Decimals:
		return d.point(int(value))
	case reg046Address:
		return d.address(value)
	case reg046Baud:
		return d.speed(int(value))
	}
	return wire.IllegalAddress
}

func (d *LED485) writeMany046(reg uint16, data []byte) byte {
	switch {
	case reg == reg046Text:
		return d.ascii12(data)
	case reg == reg046Segments && len(data) <= d.opts.Digits+d.opts.Digits%2:
		var s strings.Builder
		for _, segments := range data[:min(len(data), d.opts.Digits)] {
			s.WriteString(segment.Glyph(segments))
		}
		d.show(s.String())
		return 0
	case reg == reg046Segments:
		return wire.IllegalValue
	}
	return wire.IllegalAddress
}

// ascii12 shows characters up to the first zero.
func (d *LED485) ascii12(data []byte) byte {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		data = data[:i]
	}
	d.show(fit(string(data), d.opts.Digits))
	return 0
}

// fit cuts text to a number of digits; a point shares the digit before it.
func fit(s string, digits int) string {
	n := 0
	for i := range len(s) {
		if s[i] == '.' && i > 0 && s[i-1] != '.' {
			continue
		}
		if n++; n > digits {
			return s[:i]
		}
	}
	return s
}

func (d *LED485) number(value, places int) byte {
	s := strconv.Itoa(value)
	if places > 0 {
		sign := strings.TrimRight(s, "0123456789")
		digits := strings.TrimPrefix(s, sign)
		if missing := places + 1 - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
		s = sign + digits[:len(digits)-places] + "." + digits[len(digits)-places:]
	}
	d.show(fit(s, d.opts.Digits))
	return 0
}

func (d *LED485) places() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.decimals
}

func (d *LED485) dim(level int) byte {
	if level > 7 {
		return wire.IllegalValue
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.brightness = level
	d.frames++
	return 0
}

func (d *LED485) point(places int) byte {
	if places >= d.opts.Digits {
		return wire.IllegalValue
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.decimals = places
	d.frames++
	return 0
}

func (d *LED485) address(unit uint16) byte {
	if unit < 1 || unit > 247 {
		return wire.IllegalValue
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unit = byte(unit)
	d.frames++
	return 0
}

func (d *LED485) speed(code int) byte {
	if code < 1 || code > len(baud046) {
		return wire.IllegalValue
	}
	d.count()
	if d.baud != 0 {
		d.SetBaud(baud046[code-1])
	}
	return 0
}
