package bridge

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"halld/devices"
)

var _ devices.Line = (*Line)(nil)

// maxPending is how much unread input a transaction may pile up. What comes
// beyond it is dropped: no device here speaks so long unasked.
const maxPending = 64 << 10

// Opts are the choices for a line. The zero value is what a hall uses.
type Opts struct {
	// Log gets one message when the line opens, is lost, or fails to open for
	// another reason than before. Nil is silent.
	Log *slog.Logger

	// Report is called at the same moments, from Run. err is nil when up.
	Report func(up bool, err error)

	// WriteTimeout bounds one write on a wire that takes no bytes. The
	// address's timeout goes before it. Default 10 s.
	WriteTimeout time.Duration

	// ReopenMin and ReopenMax bound the wait before the port is opened again,
	// which doubles from the one to the other. Default 200 ms and 5 s.
	ReopenMin, ReopenMax time.Duration

	// Trace gets every message on the wire as Mask shows it. Mask defaults to
	// [MaskPersonal]. Nil traces nothing.
	Trace func(TraceEvent)
	Mask  Mask
}

func (o *Opts) setDefaults(a Address) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Report == nil {
		o.Report = func(bool, error) {}
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = 10 * time.Second
	}
	if a.Timeout != 0 {
		o.WriteTimeout = a.Timeout
	}
	if o.ReopenMin == 0 {
		o.ReopenMin = 200 * time.Millisecond
	}
	if o.ReopenMax == 0 {
		o.ReopenMax = 5 * time.Second
	}
	if o.Mask == nil {
		o.Mask = MaskPersonal
	}
}

// Line is the wire to one or more devices. It implements devices.Line.
type Line struct {
	addr Address
	opts Opts
	open opener

	turns *semaphore.Weighted // whose turn it is; first come, first served
	news  news                // what Run said last

	mu        sync.Mutex
	cur       *session      // the open port, nil while there is none
	down      error         // why there is none
	tried     chan struct{} // closed when the first attempt to open has ended
	opened    chan struct{} // closed when cur is set, renewed when it is lost
	listeners []func([]byte)
	trace     *tracer
}

// New makes the line at an address. Nothing is opened before [Line.Run]; an
// error means that the address is not that of a line.
func New(a Address, o Opts) (*Line, error) {
	if !a.IsLine() {
		return nil, fmt.Errorf("making a line of %s: only serial:, tcp: and file: are lines", a)
	}
	return newLine(a, o, openPort), nil
}

func newLine(a Address, o Opts, open opener) *Line {
	o.setDefaults(a)
	return &Line{
		addr: a, opts: o, open: open,
		turns:  semaphore.NewWeighted(1),
		down:   errNotYet,
		tried:  make(chan struct{}),
		opened: make(chan struct{}),
		trace:  newTracer(a.String(), o),
	}
}

// String is the line's address as the configuration has it.
func (l *Line) String() string { return l.addr.String() }

// Listen implements devices.Line. Listeners are called under the line's lock:
// one that calls the line back hangs.
func (l *Line) Listen(f func(b []byte)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listeners = append(l.listeners, f)
}

// Do implements devices.Line. Turns are taken first come, first served, so a
// slow device delays the others by one transaction at most. f should set read
// deadlines; when ctx ends, its reads and writes end at once with the
// context's error. Before the first attempt to open the port has ended it waits
// for that, so it wants [Line.Run] to be running. The Conn is worth nothing after
// f has returned.
func (l *Line) Do(ctx context.Context, f func(devices.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-l.tried: // before that a line is not offline, it is not known
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := l.turns.Acquire(ctx, 1); err != nil {
		return err
	}
	defer l.turns.Release(1)
	s, err := l.lend()
	if err != nil {
		return err
	}
	defer l.takeBack(s)
	return f(&conn{ctx: ctx, line: l, session: s})
}

// lend gives the listeners all that came before and begins a turn.
func (l *Line) lend() (*session, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.cur
	if s == nil {
		return nil, l.offline(l.down)
	}
	if err := s.drain(); err != nil {
		return nil, err
	}
	s.lent = true
	return s, nil
}

// takeBack ends a turn; what it passed on or left unread goes to the listeners.
func (l *Line) takeBack(s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trace.flush()
	s.lent = false
	if stray := append(s.passed, s.in.Bytes()...); len(stray) > 0 {
		l.hear(stray)
	}
	s.passed = nil
	s.in.Reset()
}

// hear hands bytes to the listeners; l.mu is held.
func (l *Line) hear(b []byte) {
	for _, f := range l.listeners {
		f(b)
	}
}

// WaitOpen returns once the port is open. When ctx ends first, the error says
// why the port is not.
func (l *Line) WaitOpen(ctx context.Context) error {
	for {
		l.mu.Lock()
		open, opened := l.cur != nil, l.opened
		l.mu.Unlock()
		if open {
			return nil
		}
		select {
		case <-opened:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", l.whyDown(), ctx.Err())
		}
	}
}

// whyDown is the error for a line that is not open at this moment.
func (l *Line) whyDown() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.offline(l.down)
}

func (l *Line) offline(why error) error {
	return fmt.Errorf("%s: %w: %w", l.addr, devices.ErrOffline, why)
}
