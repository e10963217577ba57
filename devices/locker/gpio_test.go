package locker

import (
	"errors"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"halld/devices"
	"halld/firmware-bridge/emulator/chips"
)

// lock is an output pin that opens a contact while it is high, and remembers
// how long it was driven.
type lock struct {
	gpiotest.Pin
	contact *gpiotest.Pin
	stuck   bool
	since   time.Time
	driven  []time.Duration
}

func (l *lock) Out(level gpio.Level) error {
	was := l.L
	if err := l.Pin.Out(level); err != nil {
		return err
	}
	switch {
	case bool(level && !was):
		l.since = time.Now()
		if !l.stuck {
			l.contact.Lock()
			l.contact.L = gpio.High
			l.contact.Unlock()
		}
	case bool(!level && was):
		l.driven = append(l.driven, time.Since(l.since))
	}
	return nil
}

// onPins is a locker of two doors on pins, both shut.
func onPins(t *testing.T, o Opts) (*Dev, []*lock) {
	t.Helper()
	o.Doors, o.Contact, o.PulseLimiter = 2, ClosedWhenLocked, true
	var locks []*lock
	for range o.Doors {
		l := &lock{contact: &gpiotest.Pin{N: "contact"}}
		locks = append(locks, l)
		o.Pins = append(o.Pins, l)
		o.Contacts = append(o.Contacts, l.contact)
	}
	d, err := New("gpio", nil, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range locks {
		l.contact.L = gpio.Low // the pull-up of In raised it
	}
	return d, locks
}

func TestPins(t *testing.T) {
	bubble(t, "opens", func(t *testing.T) {
		d, locks := onPins(t, Opts{Pulse: 200 * time.Millisecond})
		if s, err := d.Open(t.Context(), 2); s != Open || err != nil {
			t.Errorf("got %v, %v", s, err)
		}
		if len(locks[0].driven) != 0 || len(locks[1].driven) != 1 || locks[1].driven[0] != 200*time.Millisecond {
			t.Errorf("driven for %v and %v", locks[0].driven, locks[1].driven)
		}
		if err := d.Halt(); err != nil {
			t.Error(err)
		}
	})
	bubble(t, "stuck", func(t *testing.T) {
		d, locks := onPins(t, Opts{})
		locks[0].stuck = true
		if s, err := d.Open(t.Context(), 1); s != Locked || !errors.Is(err, ErrStuck) {
			t.Errorf("got %v, %v", s, err)
		}
		if len(locks[0].driven) != 1 || locks[0].driven[0] != gpioPulse || locks[0].L {
			t.Errorf("driven for %v, is %v", locks[0].driven, locks[0].L)
		}
	})
}

// expander is an MCP23017 with two doors: a lock output going high opens the
// contact of its door a moment later.
func expander(t *testing.T) (*Dev, *chips.MCP23017, *chips.I2C) {
	t.Helper()
	chip, bus := &chips.MCP23017{}, &chips.I2C{}
	chip.PowerUp()
	bus.Add(0x20, chip)
	for door := range 2 {
		chip.Ground(8+door, true)
	}
	chip.Watch(func(e chips.Edge) {
		if e.High {
			time.AfterFunc(time.Millisecond, func() { chip.Ground(8+e.Pin, false) })
		}
	})
	d, err := New("gpio", nil, Opts{Doors: 2, Contact: ClosedWhenLocked, Bus: bus, PulseLimiter: true})
	if err != nil {
		t.Fatal(err)
	}
	if bus.Transfers() != 0 {
		t.Error("New spoke to the chip")
	}
	return d, chip, bus
}

func TestExpander(t *testing.T) {
	bubble(t, "opens, also after a dip of the supply", func(t *testing.T) {
		d, chip, _ := expander(t)
		for door := 1; door <= 2; door++ {
			if s, err := d.Open(t.Context(), door); s != Open || err != nil {
				t.Errorf("door %d: got %v, %v", door, s, err)
			}
			chip.PowerUp()
		}
		edges := chip.Edges()
		if len(edges) != 4 {
			t.Fatalf("got edges %+v", edges)
		}
		for i := 0; i < len(edges); i += 2 {
			on, off := edges[i], edges[i+1]
			if !on.High || off.High || on.Pin != i/2 || off.At.Sub(on.At) != gpioPulse {
				t.Errorf("got %+v then %+v", on, off)
			}
		}
	})
	bubble(t, "gone", func(t *testing.T) {
		d, chip, bus := expander(t)
		bus.Unplug(0x20)
		if s, err := d.Open(t.Context(), 1); s != Unknown || !errors.Is(err, ErrUnseen) || !errors.Is(err, devices.ErrNoAnswer) {
			t.Errorf("got %v, %v", s, err)
		}
		if len(chip.Edges()) != 0 {
			t.Errorf("got %+v", chip.Edges())
		}
	})
	bubble(t, "reads no more doors than it has", func(t *testing.T) {
		d, _, _ := expander(t)
		s, err := d.States(t.Context())
		if err != nil || len(s) != 2 || s[0] != Locked || s[1] != Locked {
			t.Errorf("got %v, %v", s, err)
		}
	})
}
