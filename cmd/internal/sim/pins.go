package sim

import (
	"fmt"
	"sync/atomic"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"

	"halld/firmware-bridge/emulator/chips"
)

// made counts the chips, since pins have one name each in a process.
var made atomic.Int32

// firstNumber is above those of any real board.
const firstNumber = 100_000

// pin is an emulated pin under the name that the configuration uses.
type pin struct {
	gpio.PinIO
	name   string
	number int
}

// Number implements gpio.PinIO.
func (p pin) Number() int { return p.number }

// Name implements gpio.PinIO.
func (p pin) Name() string { return p.name }

// String implements gpio.PinIO.
func (p pin) String() string { return p.name }

// pinDisplay is a TM1637 on two pins of the simulated board: the hall's own
// display, which shows the last call.
type pinDisplay struct {
	*chips.TM1637
	clk, dio pin
}

// newPinDisplay registers its pins, as host drivers do for real ones.
func newPinDisplay() (*pinDisplay, error) {
	n := int(made.Add(1))
	chip := chips.NewTM1637()
	d := &pinDisplay{
		TM1637: chip,
		clk:    pin{chip.CLK(), fmt.Sprintf("SIM%d_CLK", n), firstNumber + 2*n},
		dio:    pin{chip.DIO(), fmt.Sprintf("SIM%d_DIO", n), firstNumber + 2*n + 1},
	}
	for _, p := range []pin{d.clk, d.dio} {
		if err := gpioreg.Register(p); err != nil {
			return nil, fmt.Errorf("registering an emulated pin: %w", err)
		}
	}
	return d, nil
}

// config is the display's table in hall.toml.
func (d *pinDisplay) config() string {
	return fmt.Sprintf(`
[[display]]
name   = "hall"
driver = "tm1637"
clk    = "gpio:%s"
dio    = "gpio:%s"
digits = 4
`, d.clk, d.dio)
}
