package display

import (
	"cmp"
	"errors"
	"fmt"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"halld/devices"
)

// Registers of the MAX7219 (Maxim 19-4452, table 2). Words are 16 bits, register
// first, latched when CS rises. Digit 0 of the sheet, register 1, is the
// rightmost tube. The 5 V part needs a level shifter behind a Pi.
const (
	maxDigit0      = 0x01
	maxDecodeMode  = 0x09
	maxIntensity   = 0x0A
	maxScanLimit   = 0x0B
	maxShutdown    = 0x0C
	maxDisplayTest = 0x0F
)

const maxSpeed = physic.MegaHertz // the chip takes 10 MHz, a cable to the tubes less

// max7219 is one chip with up to 8 tubes. It cannot answer.
type max7219 struct {
	port   spi.Port
	conn   conn.Conn // nil until the port could be connected to
	digits int
	bright byte
}

// NewMAX7219 makes a display of one MAX7219 with up to 8 tubes, brightness 0 to
// 15. The port is connected to at the first use, and again at the next if it was
// taken. Nothing is sent.
func NewMAX7219(port spi.Port, opts Opts) (*Segments, error) {
	opts.fill()
	name := fmt.Sprintf("display max7219 on %s", port)
	err := errors.Join(within("digits", opts.Digits, 1, 8), within("brightness", opts.Brightness, 0, 15))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return newSegments(name, &max7219{port: port, digits: opts.Digits, bright: byte(opts.Brightness)}, opts), nil
}

// light sets every register each time: a dip of the supply may have reset any.
func (m *max7219) light(segments []byte) error {
	words := [][2]byte{
		{maxDisplayTest, 0},
		{maxDecodeMode, 0},
		{maxScanLimit, byte(m.digits - 1)},
		{maxIntensity, m.bright},
	}
	for i, s := range segments {
		words = append(words, [2]byte{maxDigit0 + byte(m.digits-1-i), mirror(s)})
	}
	return m.send(append(words, [2]byte{maxShutdown, 1})...)
}

func (m *max7219) dark() error { return m.send([2]byte{maxShutdown, 0}) }

// ping finds out as much as there is to find out: whether the port is there.
func (m *max7219) ping() error { return cmp.Or(m.connect(), devices.ErrCannotAnswer) }

func (m *max7219) connect() (err error) {
	if m.conn == nil {
		if m.conn, err = m.port.Connect(maxSpeed, spi.Mode0, 8); err != nil {
			m.conn = nil
			return fmt.Errorf("connecting: %w: %w", devices.ErrOffline, err)
		}
	}
	return nil
}

func (m *max7219) send(words ...[2]byte) error {
	if err := m.connect(); err != nil {
		return err
	}
	for _, w := range words {
		if err := m.conn.Tx(w[:], nil); err != nil {
			return fmt.Errorf("writing register %02X: %w: %w", w[0], devices.ErrOffline, err)
		}
	}
	return nil
}

// mirror turns segments into the chip's order: dot, then A to G downwards.
func mirror(s byte) byte {
	m := s & dot
	for i := range 7 {
		m |= s >> i & 1 << (6 - i)
	}
	return m
}
