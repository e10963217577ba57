package locker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"halld/devices"
	"halld/devices/internal/loop"
)

// Errors of Open.
var (
	// ErrStuck means that the lock was pulsed and the door still reads locked.
	ErrStuck = errors.New("door did not open")
	// ErrNotSent means that the lock was not driven: nothing moved.
	ErrNotSent = errors.New("lock was not driven")
	// ErrUnreported means that the board answers and says nothing of the door.
	ErrUnreported error = unreported{}
)

type unreported struct{}

func (unreported) Error() string         { return "the board does not report the door" }
func (unreported) Stands() devices.Fault { return devices.DoorUnknown }

// Open pulses the lock of a door once and says what its contact says then: Open
// as soon as it was seen open twice, or Locked with [ErrStuck] after OpenWithin.
// Unknown with [ErrNotSent] means that nothing moved; Unknown with another error,
// that the pulse was sent and the outcome could not be read. A door that reads
// open already is pulsed too, because a cut contact wire may read so.
//
// may is asked at the last moment, when the wire and the supply are at hand and
// nothing is left to wait for. If it returns an error, the lock is not driven
// and Open wraps the error.
//
// Openings wait for each other: one at a time on a board, and Gap apart on a
// line and on a [Supply]. Open never repeats a pulse; whether to try again is
// for a person.
func (d *Dev) Open(ctx context.Context, door int, may func() error) (State, error) {
	s, err := d.open(ctx, door, may)
	if err != nil {
		err = fmt.Errorf("%s: opening door %d: %w", d, door, err)
	}
	return s, err
}

func (d *Dev) open(ctx context.Context, door int, may func() error) (State, error) {
	if door < 1 || door > d.opts.Doors {
		return Unknown, fmt.Errorf("%w: there are doors 1 to %d", ErrNotSent, d.opts.Doors)
	}
	if err := d.turn.take(ctx); err != nil {
		return Unknown, fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	defer d.turn.give()
	told, err := d.strike(ctx, door, may)
	if err != nil {
		return Unknown, err
	}
	s, err := d.outcome(ctx, door, told)
	if s == Open {
		d.noteOpen(door)
	}
	return s, err
}

// strike reads the door, asks whether it may, and pulses the lock, in one turn
// on the supply and the wire. told is what the board said against it.
func (d *Dev) strike(ctx context.Context, door int, may func() error) (told, err error) {
	if err := d.opts.Supply.turn.take(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	defer d.opts.Supply.turn.give()
	pulsed := false
	err = d.line.Do(ctx, func(c devices.Conn) error {
		if err := d.visible(c, door); err != nil {
			return err
		}
		if err := may(); err != nil {
			return err
		}
		pulsed = true
		told, err = d.pulse(c, door)
		return err
	})
	if err != nil && !pulsed {
		err = fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	return told, err
}

// visible makes sure that what comes of an opening can be seen.
func (d *Dev) visible(c devices.Conn, door int) error {
	bits, err := d.readTwice(c)
	if err == nil && d.opts.states(bits)[door-1] == Unknown {
		err = ErrUnreported
	}
	return err
}

// pulse drives a lock. What may have stayed on after an error, Watch switches
// off as soon as it can.
func (d *Dev) pulse(c devices.Conn, door int) (told, err error) {
	d.expect()
	err = d.board.pulse(c, door)
	if isRefusal(err) {
		return err, nil
	}
	if err != nil {
		d.rested.Store(false)
		d.look()
	}
	return nil, err
}

// outcome looks at the door until it was seen open twice in a row, which no
// bounce of the contact under the pulse survives, or until its time is over.
func (d *Dev) outcome(ctx context.Context, door int, told error) (State, error) {
	end := time.Now().Add(d.opts.OpenWithin)
	last := Unknown
	for {
		states, err := d.states(ctx)
		if err == nil && states[door-1] == Open && last == Open {
			return Open, nil
		}
		last = Unknown
		if err == nil {
			last = states[door-1]
		}
		if !time.Now().Before(end) {
			return verdict(last, errors.Join(err, told))
		}
		if loop.Sleep(ctx, d.opts.Poll); ctx.Err() != nil {
			return Unknown, ctx.Err()
		}
	}
}

// verdict is what the last look says when the time is over.
func verdict(last State, cause error) (State, error) {
	switch {
	case last == Open:
		return Open, nil
	case last == Locked && cause == nil:
		return Locked, ErrStuck
	case last == Locked:
		return Locked, fmt.Errorf("%w: %w", ErrStuck, cause)
	case cause == nil:
		return Unknown, ErrUnreported
	default:
		return Unknown, cause
	}
}
