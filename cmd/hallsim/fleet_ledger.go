package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"iter"
	"sync"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

// lightLedger is what one of many simulated halls reports from: a chain of
// records in memory, of which only those stay that the county has yet to
// commit.
type lightLedger struct {
	hall, epoch string
	appended    chan struct{}

	mu   sync.Mutex
	kept []ledger.Record // the last ones, without a gap
	last uint64
	head string
	ack  ledger.Ack
}

var _ county.Outbox = (*lightLedger)(nil)

func newLightLedger(hall string) *lightLedger {
	var b [8]byte
	rand.Read(b[:]) // never returns an error
	l := &lightLedger{hall: hall, epoch: hex.EncodeToString(b[:]), appended: make(chan struct{}, 1), head: ledger.Genesis}
	l.ack = ledger.Ack{Epoch: l.epoch, Holes: []ledger.Range{}}
	return l
}

// add appends n records, the turns of a hall's day.
func (l *lightLedger) add(n int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range n {
		r, err := turn(l.last+1).Record(l.hall, l.epoch, l.last+1, l.head)
		if err != nil {
			return err
		}
		l.kept = append(l.kept, r)
		l.last, l.head = r.Seq, r.Hash
	}
	select {
	case l.appended <- struct{}{}:
	default:
	}
	return nil
}

// turn is the next thing that happens in a hall: somebody comes, gets a number,
// is called, and goes.
func turn(seq uint64) ledger.Entry {
	visit := (seq - 1) / 4
	ticket := fmt.Sprintf("A%03d", visit%499+1)
	e := ledger.Entry{Time: time.Now(), Trusted: true, Subject: ticket, Boot: "fleet"}
	switch (seq - 1) % 4 {
	case 0:
		e.Kind = "checkin.recorded"
		e.Data = map[string]any{
			"person": map[string]string{"ref": fmt.Sprintf("%064x", visit), "last4": "002X"}, "document": "resident", "day": e.Time.Format(time.DateOnly),
		}
	case 1:
		e.Kind, e.Data = "ticket.issued", map[string]any{"ticket": ticket, "service": "match", "ref": fmt.Sprintf("%064x", visit)}
	case 2:
		e.Kind, e.Data = "ticket.called", map[string]any{"ticket": ticket, "window": 1, "staff": "01"}
	default:
		e.Kind, e.Data = "ticket.ended", map[string]any{"ticket": ticket, "outcome": "办结", "window": 1, "staff": "01"}
	}
	return e
}

// Epoch implements [county.Outbox].
func (l *lightLedger) Epoch() string { return l.epoch }

// Head implements [county.Outbox].
func (l *lightLedger) Head() (uint64, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, l.head
}

// Appended implements [county.Outbox].
func (l *lightLedger) Appended() <-chan struct{} { return l.appended }

// Confirmed implements [county.Outbox].
func (l *lightLedger) Confirmed() ledger.Ack {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ack
}

// UnconfirmedCount implements [county.Outbox].
func (l *lightLedger) UnconfirmedCount() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.last - l.ack.Upto
	for _, h := range l.ack.Holes {
		n += h[1] - h[0] + 1
	}
	return n
}

// Check implements [county.Outbox].
func (l *lightLedger) Check(a ledger.Ack) (ledger.Ack, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return a, l.check(a)
}

func (l *lightLedger) check(a ledger.Ack) error {
	switch {
	case a.Epoch != l.epoch:
		return ledger.ErrEpoch
	case a.Upto > l.last:
		return ledger.ErrAhead
	}
	if r, ok := l.at(a.Upto); ok && a.Head != "" && a.Head != r.Hash {
		return ledger.ErrAhead
	}
	return nil
}

// Confirm implements [county.Outbox]. A county that goes back finds the records
// gone: this is no ledger.
func (l *lightLedger) Confirm(a ledger.Ack) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.check(a); err != nil {
		return err
	}
	l.ack = a
	upto := a.Upto
	if len(a.Holes) > 0 {
		upto = a.Holes[0][0] - 1
	}
	if first := l.last - uint64(len(l.kept)) + 1; upto >= first {
		l.kept = append([]ledger.Record{}, l.kept[upto-first+1:]...)
	}
	return nil
}

// at is a record that is still kept.
func (l *lightLedger) at(seq uint64) (r ledger.Record, ok bool) {
	first := l.last - uint64(len(l.kept)) + 1
	if seq < first || seq > l.last {
		return r, false
	}
	return l.kept[seq-first], true
}

// Unconfirmed implements [county.Outbox].
func (l *lightLedger) Unconfirmed(_ context.Context, after uint64) iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		ack := l.Confirmed()
		last, _ := l.Head()
		for seq := after + 1; seq <= last; seq++ {
			if ack.Has(seq) {
				continue
			}
			l.mu.Lock()
			r, ok := l.at(seq)
			l.mu.Unlock()
			if ok && !yield(r, nil) {
				return
			}
		}
	}
}

// Read implements [county.Outbox].
func (l *lightLedger) Read(_ context.Context, from uint64, limit int) iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		last, _ := l.Head()
		if limit > 0 {
			last = min(last, from+uint64(limit)-1)
		}
		for seq := max(from, 1); seq <= last; seq++ {
			l.mu.Lock()
			r, ok := l.at(seq)
			l.mu.Unlock()
			if ok && !yield(r, nil) {
				return
			}
		}
	}
}

// forgetful is the inbox of a hall that takes no commands.
type forgetful struct{}

var _ county.Inbox = forgetful{}

// Answer implements [county.Inbox].
func (forgetful) Answer(string) ([]byte, bool, error) { return nil, false, nil }

// Keep implements [county.Inbox].
func (forgetful) Keep(string, []byte, time.Time) error { return nil }
