package locker

import (
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"halld/devices/devicestest"
	"halld/firmware-bridge/emulator/chips"
)

func TestNewRefuses(t *testing.T) {
	line, _ := devicestest.Pipe(t)
	good := Opts{Board: 1, Doors: 8, Contact: ClosedWhenLocked}
	pin := &gpiotest.Pin{N: "GPIO17"}
	tests := []struct {
		name, driver string
		change       func(*Opts)
	}{
		{"unknown driver", "lock9", func(*Opts) {}},
		{"no doors", "lock8a", func(o *Opts) { o.Doors = 0 }},
		{"no polarity", "lock8a", func(o *Opts) { o.Contact = "" }},
		{"wrong order", "lock8a", func(o *Opts) { o.Order = "middle-first" }},
		{"pulse that burns", "lock8a", func(o *Opts) { o.Pulse = 2 * time.Second }},
		{"pulse that burns", "modbus-relay", func(o *Opts) { o.Pulse = 1100 * time.Millisecond }},
		{"pulse that burns", "gpio", func(o *Opts) { o.Pulse, o.PulseLimiter = time.Minute, true }},
		{"pulse without steps", "lock8a", func(o *Opts) { o.Pulse = 500 * time.Millisecond }},
		{"pulse without steps", "modbus-relay", func(o *Opts) { o.Pulse = 250 * time.Millisecond }},
		{"pulse of a board with its own", "wkly", func(o *Opts) { o.Pulse = time.Second }},
		{"pulse of a board with its own", "kerong", func(o *Opts) { o.Pulse = time.Second }},
		{"board 0", "lock8a", func(o *Opts) { o.Board = 0 }},
		{"board 33", "lock8a", func(o *Opts) { o.Board = 33 }},
		{"all boards", "kerong", func(o *Opts) { o.Board = 15 }},
		{"too many doors", "lock8a", func(o *Opts) { o.Doors = 51 }},
		{"too many doors", "kerong", func(o *Opts) { o.Doors = 17 }},
		{"too many doors", "modbus-relay", func(o *Opts) { o.Doors = 33 }},
		{"too many doors", "gpio", func(o *Opts) { o.Doors, o.Bus, o.PulseLimiter = 9, &chips.I2C{}, true }},
		{"no pins", "gpio", func(o *Opts) { o.PulseLimiter = true }},
		{"a pin that is missing", "gpio", func(o *Opts) {
			o.Doors, o.PulseLimiter = 1, true
			o.Pins, o.Contacts = []gpio.PinOut{pin}, []gpio.PinIn{nil}
		}},
		{"no one-shot", "gpio", func(o *Opts) {
			o.Doors = 1
			o.Pins, o.Contacts = []gpio.PinOut{pin}, []gpio.PinIn{pin}
		}},
	}
	for _, tt := range tests {
		o := good
		tt.change(&o)
		if _, err := New(tt.driver, line, o); err == nil {
			t.Errorf("%s: %s was accepted", tt.driver, tt.name)
		}
	}
	for _, driver := range serialDrivers {
		if _, err := New(driver, line, good); err != nil {
			t.Errorf("%s: %v", driver, err)
		}
		if _, err := New(driver, nil, good); err == nil {
			t.Errorf("%s without a line was accepted", driver)
		}
	}
}
