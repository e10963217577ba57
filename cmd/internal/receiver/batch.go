package receiver

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

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

// sort gives the record in a message, or deals with what else it is. Presence
// comes another way.
func (w *worker) sort(ctx context.Context, m county.Message) (rec ledger.Record, ok bool) {
	hall, name, ok := county.SplitTopic(m.Topic)
	if !ok {
		return rec, false
	}
	err := acceptable(hall, m)
	switch {
	case err != nil:
	case name == county.UpRecord:
		rec, err = ledger.Decode(m.Payload)
		if err == nil && rec.Hall != hall {
			err = errForeign
		}
		if err == nil {
			return rec, true
		}
	case name == county.UpHealth:
		err = w.health(ctx, hall, m.Payload)
	case name == county.UpResult:
		var res county.Result
		if err = json.Unmarshal(m.Payload, &res); err == nil {
			err = w.opts.Store.Answer(ctx, hall, res, w.opts.Now())
		}
	}
	w.complain(ctx, m, err)
	return rec, false
}

// acceptable refuses a message that no hall would send.
func acceptable(hall string, m county.Message) error {
	switch {
	case !ledger.ValidHall(hall):
		return errNoHall
	case len(m.Payload) > ledger.MaxDoc:
		return errHuge
	}
	return nil
}

// complain tells of a message that was not taken, unless that is known.
func (w *worker) complain(ctx context.Context, m county.Message, err error) {
	if err != nil && ctx.Err() == nil && w.isNews(m.Topic, err) {
		w.log.Warn("message of a hall not taken; more of its kind are not told", "topic", m.Topic, "bytes", len(m.Payload), "err", err)
	}
}

var (
	// errNoHall is a topic whose hall can be none.
	errNoHall = errors.New("no hall has such a name")
	// errForeign is a record of one hall on the topic of another.
	errForeign = errors.New("the record is another hall's")
	// errHuge is a message that no hall has a reason to send.
	errHuge = errors.New("it is longer than any record")
)

// commit tries until the database has the batch: what it can't take now waits
// here and behind it in the broker and in the halls. One record that it will
// never take holds up no other.
func (w *worker) commit(ctx context.Context, batch []ledger.Record) error {
	err := w.insist(ctx, batch)
	if !errors.Is(err, ErrRejected) || len(batch) == 1 {
		return w.setAside(ctx, batch, err)
	}
	for i := range batch {
		one := batch[i : i+1]
		if err := w.setAside(ctx, one, w.insist(ctx, one)); err != nil {
			return err
		}
	}
	return nil
}

// insist commits a batch unless it is rejected, however long that takes.
func (w *worker) insist(ctx context.Context, batch []ledger.Record) error {
	for pause := time.Second / 10; ; pause = min(2*pause, w.opts.Backoff) {
		out, err := w.opts.Store.Commit(ctx, batch, w.opts.Now())
		if err == nil {
			w.committed(out)
			return nil
		}
		if ctx.Err() != nil || errors.Is(err, ErrRejected) {
			return err
		}
		w.log.Error("records not committed; trying again", "records", len(batch), "err", err)
		sleep(ctx, pause)
	}
}

// setAside deals with a batch of one that was rejected. Should even its bytes
// not be taken, it stays unacknowledged, a hole that the hall knows of.
func (w *worker) setAside(ctx context.Context, batch []ledger.Record, rejected error) error {
	if !errors.Is(rejected, ErrRejected) {
		return rejected
	}
	r := batch[0]
	out, err := w.opts.Store.Aside(ctx, r, w.opts.Now())
	if err == nil {
		w.committed(out)
	} else if ctx.Err() != nil {
		return ctx.Err()
	}
	if w.isNews(county.Topic(r.Hall, county.UpRecord), rejected) {
		w.log.Error("the database does not take a record", "hall", r.Hall, "epoch", r.Epoch, "record", r.Seq,
			"bytes kept", err == nil, "err", rejected)
	}
	return nil
}

func (w *worker) committed(out Outcome) {
	w.alarm(out.Alarms)
	for _, s := range out.Streams {
		w.mark(s)
	}
}

func (w *worker) alarm(alarms []Alarm) {
	for _, a := range alarms {
		w.log.Error("alarm", "hall", a.Hall, "what", a.What, "epoch", a.Epoch, "record", a.Seq, "differs", a.Differs)
	}
}
