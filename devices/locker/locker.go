package locker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"halld/devices"
	"halld/devices/internal/ask"
	"halld/devices/internal/loop"
)

// Locker is a board as the hall uses it.
type Locker interface {
	Open(ctx context.Context, door int, may func() error) (State, error)
	States(ctx context.Context) ([]State, error)
	Watch(ctx context.Context, emit func(door int, s State)) error
	String() string
}

var _ Locker = (*Dev)(nil)

// Errors of Open.
var (
	// ErrStuck means that the lock was pulsed and the door still reads locked.
	ErrStuck = errors.New("door did not open")
	// ErrNotSent means that the lock was not driven: nothing moved.
	ErrNotSent = errors.New("lock was not driven")
	// ErrUnreported means that the board answers and says nothing of the door.
	ErrUnreported = errors.New("the board does not report the door")
)

// Dev is one board with its doors.
type Dev struct {
	name  string
	line  devices.Line
	board board
	opts  Opts
	turn  turn          // to open a door of this board
	wake  chan struct{} // tells Watch to look at once

	rested atomic.Bool // what the board does not switch off itself is off

	mu      sync.Mutex
	expects time.Time // until when a door may move
	opened  []int     // doors that Open saw open and Watch has not heard of
}

// New makes a board of a driver: lock8a, wkly, kerong, modbus-relay, or gpio,
// which has no line. Nothing is sent. It must be called before the line runs.
func New(driver string, line devices.Line, opts Opts) (*Dev, error) {
	opts.fill()
	d := &Dev{
		name: fmt.Sprintf("locker %s board %d", driver, opts.Board),
		line: line, opts: opts,
		turn: newTurn(), wake: make(chan struct{}, 1),
	}
	err := opts.check()
	if err == nil {
		err = d.attach(driver)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	return d, nil
}

// attach chooses the board. Serial boards hear the line.
func (d *Dev) attach(driver string) (err error) {
	if driver == "gpio" {
		d.line = newBench()
		d.board, err = newPins(&d.opts)
		return err
	}
	if d.line == nil {
		return errors.New("no line")
	}
	p, err := newProtocol(driver, &d.opts)
	if err != nil {
		return err
	}
	b := &serialBoard{
		protocol: p,
		ask:      ask.Opts{Timeout: d.opts.Timeout},
		hold:     max(d.opts.Gap, d.opts.Pulse+pulseMargin),
		stirs:    d.look,
	}
	if driver == "lock8a" {
		b.ask.Quiet = d.opts.Quiet
	}
	d.board = b
	d.line.Listen(b.ear())
	return nil
}

// pulseMargin is added to a pulse before the next one may begin.
const pulseMargin = 100 * time.Millisecond

func newProtocol(driver string, o *Opts) (protocol, error) {
	switch driver {
	case "lock8a":
		return newLock8a(o)
	case "wkly":
		return newWKLY(o)
	case "kerong":
		return newKerong(o)
	case "modbus-relay":
		return newRelay(o)
	default:
		return nil, fmt.Errorf("unknown driver %q", driver)
	}
}

// String names the board and its line.
func (d *Dev) String() string { return d.name + " on " + d.line.String() }

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

// States reads all doors, door 1 first. A door that the board does not report
// is Unknown.
func (d *Dev) States(ctx context.Context) ([]State, error) {
	s, err := d.states(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d, err)
	}
	return s, nil
}

func (d *Dev) states(ctx context.Context) ([]State, error) {
	bits, err := d.bits(ctx)
	if err != nil {
		return nil, err
	}
	return d.opts.states(bits), nil
}

func (d *Dev) bits(ctx context.Context) (bits []Bit, err error) {
	err = d.line.Do(ctx, func(c devices.Conn) error {
		bits, err = d.readTwice(c)
		return err
	})
	return bits, err
}

// readTwice gives a question a second try, because reading moves nothing and
// noise is common next to solenoids.
func (d *Dev) readTwice(c devices.Conn) ([]Bit, error) {
	bits, err := d.board.read(c)
	if err != nil && !errors.Is(err, devices.ErrOffline) {
		return d.board.read(c)
	}
	return bits, err
}

// Identify asks the board for its doors, which moves nothing, and describes it.
func (d *Dev) Identify(ctx context.Context) (string, error) {
	bits, err := d.bits(ctx)
	if err != nil {
		return "", fmt.Errorf("%s: %w", d, err)
	}
	return fmt.Sprintf("%s: reports %d doors, %d configured", d.name, len(bits), d.opts.Doors), nil
}

// Halt switches relays and pins off. It opens nothing, and takes a second at
// most.
func (d *Dev) Halt() error {
	ctx, cancel := context.WithTimeout(context.Background(), haltWithin)
	defer cancel()
	if err := d.line.Do(ctx, d.rest); err != nil {
		return fmt.Errorf("%s: halting: %w", d, err)
	}
	return nil
}

const haltWithin = time.Second

// rest switches off what the board does not switch off by itself.
func (d *Dev) rest(c devices.Conn) error {
	err := d.board.rest(c)
	d.rested.Store(err == nil)
	return err
}
