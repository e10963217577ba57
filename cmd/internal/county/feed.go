package county

import (
	"context"
	"errors"
	"iter"

	"halld/cmd/internal/ledger"
)

// Outbox is what the reporter needs of the ledger.
type Outbox interface {
	Epoch() string
	Head() (seq uint64, hash string)
	Confirmed() ledger.Ack
	Check(ledger.Ack) (ledger.Ack, error)
	Confirm(ledger.Ack) error
	UnconfirmedCount() uint64
	Unconfirmed(ctx context.Context, after uint64) iter.Seq2[ledger.Record, error]
	Read(ctx context.Context, from uint64, limit int) iter.Seq2[ledger.Record, error]
	Appended() <-chan struct{}
}

var _ Outbox = (*ledger.Ledger)(nil)

// feed gives the records that are to be published next: what is urgent, what
// the county asked for, and the pass over everything it has yet to commit, in
// order. It holds a page of records, however many wait.
type feed struct {
	book   Outbox
	urgent []ledger.Record
	wanted []ledger.Range
	after  uint64 // the pass has published everything unconfirmed up to here

	next    func() (ledger.Record, error, bool) // of the pass, or nil
	stop    func()
	problem func(error) // told of records that don't read
}

// lane says where a record came from.
type lane int

const (
	laneNone lane = iota // nothing to publish now
	laneUrgent
	laneWanted
	lanePass
)

// take gives the next record. Records that can't be read are told of and
// passed over: one rotten row must not hold back all behind it.
func (f *feed) take(ctx context.Context, acked ledger.Ack, pass bool) (ledger.Record, lane, error) {
	if len(f.urgent) > 0 {
		r := f.urgent[0]
		f.urgent = f.urgent[1:]
		return r, laneUrgent, nil
	}
	if r, ok, err := f.takeWanted(ctx); ok || err != nil {
		return r, laneWanted, err
	}
	if !pass {
		return ledger.Record{}, laneNone, nil
	}
	return f.takePass(ctx, acked)
}

func (f *feed) takeWanted(ctx context.Context) (ledger.Record, bool, error) {
	for len(f.wanted) > 0 {
		first := &f.wanted[0]
		seq := first[0]
		if first[0]++; first[0] > first[1] {
			f.wanted = f.wanted[1:]
		}
		for r, err := range f.book.Read(ctx, seq, 1) {
			if err = f.judge(err); err != nil {
				return r, false, err
			}
			if r.Doc != nil {
				return r, true, nil
			}
		}
	}
	return ledger.Record{}, false, nil
}

func (f *feed) takePass(ctx context.Context, acked ledger.Ack) (ledger.Record, lane, error) {
	for {
		if f.next == nil {
			if last, _ := f.book.Head(); f.after >= last {
				return ledger.Record{}, laneNone, nil
			}
			f.next, f.stop = iter.Pull2(f.book.Unconfirmed(ctx, f.after))
		}
		r, err, more := f.next()
		if !more {
			f.end()
			// Nothing unconfirmed is left up to the head of a moment ago.
			if last, _ := f.book.Head(); f.after < last && pending(f.book.Confirmed(), last) > pending(f.book.Confirmed(), f.after) {
				continue
			}
			return ledger.Record{}, laneNone, nil
		}
		if err != nil {
			f.end()
			var p ledger.Problem
			if errors.As(err, &p) {
				f.after = p.Seq
			}
			if err = f.judge(err); err != nil {
				return r, laneNone, err
			}
			continue
		}
		f.after = r.Seq
		if !covers(acked, r.Seq) {
			return r, lanePass, nil
		}
	}
}

// judge lets a broken record pass, after saying so.
func (f *feed) judge(err error) error {
	if p := (ledger.Problem{}); errors.As(err, &p) {
		f.problem(err)
		return nil
	}
	return err
}

// mostRotten is how many different records are complained of.
const mostRotten = 100

// unreadable says of a record once that it can't be reported. Every pass meets it
// again.
func (r *Reporter) unreadable(err error) {
	if text := err.Error(); !r.rotten[text] && len(r.rotten) < mostRotten {
		r.rotten[text] = true
		r.log.Error("a record can't be reported; the ledger needs a look", "err", err)
	}
}

// again begins the pass anew at the watermark.
func (f *feed) again() {
	f.end()
	f.after = 0
}

func (f *feed) end() {
	if f.stop != nil {
		f.stop()
	}
	f.next, f.stop = nil, nil
}

// urgent kinds pass a backlog, and so does what the hall says in answer to them:
// the county waits for both acknowledgements of an emergency. One that the
// county has not committed by then is published again in its place.
func urgent(kind string) bool {
	switch kind {
	case "emergency.raised", "emergency.acked", "locker.forced":
		return true
	}
	return false
}
