package receiver

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

// Store is the county's database. [Open] gives one.
type Store interface {
	// Commit takes a batch in one transaction: repeats are dropped, the
	// watermarks of the streams move, and what is wrong becomes an alarm. When
	// it returns, the records may be acknowledged. ErrRejected: some record of
	// the batch will never be taken; any other error may pass.
	Commit(ctx context.Context, batch []ledger.Record, at time.Time) (Outcome, error)
	// Aside keeps a record that Commit rejects by its bytes alone, so that it
	// stands in no report, with an alarm that says so.
	Aside(ctx context.Context, r ledger.Record, at time.Time) (Outcome, error)
	// Acks is what halls may be told of the streams, without those whose epoch
	// is over.
	Acks(ctx context.Context, streams []Stream) ([]HallAck, error)
	// Streams lists the stream of each hall that is to be acknowledged: that of
	// its last birth, or without one the one whose records came last.
	Streams(ctx context.Context) ([]Stream, error)
	// Gaps lists gaps that are to be asked for over a broker: each has stood
	// for wait, and is put off for longer each time.
	Gaps(ctx context.Context, broker string, wait time.Duration, now time.Time) ([]Gap, []Alarm, error)

	// Birth and Death take a hall's presence at a broker. Birth gives what is
	// wrong with a fresh one; one that the broker kept is from before some of
	// the records.
	Birth(ctx context.Context, hall, broker string, s county.State, fresh bool, at time.Time) ([]Alarm, error)
	Death(ctx context.Context, hall, session string, at time.Time) error
	// Health keeps a hall's last heartbeat, and takes its session for the hall's
	// once that of the last birth has long said nothing.
	Health(ctx context.Context, hall, broker string, h county.Health, at time.Time) ([]Alarm, error)
	// Halls lists every hall that was heard of.
	Halls(ctx context.Context) ([]Hall, error)

	// Queue keeps a command until it is answered.
	Queue(ctx context.Context, o Order, at time.Time) error
	// Due takes the commands that are to be sent over a broker now: to halls
	// that are online there, in each session and again after a time without an
	// answer.
	Due(ctx context.Context, broker string, again time.Duration, now time.Time) ([]Sending, error)
	// Answer takes the hall's word on a command.
	Answer(ctx context.Context, hall string, r county.Result, at time.Time) error
	// Orders lists the newest commands and what came of them.
	Orders(ctx context.Context, limit int) ([]Ordered, error)

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

// ErrRejected is a record that the database will never take as it is.
var ErrRejected = errors.New("the database refuses a record")

// HallAck is an acknowledgement and whose it is.
type HallAck struct {
	Hall string
	ledger.Ack
}

// Gap is a gap before a watermark.
type Gap struct {
	Stream
	Session string // of the hall, to send a command to
	Holes   []ledger.Range
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
	AlarmTwin     = "twin"     // two machines use the hall's name in turn, or an old card was put back
	AlarmHead     = "head"     // the hall's last record is not the one that is here
	AlarmDigest   = "digest"   // a day's records are not those that the hall counted
	AlarmGap      = "gap"      // records are missing and do not come although they were asked for
	AlarmData     = "data"     // a record names a person or a sum that is none; that stands in no report
	AlarmAside    = "aside"    // the database does not take a record; its bytes alone are kept
)

// Hall is what is known of a hall's presence.
type Hall struct {
	Hall    string          `json:"hall"`
	Online  bool            `json:"online"`
	Session string          `json:"session"`
	Version string          `json:"version"`
	Epoch   string          `json:"epoch"`
	LastSeq uint64          `json:"last_seq"` // the highest that the hall told of
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

// Sending is a command that is due, and the hall's session that it is for.
type Sending struct {
	Order
	Session string
}

// Ordered is a command and what came of it.
type Ordered struct {
	ID       string          `json:"id"`
	Hall     string          `json:"hall"`
	Name     string          `json:"name"`
	Queued   time.Time       `json:"queued"`
	Expires  time.Time       `json:"expires"`
	Sent     time.Time       `json:"sent,omitzero"`     // the last time
	Answered time.Time       `json:"answered,omitzero"` // the hall's result came
	Result   json.RawMessage `json:"result,omitempty"`  // up/result
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
	Settled   int64  `json:"rentals_settled"` // without those that were taken back
	Taken     int64  `json:"deposits_taken"`
	Refunded  int64  `json:"deposits_refunded"`
	Forfeited int64  `json:"deposits_forfeited"`
	Paid      int64  `json:"payments"` // what a deposit did not cover
	Fees      int64  `json:"fees"`
	Urgent    int64  `json:"urgent"` // emergencies and forced doors

	// Reconciled says that the hall closed the day and that its digest agrees
	// with what is here.
	Reconciled bool `json:"reconciled"`
}
