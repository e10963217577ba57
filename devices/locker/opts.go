package locker

import (
	"cmp"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"

	"halld/devices"
)

// What a closed contact means ([Opts.Contact]).
const (
	ClosedWhenLocked = "closed-when-locked" // 关门反馈
	ClosedWhenOpen   = "closed-when-open"   // 开门反馈
)

// Which status byte of a lock8a board holds doors 1-8 ([Opts.Order]).
const (
	HighFirst = "high-first" // the last one
	LowFirst  = "low-first"  // the first one
)

// maxPulse is the longest that a solenoid may be driven.
const maxPulse = time.Second

// Opts describe one board. Contact and Doors have no default, because they
// differ from cabinet to cabinet.
type Opts struct {
	// Board is the board's address on its wire.
	Board int
	// Doors is how many doors are wired, from 1 on.
	Doors int
	// Contact says what a closed contact means.
	Contact string
	// Order of the status bytes of a lock8a board. Default [HighFirst].
	Order string
	// Pulse is how long a lock is driven, at most 1 s; 0 is the board's own
	// time. lock8a takes 0 or 1 s (some firmware), modbus-relay steps of
	// 100 ms (default 200 ms), gpio any (default 300 ms), others only 0.
	Pulse time.Duration
	// Gap is kept between two openings on one line or supply. Default 300 ms.
	Gap time.Duration
	// Supply is what the board shares with others. Default one of its own.
	Supply *Supply
	// OpenWithin is how long a door may take to be seen open. Default 3 s.
	OpenWithin time.Duration
	// Timeout is for one answer of the board. Default 500 ms.
	Timeout time.Duration
	// Quiet is the silence that ends an answer of a lock8a board, whose
	// length is not in its frame. Default 30 ms.
	Quiet time.Duration
	// Poll is the pause between two looks at a door that was told to open,
	// or that seems to have changed. Default 150 ms.
	Poll time.Duration
	// Fast is the pause between two looks while a door is open or about to
	// move. Default 500 ms.
	Fast time.Duration
	// Slow is the pause while all is shut, the time in which a forced door is
	// noticed. Default 5 s.
	Slow time.Duration

	// Pins and Contacts are the locks (active high) and contacts (to ground)
	// of a gpio locker, door 1 first.
	Pins     []gpio.PinOut
	Contacts []gpio.PinIn
	// Bus and Addr reach an MCP23017 instead: locks on port A, contacts on
	// port B, at most 8 doors. Default address 0x20.
	Bus  i2c.Bus
	Addr uint16
	// PulseLimiter states that a hardware one-shot ends the pulse of every
	// gpio lock. A pin stays driven when the program dies, so without one a
	// coil burns, and New refuses.
	PulseLimiter bool

	// Report is told what is wrong with the board, on changes. May be nil.
	Report devices.Report
}

func (o *Opts) fill() {
	o.Order = cmp.Or(o.Order, HighFirst)
	o.Gap = cmp.Or(o.Gap, 300*time.Millisecond)
	o.OpenWithin = cmp.Or(o.OpenWithin, 3*time.Second)
	o.Timeout = cmp.Or(o.Timeout, 500*time.Millisecond)
	o.Quiet = cmp.Or(o.Quiet, 30*time.Millisecond)
	o.Poll = cmp.Or(o.Poll, 150*time.Millisecond)
	o.Fast = cmp.Or(o.Fast, 500*time.Millisecond)
	o.Slow = cmp.Or(o.Slow, 5*time.Second)
	o.Addr = cmp.Or(o.Addr, 0x20)
	if o.Supply == nil {
		o.Supply = NewSupply()
	}
	if o.Report == nil {
		o.Report = func(devices.Fault, error) {}
	}
}

// check refuses what no driver can do.
func (o *Opts) check() error {
	switch {
	case o.Doors < 1:
		return fmt.Errorf("locker with %d doors", o.Doors)
	case o.Contact != ClosedWhenLocked && o.Contact != ClosedWhenOpen:
		return fmt.Errorf("contact %q is neither %s nor %s", o.Contact, ClosedWhenLocked, ClosedWhenOpen)
	case o.Order != HighFirst && o.Order != LowFirst:
		return fmt.Errorf("order %q is neither %s nor %s", o.Order, HighFirst, LowFirst)
	case o.Pulse < 0 || o.Pulse > maxPulse:
		return fmt.Errorf("pulse of %v: a lock is driven for %v at most", o.Pulse, maxPulse)
	}
	return nil
}

// limit is what a protocol can address and time.
type limit struct {
	minBoard, maxBoard, doors int
	pulse                     time.Duration // the smallest step of Pulse, or 0 if the board times it alone
}

func (l limit) check(o *Opts) error {
	switch {
	case o.Board < l.minBoard || o.Board > l.maxBoard:
		return fmt.Errorf("board %d: this driver knows boards %d to %d", o.Board, l.minBoard, l.maxBoard)
	case o.Doors > l.doors:
		return fmt.Errorf("%d doors: this driver knows %d on one board", o.Doors, l.doors)
	case l.pulse == 0 && o.Pulse != 0:
		return fmt.Errorf("pulse of %v: this board has its own time, leave it 0", o.Pulse)
	case l.pulse > 0 && o.Pulse%l.pulse != 0:
		return fmt.Errorf("pulse of %v: this board knows steps of %v", o.Pulse, l.pulse)
	}
	return nil
}
