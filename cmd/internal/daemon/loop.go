package daemon

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// errEnded answers whoever speaks to a loop that runs no more.
var errEnded = errors.New("大厅程序正在停止或重启，请稍候再试")

// doorWait and returnWait bound how long a caller waits for a door: for its turn
// and to be seen open, and to be shut by the person who brings a tool back.
const (
	doorWait   = 15 * time.Second
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
	ended   chan struct{} // closed when Run has ended
	waiting []waiter
	service service
	ticked  time.Time // when the rules last looked at the time
}

// call is a question or an event on its way into the loop.
type call struct {
	event hall.Event
	who   *newcomer     // whose card this is, for the vault
	side  []ledger.Side // to be written with what comes of the event
	view  func(*hall.Hall)
	done  chan<- answer
}

// isSaid reports whether somebody said this and hears the answer: it does not
// come from the rules' own looking at the time.
func (c call) isSaid() bool {
	_, tick := c.event.(hall.Tick)
	return c.done != nil && !tick
}

// errTooLong refuses what is longer than a record may be. The ledger is well.
var errTooLong = &hall.Refusal{Code: "too-long", Text: "内容太长，记不下，请写短些"}

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
		hall: h, book: b, clock: c, log: log, calls: make(chan call), ended: make(chan struct{}),
		act: func(hall.Effect) {}, change: func() {}, service: service{tell: func(error) {}},
	}
}

// Run handles events until ctx ends. Call it once.
func (l *loop) Run(ctx context.Context) error {
	defer close(l.ended)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-l.calls:
			l.serve(c)
		case <-timer.C:
			l.ticked = time.Now()
			l.retry()
			l.serve(call{event: hall.Tick{}, done: make(chan answer, 1)})
		}
		l.wake()
		timer.Reset(l.pause())
	}
}

// pause is how long nothing needs to be done unless something happens: until the
// rules have a date to keep, somebody has waited long enough for a door, or a
// ledger that refused is tried again.
func (l *loop) pause() time.Duration {
	d := l.hall.WakeIn(l.clock.now())
	for _, w := range l.waiting {
		d = min(d, time.Until(w.until))
	}
	if l.service.stopped {
		d = min(d, time.Until(l.service.again))
	}
	return max(d, time.Until(l.ticked.Add(shortest)))
}

// shortest keeps a rule that is due and can't act from spinning. It counts from
// the last tick, so that no stream of questions keeps the rules from the time.
const shortest = 200 * time.Millisecond

// Do puts an event before the rules and gives their answer.
func (l *loop) Do(ctx context.Context, ev hall.Event) (any, error) {
	return l.send(ctx, call{event: ev})
}

// insistAgain is the pause after which what the ledger refused is tried again.
const insistAgain = time.Second

// insist puts something before the rules that will not be said again, such as a
// driver's word, until the ledger takes it or ctx ends.
func insist(ctx context.Context, put func() error) error {
	for {
		err := put()
		if !errors.Is(err, errOutOfService) || ctx.Err() != nil {
			return err
		}
		pause(ctx, insistAgain)
	}
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
	case <-l.ended:
		return nil, errEnded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	gone := ctx.Done()
	if c.view != nil { // it writes where its caller reads, so it must be over
		gone = nil
	}
	select {
	case a := <-done:
		return a.reply, a.err
	case <-l.ended:
	case <-gone:
		return nil, ctx.Err()
	}
	select {
	case a := <-done: // its last words
		return a.reply, a.err
	default:
		return nil, errEnded
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

// step decides on one event, behind what is due, and carries the decisions
// through.
func (l *loop) step(c call) (hall.Outcome, error) {
	at := l.clock.now()
	for _, due := range []hall.Event{l.hall.Due(at), l.service.lost} {
		if due == nil {
			continue
		}
		if _, err := l.decide(at, call{event: due}); err != nil {
			l.service.lose(c.event)
			return hall.Outcome{}, err
		}
	}
	l.service.lost = nil
	out, err := l.decide(at, c)
	if errors.Is(err, errOutOfService) {
		l.service.lose(c.event)
	}
	return out, err
}

func (l *loop) decide(at hall.Stamp, c call) (hall.Outcome, error) {
	out, err := l.hall.Handle(at, c.event)
	if err != nil || len(out.Data) == 0 {
		l.carryOut(out.Effects)
		return out, err
	}
	if err := l.book.write(at, out.Data, c.who, l.hall, c.side...); err != nil {
		if errors.Is(err, ledger.ErrTooLong) && c.isSaid() {
			return hall.Outcome{}, errTooLong
		}
		l.leaveService(err)
		return hall.Outcome{}, errOutOfService
	}
	l.enterService()
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
