package display

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"

	"halld/devices"
)

// Commands of the TM1637 (Titan Micro, data sheet V2.4).
const (
	tmWriteAuto = 0x40 // data command, address counts up
	tmAddress0  = 0xC0
	tmOff       = 0x80
	tmOn        = 0x88 // plus brightness 0 to 7
	tmDigits    = 6
)

// tmHalf is half a clock; the chip takes 250 kHz.
const tmHalf = 2 * time.Microsecond

// tm1637 talks to the chip over two pins: a start is DIO falling and a stop DIO
// rising while CLK is high, bytes go lowest bit first, and in the ninth clock
// the chip pulls DIO low. For that clock DIO is made an input with pull-up, and
// never read while it is an output.
type tm1637 struct {
	clk    gpio.PinOut
	dio    gpio.PinIO
	bright byte
}

// NewTM1637 makes a display of one TM1637 with up to 6 tubes, brightness 0 to
// 7. Nothing is sent.
func NewTM1637(clk gpio.PinOut, dio gpio.PinIO, opts Opts) (*Segments, error) {
	opts.fill()
	if clk == nil || dio == nil {
		return nil, errors.New("display tm1637: no such pin")
	}
	name := fmt.Sprintf("display tm1637 on %s and %s", clk, dio)
	err := errors.Join(within("digits", opts.Digits, 1, tmDigits), within("brightness", opts.Brightness, 0, 7))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return newSegments(name, &tm1637{clk, dio, byte(opts.Brightness)}, opts), nil
}

func (t *tm1637) light(segments []byte) error {
	digits := make([]byte, 1+tmDigits)
	digits[0] = tmAddress0
	copy(digits[1:], segments)
	return t.send([]byte{tmWriteAuto}, digits, []byte{tmOn | t.bright})
}

func (t *tm1637) dark() error { return t.send([]byte{tmOff}) }

// ping sends the command that every Show begins with.
func (t *tm1637) ping() error { return t.send([]byte{tmWriteAuto}) }

// send sends commands, each between a start and a stop.
func (t *tm1637) send(commands ...[]byte) error {
	w := &tmWire{clk: t.clk, dio: t.dio}
	heard := true
	for _, c := range commands {
		w.start()
		for _, b := range c {
			heard = w.write(b) && heard
		}
		w.stop()
	}
	if w.err != nil {
		return fmt.Errorf("driving the pins: %w: %w", devices.ErrOffline, w.err)
	}
	if !heard {
		return fmt.Errorf("writing %02X: %w", commands[0][0], devices.ErrNoAnswer)
	}
	return nil
}

// tmWire moves the two pins and keeps the first error.
type tmWire struct {
	clk gpio.PinOut
	dio gpio.PinIO
	err error
}

func (w *tmWire) start() {
	w.out(w.dio, gpio.High)
	w.out(w.clk, gpio.High)
	w.out(w.dio, gpio.Low)
	w.out(w.clk, gpio.Low)
}

func (w *tmWire) stop() {
	w.out(w.dio, gpio.Low)
	w.out(w.clk, gpio.High)
	w.out(w.dio, gpio.High)
}

// write sends a byte and says whether the chip pulled DIO low for it.
func (w *tmWire) write(b byte) bool {
	for i := range 8 {
		w.out(w.dio, b>>i&1 == 1)
		w.out(w.clk, gpio.High)
		w.out(w.clk, gpio.Low)
	}
	w.keep(w.dio.In(gpio.PullUp, gpio.NoEdge))
	w.out(w.clk, gpio.High)
	heard := w.dio.Read() == gpio.Low
	w.out(w.clk, gpio.Low)
	return heard
}

func (w *tmWire) out(p gpio.PinOut, l gpio.Level) {
	w.keep(p.Out(l))
	time.Sleep(tmHalf)
}

func (w *tmWire) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}
