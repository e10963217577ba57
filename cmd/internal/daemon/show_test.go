package daemon

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"halld/devices/display"
)

// slate counts what it is told.
type slate struct {
	shows atomic.Int32
	err   error
}

func (s *slate) Show(context.Context, display.Content) error {
	s.shows.Add(1)
	return s.err
}

func (*slate) Identify(context.Context) (string, error) { return "a slate", nil }
func (*slate) String() string                           { return "slate" }
func (*slate) Halt() error                              { return nil }

// A display is told again as soon as its line is lost or comes back, not only
// when it heals.
func TestSignIsWokenByItsLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dev := &slate{err: errors.New("the line is lost")}
		s := newSign(dev, &changes{}, func(context.Context) (display.Content, error) { return display.Content{Ticket: "A001"}, nil })
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		shown := func(want int32) {
			t.Helper()
			synctest.Wait()
			if got := dev.shows.Load(); got != want {
				t.Fatalf("the display was told %d times, want %d", got, want)
			}
		}
		shown(1)
		for n := range int32(3) {
			s.wake()
			shown(2 + n)
		}
		dev.err = nil
		s.wake()
		shown(5)
		time.Sleep(heal - time.Second)
		shown(5)
		time.Sleep(2 * time.Second)
		shown(6)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
