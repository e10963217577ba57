// Package button drives a push button on a pin of the Pi: a contact to ground
// with the pin's own pull-up, so that a pressed button reads Low.
//
// Contacts bounce for some milliseconds and long wires catch spikes, so a level
// counts when it is read twice, Opts.Debounce apart. Edges only wake the driver
// early: one that the kernel lost is seen at the next look. Halt ends a wait at
// once; the pin stays an input.
package button

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"

	"halld/devices"
	"halld/devices/internal/loop"
)

// Opts configures a button. Every zero field takes its default.
type Opts struct {
	Debounce time.Duration // a level must last this long; default 20 ms
	Lockout  time.Duration // a second press within this time of the first is the same; default 500 ms
	Wait     time.Duration // longest wait for an edge, 100 ms to 1 s; default 250 ms
	Stuck    time.Duration // pressed this long is a broken button; default 1 min
	Retry    time.Duration // between two attempts to set up a pin that refuses; default 1 s

	Report devices.Report // told of every change of the button's state; may be nil
}

// ErrStuck says that the button is pressed without end: a short circuit, water,
// or something that leans on it.
var ErrStuck = errors.New("button is stuck")

// Dev is a button.
type Dev struct {
	pin  gpio.PinIn
	opts Opts

	// Run's own.
	pressed bool
	since   time.Time // of pressed
	last    time.Time // press that counted
	news    loop.News
}

// New makes the driver of the button on pin. The pin is not touched yet.
func New(pin gpio.PinIn, opts Opts) *Dev {
	opts.Debounce = cmp.Or(opts.Debounce, 20*time.Millisecond)
	opts.Lockout = cmp.Or(opts.Lockout, 500*time.Millisecond)
	opts.Wait = cmp.Or(opts.Wait, 250*time.Millisecond)
	opts.Stuck = cmp.Or(opts.Stuck, time.Minute)
	opts.Retry = cmp.Or(opts.Retry, time.Second)
	opts.Wait = min(max(opts.Wait, 100*time.Millisecond), time.Second)
	if opts.Report == nil {
		opts.Report = func(devices.Fault, error) {}
	}
	return &Dev{pin: pin, opts: opts, news: loop.News{Report: opts.Report}}
}

// String names the button by its pin.
func (d *Dev) String() string { return fmt.Sprintf("button on %s", d.pin.Name()) }

// Halt ends a wait for an edge.
func (d *Dev) Halt() error { return d.pin.Halt() }

// Identify sets the pin up, reads it once and says what it reads. It is not for
// a button that runs.
func (d *Dev) Identify(context.Context) (string, error) {
	if err := d.setUp(gpio.NoEdge); err != nil {
		return "", err
	}
	state := "released"
	if d.read() {
		state = "pressed"
	}
	return fmt.Sprintf("%s, %s", d, state), nil
}

// Run calls emit at every press until ctx ends, and then returns nil. A button
// that is down when Run starts counts from its next press.
func (d *Dev) Run(ctx context.Context, emit func()) error {
	for ctx.Err() == nil {
		if err := d.setUp(gpio.BothEdges); err != nil {
			d.news.Tell(devices.Offline, err)
			loop.Sleep(ctx, d.opts.Retry)
			continue
		}
		d.pressed, d.since = d.read(), time.Now()
		d.news.Tell(devices.OK, nil)
		for ctx.Err() == nil {
			d.look(ctx, emit)
		}
	}
	return nil
}

// look waits for an edge, or for a while, and sees what the contact does.
func (d *Dev) look(ctx context.Context, emit func()) {
	if d.wait(ctx) {
		loop.Sleep(ctx, d.opts.Debounce) // also bounds what a chattering line costs
	}
	now := time.Now()
	pressed := d.settled(ctx)
	switch {
	case pressed == d.pressed:
		if pressed && now.Sub(d.since) >= d.opts.Stuck {
			d.news.Tell(devices.Broken, fmt.Errorf("%s: %w", d, ErrStuck))
		}
		return
	case !pressed:
		d.news.Tell(devices.OK, nil)
	case d.last.IsZero() || now.Sub(d.last) >= d.opts.Lockout:
		d.last = now
		emit()
	}
	d.pressed, d.since = pressed, now
}

// settled is the level of which two readings agree. A line that does not come
// to rest keeps the level it had.
func (d *Dev) settled(ctx context.Context) bool {
	level := d.read()
	if level == d.pressed {
		return level
	}
	for range 5 {
		loop.Sleep(ctx, d.opts.Debounce)
		next := d.read()
		if next == level {
			return level
		}
		level = next
	}
	return d.pressed
}

// wait is the only caller of WaitForEdge. On the character device 0 waits for
// ever and -1 not at all, so neither ever reaches it; and where it comes back
// early without an edge, the rest of the time is slept.
func (d *Dev) wait(ctx context.Context) bool {
	begun := time.Now()
	if d.pin.WaitForEdge(d.opts.Wait) {
		return true
	}
	if rest := d.opts.Wait - time.Since(begun); rest > 0 {
		loop.Sleep(ctx, rest)
	}
	return false
}

func (d *Dev) setUp(edge gpio.Edge) error {
	if err := d.pin.In(gpio.PullUp, edge); err != nil {
		return fmt.Errorf("setting up the %s: %w", d, err)
	}
	return nil
}

// read reports whether the button is pressed.
func (d *Dev) read() bool { return d.pin.Read() == gpio.Low }
