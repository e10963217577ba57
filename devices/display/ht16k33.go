package display

import (
	"errors"
	"fmt"

	"periph.io/x/conn/v3/i2c"

	"halld/devices"
)

// Commands of the HT16K33 (Holtek, command summary).
const (
	htRAM        = 0x00
	htSystemOn   = 0x21
	htDisplayOff = 0x80
	htDisplayOn  = 0x81
	htDimming    = 0xE0
	htRAMSize    = 16
)

// htPlaces are the RAM addresses of the four tubes of the common backpack; its
// colon is at 4.
var htPlaces = [...]int{0, 2, 6, 8}

// ht16k33 is one chip behind a 4-digit backpack.
type ht16k33 struct {
	dev    i2c.Dev
	bright byte
}

// NewHT16K33 makes a display of a 4-digit backpack at addr (0x70 to 0x77),
// brightness 0 to 15. Nothing is sent.
func NewHT16K33(bus i2c.Bus, addr uint16, opts Opts) (*Segments, error) {
	opts.fill()
	name := fmt.Sprintf("display ht16k33 %#x on %s", addr, bus)
	err := errors.Join(within("address", int(addr), 0x70, 0x77),
		within("digits", opts.Digits, 1, len(htPlaces)), within("brightness", opts.Brightness, 0, 15))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	h := &ht16k33{i2c.Dev{Bus: bus, Addr: addr}, byte(opts.Brightness)}
	return newSegments(name, h, opts), nil
}

// light writes all RAM, which is random at power-up, before it switches on.
func (h *ht16k33) light(segments []byte) error {
	ram := make([]byte, 1+htRAMSize)
	ram[0] = htRAM
	for i, s := range segments {
		ram[1+htPlaces[len(htPlaces)-len(segments)+i]] = s
	}
	return h.send([]byte{htSystemOn}, ram, []byte{htDimming | h.bright}, []byte{htDisplayOn})
}

func (h *ht16k33) dark() error { return h.send([]byte{htDisplayOff}) }

// ping starts the oscillator, which changes nothing that is seen.
func (h *ht16k33) ping() error { return h.send([]byte{htSystemOn}) }

func (h *ht16k33) send(writes ...[]byte) error {
	for _, w := range writes {
		if err := h.dev.Tx(w, nil); err != nil {
			return fmt.Errorf("writing %02X: %w: %w", w[0], devices.ErrNoAnswer, err)
		}
	}
	return nil
}
