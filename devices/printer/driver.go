// Package printer drives ESC/POS receipt printers with Chinese text: 58 mm and
// 80 mm thermal printers on a serial line, as USB printer class or on TCP 9100.
//
// Wiring: on a serial line without flow control the printer drops what it has
// no room for. Wire its DTR to the host's CTS, or set [Opts.Baud], which makes
// the driver keep to the printer's speed. Both directions are needed: a
// printer that can't be heard can't say that it is out of paper.
//
// A job is a reset (ESC @), the Chinese mode (FS &), rows of text in one- and
// two-byte GB 18030, pictures in strips of at most 64 rows (GS v 0), a cut,
// and a request which the printer answers when all before it is done: GS ( H,
// or GS r on printers that lack it. Only that answer makes a ticket
// [Printed]. A job whose first byte went out is never sent again by the
// driver: a ticket that is there twice or not at all is for the caller to
// decide.
//
// Source of the commands and of the bits: Epson's ESC/POS reference, and the
// manuals of the makers named in [ProfileFor]. Halt does nothing, a printer
// stops by itself.
package printer

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"halld/devices"
)

// Result is what became of a job.
type Result string

// The results of [Dev.Print].
const (
	Printed     Result = "printed"     // the printer said so after the cut
	Unconfirmed Result = "unconfirmed" // all was sent, this printer can't say more
	NotSent     Result = "not-sent"    // no byte of the job went out; safe to send again
	Unknown     Result = "unknown"     // failed after the first byte; may be half printed
)

// Confirm is how hard the driver tries to learn what the printer did.
type Confirm string

// The values of Confirm.
const (
	ConfirmAuto Confirm = "auto" // ask for status, use the best confirmation there is
	ConfirmNone Confirm = "none" // never ask, such as for a file
)

// Opts says what printer it is and how long to wait for it. Zero values stand
// for the defaults.
type Opts struct {
	Profile  Profile // default: generic, 80 mm
	Confirm  Confirm // default: auto
	Answered bool    // this printer has answered in an earlier run, see [Dev.Answers]

	// TrustCharset takes the profile's charset for true, whatever fonts the
	// printer names.
	TrustCharset bool

	// Baud is the speed of a serial line without flow control. The driver
	// then never sends more than Buffer bytes ahead of the paper. 0 is a
	// line that holds the sender back by itself.
	Baud   int
	Buffer int // receive buffer of the printer in bytes; default: as in Profile

	StatusTimeout  time.Duration // for one status answer; default 800 ms
	ProbeTimeout   time.Duration // to learn what confirmation it knows; default 500 ms
	BusyGrace      time.Duration // for that of one that may be busy with an older job; default 4 s
	ConfirmTimeout time.Duration // without progress of a job; default 15 s
	MuteGrace      time.Duration // asking a printer that never answered; default 4 s
	Reprobe        time.Duration // between questions to one that confirms nothing; default 1 min
	Poll           time.Duration // between status requests; default 8 s
	FaultyPoll     time.Duration // the same while something is wrong; default 1 s

	Report devices.Report    // told of changes; nil for nobody
	Opened func(text string) // told who answers, once the line is open; nil for nobody
	Log    *slog.Logger      // nil for none
}

