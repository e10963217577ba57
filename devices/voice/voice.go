package voice

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"halld/devices"
	"halld/devices/internal/loop"
)

// Engine turns a text into sound. Speak returns when the sound is over.
type Engine interface {
	// Check tells whether the text can be spoken at all; its error wraps
	// ErrUnspeakable.
	Check(text string) error
	// Speak says the text at a volume of 1 to 100.
	Speak(ctx context.Context, text string, volume int) error
	// Identify asks the device behind the engine who it is.
	Identify(ctx context.Context) (string, error)
	// Halt ends what is being said.
	Halt() error
	String() string
}

// Opts configures a voice. Every zero field takes its default.
type Opts struct {
	Repeat  int           // how often each thing is said; default 2
	Pause   time.Duration // between two repeats; default 800 ms
	Backlog int           // things that wait at most, the oldest is dropped; default 8
	Stale   time.Duration // what waited longer is not said any more; default 1 min

	// Volume is the loudness of the moment in percent, asked before each thing
	// is said; 0, as in quiet hours, leaves it unsaid. Nil is always 100.
	Volume func() int

	Report devices.Report // told of every change of the voice's state; may be nil
}

// Dev is a voice.
type Dev struct {
	engine Engine
	opts   Opts
	queue  *queue
	news   loop.News
}

// New makes a voice that speaks with engine.
func New(engine Engine, opts Opts) *Dev {
	opts.Repeat = cmp.Or(opts.Repeat, 2)
	opts.Pause = cmp.Or(opts.Pause, 800*time.Millisecond)
	opts.Backlog = cmp.Or(opts.Backlog, 8)
	opts.Stale = cmp.Or(opts.Stale, time.Minute)
	if opts.Volume == nil {
		opts.Volume = func() int { return 100 }
	}
	if opts.Report == nil {
		opts.Report = func(devices.Fault, error) {}
	}
	return &Dev{engine: engine, opts: opts, queue: newQueue(opts.Backlog), news: loop.News{Report: opts.Report}}
}

// String names the voice by its engine.
func (d *Dev) String() string { return "voice by " + d.engine.String() }

// Identify asks the engine's device who it is.
func (d *Dev) Identify(ctx context.Context) (string, error) {
	s, err := d.engine.Identify(ctx)
	if err != nil {
		return "", fmt.Errorf("%s: %w", d, err)
	}
	return s, nil
}

// Halt ends what is being said; what waits stays.
func (d *Dev) Halt() error { return d.engine.Halt() }

// Say queues a call and returns at once. A call of a ticket that waits already
// replaces the one that waits. Errors wrap ErrUnspeakable, or are the context's.
func (d *Dev) Say(ctx context.Context, c Call) error {
	spoken, err := c.spoken()
	if err != nil {
		return err
	}
	return d.add(ctx, utterance{key: "call " + c.Ticket, spoken: spoken})
}

// SayText queues any text that the engine can speak, up to 60 characters. Digits
// are read one by one, and a slash, as in door A/3, is a pause. Errors are those
// of Say.
func (d *Dev) SayText(ctx context.Context, text string) error {
	spoken := strings.ReplaceAll(digitwise(text), "/", " ")
	return d.add(ctx, utterance{key: "text " + text, spoken: spoken})
}

func (d *Dev) add(ctx context.Context, u utterance) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(u.spoken); n == 0 || n > maxText {
		return fmt.Errorf("%w: %d characters", ErrUnspeakable, n)
	}
	if err := d.engine.Check(u.spoken); err != nil {
		return err
	}
	u.since = time.Now()
	d.queue.add(u)
	return nil
}

// Run speaks what is queued until ctx ends, and then returns nil. What could
// not be spoken is reported and not tried again: a call that comes late
// misleads, and the screens have shown it.
func (d *Dev) Run(ctx context.Context) error {
	for {
		u, ok := d.queue.next(ctx)
		if !ok {
			return nil
		}
		volume := min(d.opts.Volume(), 100)
		if volume <= 0 || time.Since(u.since) > d.opts.Stale {
			continue
		}
		err := d.speak(ctx, u.spoken, volume)
		if ctx.Err() == nil {
			d.news.Tell(devices.FaultOf(err), err)
		}
	}
}

// speak says the text as often as it should.
func (d *Dev) speak(ctx context.Context, text string, volume int) error {
	for n := range d.opts.Repeat {
		if n > 0 {
			loop.Sleep(ctx, d.opts.Pause)
		}
		if err := d.engine.Speak(ctx, text, volume); err != nil {
			return fmt.Errorf("%s: %w", d, err)
		}
	}
	return nil
}
