package display

import (
	"context"
	"fmt"
	"sync"

	"halld/devices/internal/loop"
)

// chip lights bare tubes. Every call sends the whole state of the chip.
type chip interface {
	// light shows one byte of segments for each tube, leftmost first.
	light(segments []byte) error
	// dark switches the tubes off.
	dark() error
	// ping asks for a sign of life, if the chip can give one.
	ping() error
}

// Segments is a display of seven-segment tubes on pins or a bus of the Pi.
type Segments struct {
	name string
	chip chip
	opts Opts
	mu   sync.Mutex // one talk with the chip at a time
	news loop.News
}

func newSegments(name string, c chip, opts Opts) *Segments {
	return &Segments{name: name, chip: c, opts: opts, news: loop.News{Report: opts.Report}}
}

// String names the chip and where it sits.
func (s *Segments) String() string { return s.name }

// Show implements [Display].
func (s *Segments) Show(ctx context.Context, c Content) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	text, unshowable := tube(c.Ticket, s.opts.Digits)
	light := func() error { return s.chip.light(draw(text)) }
	if unshowable != nil {
		light = s.chip.dark
	}
	err := s.do(light)
	if err == nil && unshowable != nil {
		err = fmt.Errorf("%s: %w: %w", s, ErrUnshowable, unshowable)
	}
	s.news.Tell(faultOf(err), err)
	return err
}

// Identify implements [Display].
func (s *Segments) Identify(context.Context) (string, error) {
	if err := s.do(s.chip.ping); err != nil {
		return "", err
	}
	return s.name + " answers", nil
}

// Halt blanks the display.
func (s *Segments) Halt() error { return s.do(s.chip.dark) }

func (s *Segments) do(f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	return nil
}
