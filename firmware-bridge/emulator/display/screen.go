package display

import (
	"context"
	"io"
	"sync"

	"halld/firmware-bridge/emulator/wire"
)

// screen is what all displays have: a place on the wire, and what they show.
type screen struct {
	wire.Station
	scan wire.Scanner // owned by the goroutine that calls Hear
	hear func(request []byte)
	baud int

	mu     sync.Mutex
	text   string
	frames int // requests carried out
}

// Run serves a wire of the display's own until ctx ends; see [wire.Bus.Run].
func (s *screen) Run(ctx context.Context, rw io.ReadWriter) error {
	return wire.New(wire.Opts{Baud: s.baud}, s).Run(ctx, rw)
}

// Attach implements [wire.Device].
func (s *screen) Attach(to wire.Sender) {
	s.scan.Reset()
	s.Station.Attach(to)
}

// Hear implements [wire.Device].
func (s *screen) Hear(b []byte) { s.scan.Feed(b, s.hear) }

// Frames is how many requests the display has carried out.
func (s *screen) Frames() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frames
}

// show sets the text and counts the request.
func (s *screen) show(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = text
	s.frames++
}

// count counts a request that changes no text.
func (s *screen) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames++
}
