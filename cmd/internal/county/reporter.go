// Package county is the hall's line to the county: it publishes the ledger's
// records over MQTT, says whether the hall lives, and takes the county's
// commands. It is the only importer of paho.
//
// A record counts as delivered when the county acknowledges that its own
// database has it; a broker's PUBACK only opens the window for the next one.
// The ledger is the outbox, so there is nothing here to lose: a session begins
// at the county's watermark, and when it ends, however it ends, the next one
// begins there again.
package county

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"halld/cmd/internal/ledger"
)

// How a record comes to count as delivered.
const (
	ConfirmCounty = "county" // when dn/ack covers it
	ConfirmBroker = "broker" // with the PUBACK, for a county that can't acknowledge
)

// Opts are the options of New.
type Opts struct {
	Hall    string // the hall's id, also the MQTT client id unless Link has one
	Link    Link
	Ledger  Outbox
	Inbox   Inbox
	Command Handler // nil: every command but resend is unknown
	Log     *slog.Logger

	Version string    // of the software, in the birth
	Boot    string    // id of this start of the machine
	Started time.Time // when the daemon started

	Confirm     string           // ConfirmCounty (default) or ConfirmBroker
	Window      int              // records on their way to the broker at once, 1 to 64; default 32
	Ahead       int              // records published ahead of the county's acknowledgement; default 512
	ResendAfter time.Duration    // unacknowledged records are published again after this; default 10 min
	AckWait     time.Duration    // how long a session waits for the retained acknowledgement; default 1 s
	Heartbeat   time.Duration    // between two healths; default 60 s
	Backoff     [2]time.Duration // shortest and longest pause between sessions; default 1 s and 60 s

	// Clock is the wall time, and whether it is trusted; default time.Now,
	// trusted.
	Clock func() (now time.Time, trusted bool)
	// Health fills in the devices, disk and temperature; may be nil. It is
	// called from the reporter's loop and must not wait.
	Health func() Health
	// HealthChanged makes a heartbeat come at once; may be nil.
	HealthChanged <-chan struct{}
	// CountyAhead is told once that the county has committed records that the
	// ledger does not have: an old image of the card was restored. Nothing is
	// reported until the ledger's epoch is a new one. It must not wait.
	CountyAhead func(error)
}

func (o Opts) withDefaults() Opts {
	o.Link = o.Link.withDefaults()
	if o.Link.ClientID == "" {
		o.Link.ClientID = o.Hall
	}
	if o.Command == nil {
		o.Command = func(context.Context, Command) (any, error) { return nil, ErrUnknown }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Confirm == "" {
		o.Confirm = ConfirmCounty
	}
	if o.Window == 0 {
		o.Window = 32
	}
	if o.Ahead == 0 {
		o.Ahead = 512
	}
	if o.ResendAfter == 0 {
		o.ResendAfter = 10 * time.Minute
	}
	if o.AckWait == 0 {
		o.AckWait = time.Second
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = time.Minute
	}
	if o.Backoff == [2]time.Duration{} {
		o.Backoff = [2]time.Duration{time.Second, time.Minute}
	}
	if o.Clock == nil {
		o.Clock = func() (time.Time, bool) { return time.Now(), true }
	}
	if o.Health == nil {
		o.Health = func() Health { return Health{} }
	}
	if o.CountyAhead == nil {
		o.CountyAhead = func(error) {}
	}
	return o
}

// Reporter reports one hall's ledger to the county.
type Reporter struct {
	opts    Opts
	log     *slog.Logger
	floorOf func() time.Time // Opts.Link.Floor as it was given

	// Owned by Run.
	scanned uint64          // every record up to here was looked at for urgency
	epoch   string          // of scanned
	alarms  []ledger.Record // urgent and not yet committed by the county
	frozen  string          // epoch in which the county was found ahead, or empty
	first   int             // broker to begin with
	floor   time.Time       // latest time that the county has told
	floorAt time.Time       // when that came, for its monotonic part
	rotten  map[string]bool // what was said of records that don't read

	mu     sync.Mutex // guards status
	status Status
}

// New makes a reporter; Run lets it work.
func New(o Opts) *Reporter {
	o = o.withDefaults()
	r := &Reporter{opts: o, log: o.Log, rotten: map[string]bool{}}
	r.floorOf, r.opts.Link.Floor = o.Link.Floor, r.earliest
	return r
}

// settled is how long a session must last to be called a good one.
const settled = 30 * time.Second

// twinSessions is how many sessions in a row must end at once before another
// box with the same name is suspected: the broker ends the older connection.
const twinSessions = 5

// Run reports until ctx ends, one session after the other. It returns nil.
func (r *Reporter) Run(ctx context.Context) error {
	if len(r.opts.Link.Brokers) == 0 {
		<-ctx.Done()
		return nil
	}
	pause, short := r.opts.Backoff[0], 0
	for ctx.Err() == nil {
		began := time.Now()
		connected, err := r.session(ctx)
		if ctx.Err() != nil {
			break
		}
		if errors.Is(err, errNewEpoch) {
			continue
		}
		lasted := time.Since(began)
		if connected && lasted >= settled {
			pause, short, r.first = r.opts.Backoff[0], 0, 0
		} else if connected {
			short++
			r.first++
		}
		r.ended(err, short >= twinSessions)
		sleep(ctx, pause/2+rand.N(pause/2+1))
		pause = min(pause*2, r.opts.Backoff[1])
	}
	r.note(func(s *Status) { s.Connected, s.Session, s.Broker = false, "", "" })
	return nil //nolint:nilerr // how the last session ended is no failure of Run
}

// ended notes the end of a session, and says so if it was no repetition.
func (r *Reporter) ended(err error, twin bool) {
	text := err.Error()
	r.note(func(s *Status) {
		if s.Connected || s.Since.IsZero() {
			r.log.Warn("no line to the county; records wait in the ledger", "err", err)
		}
		if twin && !s.Twin {
			r.log.Error("sessions end as soon as they begin; does another box use this hall's certificate?", "hall", r.opts.Hall)
		}
		if s.Connected || s.Since.IsZero() {
			s.Since = time.Now()
		}
		s.Connected, s.Session, s.Broker = false, "", ""
		s.LastError, s.Twin = text, twin
	})
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// isFrozen says whether the county is ahead of this epoch.
func (r *Reporter) isFrozen() bool { return r.frozen != "" && r.frozen == r.opts.Ledger.Epoch() }

// freeze stops reporting until the epoch is another.
func (r *Reporter) freeze(err error) {
	if r.isFrozen() {
		return
	}
	r.frozen = r.opts.Ledger.Epoch()
	r.log.Error("the county has records this ledger does not: an old card? nothing is reported until a new epoch", "err", err)
	r.note(func(s *Status) { s.Frozen, s.LastError = true, err.Error() })
	r.opts.CountyAhead(err)
}
