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
	"periph.io/x/conn/v3/spi"
	"periph.io/x/host/v3"

	"halld/devices"
)

// Host is the board's own pins and buses.
type Host struct {
	found string // which of periph's drivers found something, for messages

	mu    sync.Mutex
	buses map[string]*i2cBus // by the name asked for
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
		return nil, fmt.Errorf("looking for pins and buses: %w: %w", devices.ErrUnavailable, err)
	}
	return &Host{found: describe(state), buses: map[string]*i2cBus{}}, nil
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
// GPIO17; a missing one is a [devices.ErrUnavailable]. Never read back a pin that
// is an output: on the character device that turns it into an input.
func (h *Host) Pin(name string) (gpio.PinIO, error) {
	p := gpioreg.ByName(name)
	if p == nil {
		return nil, fmt.Errorf("finding pin %q: %w (%s)", name, devices.ErrUnavailable, h.found)
	}
	return p, nil
}

// SPI is a port such as SPI0.0. It is opened when a driver connects to it; the
// error of one that is missing or taken is a [devices.ErrUnavailable], and the
// driver may try again. A port takes one connection.
func (h *Host) SPI(name string) spi.Port { return &spiPort{name: name, found: h.found} }

// I2C is the device at an address, in 7 bits, of a bus such as 1 or I2C1. The
// bus is opened when the first byte is sent, and tried again at the next if it
// could not be; the error is a [devices.ErrUnavailable] then. Devices of one bus
// share its handle, which [Host.Close] closes.
func (h *Host) I2C(bus string, addr uint16) (*i2c.Dev, error) {
	if addr < minI2CAddr || addr > maxI2CAddr {
		return nil, fmt.Errorf("opening I2C bus %q: address 0x%02x is not from 0x%02x to 0x%02x", bus, addr, minI2CAddr, maxI2CAddr)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.buses[bus] == nil {
		h.buses[bus] = &i2cBus{name: bus, found: h.found}
	}
	return &i2c.Dev{Bus: h.buses[bus], Addr: addr}, nil
}

// Close closes the I2C buses. Pins and SPI ports stay as they are: halting their
// devices is the drivers' job.
func (h *Host) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, b := range h.buses {
		errs = append(errs, b.close())
	}
	clear(h.buses)
	return errors.Join(errs...)
}
