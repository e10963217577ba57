package receiver

import (
	"context"
	"encoding/json"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

// Store is the county's database. [Open] gives one.
type Store interface {
	// Commit takes a batch in one transaction: repeats are dropped, the
	// watermarks of the streams move, and what is wrong becomes an alarm. When
	// it returns, the records may be acknowledged.
	Commit(ctx context.Context, batch []ledger.Record, at time.Time) (Outcome, error)
	// Ack is what a hall may be told of one epoch.
	Ack(ctx context.Context, s Stream) (ledger.Ack, error)
	// Streams lists every epoch of every hall that has a watermark.
	Streams(ctx context.Context) ([]Stream, error)
	// Gaps lists streams whose watermark has stood before a gap since a time,
	// and puts them off until the next time.
	Gaps(ctx context.Context, since, now time.Time) ([]Stream, error)

	// Birth and Death take a hall's presence. Birth gives what is wrong with a
	// fresh one; one that the broker kept is from before some of the records.
	Birth(ctx context.Context, hall string, s county.State, fresh bool, at time.Time) ([]Alarm, error)
	Death(ctx context.Context, hall, session string, at time.Time) error
	// Health keeps a hall's last heartbeat.
	Health(ctx context.Context, hall string, h county.Health, at time.Time) ([]Alarm, error)
	// Halls lists every hall that was heard of.
	Halls(ctx context.Context) ([]Hall, error)
	// Session is the session of the hall's last birth, if it is online.
	Session(ctx context.Context, hall string) (session string, online bool, err error)

	// Queue keeps a command until it is answered; Open lists those that wait,
	// Answer takes the hall's word on one.
	Queue(ctx context.Context, c Order) error
	Orders(ctx context.Context, hall string, now time.Time) ([]Order, error)
	Answer(ctx context.Context, hall string, r county.Result, at time.Time) error

	// Reports for people.
	Days(ctx context.Context, from, to string) ([]Day, error)
	Alarms(ctx context.Context, limit int) ([]Alarm, error)

	Close() error
}

// Stream is the records of one epoch of a hall.
type Stream struct {
	Hall  string
	Epoch string
}

// Outcome is what came of a batch.
type Outcome struct {
	New     int      // records that were not there before
	Streams []Stream // whose watermarks are to be told
	Alarms  []Alarm  // that were not known before
}

// Alarm is something that a person should look at.
type Alarm struct {
	Hall  string    `json:"hall"`
	Epoch string    `json:"epoch"`
	Seq   uint64    `json:"seq"`
	What  string    `json:"what"` // one of the Alarm constants
	At    time.Time `json:"at"`

	// Differs names what a digest differs in: kinds of records, "head" for the
	// last record, "range" for a digest that counts another range than it should.
	Differs []string `json:"differs,omitempty"`
}

// What an alarm is about.
const (
	AlarmCloned   = "cloned"   // two different records with one number: a card was copied or restored
	AlarmChain    = "chain"    // a record does not name the one before it
	AlarmRollback = "rollback" // the hall has fewer records than it reported: an old card
	AlarmTwin     = "twin"     // two machines use the hall's name in turn
	AlarmHead     = "head"     // the hall's last record is not the one that is here
	AlarmDigest   = "digest"   // a day's records are not those that the hall counted
)

// Hall is what is known of a hall's presence.
type Hall struct {
	Hall    string          `json:"hall"`
	Online  bool            `json:"online"`
	Session string          `json:"session"`
	Version string          `json:"version"`
	Epoch   string          `json:"epoch"`
	LastSeq uint64          `json:"last_seq"` // as the hall says
	Upto    uint64          `json:"upto"`     // committed here without a gap
	Clock   string          `json:"clock"`
	Boot    string          `json:"boot"`
	Seen    time.Time       `json:"seen"`
	Health  json.RawMessage `json:"health,omitempty"`
}

// Order is a command on its way to a hall. Body holds what belongs to Name; id,
// name, session and expires are put in when it is sent.
type Order struct {
	ID      string
	Hall    string
	Name    string
	Body    map[string]any
	Expires time.Time
}

// Day is what the records of a hall say of one day. Sums are in 分.
type Day struct {
	Hall      string `json:"hall"`
	Day       string `json:"day"` // as in 2026-01-31, by the hall's clock
	Records   int64  `json:"records"`
	Unsure    int64  `json:"unsure"`   // records made while the clock was not trusted
	Persons   int64  `json:"persons"`  // different persons who checked in
	Checkins  int64  `json:"checkins"` // check-ins
	Refusals  int64  `json:"refusals"`
	Tickets   int64  `json:"tickets"`
	Requested int64  `json:"rentals_requested"`
	Out       int64  `json:"rentals_out"`
	Returned  int64  `json:"rentals_returned"`
	Settled   int64  `json:"rentals_settled"`
	Taken     int64  `json:"deposits_taken"`
	Refunded  int64  `json:"deposits_refunded"`
	Forfeited int64  `json:"deposits_forfeited"`
	Fees      int64  `json:"fees"`
	Urgent    int64  `json:"urgent"` // emergencies and forced doors

	// Reconciled says that the hall closed the day and that its digest agrees
	// with what is here.
	Reconciled bool `json:"reconciled"`
}
