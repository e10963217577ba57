package display

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"halld/devices"
	"halld/devices/internal/ask"
	"halld/devices/internal/loop"
)

// codec is a serial display as pure functions of bytes.
type codec interface {
	// show is all that must be sent for c.
	show(c Content) ([]message, error)
	// hello asks the display, on which c is shown, for a sign of life; nil if
	// it knows no such question.
	hello(c Content) []message
	// off is all that must be sent to leave a blank display behind.
	off() []message
}

// message is one frame, and what finds its answer; nil if none comes.
type message struct {
	frame []byte
	read  func(in []byte) error
}

// Dev is a display on a serial line.
type Dev struct {
	name  string
	line  devices.Line
	codec codec
	opts  Opts
	shown atomic.Pointer[Content] // what was sent last
	news  loop.News
}

// New makes a display of a driver: led485, ledascii, strip-sum, strip-xor or
// onbon. Nothing is sent.
func New(driver string, line devices.Line, opts Opts) (*Dev, error) {
	opts.fill()
	d := &Dev{
		name: fmt.Sprintf("display %s %d", driver, opts.Address),
		line: line, opts: opts, news: loop.News{Report: opts.Report},
	}
	var err error
	if line == nil {
		err = errors.New("no line")
	} else {
		d.codec, err = newCodec(driver, &d.opts)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	return d, nil
}

func newCodec(driver string, o *Opts) (codec, error) {
	switch driver {
	case "led485":
		return newLED485(o)
	case "ledascii":
		return newLEDASCII(o)
	case "strip-sum":
		return newStripSum(o)
	case "strip-xor":
		return newStripXOR(o)
	case "onbon":
		return newOnbon(o)
	default:
		return nil, fmt.Errorf("unknown driver %q", driver)
	}
}

// String names the display and its line.
func (d *Dev) String() string { return d.name + " on " + d.line.String() }

// Show implements [Display]. Other errors wrap [devices.ErrNoAnswer] or
// [devices.ErrOffline], or say what the display answered instead.
func (d *Dev) Show(ctx context.Context, c Content) error {
	msgs, unshowable := d.codec.show(c)
	if unshowable != nil {
		msgs, c = d.codec.off(), Content{}
	}
	err := d.send(ctx, msgs)
	if ctx.Err() != nil {
		return err
	}
	d.shown.Store(&c)
	if err == nil && unshowable != nil {
		err = fmt.Errorf("%s: %w: %w", d, ErrUnshowable, unshowable)
	}
	d.news.Tell(faultOf(err), err)
	return err
}

// Identify implements [Display].
func (d *Dev) Identify(ctx context.Context) (string, error) {
	shown := Content{}
	if c := d.shown.Load(); c != nil {
		shown = *c
	}
	msgs := d.codec.hello(shown)
	if len(msgs) == 0 {
		return "", fmt.Errorf("%s: %w", d, devices.ErrCannotAnswer)
	}
	if err := d.send(ctx, msgs); err != nil {
		return "", err
	}
	return d.name + " answers", nil
}

// Halt blanks the display. It waits for no answer, only for its turn.
func (d *Dev) Halt() error {
	ctx, cancel := context.WithTimeout(context.Background(), haltWithin)
	defer cancel()
	msgs := d.codec.off()
	for i := range msgs {
		msgs[i].read = nil
	}
	return d.send(ctx, msgs)
}

const haltWithin = 2 * time.Second

// send says all messages in one turn on the wire.
func (d *Dev) send(ctx context.Context, msgs []message) error {
	err := d.line.Do(ctx, func(c devices.Conn) error {
		for _, m := range msgs {
			if err := d.say(c, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", d, err)
	}
	return nil
}

// say sends one frame. A question gets a second try, because to show the same
// twice harms nothing; a frame without answer gets the display's pause.
func (d *Dev) say(c devices.Conn, m message) error {
	if m.read == nil {
		if err := ask.Send(c, m.frame); err != nil {
			return err
		}
		_, err := ask.Listen(c, d.opts.Pause)
		return err
	}
	o := ask.Opts{Timeout: d.opts.Timeout}
	err := ask.Answer(c, m.frame, o, m.read)
	if err != nil && !errors.Is(err, devices.ErrOffline) {
		err = ask.Answer(c, m.frame, o, m.read)
	}
	return err
}

// faultOf is what an error of Show means. A display that cannot confirm works as
// far as anyone can tell.
func faultOf(err error) devices.Fault {
	if errors.Is(err, ErrUnshowable) {
		return devices.CannotShow
	}
	return devices.FaultOf(err)
}
