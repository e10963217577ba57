package chips

import (
	"errors"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// Pin is the host's end of a line that a [TM1637] listens on, pulled up by a
// resistor.
type Pin struct {
	name   string
	chip   *TM1637
	high   bool // what the host leaves of the line; owned by chip.mu
	driven bool // by the host, rather than let go; owned by chip.mu
}

var _ gpio.PinIO = &Pin{}

func newPin(name string, c *TM1637) *Pin { return &Pin{name: name, chip: c, high: true} }

// String implements [gpio.PinIO], as the next methods do.
func (p *Pin) String() string { return "TM1637 " + p.name }

// Name is CLK or DIO.
func (p *Pin) Name() string { return p.name }

// Number is not known.
func (p *Pin) Number() int { return -1 }

// Function is In or Out.
func (p *Pin) Function() string {
	p.chip.mu.Lock()
	defer p.chip.mu.Unlock()
	if p.driven {
		return "Out"
	}
	return "In"
}

// Halt lets nothing go, as on a Pi.
func (p *Pin) Halt() error { return nil }

// In lets the line go.
func (p *Pin) In(_ gpio.Pull, edge gpio.Edge) error {
	if edge != gpio.NoEdge {
		return errors.New("watching an emulated pin: no edges")
	}
	p.set(true, false)
	return nil
}

// Out drives the line.
func (p *Pin) Out(l gpio.Level) error {
	p.set(bool(l), true)
	return nil
}

func (p *Pin) set(high, driven bool) {
	p.chip.mu.Lock()
	defer p.chip.mu.Unlock()
	p.high, p.driven = high, driven
	p.chip.moved()
}

// Read is the level of the line. Reading a pin that is an output turns it
// into an input, as it does on a Pi's character device.
func (p *Pin) Read() gpio.Level {
	p.chip.mu.Lock()
	defer p.chip.mu.Unlock()
	if p.driven {
		p.high, p.driven = true, false
		p.chip.moved()
	}
	return gpio.Level(p.chip.level(p))
}

// WaitForEdge sees none.
func (p *Pin) WaitForEdge(time.Duration) bool { return false }

// Pull is the resistor's.
func (p *Pin) Pull() gpio.Pull { return gpio.PullUp }

// DefaultPull is the resistor's.
func (p *Pin) DefaultPull() gpio.Pull { return gpio.PullUp }

// PWM is not emulated.
func (p *Pin) PWM(gpio.Duty, physic.Frequency) error {
	return errors.New("modulating an emulated pin: not supported")
}
