package daemon

import (
	"fmt"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"

	bridge "halld/firmware-bridge"
)

// board gives the machine's own pins and buses, which are looked for at the first
// use: a hall with serial devices only never touches them.
func (w *wires) board() (*bridge.Host, error) {
	if w.host == nil {
		h, err := bridge.OpenHost()
		if err != nil {
			return nil, err
		}
		w.host = h
	}
	return w.host, nil
}

// address reads the address of something on the board.
func (w *wires) address(port string, want bridge.Scheme) (bridge.Address, *bridge.Host, error) {
	a, err := bridge.ParseAddress(port)
	if err != nil {
		return a, nil, err
	}
	if a.Scheme != want {
		return a, nil, fmt.Errorf("%s: this device needs a %s address", port, want)
	}
	h, err := w.board()
	return a, h, err
}

func (w *wires) pin(port string) (gpio.PinIO, error) {
	a, h, err := w.address(port, bridge.GPIO)
	if err != nil {
		return nil, err
	}
	return h.Pin(a.Name)
}

func (w *wires) spi(port string) (spi.Port, error) {
	a, h, err := w.address(port, bridge.SPI)
	if err != nil {
		return nil, err
	}
	return h.SPI(a.Name), nil
}

func (w *wires) i2c(port string) (*i2c.Dev, error) {
	a, h, err := w.address(port, bridge.I2C)
	if err != nil {
		return nil, err
	}
	return h.I2C(a.Name, a.Addr)
}
