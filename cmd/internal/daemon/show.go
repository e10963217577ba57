package daemon

import (
	"context"
	"log/slog"
	"time"

	"halld/cmd/internal/hall"
	"halld/devices/display"
)

// sign owns one display.
type sign struct {
	name    string
	window  int // 0: the hall's own
	dev     display.Display
	loop    *loop
	changes *changes
	log     *slog.Logger
}

// heal is how often a display is told again what it shows, because a frame can
// be lost on the wire and most displays cannot say so.
const heal = 30 * time.Second

// Run shows what the rules say, whole each time, and blanks the display when the
// hall stops.
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
		}
		want, err := s.content(ctx)
		if err != nil || !again && want == shown {
			continue
		}
		if err := s.dev.Show(ctx, want); err != nil {
			s.log.Debug("a display was not reached", "device", s.name, "err", err)
			first = true
			continue
		}
		shown, first = want, false
	}
}

func (s *sign) content(ctx context.Context) (c display.Content, err error) {
	err = s.loop.View(ctx, func(h *hall.Hall) {
		call := h.Showing(s.window)
		c = display.Content{Ticket: call.Ticket, Window: call.Window}
	})
	return c, err
}
