// Package receiver is the county's end of the line: it takes the records of
// every hall, drops repeats, sees gaps and copies, commits, and then, only then,
// acknowledges. It stands beside the contract as its reference, and it is enough
// for a small county.
//
// Several workers, in one program or in many, share one subscription and one
// database. What makes a record count once is the database's key of hall, epoch
// and sequence; no worker has to know of another.
package receiver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	mrand "math/rand/v2"
	"sync"
	"time"

	"halld/cmd/internal/county"
)

// Opts are the options of New.
type Opts struct {
	Link  county.Link // one broker; two independent ones have a Receiver each
	Store Store
	Log   *slog.Logger

	Batch   int           // records in one transaction at most; default 256
	Reorder time.Duration // how long a gap may stand before its records are asked for; default 60 s
	Repeat  time.Duration // when a command without an answer is sent again; default 60 s
	Backoff time.Duration // longest pause between sessions, and between tries of the database; default 30 s
	Now     func() time.Time
}

func (o Opts) withDefaults() Opts {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Link.ClientID == "" {
		o.Link.ClientID = "countyd-" + newID()
	}
	if o.Batch == 0 {
		o.Batch = 256
	}
	if o.Reorder == 0 {
		o.Reorder = time.Minute
	}
	if o.Repeat == 0 {
		o.Repeat = time.Minute
	}
	if o.Backoff == 0 {
		o.Backoff = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Receiver takes what halls report over one broker.
type Receiver struct {
	opts Opts
	log  *slog.Logger
	told chan struct{} // a stream was added to dirty

	mu     sync.Mutex
	dirty  map[Stream]bool // acknowledgements to publish
	faults faults
}

// New makes a receiver; Run lets it work.
func New(o Opts) *Receiver {
	o = o.withDefaults()
	return &Receiver{opts: o, log: o.Log, told: make(chan struct{}, 1), dirty: map[Stream]bool{}, faults: faults{}}
}

// Run receives, acknowledges, follows presence and asks for gaps until ctx ends.
// One Run is a whole county's end.
func (r *Receiver) Run(ctx context.Context) error { return r.run(ctx, r.opts.Link.ClientID, true) }

// Work is one more worker beside Run: it receives and commits, and leaves the
// rest to Run.
func (r *Receiver) Work(ctx context.Context) error {
	return r.run(ctx, r.opts.Link.ClientID+"-"+newID(), false)
}

func (r *Receiver) run(ctx context.Context, client string, lead bool) error {
	var said string
	for pause := time.Second / 4; ctx.Err() == nil; pause = min(2*pause, r.opts.Backoff) {
		began := time.Now()
		err := r.session(ctx, client, lead)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // a stop is no failure
		}
		if time.Since(began) > r.opts.Backoff {
			pause, said = time.Second/4, ""
		}
		if said != err.Error() {
			said = err.Error()
			r.log.Warn("no line to the broker", "client", client, "err", err)
		}
		sleep(ctx, pause/2+mrand.N(pause))
	}
	return nil
}

// mark has a stream's acknowledgement published by Run.
func (r *Receiver) mark(s Stream) {
	r.mu.Lock()
	r.dirty[s] = true
	r.mu.Unlock()
	select {
	case r.told <- struct{}{}:
	default:
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// newID is 64 random bits in hexadecimal.
func newID() string {
	var b [8]byte
	rand.Read(b[:]) // never returns an error
	return hex.EncodeToString(b[:])
}
