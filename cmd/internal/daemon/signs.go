package daemon

import (
	"fmt"

	"halld/config"
	"halld/devices/button"
	"halld/devices/display"
	bridge "halld/firmware-bridge"
)

func (g *gear) addDisplay(c config.Display) error {
	dev, line, err := g.display(c)
	if err != nil {
		return err
	}
	content := g.calls(c.Window)
	if c.Entrance {
		content = g.greetings
	}
	s := newSign(dev, g.d.changes, content)
	if line != nil {
		g.wires.onChange(line, s.wake)
	}
	g.task("display/"+c.Name, s.Run)
	g.part("display/"+c.Name, c.Port, line, dev.Identify)
	return nil
}

// display makes the driver of a display, on a line, pins or a bus.
func (g *gear) display(c config.Display) (dev display.Display, line *bridge.Line, err error) {
	opts := display.Opts{
		Address: c.Address, Map: c.Map, Digits: c.Digits, Brightness: c.Brightness, Hall: c.Window == 0,
		Width: c.Width, Height: c.Height, Timeout: c.Timeout, Pause: c.Pause,
		Report: g.d.health.of("display/" + c.Name),
	}
	switch c.Driver {
	case "tm1637":
		clk, err := g.wires.pin(c.CLK)
		if err != nil {
			return nil, nil, err
		}
		dio, err := g.wires.pin(c.DIO)
		if err != nil {
			return nil, nil, err
		}
		dev, err = display.NewTM1637(clk, dio, opts)
		return dev, nil, err
	case "max7219":
		port, err := g.wires.spi(c.Port)
		if err != nil {
			return nil, nil, err
		}
		dev, err = display.NewMAX7219(port, opts)
		return dev, nil, err
	case "ht16k33":
		chip, err := g.wires.i2c(c.Port)
		if err != nil {
			return nil, nil, err
		}
		dev, err = display.NewHT16K33(chip.Bus, chip.Addr, opts)
		return dev, nil, err
	}
	if line, err = g.wires.openLine(c.Port); err != nil {
		return nil, nil, err
	}
	dev, err = display.New(c.Driver, line, opts)
	return dev, line, err
}

// addButton makes a button choose a service at the entrance, or call the next
// number to a window.
func (g *gear) addButton(c config.Button) error {
	a, err := bridge.ParseAddress(c.Port)
	if err != nil {
		return err
	}
	if a.Scheme != bridge.GPIO {
		return fmt.Errorf("a button needs a pin such as gpio:GPIO17, not %s", a)
	}
	pin, err := g.wires.pin(c.Port)
	if err != nil {
		return err
	}
	name := "button/" + c.Name
	b := &knob{dev: button.New(pin, button.Opts{Report: g.d.health.of(name)}), log: g.d.log, press: g.pressOf(c)}
	g.task(name, b.Run)
	g.part(name, c.Port, nil, b.dev.Identify)
	return nil
}
