package display

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c/i2ctest"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spitest"

	"halld/devices"
	"halld/firmware-bridge/emulator/chips"
)

// bare is a chip display and its far end.
type bare struct {
	dev    *Segments
	shown  func() string
	bright func() int
	unplug func(on bool)
	reset  func() // a dip of the supply
}

func onMAX7219(t *testing.T, o Opts) bare {
	t.Helper()
	port := chips.NewSPI(1)
	d, err := NewMAX7219(port, o)
	if err != nil {
		t.Fatal(err)
	}
	fail := func(on bool) { port.Fail(map[bool]int{true: 1000}[on]) }
	return bare{d, func() string { return port.Shown(0) }, func() int { return port.Intensity(0) }, fail, port.PowerUp}
}

func onTM1637(t *testing.T, o Opts) bare {
	t.Helper()
	chip := chips.NewTM1637()
	d, err := NewTM1637(chip.CLK(), chip.DIO(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if n := chip.Clashes(); n > 0 {
			t.Errorf("host and chip drove DIO against each other %d times", n)
		}
	})
	return bare{d, chip.Shown, chip.Brightness, chip.Unplug, func() {}}
}

func onHT16K33(t *testing.T, o Opts) bare {
	t.Helper()
	bus, chip := &chips.I2C{}, &chips.HT16K33{}
	chip.PowerUp()
	bus.Add(0x70, chip)
	d, err := NewHT16K33(bus, 0x70, o)
	if err != nil {
		t.Fatal(err)
	}
	plug := func(on bool) {
		if on {
			bus.Unplug(0x70)
		} else {
			bus.Add(0x70, chip)
		}
	}
	return bare{d, chip.Shown, chip.Brightness, plug, chip.PowerUp}
}

var bares = map[string]struct {
	on      func(*testing.T, Opts) bare
	gone    devices.Fault
	answers bool
}{
	"max7219": {onMAX7219, devices.Offline, false},
	"tm1637":  {onTM1637, devices.NoAnswer, true},
	"ht16k33": {onHT16K33, devices.NoAnswer, true},
}

func (b bare) want(t *testing.T, want string) {
	t.Helper()
	if got := strings.TrimSpace(b.shown()); got != want {
		t.Errorf("shows %q, want %q", got, want)
	}
}

func TestTubes(t *testing.T) {
	for name, k := range bares {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &faults{}
				b := k.on(t, Opts{Brightness: 5, Report: f.report})
				show := func(c Content, want string) {
					t.Helper()
					if err := b.dev.Show(t.Context(), c); err != nil {
						t.Fatal(err)
					}
					b.want(t, want)
				}
				show(call, "A012")
				if got := b.bright(); got != 5 {
					t.Errorf("brightness %d, want 5", got)
				}
				b.reset()
				show(Content{Ticket: "P2"}, "P2")
				show(Content{}, "")
				show(Content{Ticket: "1.2"}, "1.2")
				if err := b.dev.Halt(); err != nil {
					t.Error(err)
				}
				b.want(t, "")
				show(call, "A012")
				for _, ticket := range []string{"K1", "A0123"} {
					if err := b.dev.Show(t.Context(), Content{Ticket: ticket}); !errors.Is(err, ErrUnshowable) {
						t.Errorf("%s: got %v, want that it can't be shown", ticket, err)
					}
					b.want(t, "")
				}
				show(call, "A012")
				if who, err := b.dev.Identify(t.Context()); (err == nil) != k.answers || err != nil && !errors.Is(err, devices.ErrCannotAnswer) {
					t.Errorf("got %q, %v", who, err)
				}
				b.want(t, "A012")
				f.want(t, devices.OK, devices.CannotShow, devices.OK)
			})
		})
	}
}

func TestTubesGone(t *testing.T) {
	for name, k := range bares {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &faults{}
				b := k.on(t, Opts{Report: f.report})
				b.unplug(true)
				for range 2 {
					if err := b.dev.Show(t.Context(), call); devices.FaultOf(err) != k.gone {
						t.Errorf("got %v", err)
					}
				}
				b.unplug(false)
				if err := b.dev.Show(t.Context(), call); err != nil {
					t.Error(err)
				}
				b.want(t, "A012")
				f.want(t, k.gone, devices.OK)
			})
		})
	}
}

