package locker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"halld/devices"
	"halld/devices/internal/ask"
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
		hold:     max(d.opts.Gap, d.opts.Pulse+pulseMargin) + wireMargin,
		stirs:    d.look,
	}
	if driver == "lock8a" {
		b.ask.Quiet = d.opts.Quiet
	}
	d.board = b
	d.line.Listen(b.ear())
	return nil
}

const (
	// pulseMargin is added to a pulse before the next one may begin.
	pulseMargin = 100 * time.Millisecond
	// wireMargin is how much longer an adapter may sit on one request than on
	// the next.
	wireMargin = 50 * time.Millisecond
)

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
// A board with fewer doors than it should have is told by [ErrUnreported].
func (d *Dev) Identify(ctx context.Context) (string, error) {
	bits, err := d.bits(ctx)
	if err != nil {
		return "", fmt.Errorf("%s: %w", d, err)
	}
	text := fmt.Sprintf("%s: reports %d doors, %d configured", d.name, len(bits), d.opts.Doors)
	if i := slices.Index(d.opts.states(bits), Unknown); i >= 0 {
		return text, fmt.Errorf("%s: door %d: %w", text, i+1, ErrUnreported)
	}
	return text, nil
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
