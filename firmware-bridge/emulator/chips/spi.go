package chips

import (
	"errors"
	"fmt"
	"sync"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"halld/firmware-bridge/emulator/wire/segment"
)

// SPI is a port with a chain of MAX7219 behind it.
type SPI struct {
	mu        sync.Mutex
	connected bool
	fail      int
	shift     []byte // the shift registers of the chain; the last two bytes are the first unit's
	units     []max7219
}

var _ spi.PortCloser = &SPI{}

// Registers of the MAX7219, the high byte of each word.
const (
	maxNoOp      = 0x0
	maxDigit0    = 0x1 // to 0x8
	maxDecode    = 0x9
	maxIntensity = 0xA
	maxScanLimit = 0xB
	maxShutdown  = 0xC
	maxTest      = 0xF
)

// maxClock is the fastest clock the chip takes.
const maxClock = 10 * physic.MegaHertz

type max7219 [16]byte

// NewSPI makes a port with a chain of n MAX7219, asleep as they wake.
func NewSPI(n int) *SPI {
	return &SPI{shift: make([]byte, 2*n), units: make([]max7219, n)}
}

// PowerUp brings the chain into the state in which it wakes. The connection
// stays.
func (p *SPI) PowerUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.shift)
	clear(p.units)
}

// Fail lets the next n transfers fail; a negative n fails all until Fail(0).
func (p *SPI) Fail(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = n
}

// Shown is what the digits of a unit show, from the last that is scanned to
// the first; empty while the unit is shut down. Unit 0 is the one next to
// the host.
func (p *SPI) Shown(unit int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if unit < 0 || unit >= len(p.units) {
		return ""
	}
	return p.units[unit].shown()
}

// Intensity is the brightness of a unit, 0 to 15.
func (p *SPI) Intensity(unit int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if unit < 0 || unit >= len(p.units) {
		return 0
	}
	return int(p.units[unit][maxIntensity] & 0x0F)
}

func (u *max7219) shown() string {
	if u[maxTest]&1 != 0 {
		return "test"
	}
	if u[maxShutdown]&1 == 0 {
		return ""
	}
	s := ""
	for digit := int(u[maxScanLimit] & 7); digit >= 0; digit-- {
		s += u.glyph(digit)
	}
	return s
}

func (u *max7219) glyph(digit int) string {
	b := u[maxDigit0+digit]
	if u[maxDecode]>>digit&1 == 0 {
		return segment.Glyph(segment.FromMAX(b))
	}
	s := "0123456789-EHLP "[b&0x0F : b&0x0F+1]
	if b&segment.Point != 0 {
		s += "."
	}
	return s
}

// String implements [spi.Port].
func (p *SPI) String() string { return "emulated SPI" }

// Close implements [spi.PortCloser].
func (p *SPI) Close() error { return nil }

// LimitSpeed implements [spi.PortCloser].
func (p *SPI) LimitSpeed(f physic.Frequency) error {
	if f <= 0 {
		return errors.New("limiting the speed of the port: no such speed")
	}
	return nil
}

// Connect implements [spi.Port]. It refuses what the chip cannot do, and to
// connect twice, as the real port does.
func (p *SPI) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.connected:
		return nil, errors.New("connecting to SPI: connected already")
	case f > maxClock || mode&^spi.NoCS != spi.Mode0 || bits != 8:
		return nil, fmt.Errorf("connecting to SPI: MAX7219 cannot do %s, %s, %d bits", f, mode, bits)
	}
	p.connected = true
	return &spiConn{p}, nil
}

type spiConn struct{ port *SPI }

func (c *spiConn) String() string      { return c.port.String() }
func (c *spiConn) Duplex() conn.Duplex { return conn.Full }

func (c *spiConn) Tx(w, r []byte) error {
	return c.TxPackets([]spi.Packet{{W: w, R: r}})
}

// TxPackets shifts bytes through the chain. Each rise of CS latches.
func (c *spiConn) TxPackets(packets []spi.Packet) error {
	p := c.port
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != 0 {
		p.fail = max(p.fail-1, -1)
		return errors.New("talking to SPI: input/output error")
	}
	for _, packet := range packets {
		if len(packet.R) != 0 && len(packet.R) != len(packet.W) {
			return errors.New("talking to SPI: buffers of different length")
		}
		p.clock(packet.W, packet.R)
		if !packet.KeepCS {
			p.latch()
		}
	}
	return nil
}

// clock shifts w in at the first unit, and what falls out of the last into r.
func (p *SPI) clock(w, r []byte) {
	for i, b := range w {
		p.shift = append(p.shift, b)
		if len(r) > 0 {
			r[i] = p.shift[0]
		}
		p.shift = p.shift[1:]
	}
}

func (p *SPI) latch() {
	for unit := range p.units {
		at := len(p.shift) - 2*(unit+1)
		if reg := p.shift[at] & 0x0F; reg != maxNoOp {
			p.units[unit][reg] = p.shift[at+1]
		}
	}
}
