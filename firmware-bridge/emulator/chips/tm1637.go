package chips

import (
	"sync"

	"halld/firmware-bridge/emulator/wire/segment"
)

// Commands of the TM1637, in the two high bits.
const (
	tmData    = 0x40 // bit 2: fixed address, bit 1: read keys
	tmAddress = 0xC0
	tmDisplay = 0x80 // bit 3: on, low three: brightness
	tmCommand = 0xC0 // mask

	tmFixed = 0x04
	tmOn    = 0x08

	keepTaken = 1024 // bytes that [TM1637.Bytes] remembers
)

// TM1637 is a display driver on two wires. Both are pulled up; the host
// pulls down CLK and DIO, the chip DIO. It takes a byte bit by bit at the
// rise of CLK, lowest bit first, and holds DIO low for the ninth clock.
type TM1637 struct {
	clk, dio *Pin

	mu      sync.Mutex
	dead    bool
	hold    bool // the chip pulls DIO down
	wasCLK  bool
	wasDIO  bool
	active  bool // between start and stop
	bits    int
	shift   byte
	first   bool // the next byte is a command
	fixed   bool
	data    bool // the bytes now are data
	at      int
	ram     [6]byte
	control byte
	clashes int
	taken   []byte
}

// NewTM1637 makes a chip that is off, as it wakes. The host's pins are
// [TM1637.CLK] and [TM1637.DIO].
func NewTM1637() *TM1637 {
	c := &TM1637{wasCLK: true, wasDIO: true}
	c.clk, c.dio = newPin("CLK", c), newPin("DIO", c)
	return c
}

// CLK is the host's end of the clock line.
func (c *TM1637) CLK() *Pin { return c.clk }

// DIO is the host's end of the data line.
func (c *TM1637) DIO() *Pin { return c.dio }

// Unplug takes the chip off its lines, or puts it back as it wakes.
func (c *TM1637) Unplug(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead, c.hold, c.active, c.control, c.ram = on, false, false, 0, [6]byte{}
}

// Shown is what the first four digits show, with a colon for the point of
// the second; empty while the display is off.
func (c *TM1637) Shown() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.control&tmOn == 0 {
		return ""
	}
	s := segment.Glyph(c.ram[0]) + segment.Glyph(c.ram[1]&^segment.Point)
	if c.ram[1]&segment.Point != 0 {
		s += ":"
	}
	return s + segment.Glyph(c.ram[2]) + segment.Glyph(c.ram[3])
}

// RAM is the segments of all six digits.
func (c *TM1637) RAM() [6]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ram
}

// Brightness is 0 to 7.
func (c *TM1637) Brightness() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.control & 7)
}

// Bytes is the last bytes taken, oldest first.
func (c *TM1637) Bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]byte(nil), c.taken...)
}

// Clashes is how often the host drove DIO high against the chip's ack. A
// host with a push-pull pin should let go of DIO for the ninth clock.
func (c *TM1637) Clashes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clashes
}

// level is the state of a line: high unless somebody pulls it down; c.mu is
// held.
func (c *TM1637) level(p *Pin) bool {
	if p == c.dio && c.hold {
		return false
	}
	return p.high
}

// moved looks at the lines after the host changed one; c.mu is held.
func (c *TM1637) moved() {
	if c.hold && c.dio.driven && c.dio.high {
		c.clashes++
	}
	clk, dio := c.level(c.clk), c.level(c.dio)
	wasCLK, wasDIO := c.wasCLK, c.wasDIO
	c.wasCLK, c.wasDIO = clk, dio
	switch {
	case c.dead:
	case clk && wasCLK && wasDIO && !dio:
		c.active, c.first, c.data, c.bits, c.shift = true, true, false, 0, 0
	case clk && wasCLK && !wasDIO && dio:
		c.active = false
	case !c.active:
	case clk && !wasCLK:
		c.rise(dio)
	case !clk && wasCLK:
		c.fall()
	}
	c.wasDIO = c.level(c.dio)
}

// rise takes a bit, or sees the ninth clock begin.
func (c *TM1637) rise(dio bool) {
	if c.bits < 8 && dio {
		c.shift |= 1 << c.bits
	}
	c.bits++
}

// fall begins the ack after the eighth bit and ends it after the ninth clock.
func (c *TM1637) fall() {
	switch c.bits {
	case 8:
		c.hold = true
	case 9:
		c.hold = false
		c.take(c.shift)
		c.bits, c.shift = 0, 0
	}
}

func (c *TM1637) take(b byte) {
	c.taken = append(c.taken[max(0, len(c.taken)-keepTaken+1):], b)
	if !c.first {
		if c.data && c.at < len(c.ram) {
			c.ram[c.at] = b
			if !c.fixed {
				c.at++
			}
		}
		return
	}
	c.first = false
	switch b & tmCommand {
	case tmData:
		c.fixed = b&tmFixed != 0
	case tmDisplay:
		c.control = b & 0x0F
	case tmAddress:
		c.data, c.at = true, int(b&0x0F)
	}
}