func TestNewTubesRefuse(t *testing.T) {
	chip := chips.NewTM1637()
	for name, o := range map[string]Opts{"digits": {Digits: 9}, "brightness": {Brightness: 16}, "too dark": {Brightness: -1}} {
		if _, err := NewMAX7219(chips.NewSPI(1), o); err == nil {
			t.Errorf("max7219: wrong %s was accepted", name)
		}
		if _, err := NewTM1637(chip.CLK(), chip.DIO(), o); err == nil {
			t.Errorf("tm1637: wrong %s was accepted", name)
		}
		if _, err := NewHT16K33(&chips.I2C{}, 0x70, o); err == nil {
			t.Errorf("ht16k33: wrong %s was accepted", name)
		}
	}
	if _, err := NewHT16K33(&chips.I2C{}, 0x20, Opts{}); err == nil {
		t.Error("ht16k33: wrong address was accepted")
	}
	if _, err := NewTM1637(nil, chip.DIO(), Opts{}); err == nil {
		t.Error("tm1637 without a clock was accepted")
	}
}

// A port that another program has is a fault which ends when the port is free.
func TestMAX7219OnATakenPort(t *testing.T) {
	f := &faults{}
	port := &takenPort{Port: chips.NewSPI(1), taken: true}
	d, err := NewMAX7219(port, Opts{Report: f.report})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Show(t.Context(), call); !errors.Is(err, devices.ErrOffline) {
			t.Errorf("got %v, want offline", err)
		}
	}
	if _, err := d.Identify(t.Context()); !errors.Is(err, devices.ErrOffline) {
		t.Errorf("identified: got %v, want offline", err)
	}
	port.taken = false
	if err := d.Show(t.Context(), call); err != nil {
		t.Error(err)
	}
	f.want(t, devices.Offline, devices.OK)
}

type takenPort struct {
	spi.Port
	taken bool
}

func (p *takenPort) Connect(f physic.Frequency, m spi.Mode, bits int) (spi.Conn, error) {
	if p.taken {
		return nil, errors.New("device or resource busy")
	}
	return p.Port.Connect(f, m, bits)
}

// The chips get the bytes that their data sheets' readers published.
func TestChipVectors(t *testing.T) {
	all := vectors(t)
	has := func(name string, writes [][]byte, whole bool) {
		t.Helper()
		if !slices.ContainsFunc(writes, func(w []byte) bool {
			return slices.Equal(w, all[name]) || !whole && len(w) > len(all[name]) && slices.Equal(w[:len(all[name])], all[name])
		}) {
			t.Errorf("%s is not in % X", name, writes)
		}
	}
	port := &spitest.Record{}
	m, err := NewMAX7219(port, Opts{Brightness: 8})
	if err != nil {
		t.Fatal(err)
	}
	bus := &i2ctest.Record{}
	h, err := NewHT16K33(bus, 0x70, Opts{Brightness: 15})
	if err != nil {
		t.Fatal(err)
	}
	chip := chips.NewTM1637()
	tm, err := NewTM1637(chip.CLK(), chip.DIO(), Opts{Brightness: 7})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []Display{m, h, tm} {
		if err := d.Show(t.Context(), call); err != nil {
			t.Fatal(err)
		}
	}
	var words, writes [][]byte
	for _, op := range port.Ops {
		words = append(words, op.W)
	}
	for _, op := range bus.Ops {
		writes = append(writes, op.W)
	}
	for _, name := range []string{"test-off", "intensity-8", "normal", "no-decode", "digit4-A-raw", "digit2-1-raw"} {
		has("max7219 "+name, words, true)
	}
	for _, name := range []string{"osc-on", "display-on", "bright-15"} {
		has("ht16k33 "+name, writes, true)
	}
	has("ht16k33 write-A012-7seg", writes, false)
	sent := slices.Concat([]byte{tmWriteAuto}, all["tm1637 write-A012"], all["tm1637 display-on-max"])
	if got := chip.Bytes(); !slices.Equal(got, sent) {
		t.Errorf("tm1637 got % X, want % X", got, sent)
	}
}

// A pin that cannot be driven is a line that is gone.
func TestTM1637PinError(t *testing.T) {
	chip := chips.NewTM1637()
	d, err := NewTM1637(&brokenPin{PinOut: chip.CLK()}, chip.DIO(), Opts{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Show(t.Context(), call); !errors.Is(err, devices.ErrOffline) {
		t.Errorf("got %v", err)
	}
}

type brokenPin struct{ gpio.PinOut }

func (*brokenPin) Out(gpio.Level) error { return errors.New("no such device") }