func (o Opts) withDefaults() Opts {
	if o.Profile.Dots == 0 {
		o.Profile, _ = ProfileFor("generic", "80mm")
	}
	o.Buffer = cmp.Or(o.Buffer, o.Profile.Buffer)
	if o.Report == nil {
		o.Report = func(devices.Fault, error) {}
	}
	if o.Opened == nil {
		o.Opened = func(string) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.StatusTimeout = cmp.Or(o.StatusTimeout, 800*time.Millisecond)
	o.ProbeTimeout = cmp.Or(o.ProbeTimeout, 500*time.Millisecond)
	o.BusyGrace = cmp.Or(o.BusyGrace, 4*time.Second)
	o.ConfirmTimeout = cmp.Or(o.ConfirmTimeout, 15*time.Second)
	o.MuteGrace = cmp.Or(o.MuteGrace, 4*time.Second)
	o.Reprobe = cmp.Or(o.Reprobe, time.Minute)
	o.Poll = cmp.Or(o.Poll, 8*time.Second)
	o.FaultyPoll = cmp.Or(o.FaultyPoll, time.Second)
	return o
}

// StateError says that the printer can't print now, and why.
type StateError struct{ Fault devices.Fault }

func (e *StateError) Error() string { return "printer is not ready: " + string(e.Fault) }

// Stands gives the fault.
func (e *StateError) Stands() devices.Fault { return e.Fault }

// Is makes a silent printer's error the error for silence.
func (e *StateError) Is(target error) bool {
	return target == devices.ErrNoAnswer && e.Fault == devices.NoAnswer
}

// Dev is one printer. Its methods may be called from several goroutines.
type Dev struct {
	line devices.Line
	opts Opts

	mu       sync.Mutex // the fields below
	scanner  scanner
	state    state
	answered bool // it has ever said something
	answersH bool // it has answered GS ( H since the line opened, however late
	stale    bool // it holds an old ticket that it could not be told to drop
	lost     bool // the line was gone, so what wire knows is void

	mayConfirm bool // it confirms slips, or was not asked yet

	wire wire          // touched only inside line.Do
	wake chan struct{} // holds one token: look at once

	reporting sync.Mutex // orders the calls of Report
	reported  bool
	fault     devices.Fault
}

// wire is what was learned since the line opened.
type wire struct {
	status   [5]support // of DLE EOT n
	confirm  confirm
	probed   time.Time // when that was asked last
	askedH   time.Time // since when GS ( H has no answer; zero if it has one or was not asked
	silent   time.Time // since when no question was answered, zero if one was
	mute     bool      // it never said anything, for MuteGrace
	asbSent  bool      // GS a was sent since it was switched on
	dirty    bool      // an interrupted job may still be in the printer
	nextID   int       // of the next process ID
	recovery time.Time

	introduced int // how often it was asked who it is; 3 is enough
}

// support is whether the printer knows a request.
type support byte

const (
	untried support = iota
	known
	unknown
)

// New makes the driver of the printer on a line. It listens from now on and
// sends nothing until Print or Run.
func New(line devices.Line, opts Opts) *Dev {
	opts = opts.withDefaults()
	d := &Dev{line: line, opts: opts, answered: opts.Answered, mayConfirm: true, wake: make(chan struct{}, 1)}
	d.scanner.ticketBit = opts.Profile.TicketBit
	line.Listen(d.listen)
	return d
}

// String names the printer by its line.
func (d *Dev) String() string { return "printer on " + d.line.String() }

// Halt does nothing: a printer stops at the end of its job.
func (d *Dev) Halt() error { return nil }

// Answers reports whether this printer has ever said anything. The caller
// keeps it for [Opts.Answered]: a printer that has answered once and is silent
// now is switched off, one that never did may be without a return line.
func (d *Dev) Answers() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.answered
}

// Fault is what is wrong with the printer, as last reported.
func (d *Dev) Fault() devices.Fault {
	d.reporting.Lock()
	defer d.reporting.Unlock()
	return d.fault
}

// Ready reports whether the printer takes a job, as far as it is known.
func (d *Dev) Ready() bool { return prints(d.Fault()) }

// Print prints one document and waits until the printer has said that it is
// done, as far as it can say that. The error of a [NotSent] job that the
// printer is not ready for is a [*StateError]; a lost line gives
// [devices.ErrOffline].
func (d *Dev) Print(ctx context.Context, doc Doc) (Result, error) {
	pieces, missing := encode(doc, d.opts.Profile)
	if missing > 0 {
		d.opts.Log.Warn("characters without a picture", "device", d.String(), "count", missing)
	}
	result := NotSent
	err := d.do(ctx, func(s *session) error {
		if err := s.prepare(); err != nil {
			return err
		}
		var err error
		result, err = s.print(pieces)
		return err
	})
	d.settle(err)
	if err != nil {
		return result, fmt.Errorf("printing on %s: %w", d.line, err)
	}
	return result, nil
}
