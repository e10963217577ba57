package idcard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"halld/devices"
	"halld/devices/internal/loop"
)

// Event is what happened at the reader.
type Event int

// The events of a reader.
const (
	CardRead       Event = iota + 1 // Card holds the card
	CardRemoved                     // the card that was read, or could not be, left
	CardUnreadable                  // Err says why; told once for a card that stays
)

// String names the event for logs.
func (e Event) String() string {
	switch e {
	case CardRead:
		return "read"
	case CardRemoved:
		return "removed"
	case CardUnreadable:
		return "unreadable"
	default:
		return "unknown"
	}
}

// Reading is one event at the reader. Card is set with CardRead only, Err with
// CardUnreadable only: it wraps ErrLifted, ErrUnreadable, ErrUnsupportedCard,
// ErrMalformed or ErrPrivateUse.
type Reading struct {
	Event Event
	Card  *Card
	Err   error
}

// Why a card could not be read, beside what its data say.
var (
	// ErrLifted: the card left before it was read through.
	ErrLifted = errors.New("card was lifted too early")
	// ErrUnreadable: module and card could not agree; a foreign, fake or broken
	// card when it persists.
	ErrUnreadable = errors.New("card cannot be read")
)

// Run watches the reader until ctx ends, and then returns nil. A reader that is
// not there, silent or broken is reported and tried again; emit and
// Opts.Report are called from Run alone, one at a time, and must not block.
func (d *Dev) Run(ctx context.Context, emit func(Reading)) error {
	w := &watch{dev: d, emit: emit}
	for ctx.Err() == nil {
		err := d.open(ctx)
		if err == nil {
			err = w.watch(ctx)
		}
		if ctx.Err() == nil {
			d.news.Tell(devices.FaultOf(err), fmt.Errorf("%s: %w", d, err))
		}
		loop.Sleep(ctx, d.opts.Retry)
	}
	return nil
}

// open waits for a module that answers 11 FF, and asks its name. Only a module
// that says nothing gets the grace of power-up; one whose self-test failed gets
// a reset.
func (d *Dev) open(ctx context.Context) error {
	for begun := time.Now(); ; {
		late := time.Since(begun) >= d.opts.Grace
		a, err := d.ask(ctx, samStatus)
		if err == nil && a.status == statusSelfTest {
			if _, err = d.ask(ctx, resetSAM); err == nil {
				a, err = d.ask(ctx, samStatus)
			}
		}
		switch {
		case err == nil && a.status != statusOK:
			return refusal(samStatus, a)
		case err == nil:
			return d.introduce(ctx)
		case late, !errors.Is(err, devices.ErrNoAnswer) && !errors.Is(err, errGarbled):
			return err
		}
	}
}

// introduce tells which module answers.
func (d *Dev) introduce(ctx context.Context) error {
	info, err := d.samInfo(ctx)
	if err == nil && info != d.info {
		d.info = info
		d.opts.Opened(info)
	}
	return err
}
