package chips

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"halld/firmware-bridge/emulator/wire/wiretest"
)

func TestHT16K33(t *testing.T) {
	v := wiretest.Vectors(t)
	chip, bus := &HT16K33{}, &I2C{}
	bus.Add(0x70, chip)
	dev := i2c.Dev{Bus: bus, Addr: 0x70}
	send := func(names ...string) {
		for _, n := range names {
			if err := dev.Tx(v["ht16k33/"+n].Bytes, nil); err != nil {
				t.Fatalf("%s: %v", n, err)
			}
		}
	}
	send("write-A012-7seg", "display-on")
	if chip.Shown() != "" {
		t.Errorf("without its oscillator it shows %q", chip.Shown())
	}
	send("osc-on")
	if chip.Shown() != "A012" {
		t.Errorf("shown %q, want A012", chip.Shown())
	}
	if ram := chip.RAM(); ram[15] == 0 {
		t.Error("the RAM woke up empty")
	}
	send("clear-all", "blink-2hz", "bright-0")
	if chip.Shown() != "    " || chip.Blink() != 1 || chip.Brightness() != 0 || chip.RAM() != [16]byte{} {
		t.Errorf("cleared: shown %q, blink %d, brightness %d", chip.Shown(), chip.Blink(), chip.Brightness())
	}
	if err := dev.Tx([]byte{0x04, 0x02}, nil); err != nil || chip.Shown() != "  :  " {
		t.Errorf("colon: %q, %v", chip.Shown(), err)
	}
	r := make([]byte, 2)
	if err := dev.Tx([]byte{0x04}, r); err != nil || r[0] != 0x02 {
		t.Errorf("reading the RAM: % X, %v", r, err)
	}
	for _, bad := range [][]byte{{0x21, 0x00}, {0x10}} {
		if dev.Tx(bad, nil) == nil {
			t.Errorf("command % X was taken", bad)
		}
	}
	chip.PowerUp()
	if chip.Shown() != "" {
		t.Errorf("after power-up it shows %q", chip.Shown())
	}
}

func TestI2CFaults(t *testing.T) {
	bus := &I2C{}
	bus.Add(0x70, &HT16K33{})
	try := func() error { return bus.Tx(0x70, []byte{0x21}, nil) }
	if err := bus.Tx(0x71, []byte{0x21}, nil); !errors.Is(err, ErrNoAck) {
		t.Errorf("an empty address: %v", err)
	}
	bus.Fail(1)
	if err := try(); !errors.Is(err, ErrNoAck) {
		t.Errorf("ordered to fail: %v", err)
	}
	if err := try(); err != nil {
		t.Errorf("after that: %v", err)
	}
	bus.Fail(-1)
	if errs := []error{try(), try(), try()}; slices.Contains(errs, nil) {
		t.Errorf("ordered to fail for good: %v", errs)
	}
	bus.Fail(0)
	bus.Unplug(0x70)
	if try() == nil || bus.Transfers() != 1 {
		t.Errorf("unplugged: %d transfers, want 1", bus.Transfers())
	}
}

