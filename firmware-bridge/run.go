package bridge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"time"
)

// errNotYet is why a line is offline before it was first opened.
var errNotYet = errors.New("not opened yet")

// errStopped is why a line is offline after Run.
var errStopped = errors.New("stopped")

// Run opens the port and reads it until ctx ends, and opens it again whenever
// it is lost. It returns nil, after at most a second. Call it once.
func (l *Line) Run(ctx context.Context) error {
	delay := backoff{min: l.opts.ReopenMin, max: l.opts.ReopenMax}
	for ctx.Err() == nil {
		stayed, err := l.serve(ctx)
		if ctx.Err() == nil {
			l.say(false, err)
			sleep(ctx, delay.after(stayed))
		}
	}
	_ = l.lose(errStopped)
	return nil
}

// serve opens the port and reads it until it is lost or ctx ends. It returns
// how long the port stayed open and why it did not longer.
func (l *Line) serve(ctx context.Context) (stayed time.Duration, err error) {
	p, err := l.open(ctx, l.addr)
	if err != nil {
		return 0, l.lose(explain(err))
	}
	begun := time.Now()
	s := newSession(l, p)
	l.mu.Lock()
	l.cur = s
	close(l.opened)
	l.know()
	l.mu.Unlock()
	l.say(true, nil)

	stop := context.AfterFunc(ctx, func() { _ = p.SetDeadline(past) })
	defer stop()
	err = l.lose(s.read())
	if closeErr := p.Close(); closeErr != nil {
		l.opts.Log.Debug("closing the line", "port", l.String(), "err", closeErr)
	}
	return time.Since(begun), err
}

// lose marks the line as offline and returns why: what a transaction in
// progress found, or else why.
func (l *Line) lose(why error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.cur; s != nil {
		s.fail(why)
		why = s.lost
		l.cur = nil
		l.opened = make(chan struct{})
		l.trace.flush()
	}
	l.down = why
	l.know()
	return why
}

// know ends the time in which nothing is known of the line; l.mu is held.
func (l *Line) know() {
	select {
	case <-l.tried:
	default:
		close(l.tried)
	}
}

// say logs and reports a change of state. Only Run calls it.
func (l *Line) say(up bool, err error) {
	if !l.news.changed(up, err) {
		return
	}
	if up {
		l.opts.Log.Info("line open", "port", l.String())
	} else {
		l.opts.Log.Warn("line down", "port", l.String(), "err", err)
	}
	l.opts.Report(up, err)
}

// news remembers what was said last.
type news struct {
	said bool
	up   bool
	text string
}

func (n *news) changed(up bool, err error) bool {
	next := news{said: true, up: up}
	if err != nil {
		next.text = err.Error()
	}
	if next == *n {
		return false
	}
	*n = next
	return true
}

// explain adds to a refusal what an installer can do about it. It may pass by
// itself, when udev sets the group of a fresh node, so it is retried too.
func explain(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: user %d is not in the group of the device (dialout for serial ports, lp for printers)", err, os.Getuid())
	}
	return err
}

// backoff doubles its delay from min to max.
type backoff struct{ min, max, last time.Duration }

// after is the delay after a port stayed open for that long: from the shortest
// again if that was longer than the last delay. It is spread by a quarter
// either way, so that the lines of one pulled hub do not come back in step.
func (b *backoff) after(stayed time.Duration) time.Duration {
	if stayed > b.last {
		b.last = 0
	}
	b.last = min(max(2*b.last, b.min), b.max)
	return b.last*3/4 + rand.N(b.last/2+1)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
