package daemon

import (
	"context"
	"time"

	"halld/cmd/internal/hall"
	"halld/devices/display"
)

// sign owns one display.
type sign struct {
	dev     display.Display
	changes *changes
	content func(context.Context) (display.Content, error)
	again   chan struct{} // yields when the display is to be told at once
}

func newSign(dev display.Display, c *changes, content func(context.Context) (display.Content, error)) *sign {
	return &sign{dev: dev, changes: c, content: content, again: make(chan struct{}, 1)}
}

// wake has the display told again: its line came back, or was lost, which only
// shows when something is sent.
func (s *sign) wake() {
	select {
	case s.again <- struct{}{}:
	default:
	}
}

// heal is how often a display is told again what it shows, because a frame can
// be lost on the wire and most displays cannot say so.
const heal = 30 * time.Second

// Run shows what is to be shown, whole each time, and blanks the display when the
// hall stops. What goes wrong is the driver's to report.
func (s *sign) Run(ctx context.Context) error {
	changed, end := s.changes.listen()
	defer end()
	defer s.dev.Halt() //nolint:errcheck // a display that is gone is blank enough
	timer := time.NewTicker(heal)
	defer timer.Stop()
	var shown display.Content
	first := true
	for {
		again := first
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-timer.C:
			again = true
		case <-s.again:
			again = true
		}
		want, err := s.content(ctx)
		if err != nil || !again && want == shown {
			continue
		}
		err = s.dev.Show(ctx, want)
		shown, first = want, err != nil
	}
}

// calls is what a window's display shows, or at window 0 the hall's own.
func (g *gear) calls(window int) func(context.Context) (display.Content, error) {
	return func(ctx context.Context) (c display.Content, err error) {
		err = g.d.loop.View(ctx, func(h *hall.Hall) {
			call := h.Showing(window)
			c = display.Content{Ticket: call.Ticket, Window: call.Window}
		})
		return c, err
	}
}

// greetings is what the display at the entrance shows.
func (g *gear) greetings(context.Context) (display.Content, error) {
	return display.Content{Text: g.entrance.says()}, nil
}
