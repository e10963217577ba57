package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"halld/firmware-bridge/emulator/cardreader"
)

// crowd lays fictitious cards on the reader, one person after the other.
func crowd(ctx context.Context, r *cardreader.Reader, every time.Duration) {
	for n := 0; ; n++ {
		if !wait(ctx, around(every)) {
			return
		}
		if _, busy := r.Card(); busy {
			continue // somebody is at the reader
		}
		swipe(ctx, r, newcomer(n))
	}
}

// swipe lays a card for as long as people do.
func swipe(ctx context.Context, r *cardreader.Reader, c cardreader.Card) {
	r.Lay(c)
	wait(ctx, 1200*time.Millisecond)
	r.Lift()
}

// newcomer is a fictitious worker with a computed number of the standard's
// example area.
func newcomer(n int) cardreader.Card {
	names := []string{"试一", "试二", "试三", "试四", "试五", "试六", "试七", "试八", "试九"}
	c := cardreader.Sample(time.Now())[0]
	c.Name = names[n%len(names)] + "号"
	c.Birth = fmt.Sprintf("%d%02d%02d", 1965+n%35, 1+n%12, 1+n%28)
	c.Number = cardreader.CitizenNumber("110105", c.Birth, 101+2*n%800) // odd: a man, as the sample
	c.Chip = [4]byte{1, byte(n >> 16), byte(n >> 8), byte(n)}
	return c
}

// clerk calls numbers at the windows, as staff do with hallctl.
func clerk(ctx context.Context, hall socket, every time.Duration) {
	for window := 1; wait(ctx, around(every)); window = 3 - window {
		hall.post(ctx, "done", map[string]any{"window": window, "outcome": "办结", "staff": "01"})
		hall.post(ctx, "call", map[string]any{"window": window, "staff": "01"})
	}
}

// around is a time near d, so that the hall does not tick like a clock.
func around(d time.Duration) time.Duration {
	return d/2 + rand.N(d)
}

// wait waits, and reports whether ctx still runs.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
