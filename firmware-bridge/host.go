package bridge

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"
	"periph.io/x/host/v3"
)

// ErrUnavailable is wrapped by the error for a pin or bus that this machine
// does not have, or does not let us open.
var ErrUnavailable = errors.New("not available on this machine")

// Host is the board's own pins and buses.
type Host struct {
	found string // which of periph's drivers found something, for messages

	mu    sync.Mutex
	buses map[string]i2c.BusCloser // by the name asked for
}

// OpenHost looks for the board's pins and buses. Call it only when the
// configuration names one: on a Pi it maps the GPIO registers.
//
// It does not fail when it finds nothing, nor does it take a failed driver for
// a fault: on a Pi 5 the one for older boards always fails and the pins still
// work. What failed is told when a pin or bus turns out to be missing.
func OpenHost() (*Host, error) {
	state, err := host.Init()
	if err != nil {
		return nil, fmt.Errorf("looking for pins and buses: %w", err)
	}
	return &Host{found: describe(state), buses: map[string]i2c.BusCloser{}}, nil
}

func describe(state *driverreg.State) string {
	names := make([]string, 0, len(state.Loaded))
	for _, d := range state.Loaded {
		names = append(names, d.String())
	}
	s := "drivers that found hardware: " + strings.Join(names, ", ")
	if len(names) == 0 {
		s = "no driver found hardware"
	}
	for _, f := range state.Failed {
		s += "; failed: " + f.String()
	}
	return s
}

// Pin finds a pin by the name that the kernel or the board gives it, such as
// GPIO17; a missing one is an [ErrUnavailable]. Never read back a pin that is an output: on the character device
// that turns it into an input.
func (h *Host) Pin(name string) (gpio.PinIO, error) {
	p := gpioreg.ByName(name)
	if p == nil {
		return nil, fmt.Errorf("finding pin %q: %w (%s)", name, ErrUnavailable, h.found)
	}
	return p, nil
}

// SPI opens a port such as SPI0.0, or gives an [ErrUnavailable]. The caller
// closes it; a driver may connect to it once.
func (h *Host) SPI(name string) (spi.PortCloser, error) {
	p, err := spireg.Open(name)
	if err != nil {
		return nil, fmt.Errorf("opening SPI port %q: %w: %w (%s)", name, ErrUnavailable, err, h.found)
	}
	return p, nil
}

// I2C is the device at an address, in 7 bits, of a bus such as 1 or I2C1.
// Nothing is sent yet, so it does not tell whether the device is there; a bus
// that is not there is an [ErrUnavailable].
// Devices of one bus share its handle, which [Host.Close] closes.
func (h *Host) I2C(bus string, addr uint16) (*i2c.Dev, error) {
	if addr < minI2CAddr || addr > maxI2CAddr {
		return nil, fmt.Errorf("opening I2C bus %q: address 0x%02x is not from 0x%02x to 0x%02x", bus, addr, minI2CAddr, maxI2CAddr)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	b, open := h.buses[bus]
	if !open {
		var err error
		if b, err = i2creg.Open(bus); err != nil {
			return nil, fmt.Errorf("opening I2C bus %q: %w: %w (%s)", bus, ErrUnavailable, err, h.found)
		}
		h.buses[bus] = b
	}
	return &i2c.Dev{Bus: b, Addr: addr}, nil
}

// Close closes the I2C buses. Pins stay as they are: halting their devices is
// the drivers' job.
func (h *Host) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, b := range h.buses {
		errs = append(errs, b.Close())
	}
	clear(h.buses)
	return errors.Join(errs...)
}
