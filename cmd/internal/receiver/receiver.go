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
	"encoding/json"
	"errors"
	"log/slog"
	mrand "math/rand/v2"
	"sync"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

// Opts are the options of New.
type Opts struct {
	Link  county.Link // one broker; two independent ones have a Receiver each
	Store Store
	Log   *slog.Logger

	Batch   int           // records in one transaction at most; default 256
	Reorder time.Duration // how long a gap may stand before its records are asked for; default 60 s
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

	mu    sync.Mutex
	dirty map[Stream]bool // acknowledgements to publish
}

// New makes a receiver; Run lets it work.
func New(o Opts) *Receiver {
	o = o.withDefaults()
	return &Receiver{opts: o, log: o.Log, told: make(chan struct{}, 1), dirty: map[Stream]bool{}}
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

// worker is one session of a worker.
type worker struct {
	*Receiver
	s    *county.Session
	in   chan county.Message
	lead bool
}

// backlog is how many messages wait for a worker before the broker has to.
const backlog = 512

func (r *Receiver) session(ctx context.Context, client string, lead bool) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &worker{Receiver: r, in: make(chan county.Message, backlog), lead: lead}
	link := r.opts.Link
	link.ClientID = client
	// A full backlog holds the connection and with it the broker, which keeps
	// what it can; what it drops, the hall sends again.
	w.s, err = link.Dial(ctx, 0, nil, func(m county.Message) {
		select {
		case w.in <- m:
		case <-ctx.Done():
		}
	})
	if err != nil {
		return err
	}
	defer w.s.Close()
	defer cancel() // before Close: lets a delivery go that waits
	if err := w.subscribe(ctx); err != nil {
		return err
	}
	r.log.Info("listening to the halls", "client", client, "broker", w.s.Broker)
	return w.loop(ctx)
}

// shared is the subscription that all workers of all programs are one of.
const shared = "$share/county/" + county.AllUp

func (w *worker) subscribe(ctx context.Context) error {
	if !w.lead {
		return w.s.Subscribe(ctx, shared)
	}
	if err := w.markAll(ctx); err != nil {
		return err
	}
	// Presence is retained, which a shared subscription does not deliver, and
	// its order matters.
	return w.s.Subscribe(ctx, shared, county.AllState)
}

// markAll has the acknowledgement of every hall published again: the broker may
// have lost them, or hold those of a database that was set back since.
func (w *worker) markAll(ctx context.Context) error {
	streams, err := w.opts.Store.Streams(ctx)
	latest := map[string]Stream{}
	for _, s := range streams {
		latest[s.Hall] = s
	}
	for _, s := range latest {
		w.mark(s)
	}
	return err
}

func (w *worker) loop(ctx context.Context) error {
	beat := time.NewTicker(w.opts.Reorder/8 + time.Millisecond)
	defer beat.Stop()
	var told chan struct{}
	var tick <-chan time.Time
	if w.lead {
		told, tick = w.told, beat.C
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.s.Lost():
			return w.s.Err()
		case m := <-w.in:
			if err := w.take(ctx, m); err != nil {
				return err
			}
		case <-told:
		case <-tick:
			w.askForGaps(ctx)
		}
		if w.lead {
			w.acknowledge(ctx)
		}
	}
}

// take handles a message and those that came with it. Records of the batch are
// one transaction.
func (w *worker) take(ctx context.Context, m county.Message) error {
	var batch []ledger.Record
	for {
		if rec, ok := w.sort(ctx, m); ok {
			batch = append(batch, rec)
		}
		if len(batch) == w.opts.Batch {
			break
		}
		select {
		case m = <-w.in:
			continue
		default:
		}
		break
	}
	if len(batch) == 0 {
		return nil
	}
	return w.commit(ctx, batch)
}

// sort gives the record in a message, or deals with what else it is.
func (w *worker) sort(ctx context.Context, m county.Message) (rec ledger.Record, ok bool) {
	hall, name, ok := county.SplitTopic(m.Topic)
	if !ok {
		return rec, false
	}
	var err error
	switch name {
	case county.UpRecord:
		rec, err = ledger.Decode(m.Payload)
		if err == nil && rec.Hall != hall {
			err = errForeign
		}
		if err == nil {
			return rec, true
		}
	case county.UpState:
		err = w.state(ctx, hall, m)
	case county.UpHealth:
		err = w.health(ctx, hall, m.Payload)
	case county.UpResult:
		var res county.Result
		if err = json.Unmarshal(m.Payload, &res); err == nil {
			err = w.opts.Store.Answer(ctx, hall, res, w.opts.Now())
		}
	}
	if err != nil && ctx.Err() == nil {
		w.log.Warn("message of a hall not taken", "topic", m.Topic, "bytes", len(m.Payload), "err", err)
	}
	return rec, false
}

// errForeign is a record of one hall on the topic of another.
var errForeign = errors.New("the record is another hall's")

// commit tries until the database has the batch: what it can't take now waits
// here and behind it in the broker and in the halls.
func (w *worker) commit(ctx context.Context, batch []ledger.Record) error {
	for pause := time.Second / 10; ; pause = min(2*pause, w.opts.Backoff) {
		out, err := w.opts.Store.Commit(ctx, batch, w.opts.Now())
		if err == nil {
			w.alarm(out.Alarms)
			for _, s := range out.Streams {
				w.mark(s)
			}
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.log.Error("records not committed; trying again", "records", len(batch), "err", err)
		sleep(ctx, pause)
	}
}

func (w *worker) alarm(alarms []Alarm) {
	for _, a := range alarms {
		w.log.Error("alarm", "hall", a.Hall, "what", a.What, "epoch", a.Epoch, "record", a.Seq, "differs", a.Differs)
	}
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

// marked takes the streams that are to be acknowledged.
func (r *Receiver) marked() map[Stream]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.dirty) == 0 {
		return nil
	}
	d := r.dirty
	r.dirty = map[Stream]bool{}
	return d
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
