package locker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"

	"halld/devices"
)

// gpioPulse is how long the input of a one-shot is driven by default.
const gpioPulse = 300 * time.Millisecond

// outputs are locks and contacts that this program drives itself.
type outputs interface {
	set(door int, on bool) error
	contacts() ([]Bit, error)
	allOff() error
}

// pulsed is a board made of outputs. A hardware one-shot behind every output
// ends the pulse should this program die in the middle of it.
type pulsed struct {
	outputs
	width, gap time.Duration
}

func newPins(o *Opts) (board, error) {
	if !o.PulseLimiter {
		return nil, errors.New("gpio locks need a hardware one-shot on every output, stated as pulse limiter")
	}
	out, err := newOutputs(o)
	if err != nil {
		return nil, err
	}
	o.Pulse = cmp.Or(o.Pulse, gpioPulse)
	return &pulsed{out, o.Pulse, o.Gap}, nil
}

func newOutputs(o *Opts) (outputs, error) {
	if o.Bus == nil {
		return newPinSet(o)
	}
	if o.Doors > 8 {
		return nil, fmt.Errorf("%d doors: an MCP23017 serves 8", o.Doors)
	}
	return &mcp23017{i2c.Dev{Bus: o.Bus, Addr: o.Addr}}, nil
}

func (p *pulsed) read(devices.Conn) ([]Bit, error) { return p.contacts() }
func (p *pulsed) rest(devices.Conn) error          { return p.allOff() }

// pulse does not stop for a context: a lock that is on goes off again.
func (p *pulsed) pulse(_ devices.Conn, door int) error {
	err := p.set(door, true)
	if err == nil {
		time.Sleep(p.width)
	}
	if err := errors.Join(err, p.off(door)); err != nil {
		return fmt.Errorf("driving the lock: %w", err)
	}
	time.Sleep(p.gap)
	return nil
}

// How often, and after which pause, an output is switched off that does not take
// it.
const (
	offTries = 3
	offPause = 10 * time.Millisecond
)

func (p *pulsed) off(door int) (err error) {
	for range offTries {
		if err = p.set(door, false); err == nil {
			return nil
		}
		time.Sleep(offPause)
	}
	return err
}

// pinSet is locks on output pins, active high, and contacts to ground on input
// pins with pull-up: a cut wire reads as an open contact. Outputs are never read
// back, because on the character device that turns them into inputs, and reading
// the contacts does not touch them, because another program may be driving one.
type pinSet struct {
	locks  []gpio.PinOut
	sense  []gpio.PinIn
	inputs bool // the contacts' pins are set up
}

func newPinSet(o *Opts) (*pinSet, error) {
	if len(o.Pins) != o.Doors || len(o.Contacts) != o.Doors {
		return nil, fmt.Errorf("%d doors with %d pins and %d contacts", o.Doors, len(o.Pins), len(o.Contacts))
	}
	for i := range o.Doors {
		if o.Pins[i] == nil || o.Contacts[i] == nil {
			return nil, fmt.Errorf("door %d: no such pin", i+1)
		}
	}
	return &pinSet{locks: o.Pins, sense: o.Contacts}, nil
}

// ready sets the contacts' pins up when they are not: at first, and for as long
// as another program holds one.
func (p *pinSet) ready() error {
	if p.inputs {
		return nil
	}
	for i, in := range p.sense {
		if err := in.In(gpio.PullUp, gpio.NoEdge); err != nil {
			return fmt.Errorf("setting up the contact of door %d: %w: %w", i+1, devices.ErrOffline, err)
		}
	}
	p.inputs = true
	return nil
}

func (p *pinSet) set(door int, on bool) error {
	if err := p.locks[door-1].Out(gpio.Level(on)); err != nil {
		return fmt.Errorf("lock of door %d: %w: %w", door, devices.ErrOffline, err)
	}
	return nil
}

func (p *pinSet) contacts() ([]Bit, error) {
	if err := p.ready(); err != nil {
		return nil, err
	}
	bits := make([]Bit, len(p.sense))
	for i, in := range p.sense {
		bits[i] = bitOf(in.Read() == gpio.Low)
	}
	return bits, nil
}

func (p *pinSet) allOff() error {
	var errs []error
	for i := range p.locks {
		errs = append(errs, p.set(i+1, false))
	}
	return errors.Join(errs...)
}

// mcp23017 is the expander with locks on port A and contacts on port B.
type mcp23017 struct {
	dev i2c.Dev
}

// Registers of the MCP23017 with IOCON.BANK = 0.
const (
	regIODIRA = 0x00
	regIODIRB = 0x01
	regGPPUB  = 0x0D
	regGPIOB  = 0x13
	regOLATA  = 0x14
)

// ready sets the chip up when it is not: at first, and after a dip of its
// supply, which turns all pins into inputs. The latch comes before the
// direction, or an output would jump to an old level.
func (m *mcp23017) ready() error {
	dir := make([]byte, 1)
	if err := m.dev.Tx([]byte{regIODIRA}, dir); err != nil {
		return fmt.Errorf("asking the expander: %w: %w", devices.ErrNoAnswer, err)
	}
	if dir[0] == 0 {
		return nil
	}
	for _, w := range [][2]byte{{regOLATA, 0}, {regIODIRB, 0xFF}, {regGPPUB, 0xFF}, {regIODIRA, 0}} {
		if err := m.write(w[0], w[1]); err != nil {
			return err
		}
	}
	return nil
}

func (m *mcp23017) write(register, value byte) error {
	if err := m.dev.Tx([]byte{register, value}, nil); err != nil {
		return fmt.Errorf("writing register %02X of the expander: %w: %w", register, devices.ErrNoAnswer, err)
	}
	return nil
}

func (m *mcp23017) set(door int, on bool) error {
	if err := m.ready(); err != nil {
		return err
	}
	var latch byte
	if on {
		latch = 1 << (door - 1)
	}
	return m.write(regOLATA, latch)
}

func (m *mcp23017) contacts() ([]Bit, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	in := make([]byte, 1)
	if err := m.dev.Tx([]byte{regGPIOB}, in); err != nil {
		return nil, fmt.Errorf("reading the contacts: %w: %w", devices.ErrNoAnswer, err)
	}
	return bitsOf([]byte{^in[0]}), nil
}

func (m *mcp23017) allOff() error { return m.write(regOLATA, 0) }

// bench is the line of a board without a wire: it only gives turns.
type bench struct{ turn turn }

func newBench() *bench { return &bench{newTurn()} }

func (b *bench) Do(ctx context.Context, f func(devices.Conn) error) error {
	if err := b.turn.take(ctx); err != nil {
		return err
	}
	defer b.turn.give()
	return f(nil)
}

func (b *bench) Listen(func([]byte)) {}
func (b *bench) String() string      { return "pins" }
