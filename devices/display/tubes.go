package display

import (
	"context"
	"fmt"
	"sync"

	"halld/devices"
	"halld/devices/internal/loop"
)

// chip lights bare tubes. Every call sends the whole state of the chip.
type chip interface {
	// light shows one byte of segments for each tube, leftmost first.
	light(segments []byte) error
	// dark switches the tubes off.
	dark() error
	// ping asks for a sign of life; ok is false if the chip cannot give one.
	ping() (ok bool, err error)
}

// Segments is a display of seven-segment tubes on pins or a bus of the Pi.
type Segments struct {
	name  string
	chip  chip
	opts  Opts
	fault devices.Fault // when all goes well
	mu    sync.Mutex    // one talk with the chip at a time
	news  loop.News
}

func newSegments(name string, c chip, opts Opts, fault devices.Fault) *Segments {
	return &Segments{name: name, chip: c, opts: opts, fault: fault, news: loop.News{Report: opts.Report}}
}

// String names the chip and where it sits.
func (s *Segments) String() string { return s.name }

// Show implements [Display].
func (s *Segments) Show(ctx context.Context, c Content) error {
	text, err := tube(c.Ticket, s.opts.Digits)
	if err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	fault := s.fault
	if err = s.do(func() error { return s.chip.light(draw(text)) }); err != nil {
		fault = devices.FaultOf(err)
	}
	s.news.Tell(fault, err)
	return err
}

// Identify implements [Display].
func (s *Segments) Identify(context.Context) (string, error) {
	able := false
	err := s.do(func() (err error) {
		able, err = s.chip.ping()
		return err
	})
	switch {
	case err != nil:
		return "", err
	case able:
		return s.name + ": answers", nil
	default:
		return s.name + ": cannot answer", nil
	}
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
