package bridge

import (
	"fmt"
	"sync"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"

	"halld/devices"
)

// spiPort opens a port when a driver connects to it, so that one which another
// program has at the start is only late.
type spiPort struct{ name, found string }

// String implements spi.Port.
func (p *spiPort) String() string { return p.name }

// Connect implements spi.Port.
func (p *spiPort) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	open, err := spireg.Open(p.name)
	if err != nil {
		return nil, fmt.Errorf("opening SPI port %q: %w: %w (%s)", p.name, devices.ErrUnavailable, err, p.found)
	}
	c, err := open.Connect(f, mode, bits)
	if err != nil {
		open.Close()
		return nil, fmt.Errorf("connecting to SPI port %q: %w: %w", p.name, devices.ErrUnavailable, err)
	}
	return c, nil
}

// i2cBus opens a bus when it is first used.
type i2cBus struct {
	name, found string

	mu   sync.Mutex
	open i2c.BusCloser // nil until it could be opened
}

// String implements i2c.Bus.
func (b *i2cBus) String() string { return b.name }

// Tx implements i2c.Bus.
func (b *i2cBus) Tx(addr uint16, w, r []byte) error {
	bus, err := b.opened()
	if err != nil {
		return err
	}
	return bus.Tx(addr, w, r)
}

// SetSpeed implements i2c.Bus.
func (b *i2cBus) SetSpeed(f physic.Frequency) error {
	bus, err := b.opened()
	if err != nil {
		return err
	}
	return bus.SetSpeed(f)
}

func (b *i2cBus) opened() (i2c.BusCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		bus, err := i2creg.Open(b.name)
		if err != nil {
			return nil, fmt.Errorf("opening I2C bus %q: %w: %w (%s)", b.name, devices.ErrUnavailable, err, b.found)
		}
		b.open = bus
	}
	return b.open, nil
}

func (b *i2cBus) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		return nil
	}
	err := b.open.Close()
	b.open = nil
	return err
}
