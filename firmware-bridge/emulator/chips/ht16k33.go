package chips

import (
	"errors"
	"sync"

	"halld/firmware-bridge/emulator/wire/segment"
)

// Commands of the HT16K33, in the high nibble.
const (
	htData       = 0x00 // low nibble is the first address of the RAM
	htSystem     = 0x20 // bit 0: oscillator on
	htKeys       = 0x40
	htInterrupts = 0x60
	htDisplay    = 0x80 // bit 0: on, bits 1 and 2: blink
	htRowInt     = 0xA0
	htDimming    = 0xE0
)

// HT16K33 is the LED driver of 4-digit backpacks: digits at RAM 0, 2, 6 and
// 8, the colon at 4. Its RAM is random when it wakes.
type HT16K33 struct {
	mu         sync.Mutex
	ram        [16]byte
	oscillator bool
	on         bool
	blink      byte
	dimming    byte
	at         int // for reads
}

// PowerUp implements [Chip].
func (c *HT16K33) PowerUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.ram {
		c.ram[i] = byte(0xA7 + 59*i)
	}
	c.oscillator, c.on, c.blink, c.dimming, c.at = false, false, 0, 15, 0
}

// Transfer implements [Chip].
func (c *HT16K33) Transfer(w, r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(w) > 0 {
		if err := c.write(w[0], w[1:]); err != nil {
			return err
		}
	}
	for i := range r {
		r[i] = c.ram[(c.at+i)%len(c.ram)]
	}
	return nil
}

func (c *HT16K33) write(cmd byte, data []byte) error {
	low := cmd & 0x0F
	switch cmd & 0xF0 {
	case htData:
		c.at = int(low)
		for i, b := range data {
			c.ram[(c.at+i)%len(c.ram)] = b
		}
		return nil
	case htSystem:
		c.oscillator = low&1 != 0
	case htDisplay:
		c.on, c.blink = low&1 != 0, low>>1&3
	case htDimming:
		c.dimming = low
	case htKeys, htInterrupts, htRowInt:
	default:
		return errors.New("HT16K33 knows no such command")
	}
	if len(data) > 0 {
		return errors.New("HT16K33 command with data behind it")
	}
	return nil
}

// Shown is what the four digits show, with a colon between the second and
// the third; empty while the display is off.
func (c *HT16K33) Shown() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.on || !c.oscillator {
		return ""
	}
	s := segment.Glyph(c.ram[0]) + segment.Glyph(c.ram[2])
	if c.ram[4]&0x02 != 0 {
		s += ":"
	}
	return s + segment.Glyph(c.ram[6]) + segment.Glyph(c.ram[8])
}

// RAM is the display memory.
func (c *HT16K33) RAM() [16]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ram
}

// Brightness is 0 to 15.
func (c *HT16K33) Brightness() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.dimming)
}

// Blink is 0 for steady, then 2, 1 and 0.5 Hz.
func (c *HT16K33) Blink() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.blink)
}
