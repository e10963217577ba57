package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// errOutOfService answers everybody while the ledger cannot be written: nothing
// is promised that is not on disk.
var errOutOfService = errors.New("账本暂时写不进存储卡，停止受理。请检查存储卡，恢复后自动继续")

// doorWait and returnWait bound how long a caller waits for a door: to be seen
// open, and to be shut by the person who brings a tool back.
const (
	doorWait   = 10 * time.Second
	returnWait = 3 * time.Second
)

// loop owns the hall. Every event passes through its one goroutine: decide, put
// on disk, apply, and only then act.
type loop struct {
	hall   *hall.Hall
	book   *book
	clock  *clock
	log    *slog.Logger
	act    func(hall.Effect) // hands an effect to the worker that owns the device
	change func()            // tells the screens that something changed

	calls   chan call
	waiting []waiter
	stopped bool // the ledger refused the last write
}

// call is a question or an event on its way into the loop.
type call struct {
	event hall.Event
	who   *newcomer     // whose card this is, for the vault
	side  []ledger.Side // to be written with what comes of the event
	view  func(*hall.Hall)
	done  chan<- answer
}

type answer struct {
	reply any
	err   error
}

// waiter waits for a door operation to come to its end.
type waiter struct {
	op    string
	reply func(*hall.Hall) (any, error)
	until time.Time
	done  chan<- answer
	open  bool // the door was seen open; only its shutting is waited for
}

func newLoop(h *hall.Hall, b *book, c *clock, log *slog.Logger) *loop {
	return &loop{
		hall: h, book: b, clock: c, log: log, calls: make(chan call),
		act: func(hall.Effect) {}, change: func() {},
	}
}

// Run handles events until ctx ends.
func (l *loop) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-l.calls:
			l.serve(c)
		case <-timer.C:
			l.serve(call{event: hall.Tick{}, done: make(chan answer, 1)})
		}
		l.wake()
		timer.Reset(l.pause())
	}
}

// pause is how long nothing needs to be done unless something happens: until the
// rules have a date to keep, or somebody has waited long enough for a door.
func (l *loop) pause() time.Duration {
	d := max(l.hall.WakeIn(l.clock.now()), shortest)
	for _, w := range l.waiting {
		d = min(d, max(time.Until(w.until), shortest))
	}
	return d
}

// shortest keeps a rule that is due and can't act from spinning.
const shortest = 200 * time.Millisecond

// Do puts an event before the rules and gives their answer.
func (l *loop) Do(ctx context.Context, ev hall.Event) (any, error) {
	return l.send(ctx, call{event: ev})
}

// View lets f look at the hall. f must not keep or change what it sees.
func (l *loop) View(ctx context.Context, f func(*hall.Hall)) error {
	_, err := l.send(ctx, call{view: f})
	return err
}

func (l *loop) send(ctx context.Context, c call) (any, error) {
	done := make(chan answer, 1)
	c.done = done
	select {
	case l.calls <- c:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c.view != nil { // it writes where its caller reads, so it must be over
		<-done
		return nil, nil
	}
	select {
	case a := <-done:
		return a.reply, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serve answers one call; c.done has room for the answer.
func (l *loop) serve(c call) {
	if c.view != nil {
		c.view(l.hall)
		c.done <- answer{}
		return
	}
	out, err := l.step(c)
	switch {
	case err != nil:
		c.done <- answer{err: err}
	case out.Reply == nil:
		c.done <- answer{}
	case out.Await != "":
		l.waiting = append(l.waiting, waiter{op: out.Await, reply: out.Reply, until: time.Now().Add(doorWait), done: c.done})
	default:
		reply, err := out.Reply(l.hall)
		c.done <- answer{reply, err}
	}
}

// step decides on one event and carries the decision through.
func (l *loop) step(c call) (hall.Outcome, error) {
	at := l.clock.now()
	if due := l.hall.Due(at); due != nil {
		if _, err := l.decide(at, call{event: due}); err != nil {
			return hall.Outcome{}, err
		}
	}
	return l.decide(at, c)
}

func (l *loop) decide(at hall.Stamp, c call) (hall.Outcome, error) {
	out, err := l.hall.Handle(at, c.event)
	if err != nil || len(out.Data) == 0 {
		l.carryOut(out.Effects)
		return out, err
	}
	if err := l.book.write(at, out.Data, c.who, l.hall, c.side...); err != nil {
		if !l.stopped {
			l.log.Error("the ledger can't be written; out of service", "err", err)
		}
		l.stopped = true
		l.change()
		return hall.Outcome{}, fmt.Errorf("%w", errOutOfService)
	}
	if l.stopped {
		l.log.Info("the ledger can be written again")
	}
	l.stopped = false
	for _, d := range out.Data {
		l.hall.Apply(hall.Record{At: at, Data: d})
	}
	l.carryOut(out.Effects)
	l.change()
	return out, nil
}

func (l *loop) carryOut(effects []hall.Effect) {
	for _, e := range effects {
		l.act(e)
	}
}

// wake answers those whose door operation came to its end, or who waited long
// enough.
func (l *loop) wake() {
	kept := l.waiting[:0]
	for _, w := range l.waiting {
		if !w.open && l.hall.OpIsOpen(w.op) {
			w.open, w.until = true, time.Now().Add(returnWait)
		}
		if l.hall.OpWaits(w.op) && time.Now().Before(w.until) {
			kept = append(kept, w)
			continue
		}
		reply, err := w.reply(l.hall)
		w.done <- answer{reply, err}
	}
	l.waiting = kept
}
