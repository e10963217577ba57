package locker

import (
	"context"
	"fmt"
	"slices"
	"time"

	"halld/devices"
)

// Watch tells every door's state once, and then every change, until ctx ends;
// it returns nil then. First, and after a pulse that failed, it switches off what
// the board does not switch off by itself. A state counts when two looks in a row
// agree, Poll apart. A board that cannot be read makes its doors Unknown.
//
// The board is asked every Slow while all is shut, every Fast while a door is
// open or was told to open, and at once when it reports a change by itself. Such
// a report only says when to look: the status answer says what is.
//
// emit is called from Watch and must not block for long.
func (d *Dev) Watch(ctx context.Context, emit func(door int, s State)) error {
	w := newWatch(d, emit)
	d.rested.Store(false)
	for ctx.Err() == nil {
		var on error
		if !d.rested.Load() {
			on = d.line.Do(ctx, d.rest)
		}
		states, err := d.States(ctx)
		if ctx.Err() == nil { // what a stop cuts short says nothing of the doors
			w.look(states, err, on)
			d.pause(ctx, w)
		}
	}
	return nil
}

// pause waits until the next look is due, or for news from the board or an
// opening. Between two looks at a contact that moves nothing cuts it short.
func (d *Dev) pause(ctx context.Context, w *watch) {
	wake := d.wake
	if w.moving() {
		wake = nil
	}
	timer := time.NewTimer(w.interval())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}

// look makes Watch look at once. It never blocks.
func (d *Dev) look() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// expect makes Watch look often for the time a door has to open, and a little
// longer: a worker may open it after that.
func (d *Dev) expect() {
	d.mu.Lock()
	d.expects = time.Now().Add(2 * d.opts.OpenWithin)
	d.mu.Unlock()
	d.look()
}

func (d *Dev) expecting() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Now().Before(d.expects)
}

// noteOpen tells Watch that Open saw a door open, so that its shutting is news
// even when it is shut again before Watch looks.
func (d *Dev) noteOpen(door int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, door)
}

// takeOpened gives the doors that Open saw open since the last look.
func (d *Dev) takeOpened() []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	doors := d.opened
	d.opened = nil
	return doors
}

// watch is what Watch knows. Only Watch touches it.
type watch struct {
	dev   *Dev
	emit  func(door int, s State)
	doors []steady[State]
	fault steady[devices.Fault]
}

func newWatch(d *Dev, emit func(int, State)) *watch {
	return &watch{dev: d, emit: emit, doors: make([]steady[State], d.opts.Doors)}
}

// look takes one reading, or the error that came instead; on is why something
// could not be switched off.
func (w *watch) look(states []State, err, on error) {
	if err != nil {
		states = make([]State, len(w.doors))
	} else if i := slices.Index(states, Unknown); i >= 0 {
		err = fmt.Errorf("%s: door %d: %w", w.dev, i+1, ErrUnreported)
	} else if on != nil {
		err = fmt.Errorf("%s: %w", w.dev, on)
	}
	if fault := devices.FaultOf(err); w.fault.see(fault) {
		w.dev.opts.Report(fault, err)
	}
	for _, door := range w.dev.takeOpened() {
		if w.doors[door-1].settle(Open) {
			w.emit(door, Open)
		}
	}
	for i, s := range states {
		if w.doors[i].see(s) {
			w.emit(i+1, s)
		}
	}
}

// interval is the pause before the next look.
func (w *watch) interval() time.Duration {
	open := slices.ContainsFunc(w.doors, func(s steady[State]) bool { return s.now == Open })
	switch {
	case w.moving():
		return w.dev.opts.Poll
	case open || w.dev.expecting():
		return w.dev.opts.Fast
	default:
		return w.dev.opts.Slow
	}
}

// moving tells that the last look has to be confirmed.
func (w *watch) moving() bool {
	return w.fault.moving() || slices.ContainsFunc(w.doors, steady[State].moving)
}

// steady is a value that counts when it was seen twice in a row.
type steady[T comparable] struct {
	now, last  T
	told, once bool
}

// see takes a reading and says whether it settles a new value.
func (s *steady[T]) see(v T) bool {
	twice := s.once && s.last == v
	s.last, s.once = v, true
	if !twice || s.told && s.now == v {
		return false
	}
	s.now, s.told = v, true
	return true
}

// settle takes a value that somebody else has seen often enough, and says
// whether it is a new one.
func (s *steady[T]) settle(v T) bool {
	is := !s.told || s.now != v
	s.now, s.last, s.told, s.once = v, v, true, true
	return is
}

// moving tells that the last reading differs from the settled value.
func (s steady[T]) moving() bool { return !s.told || s.last != s.now }
