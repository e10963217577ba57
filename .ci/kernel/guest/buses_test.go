package guest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/i2c"

	"halld/devices"
	"halld/devices/display"
	"halld/devices/locker"
	bridge "halld/firmware-bridge"
	"halld/firmware-bridge/emulator/chips"
)

func TestBuses(t *testing.T) {
	calm(t)
	h, f := board(t), newFar(t)
	t.Run("HT16K33 on I2C", func(t *testing.T) { testHT16K33(t, h, f) })
	t.Run("MCP23017 on I2C", func(t *testing.T) { testExpander(t, h, f) })
	t.Run("I2C accidents", func(t *testing.T) { testI2CAccidents(t, h, f) })
	t.Run("MAX7219 on SPI", func(t *testing.T) { testMAX7219(t, h, f) })
	t.Run("TM1637 on GPIO", func(t *testing.T) { testTM1637(t, h, f) })
}

func device(t *testing.T, h *bridge.Host, addr uint16) *i2c.Dev {
	t.Helper()
	d, err := h.I2C("1", addr)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// shows calls a ticket, with a letter that tubes show as a capital, and compares
// what can be seen then.
func shows(t *testing.T, d display.Display, ticket string, seen func() string) {
	t.Helper()
	if err := d.Show(soon(t), display.Content{Ticket: ticket}); err != nil {
		t.Errorf("showing %q: %v", ticket, err)
	} else if got := strings.TrimSpace(seen()); got != ticket {
		t.Errorf("the tubes show %q, want %q", got, ticket)
	}
}

func testHT16K33(t *testing.T, h *bridge.Host, f *far) {
	var chip chips.HT16K33
	f.i2c.Add(0x71, &chip)
	d := device(t, h, 0x71)
	show, err := display.NewHT16K33(d.Bus, d.Addr, display.Opts{Brightness: 7})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := show.Identify(soon(t)); err != nil {
		t.Error(err)
	}
	shows(t, show, "A012", chip.Shown)
	chip.PowerUp() // its supply dipped
	if chip.Shown() != "" {
		t.Error("a chip that just woke shows something")
	}
	shows(t, show, "E999", chip.Shown)
	if err := show.Halt(); err != nil || chip.Shown() != "" {
		t.Errorf("halted it shows %q (%v)", chip.Shown(), err)
	}
}

func testExpander(t *testing.T, h *bridge.Host, f *far) {
	var chip chips.MCP23017
	f.i2c.Add(0x20, &chip)
	for door := range 8 {
		chip.Ground(8+door, true) // all shut
	}
	chip.Watch(func(e chips.Edge) {
		if e.High {
			time.AfterFunc(time.Millisecond, func() { chip.Ground(8+e.Pin, false) })
		}
	})
	d := device(t, h, 0x20)
	dev, err := locker.New("gpio", nil, locker.Opts{
		Doors: 8, Contact: locker.ClosedWhenLocked, PulseLimiter: true, Bus: d.Bus, Addr: d.Addr,
	})
	if err != nil {
		t.Fatal(err)
	}
	if state, err := dev.Open(soon(t), 5, func() error { return nil }); err != nil || state != locker.Open {
		t.Fatalf("got %v, %v, want an open door", state, err)
	}
	states, err := dev.States(soon(t))
	if err != nil || len(states) != 8 {
		t.Fatalf("got %v, %v, want eight doors", states, err)
	}
	for i, s := range states {
		if want := i == 4; (s == locker.Open) != want {
			t.Errorf("door %d is %v", i+1, s)
		}
	}
	edges := chip.Edges()
	if len(edges) != 2 || edges[0].Pin != 4 || !edges[0].High || edges[1].Pin != 4 || edges[1].High {
		t.Fatalf("the lock outputs moved as %+v, want one pulse on pin 4", edges)
	}
	pulse := edges[1].At.Sub(edges[0].At)
	if pulse < 250*time.Millisecond || pulse > time.Second {
		t.Errorf("the lock was driven for %v, want 300 ms", pulse)
	}
	t.Logf("lock driven for %v", pulse.Round(time.Millisecond))
}

func testI2CAccidents(t *testing.T, h *bridge.Host, f *far) {
	var chip chips.HT16K33
	f.i2c.Add(0x72, &chip)
	faults := newFaults()
	bus := device(t, h, 0x72).Bus
	show, err := display.NewHT16K33(bus, 0x72, display.Opts{Report: faults.report})
	if err != nil {
		t.Fatal(err)
	}
	fails := func(what string, cause error) {
		t.Helper()
		begun := time.Now()
		err := show.Show(soon(t), display.Content{Ticket: "A012"})
		if !errors.Is(err, devices.ErrNoAnswer) || !strings.Contains(err.Error(), cause.Error()) {
			t.Errorf("%s: got %v, want no answer, and %q", what, err, cause)
		}
		t.Logf("%s: %v after %v", what, cause, ms(begun))
	}
	shows(t, show, "A012", chip.Shown)
	await(t, faults, devices.OK, time.Second)
	f.i2c.Unplug(0x72)
	fails("nobody at the address", unix.EREMOTEIO)
	await(t, faults, devices.NoAnswer, time.Second)
	f.i2c.Add(0x72, &chip)
	f.failing.Store(true)
	fails("failing bus", unix.EIO)
	f.failing.Store(false)
	f.mute.Store(true)
	fails("stuck bus", unix.ETIMEDOUT)
	f.mute.Store(false)
	shows(t, show, "C123", chip.Shown)
	await(t, faults, devices.OK, time.Second)
	missing, err := h.I2C("7", 0x72)
	if err != nil {
		t.Fatal(err)
	}
	if err := missing.Tx([]byte{0}, nil); !errors.Is(err, devices.ErrUnavailable) || !strings.Contains(err.Error(), `"7"`) {
		t.Errorf("a bus that is not there: got %v, want an error that names it", err)
	}
}

func testMAX7219(t *testing.T, h *bridge.Host, f *far) {
	port := h.SPI("SPI0.0")
	faults := newFaults()
	show, err := display.NewMAX7219(port, display.Opts{Brightness: 9, Report: faults.report})
	if err != nil {
		t.Fatal(err)
	}
	seen := func() string { return f.digits.Shown(0) }
	shows(t, show, "A012", seen)
	if got := f.digits.Intensity(0); got != 9 {
		t.Errorf("brightness %d, want 9", got)
	}
	f.failing.Store(true)
	err = show.Show(soon(t), display.Content{Ticket: "A013"})
	f.failing.Store(false)
	if !errors.Is(err, devices.ErrOffline) || !strings.Contains(err.Error(), unix.EIO.Error()) {
		t.Errorf("failing bus: got %v, want offline and %q", err, unix.EIO)
	}
	await(t, faults, devices.Offline, time.Second)
	f.digits.PowerUp() // its supply dipped
	shows(t, show, "C345", seen)
	await(t, faults, devices.OK, time.Second)
	if err := show.Halt(); err != nil || seen() != "" {
		t.Errorf("halted it shows %q (%v)", seen(), err)
	}
}

func testTM1637(t *testing.T, h *bridge.Host, f *far) {
	show, err := display.NewTM1637(pin(t, h, "SIM_CLK"), pin(t, h, "SIM_DIO"), display.Opts{Brightness: 3})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	shows(t, show, "A012", f.tube.Shown)
	t.Logf("shown in %v", ms(begun))
	if got := f.tube.Brightness(); got != 3 {
		t.Errorf("brightness %d, want 3", got)
	}
	if n := f.tube.Clashes(); n != 0 {
		t.Errorf("DIO was driven against the chip's ack %d times", n)
	}
	f.tube.Unplug(true)
	if _, err := show.Identify(soon(t)); !errors.Is(err, devices.ErrNoAnswer) {
		t.Errorf("no chip: got %v, want no answer", err)
	}
	f.tube.Unplug(false)
	shows(t, show, "E678", f.tube.Shown)
}
