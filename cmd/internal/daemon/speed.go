package daemon

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"halld/cmd/internal/ledger"
	"halld/devices"
	"halld/devices/idcard"
	bridge "halld/firmware-bridge"
)

// searchAgain is the pause between two searches for a reader that is silent at
// every speed: it may be switched off.
const searchAgain = 30 * time.Second

// opensWithin is how long a port that is there takes to open. Before, the driver
// would tell a fault at every start.
const opensWithin = time.Second

// speedLine is the line to a card reader, at the speed at which the reader
// answers: earlier software may have changed that for good, and a reader that
// takes its place has the factory's. It goes by the speed of the configuration,
// or by the one found before, until the driver hears nothing there for as long
// as a module may be silent after power-up. Then all speeds are tried, with a
// question that changes nothing.
type speedLine struct {
	port bridge.Address // as configured
	opts bridge.Opts
	keep func(bridge.Address) // remembers where the reader was found

	turn   chan struct{}  // holds one token: whoever has it may use what follows
	now    bridge.Address // the port at the speed of now
	line   *bridge.Line   // nil while it is searched
	said   string         // what was logged of the line last
	silent atomic.Bool    // the driver hears no reader
	change chan struct{}  // silent became true
}

var _ devices.Line = (*speedLine)(nil)

func newSpeedLine(port, found bridge.Address, opts bridge.Opts, keep func(bridge.Address)) *speedLine {
	return &speedLine{
		port: port, now: found, opts: opts, keep: keep,
		turn: make(chan struct{}, 1), change: make(chan struct{}, 1),
	}
}

// String implements devices.Line.
func (s *speedLine) String() string { return s.port.String() }

// Listen implements devices.Line. A card reader never speaks first.
func (s *speedLine) Listen(func([]byte)) {}

// Do implements devices.Line. It waits while the speed is searched.
func (s *speedLine) Do(ctx context.Context, f func(devices.Conn) error) error {
	select {
	case <-s.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.turn <- struct{}{} }()
	return s.line.Do(ctx, f)
}

// heard is told of every change that the driver reports.
func (s *speedLine) heard(f devices.Fault) {
	s.silent.Store(f == devices.NoAnswer || f == devices.BadAnswer)
	if s.silent.Load() {
		select {
		case s.change <- struct{}{}:
		default:
		}
	}
}

// Run keeps the line until ctx ends.
func (s *speedLine) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := s.serve(ctx); err != nil {
			return err
		}
		if ctx.Err() == nil && s.silent.Load() {
			s.search(ctx)
		}
	}
	return nil
}

// serve lends the line until a reader is to be searched: when the driver begins
// to hear nothing, and now and then while that lasts.
func (s *speedLine) serve(ctx context.Context) (err error) {
	opts := s.opts
	opts.Log, opts.Report = nil, s.tell
	if s.line, err = bridge.New(s.now, opts); err != nil {
		return err
	}
	wire := newTasks(ctx, s.opts.Log)
	wire.run(task{"line " + s.now.String(), s.line.Run})
	opening, cancel := context.WithTimeout(ctx, opensWithin)
	_ = s.line.WaitOpen(opening) // the driver tells why it is not open
	cancel()
	s.turn <- struct{}{}
	s.waitSilent(ctx)
	<-s.turn
	return wire.end()
}

// tell logs that the line opened or is down, unless that was so before the search
// that it was closed for.
func (s *speedLine) tell(up bool, err error) {
	news := fmt.Sprintf("%s up=%t %v", s.now, up, err)
	if news == s.said {
		return
	}
	s.said = news
	if up {
		s.opts.Log.Info("line open", "port", s.now.String())
	} else {
		s.opts.Log.Warn("line down", "port", s.now.String(), "err", err)
	}
}

func (s *speedLine) waitSilent(ctx context.Context) {
	again := time.NewTicker(searchAgain)
	defer again.Stop()
	for {
		select {
		case <-s.change:
			return
		case <-again.C:
			if s.silent.Load() {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// search tries the other speeds; the port's own comes first.
func (s *speedLine) search(ctx context.Context) {
	found, err := findSpeed(ctx, s.port, s.now.Baud, idcard.Speeds, probeReader, s.opts.Log)
	if err != nil {
		s.opts.Log.Debug("the card reader's speed was not found", "port", s.String(), "err", err)
		return
	}
	s.opts.Log.Info("the card reader answers at another speed", "port", s.String(), "baud", found.Baud)
	s.now = found
	s.keep(found)
}

// speedKey is where the ledger's side remembers at which speed the reader of a
// port was found.
func speedKey(port bridge.Address) string { return "reader.speed " + port.String() }

// speedLine makes the line to a card reader whose speed is to be found.
func (g *gear) speedLine(port bridge.Address) *speedLine {
	found := port
	if b, ok, err := g.d.ledger.Get(ledger.Meta, speedKey(port)); err == nil && ok {
		if a, err := bridge.ParseAddress(string(b)); err == nil {
			found = a
		}
	}
	return newSpeedLine(port, found, bridge.Opts{Log: g.d.log, Trace: g.d.opts.Trace}, func(a bridge.Address) {
		if _, err := g.d.ledger.Append(nil, ledger.Put(ledger.Meta, speedKey(port), []byte(a.String()))); err != nil {
			g.d.log.Warn("the card reader's speed was not remembered", "port", port.String(), "err", err)
		}
	})
}
