package county

import (
	"context"
	"slices"

	"halld/cmd/internal/ledger"
)

// farthest is how far back a first long backlog is searched for alarms, and
// maxAlarms how many are held in memory.
const (
	farthest  = 20_000
	maxAlarms = 256
)

// scan finds the urgent records that were appended since the last time.
func (r *Reporter) scan(ctx context.Context) (found []ledger.Record) {
	book := r.opts.Ledger
	last, _ := book.Head()
	if epoch := book.Epoch(); epoch != r.epoch {
		r.epoch, r.scanned, r.alarms = epoch, 0, nil
	}
	r.scanned = max(r.scanned, book.Confirmed().Upto)
	if last > farthest {
		r.scanned = max(r.scanned, last-farthest)
	}
	for rec, err := range book.Read(ctx, r.scanned+1, 0) {
		if err != nil {
			break // the pass meets it too, and says so
		}
		if urgent(rec.Kind) && len(r.alarms)+len(found) < maxAlarms {
			found = append(found, rec)
		}
	}
	r.scanned = max(r.scanned, last)
	r.alarms = append(r.alarms, found...)
	return found
}

// openAlarms are the urgent records that the county has yet to commit.
func (r *Reporter) openAlarms(ctx context.Context) []ledger.Record {
	r.scan(ctx)
	r.calm(r.opts.Ledger.Confirmed())
	return slices.Clone(r.alarms)
}

// calm forgets the alarms that the county has committed.
func (r *Reporter) calm(ack ledger.Ack) {
	r.alarms = slices.DeleteFunc(r.alarms, func(rec ledger.Record) bool {
		return rec.Epoch != ack.Epoch || covers(ack, rec.Seq)
	})
}