func TestMCP23017(t *testing.T) {
	v := wiretest.Vectors(t)
	chip, bus := &MCP23017{}, &I2C{}
	bus.Add(0x20, chip)
	dev := i2c.Dev{Bus: bus, Addr: 0x20}
	var watched []int
	chip.Watch(func(e Edge) { watched = append(watched, e.Pin) })
	send := func(r []byte, names ...string) {
		for _, n := range names {
			if err := dev.Tx(v["i2c-mcp23017/"+n].Bytes, r); err != nil {
				t.Fatalf("%s: %v", n, err)
			}
		}
	}
	send(nil, "olat-a-low", "iodir-a-out", "iodir-b-in", "gppu-b-on")
	if len(chip.Edges()) != 0 {
		t.Errorf("starting moved %v", chip.Edges())
	}
	chip.Ground(8, true)
	chip.Ground(11, true)
	b := make([]byte, 1)
	if send(b, "read-gpio-b"); b[0] != 0xF6 {
		t.Errorf("port B reads %02X, want F6", b[0])
	}
	send(nil, "olat-a-bit0")
	if high, driven := chip.Output(0); !high || !driven {
		t.Error("A0 is not driven high")
	}
	chip.PowerUp() // a brown-out drops the output
	if high, driven := chip.Output(0); high || driven {
		t.Error("A0 is driven after a brown-out")
	}
	iodir := make([]byte, 2)
	if err := dev.Tx([]byte{regIODIR}, iodir); err != nil || iodir[0] != 0xFF || iodir[1] != 0xFF {
		t.Errorf("IODIR reads % X, %v", iodir, err)
	}
	if diff := cmp.Diff([]int{0, 0}, watched); diff != "" || len(chip.Edges()) != 2 {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
}

func TestMCP23017ShowsAGlitch(t *testing.T) {
	chip := &MCP23017{}
	chip.PowerUp()
	for _, w := range [][]byte{{regOLAT, 0x01}, {regIODIR, 0x00}, {regOLAT, 0x00}} {
		if err := chip.Transfer(w, nil); err != nil {
			t.Fatal(err)
		}
	}
	if e := chip.Edges(); len(e) != 2 || !e[0].High || e[1].High {
		t.Errorf("direction before latch gives %v, want a pulse", e)
	}
}

func TestMAX7219(t *testing.T) {
	v := wiretest.Vectors(t)
	port := NewSPI(1)
	c, err := port.Connect(physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	send := func(names ...string) {
		for _, n := range names {
			if err := c.Tx(v["max7219/"+n].Bytes, nil); err != nil {
				t.Fatalf("%s: %v", n, err)
			}
		}
	}
	words := func(b ...byte) {
		for w := range slices.Chunk(b, 2) {
			if err := c.Tx(w, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	words(maxScanLimit, 3, 0x03, 0x7E, 0x01, 0x6D)
	send("digit4-A-raw", "digit2-1-raw", "intensity-8", "no-decode")
	if port.Shown(0) != "" {
		t.Errorf("shut down it shows %q", port.Shown(0))
	}
	send("normal", "test-off")
	if port.Shown(0) != "A012" || port.Intensity(0) != 8 {
		t.Errorf("shown %q at %d, want A012 at 8", port.Shown(0), port.Intensity(0))
	}
	send("decode-b", "digit1-blank-codeb")
	if got := port.Shown(0); got[3] != ' ' {
		t.Errorf("shown %q, want the last digit blank", got)
	}
	words(maxTest, 1)
	if port.Shown(0) != "test" {
		t.Errorf("in test it shows %q", port.Shown(0))
	}
	port.PowerUp()
	if port.Shown(0) != "" {
		t.Error("it wakes up lit")
	}
}

func TestMAX7219Chain(t *testing.T) {
	port := NewSPI(2)
	c, err := port.Connect(0, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, frame := range [][]byte{
		{maxShutdown, 1, maxShutdown, 1},
		{maxDecode, 0xFF, maxDecode, 0xFF},
		{maxDigit0, 7, maxNoOp, 0}, // the word sent first goes to the far unit
		{maxNoOp, 0, maxDigit0, 3},
	} {
		if err := c.Tx(frame, nil); err != nil {
			t.Fatal(err)
		}
	}
	if port.Shown(0) != "3" || port.Shown(1) != "7" || port.Shown(2) != "" {
		t.Errorf("shown %q and %q, want 3 and 7", port.Shown(0), port.Shown(1))
	}
	r := make([]byte, 4)
	if err := c.TxPackets([]spi.Packet{{W: []byte{maxDigit0, 1}, KeepCS: true}, {W: []byte{maxDigit0, 2}}, {W: make([]byte, 4), R: r}}); err != nil {
		t.Fatal(err)
	}
	if port.Shown(0) != "2" || port.Shown(1) != "1" || !slices.Equal(r, []byte{maxDigit0, 1, maxDigit0, 2}) {
		t.Errorf("two packets under one CS: %q and %q, shifted out % X", port.Shown(0), port.Shown(1), r)
	}
}

func TestSPIRefuses(t *testing.T) {
	port := NewSPI(1)
	for name, connect := range map[string]func() (spi.Conn, error){
		"mode":  func() (spi.Conn, error) { return port.Connect(0, spi.Mode3, 8) },
		"clock": func() (spi.Conn, error) { return port.Connect(20*physic.MegaHertz, spi.Mode0, 8) },
		"bits":  func() (spi.Conn, error) { return port.Connect(0, spi.Mode0, 16) },
	} {
		if _, err := connect(); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	c, err := port.Connect(0, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := port.Connect(0, spi.Mode0, 8); err == nil {
		t.Error("a second connection is accepted")
	}
	port.Fail(1)
	if c.Tx([]byte{1, 1}, nil) == nil || c.Tx([]byte{1, 1}, nil) != nil {
		t.Error("a transfer does not fail as ordered, once")
	}
	if c.Tx([]byte{1, 1}, make([]byte, 1)) == nil {
		t.Error("buffers of different length are accepted")
	}
}

// host bangs the two wires of a TM1637 as a careful driver does.
type host struct {
	t        *testing.T
	clk, dio gpio.PinIO
	pushPull bool // does not let go of DIO for the ack
}

func (h host) out(p gpio.PinIO, l gpio.Level) {
	if err := p.Out(l); err != nil {
		h.t.Fatal(err)
	}
}

// send is one frame from start to stop; it returns the acks.
func (h host) send(b ...byte) (acks []bool) {
	h.out(h.dio, gpio.Low)
	for _, c := range b {
		for i := range 8 {
			h.out(h.clk, gpio.Low)
			h.out(h.dio, gpio.Level(c>>i&1 != 0))
			h.out(h.clk, gpio.High)
		}
		h.out(h.clk, gpio.Low)
		if h.pushPull {
			h.out(h.dio, gpio.High)
		} else if err := h.dio.In(gpio.PullUp, gpio.NoEdge); err != nil {
			h.t.Fatal(err)
		}
		h.out(h.clk, gpio.High)
		if !h.pushPull {
			acks = append(acks, h.dio.Read() == gpio.Low)
		}
		h.out(h.clk, gpio.Low)
		h.out(h.dio, gpio.Low)
	}
	h.out(h.clk, gpio.High)
	h.out(h.dio, gpio.High)
	return acks
}

func TestTM1637(t *testing.T) {
	v := wiretest.Vectors(t)
	chip := NewTM1637()
	h := host{t: t, clk: chip.CLK(), dio: chip.DIO()}
	for _, c := range [][]byte{{0x40}, v["tm1637/write-A012"].Bytes} {
		for i, ack := range h.send(c...) {
			if !ack {
				t.Errorf("byte %d of % X was not acknowledged", i, c)
			}
		}
	}
	if chip.Shown() != "" {
		t.Errorf("off it shows %q", chip.Shown())
	}
	h.send(v["tm1637/display-on-max"].Bytes...)
	if chip.Shown() != "A012" || chip.Brightness() != 7 {
		t.Errorf("shown %q at %d, want A012 at 7", chip.Shown(), chip.Brightness())
	}
	h.send(0x44)
	h.send(0xC1, 0xBF)
	if chip.Shown() != "A0:12" || chip.RAM() != [6]byte{0x77, 0xBF, 0x06, 0x5B} {
		t.Errorf("fixed address: %q, % X", chip.Shown(), chip.RAM())
	}
	h.send(v["tm1637/display-off"].Bytes...)
	if chip.Shown() != "" || chip.Clashes() != 0 {
		t.Errorf("shown %q, %d clashes", chip.Shown(), chip.Clashes())
	}
	want := slices.Concat([]byte{0x40}, v["tm1637/write-A012"].Bytes, []byte{0x8F, 0x44, 0xC1, 0xBF, 0x80})
	if diff := cmp.Diff(want, chip.Bytes()); diff != "" {
		t.Errorf("bytes (-want +got):\n%s", diff)
	}
}

func TestTM1637PushPullClashes(t *testing.T) {
	chip := NewTM1637()
	h := host{t: t, clk: chip.CLK(), dio: chip.DIO(), pushPull: true}
	h.send(0x40)
	h.send(wiretest.Vectors(t)["tm1637/write-0123"].Bytes...)
	h.send(0x8F)
	if chip.Shown() != "0123" || chip.Clashes() == 0 {
		t.Errorf("shown %q with %d clashes", chip.Shown(), chip.Clashes())
	}
}

func TestTM1637Unplugged(t *testing.T) {
	chip := NewTM1637()
	h := host{t: t, clk: chip.CLK(), dio: chip.DIO()}
	h.send(0x8F)
	chip.Unplug(true)
	if slices.Contains(h.send(0x8F), true) {
		t.Error("an unplugged chip acknowledges")
	}
	chip.Unplug(false)
	if acks := h.send(0x88); !acks[0] || chip.Brightness() != 0 {
		t.Errorf("plugged in again: acks %v, brightness %d", acks, chip.Brightness())
	}
}

func TestReadingAnOutputLetsItGo(t *testing.T) {
	chip := NewTM1637()
	p := chip.CLK()
	if err := p.Out(gpio.Low); err != nil {
		t.Fatal(err)
	}
	if p.Read() != gpio.High || p.Function() != "In" {
		t.Errorf("after a read the pin is %s", p.Function())
	}
}

func FuzzChips(f *testing.F) {
	for _, v := range wiretest.Vectors(f) {
		f.Add(v.Bytes, 3)
	}
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		r := make([]byte, n&0xFF)
		for _, c := range []Chip{&HT16K33{}, &MCP23017{}} {
			c.PowerUp()
			_ = c.Transfer(b, r) // a refusal is fine; a panic is not
		}
		port := NewSPI(3)
		c, err := port.Connect(0, spi.Mode0, 8)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Tx(b, nil); err != nil {
			t.Fatal(err)
		}
		if s := port.Shown(0); len(s) > 16 {
			t.Fatalf("eight digits show %q", s)
		}
		chip := NewTM1637()
		for _, x := range b {
			chip.CLK().set(x&1 != 0, x&2 != 0)
			chip.DIO().set(x&4 != 0, x&8 != 0)
		}
	})
}
