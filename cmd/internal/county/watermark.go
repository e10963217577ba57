package county

import (
	"errors"
	"time"

	"halld/cmd/internal/ledger"
)

// acknowledged takes the messages of dn/ack that have come. Every one is looked
// at, since an early one may be the only one that shows an old card; the last is
// kept.
func (t *talk) acknowledged(m Message) {
	var last ledger.Ack
	for more := true; more; {
		a, err := parseAck(m.Payload)
		if err == nil {
			t.told(a.Time)
			a.Ack, err = t.opts.Ledger.Check(a.Ack)
		}
		if err == nil {
			last = a.Ack
		} else {
			t.doubt(err)
		}
		select {
		case m = <-t.in.acks:
		default:
			more = false
		}
	}
	if last.Epoch != "" && !t.isFrozen() && t.opts.Confirm == ConfirmCounty {
		t.confirm(last)
	}
}

// doubt deals with an acknowledgement that does not fit the ledger.
func (t *talk) doubt(err error) {
	switch {
	case errors.Is(err, ledger.ErrAhead) && t.opts.Confirm == ConfirmCounty:
		t.freeze(err)
	case err.Error() != t.said:
		t.said = err.Error()
		t.log.Warn("acknowledgement of the county not taken", "err", err)
	}
}

// keepAfter is how long the watermark may be ahead of the one on disk while
// records are on their way: each keeping is a write on the card, and what it
// forgets is merely sent again.
const keepAfter = 250 * time.Millisecond

// setBack is how long the watermark must stay lowered before the county is
// believed to have lost records: of several programs that acknowledge, one may
// tell a little less than the one before.
const setBack = 2 * time.Second

// lower notes whether the watermark went back.
func (t *talk) lower(upto uint64) {
	switch {
	case upto >= t.highest:
		t.highest, t.lowered = upto, time.Time{}
	case t.lowered.IsZero():
		t.lowered = time.Now()
	}
}

// isSetBack says whether the county has lost records, as one that went back to
// yesterday's database.
func (t *talk) isSetBack() bool { return !t.lowered.IsZero() && time.Since(t.lowered) >= setBack }

// confirm moves the watermark.
func (t *talk) confirm(a ledger.Ack) {
	t.lower(a.Upto)
	t.ack = a
	t.calm(a)
	t.note(func(s *Status) {
		if s.Silent {
			t.log.Info("the county acknowledges again")
		}
		s.LastAck, s.Silent, s.LastError, s.Twin = time.Now(), false, "", false
	})
	if len(t.flight) == 0 {
		t.keep()
	} else if t.keeping == nil {
		t.keeping = time.After(keepAfter)
	}
}

// keep puts the watermark on disk.
func (t *talk) keep() {
	t.keeping = nil
	if err := t.opts.Ledger.Confirm(t.ack); err != nil {
		t.doubt(err)
	}
}
