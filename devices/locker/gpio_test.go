package locker

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
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
	contact *contact
	stuck   bool
	busy    int // so many more writes are refused
	held    int // so often it stays on when it is switched off
	writes  int
	since   time.Time
	driven  []time.Duration
}

var errBusy = errors.New("device or resource busy")

func (l *lock) Out(level gpio.Level) error {
	l.writes++
	if l.busy > 0 {
		l.busy--
		return errBusy
	}
	was := l.L
	if bool(was && !level) && l.held > 0 {
		l.held--
		return errBusy
	}
	if err := l.Pin.Out(level); err != nil {
		return err
	}
	switch {
	case bool(level && !was):
		l.since = time.Now()
		if !l.stuck {
			l.contact.apart.Store(true)
		}
	case bool(!level && was):
		l.driven = append(l.driven, time.Since(l.since))
	}
	return nil
}

// contact is an input pin with a switch to ground.
type contact struct {
	gpiotest.Pin
	apart  atomic.Bool
	busy   atomic.Bool
	setUps atomic.Int32
}

func (c *contact) In(gpio.Pull, gpio.Edge) error {
	c.setUps.Add(1)
	if c.busy.Load() {
		return errBusy
	}
	return nil
}

func (c *contact) Read() gpio.Level { return gpio.Level(c.apart.Load()) }

// onPins is a locker of two doors on pins, both shut.
func onPins(t *testing.T, o Opts) (*Dev, []*lock) {
	t.Helper()
	o.Doors, o.Contact, o.PulseLimiter = 2, ClosedWhenLocked, true
	var locks []*lock
	for range o.Doors {
		l := &lock{contact: &contact{}}
		locks = append(locks, l)
		o.Pins = append(o.Pins, l)
		o.Contacts = append(o.Contacts, l.contact)
	}
	d, err := New("gpio", nil, o)
	if err != nil {
		t.Fatal(err)
	}
	return d, locks
}

func TestPins(t *testing.T) {
	bubble(t, "opens", func(t *testing.T) {
		d, locks := onPins(t, Opts{Pulse: 200 * time.Millisecond})
		if s, err := d.Open(t.Context(), 2, yes); s != Open || err != nil {
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
		if s, err := d.Open(t.Context(), 1, yes); s != Locked || !errors.Is(err, ErrStuck) {
			t.Errorf("got %v, %v", s, err)
		}
		if len(locks[0].driven) != 1 || locks[0].driven[0] != gpioPulse || locks[0].L {
			t.Errorf("driven for %v, is %v", locks[0].driven, locks[0].L)
		}
	})
	bubble(t, "asking who it is touches no lock", func(t *testing.T) {
		d, locks := onPins(t, Opts{})
		if n := locks[0].contact.setUps.Load(); n != 0 {
			t.Errorf("New set a contact up %d times", n)
		}
		if _, err := d.Identify(t.Context()); err != nil || locks[0].writes+locks[1].writes != 0 {
			t.Errorf("got %v and %d writes to the locks", err, locks[0].writes+locks[1].writes)
		}
	})
}

// A pin that another program holds is a fault of this locker, and heals.
func TestBusyPins(t *testing.T) {
	bubble(t, "contact", func(t *testing.T) {
		d, locks := onPins(t, Opts{})
		locks[1].contact.busy.Store(true)
		if s, err := d.Open(t.Context(), 1, yes); s != Unknown || !errors.Is(err, ErrNotSent) || !errors.Is(err, devices.ErrOffline) {
			t.Errorf("got %v, %v", s, err)
		}
		if locks[0].writes != 0 {
			t.Error("a lock was driven whose locker cannot be read")
		}
		locks[1].contact.busy.Store(false)
		if s, err := d.Open(t.Context(), 1, yes); s != Open || err != nil {
			t.Errorf("got %v, %v", s, err)
		}
	})
	bubble(t, "lock", func(t *testing.T) {
		var faults []devices.Fault
		d, locks := onPins(t, Opts{Report: func(f devices.Fault, _ error) { faults = append(faults, f) }})
		locks[0].busy = 3 // looks of Watch
		go d.Watch(t.Context(), func(int, State) {})
		time.Sleep(time.Minute)
		synctest.Wait()
		if want := []devices.Fault{devices.Offline, devices.OK}; !slices.Equal(faults, want) {
			t.Errorf("got %q, want %q", faults, want)
		}
	})
}

// A lock that cannot be switched off is tried again at once, and by Watch until
// it is off.
func TestLostSwitchOff(t *testing.T) {
	for _, lost := range []int{1, offTries + 2} {
		bubble(t, "pin", func(t *testing.T) {
			d, locks := onPins(t, Opts{})
			locks[0].held = lost
			go d.Watch(t.Context(), func(int, State) {})
			time.Sleep(time.Second)
			d.Open(t.Context(), 1, yes) // may well report the error
			time.Sleep(time.Minute)
			synctest.Wait()
			if locks[0].L || len(locks[0].driven) != 1 {
				t.Errorf("%d lost: the pin is %v, driven for %v", lost, locks[0].L, locks[0].driven)
			}
		})
	}
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
			if s, err := d.Open(t.Context(), door, yes); s != Open || err != nil {
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
		if s, err := d.Open(t.Context(), 1, yes); s != Unknown || !errors.Is(err, ErrNotSent) || !errors.Is(err, devices.ErrNoAnswer) {
			t.Errorf("got %v, %v", s, err)
		}
		if err := d.Halt(); !errors.Is(err, devices.ErrNoAnswer) {
			t.Errorf("switching off: got %v", err)
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
