package chips

import (
	"errors"
	"fmt"
	"sync"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// ErrNoAck is wrapped by the error of a transfer that nobody acknowledged.
var ErrNoAck = errors.New("remote I/O error")

// Chip is a slave on an [I2C] bus.
type Chip interface {
	// Transfer takes what was written and then fills r.
	Transfer(w, r []byte) error
	// PowerUp brings the chip into the state in which it wakes.
	PowerUp()
}

// I2C is a bus with chips on it. Its zero value has none.
type I2C struct {
	mu    sync.Mutex
	chips map[uint16]Chip
	fail  int // transfers still to fail; negative means all
	count int
}

var _ i2c.BusCloser = &I2C{}

// Add puts a chip at a 7-bit address and powers it up.
func (b *I2C) Add(addr uint16, c Chip) {
	c.PowerUp()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.chips == nil {
		b.chips = map[uint16]Chip{}
	}
	b.chips[addr] = c
}

// Unplug takes the chip at an address off the bus.
func (b *I2C) Unplug(addr uint16) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.chips, addr)
}

// Fail lets the next n transfers fail; a negative n fails all until Fail(0).
func (b *I2C) Fail(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = n
}

// Transfers is how many transfers a chip has acknowledged.
func (b *I2C) Transfers() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count
}

// String implements [i2c.Bus].
func (b *I2C) String() string { return "emulated I2C" }

// Close implements [i2c.BusCloser].
func (b *I2C) Close() error { return nil }

// SetSpeed implements [i2c.Bus]. A Pi's bus refuses it too.
func (b *I2C) SetSpeed(physic.Frequency) error {
	return errors.New("setting the speed of the bus: not supported")
}

// Tx implements [i2c.Bus].
func (b *I2C) Tx(addr uint16, w, r []byte) error {
	b.mu.Lock()
	chip := b.chips[addr]
	if b.fail != 0 {
		b.fail = max(b.fail-1, -1)
		chip = nil
	}
	if chip != nil {
		b.count++
	}
	b.mu.Unlock()
	if chip == nil {
		return fmt.Errorf("talking to I2C address 0x%02X: %w", addr, ErrNoAck)
	}
	return chip.Transfer(w, r)
}
