package chips

import (
	"slices"
	"sync"
	"time"
)

// Registers of the MCP23017 with IOCON.BANK = 0: A, then B.
const (
	regIODIR = 0x00
	regIPOL  = 0x02
	regIOCON = 0x0A // also at 0B
	regGPPU  = 0x0C
	regINTF  = 0x0E
	regINTCA = 0x10
	regGPIO  = 0x12
	regOLAT  = 0x14

	mcpRegisters = 0x16
	mcpPins      = 16
	ioconSEQOP   = 0x20 // no auto-increment
	ioconBANK    = 0x80 // the other register map, which is not emulated
)

// Edge is one change of an output.
type Edge struct {
	Pin  int // 0 to 7 port A, 8 to 15 port B
	High bool
	At   time.Time
}

// MCP23017 is a 16-bit port expander. Its pins are 0 to 7 for port A and 8
// to 15 for port B. A pin to which nothing is connected reads high with the
// pull-up on and low, for the sake of tests, without.
type MCP23017 struct {
	mu     sync.Mutex
	reg    [mcpRegisters]byte
	ground [mcpPins]bool // held low from outside
	at     byte
	edges  []Edge
	watch  []func(Edge)
}

// PowerUp implements [Chip]: all pins become inputs. It is also what a
// brown-out does.
func (c *MCP23017) PowerUp() {
	c.change(func() {
		c.reg = [mcpRegisters]byte{regIODIR: 0xFF, regIODIR + 1: 0xFF}
		c.at = 0
	})
}

// Transfer implements [Chip].
func (c *MCP23017) Transfer(w, r []byte) error {
	c.change(func() {
		if len(w) > 0 {
			c.at = w[0]
			for _, b := range w[1:] {
				c.write(c.at, b)
				c.advance()
			}
		}
		for i := range r {
			r[i] = c.read(c.at)
			c.advance()
		}
	})
	return nil
}

// Ground connects a pin to ground, as a closed door contact does, or lets it
// go.
func (c *MCP23017) Ground(pin int, on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if pin >= 0 && pin < mcpPins {
		c.ground[pin] = on
	}
}

// Output is whether a pin is driven, and how.
func (c *MCP23017) Output(pin int) (high, driven bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.output(pin)
}

// Edges is every change of a driven level, oldest first. A pin that is not
// driven counts as low, as a gate with a pull-down sees it.
func (c *MCP23017) Edges() []Edge {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.edges)
}

// Watch calls f at every change of a driven level, so that something can hang
// on the outputs. f must not call the chip.
func (c *MCP23017) Watch(f func(Edge)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watch = append(c.watch, f)
}

// change does f and then tells of the outputs that moved.
func (c *MCP23017) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var before [mcpPins]bool
	for pin := range before {
		before[pin], _ = c.output(pin)
	}
	f()
	for pin := range before {
		high, _ := c.output(pin)
		if high == before[pin] {
			continue
		}
		e := Edge{pin, high, time.Now()}
		c.edges = append(c.edges, e)
		for _, tell := range c.watch {
			tell(e)
		}
	}
}

func (c *MCP23017) output(pin int) (high, driven bool) {
	if pin < 0 || pin >= mcpPins {
		return false, false
	}
	port, bit := pin/8, byte(1)<<(pin%8)
	driven = c.reg[regIODIR+port]&bit == 0
	return driven && c.reg[regOLAT+port]&bit != 0, driven
}

func (c *MCP23017) write(at, b byte) {
	switch at {
	case regGPIO, regGPIO + 1: // writes the latch
		c.reg[at-regGPIO+regOLAT] = b
	case regIOCON, regIOCON + 1:
		b &^= ioconBANK
		c.reg[regIOCON], c.reg[regIOCON+1] = b, b
	case regINTF, regINTF + 1, regINTCA, regINTCA + 1: // read only
	default:
		if int(at) < len(c.reg) {
			c.reg[at] = b
		}
	}
}

func (c *MCP23017) read(at byte) byte {
	if at != regGPIO && at != regGPIO+1 {
		if int(at) < len(c.reg) {
			return c.reg[at]
		}
		return 0
	}
	port := int(at - regGPIO)
	var b byte
	for i := range 8 {
		bit := byte(1) << i
		high, driven := c.output(8*port + i)
		if !driven {
			high = c.reg[regGPPU+port]&bit != 0 && !c.ground[8*port+i]
			high = high != (c.reg[regIPOL+port]&bit != 0)
		}
		if high {
			b |= bit
		}
	}
	return b
}

// advance moves the address pointer, which wraps behind the last register.
func (c *MCP23017) advance() {
	if c.reg[regIOCON]&ioconSEQOP == 0 {
		c.at = (c.at + 1) % mcpRegisters
	}
}
