package lockboard

import (
	"slices"
	"sync"
	"time"
)

// Contact is how a cabinet wires the sense contacts of its locks.
type Contact int

// The two wirings.
const (
	ClosedWhenLocked Contact = iota // 关门反馈
	ClosedWhenOpen                  // 开门反馈
)

// closed tells whether a door's contact is closed.
func (c Contact) closed(locked bool) bool { return locked == (c == ClosedWhenLocked) }

// Cabinet is a number of doors, counted from 1, that start shut and locked.
// All its methods may be called at any time from anywhere; a door that does
// not exist is ignored and reads as open.
type Cabinet struct {
	mu      sync.Mutex
	doors   []door
	pulses  []Pulse
	coils   int               // the supply trips above; zero means never
	limit   time.Duration     // after which a coil burns out; zero means never
	tripped bool              // the supply is down until Reset
	moved   func(changed int) // told of every change of a contact, without mu
}

type door struct {
	shut     bool
	latched  bool      // the bolt holds it
	until    time.Time // the coil is energised until then
	stuck    bool      // the bolt does not draw back
	jammed   bool      // the door does not spring open
	bouncing bool      // the bolt does not catch when the door is pushed shut
}

// locked is what the contact sees.
func (d *door) locked() bool { return d.shut && d.latched }

// Pulse is one time a coil was energised.
type Pulse struct {
	Door int
	At   time.Time
	For  time.Duration
}

// hold is the length of a pulse without an end.
const hold = time.Duration(1<<62 - 1)

// setUp makes n locked doors and tells f of every contact that changes.
func (c *Cabinet) setUp(n int, f func(door int)) {
	c.doors, c.moved = make([]door, n), f
	for i := range c.doors {
		c.doors[i].shut, c.doors[i].latched = true, true
	}
}

// Doors is how many doors the cabinet has.
func (c *Cabinet) Doors() int { return len(c.doors) }

// Locked tells whether a door is shut with its bolt in.
func (c *Cabinet) Locked(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.door(n)
	return d != nil && d.locked()
}

// Pulses returns every time that a coil was energised, oldest first.
func (c *Cabinet) Pulses() []Pulse {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.pulses)
}

// PushShut pushes a door shut. Its bolt catches, at the latest when the coil
// lets go of it.
func (c *Cabinet) PushShut(n int) {
	c.change(n, func(d *door) {
		d.shut = true
		d.latched = d.latched || !d.bouncing && !time.Now().Before(d.until)
	})
}

// ForceOpen breaks a door open without its coil.
func (c *Cabinet) ForceOpen(n int) {
	c.change(n, func(d *door) { d.shut, d.latched = false, false })
}

// StuckBolt lets a bolt stay in when its coil is energised.
func (c *Cabinet) StuckBolt(n int, on bool) {
	c.change(n, func(d *door) { d.stuck = on })
}

// Jammed lets a door stay shut, and locked again after the pulse, when its
// bolt draws back: something leans against it.
func (c *Cabinet) Jammed(n int, on bool) {
	c.change(n, func(d *door) { d.jammed = on })
}

// LeftOpen keeps a door from locking however often it is pushed shut, which
// is what a door left open looks like to the board; if it is shut it opens.
func (c *Cabinet) LeftOpen(n int, on bool) {
	c.change(n, func(d *door) {
		d.bouncing = on
		if on {
			d.shut, d.latched = false, false
		}
	})
}

// PowerBudget makes the supply trip when more than coils are energised at
// once. The doors of the pulse that was too much stay locked, and so do all
// others until Reset.
func (c *Cabinet) PowerBudget(coils int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.coils = coils
}

// CoilLimit burns out every coil that is energised for longer than limit: its
// bolt is stuck from then on. Zero means that coils bear anything.
func (c *Cabinet) CoilLimit(limit time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = limit
}

// Tripped tells whether the supply has tripped.
func (c *Cabinet) Tripped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tripped
}

// Reset puts the supply back on.
func (c *Cabinet) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tripped = false
}

// energise pulses coils all at once.
func (c *Cabinet) energise(pulse time.Duration, doors ...int) {
	now := time.Now()
	c.mu.Lock()
	if c.coils > 0 && c.energised(now)+len(doors) > c.coils {
		c.tripped = true
	}
	down, limit := c.tripped, c.limit
	for _, n := range doors {
		if c.door(n) != nil {
			c.pulses = append(c.pulses, Pulse{n, now, pulse})
		}
	}
	c.mu.Unlock()
	if down {
		return
	}
	for _, n := range doors {
		c.change(n, func(d *door) { d.energise(now.Add(min(pulse, 24*time.Hour))) })
	}
	if limit > 0 && pulse > limit {
		time.AfterFunc(limit, func() { c.burn(doors...) })
	}
	if pulse != hold {
		time.AfterFunc(pulse, func() { c.release(doors...) })
	}
}

func (d *door) energise(until time.Time) {
	if until.After(d.until) {
		d.until = until
	}
	if !d.stuck {
		d.latched = false
		d.shut = d.shut && d.jammed
	}
}

// release ends the pulses that are due: the bolt of a door that is shut
// catches.
func (c *Cabinet) release(doors ...int) {
	for _, n := range doors {
		c.change(n, func(d *door) {
			if !time.Now().Before(d.until) {
				d.latched = d.latched || d.shut && !d.bouncing
			}
		})
	}
}

// burn breaks the coils that are still on.
func (c *Cabinet) burn(doors ...int) {
	for _, n := range doors {
		c.change(n, func(d *door) {
			if time.Now().Before(d.until) {
				d.stuck, d.until = true, time.Time{}
			}
		})
	}
	c.release(doors...)
}

// cutOff ends a coil's hold now.
func (c *Cabinet) cutOff(n int) {
	c.change(n, func(d *door) { d.until = time.Time{} })
	c.release(n)
}

// energised counts the coils that are on; c.mu is held.
func (c *Cabinet) energised(now time.Time) (n int) {
	for i := range c.doors {
		if now.Before(c.doors[i].until) {
			n++
		}
	}
	return n
}

// coil tells whether a door's coil is on.
func (c *Cabinet) coil(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.door(n)
	return d != nil && time.Now().Before(d.until)
}

// change does f to a door and reports when its contact changed.
func (c *Cabinet) change(n int, f func(d *door)) {
	c.mu.Lock()
	d := c.door(n)
	if d == nil {
		c.mu.Unlock()
		return
	}
	before := d.locked()
	f(d)
	changed := d.locked() != before
	c.mu.Unlock()
	if changed {
		c.moved(n)
	}
}

// door is a door or nil; c.mu is held.
func (c *Cabinet) door(n int) *door {
	if n < 1 || n > len(c.doors) {
		return nil
	}
	return &c.doors[n-1]
}

// all is the numbers of all doors.
func (c *Cabinet) all() []int {
	n := make([]int, len(c.doors))
	for i := range n {
		n[i] = i + 1
	}
	return n
}

// bitmap is one bit a door, doors 1 to 8 in the first byte and the lowest bit
// first, set where the contact is closed.
func (c *Cabinet) bitmap(bytes int, contact Contact) []byte {
	b := make([]byte, max(bytes, (len(c.doors)+7)/8))
	for i := range c.doors {
		if contact.closed(c.Locked(i + 1)) {
			b[i/8] |= 1 << (i % 8)
		}
	}
	return b[:bytes]
}

// picked is the doors whose bits are set, in the order of bitmap.
func picked(b []byte) (doors []int) {
	for i := range 8 * len(b) {
		if b[i/8]>>(i%8)&1 != 0 {
			doors = append(doors, i+1)
		}
	}
	return doors
}
