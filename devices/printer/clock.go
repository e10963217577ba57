package printer

import (
	"iter"
	"time"
)

const dotsPerMM = 8

// clock reckons what a printer still has to print from its speed. It stands
// for confirmations on a printer that gives none.
type clock struct {
	arrived time.Time // when the last byte is in the printer
	done    time.Time // when the last part is on paper
	queue   []load
}

type load struct {
	bytes int
	done  time.Time
}

// parts cuts a piece into parts of half a buffer, if the line needs pacing.
func (c *clock) parts(p piece, o Opts) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		size := len(p.data)
		if o.Baud > 0 {
			size = max(1, o.Buffer/2)
		}
		for at := 0; at < len(p.data); at += size {
			end := min(at+size, len(p.data))
			dots := p.dots * (end - at) / len(p.data)
			if !yield(piece{p.data[at:end], dots}) {
				return
			}
		}
	}
}

// add reckons with a part that was just written.
func (c *clock) add(p piece, o Opts) {
	now := time.Now()
	if c.arrived.Before(now) {
		c.arrived = now
	}
	if o.Baud > 0 {
		c.arrived = c.arrived.Add(time.Duration(len(p.data)) * 10 * time.Second / time.Duration(o.Baud))
	}
	if c.done.Before(c.arrived) {
		c.done = c.arrived
	}
	speed := max(1, o.Profile.MMPerSec*dotsPerMM)
	c.done = c.done.Add(time.Duration(p.dots) * time.Second / time.Duration(speed))
	c.queue = append(c.queue, load{len(p.data), c.done})
}

// held is how many bytes the printer has not printed yet.
func (c *clock) held(now time.Time) int {
	for len(c.queue) > 0 && !c.queue[0].done.After(now) {
		c.queue = c.queue[1:]
	}
	n := 0
	for _, l := range c.queue {
		n += l.bytes
	}
	return n
}

// waitClock waits until n more bytes fit into the buffer by the clock, or
// until all is printed if they never would.
func (s *session) waitClock(n int) error {
	o := s.d.opts
	for {
		now := time.Now()
		held := s.clock.held(now)
		if held == 0 || held+n <= o.Buffer {
			return nil
		}
		if err := s.pause(s.clock.queue[0].done.Sub(now)); err != nil {
			return err
		}
	}
}
