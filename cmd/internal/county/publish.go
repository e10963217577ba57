package county

import (
	"context"
	"fmt"
	"time"

	"halld/cmd/internal/ledger"
)

// sent is a record on its way to the broker.
type sent struct {
	seq   uint64
	lane  lane
	token Token
	since time.Time
}

// publish fills the window.
func (t *talk) publish(ctx context.Context) error {
	for len(t.flight) < t.opts.Window && !t.isFrozen() {
		r, lane, err := t.feed.take(ctx, t.ack, t.mayPass())
		if err != nil {
			return fmt.Errorf("reporting: %w", err)
		}
		if lane == laneNone {
			break
		}
		token := t.s.Publish(Message{Topic: t.topic(UpRecord), Payload: r.Doc})
		t.flight = append(t.flight, sent{r.Seq, lane, token, time.Now()})
	}
	t.watch()
	return nil
}

// mayPass says whether the pass may run further ahead of the county's
// acknowledgement: a county that is slow or absent must not find more than its
// broker holds.
func (t *talk) mayPass() bool {
	return t.opts.Confirm == ConfirmBroker || pending(t.ack, t.feed.after) < uint64(t.opts.Ahead)
}

// watch notes which record the county has owed an acknowledgement for longest.
func (t *talk) watch() {
	o := oldest(t.ack, t.feed.after)
	if o > t.feed.after {
		o = 0
	}
	if o != t.oldest {
		t.oldest, t.since = o, time.Now()
	}
}

// head closes when the broker has answered the oldest publish.
func (t *talk) head() <-chan struct{} {
	if len(t.flight) == 0 {
		return nil
	}
	return t.flight[0].token.Done()
}

// arrived takes every PUBACK that is there.
func (t *talk) arrived() error {
	upto := uint64(0)
	for len(t.flight) > 0 && done(t.flight[0].token) {
		f := t.flight[0]
		if err := f.token.Err(); err != nil {
			return fmt.Errorf("publishing record %d: %w", f.seq, err)
		}
		if f.lane == lanePass {
			upto = f.seq
		}
		t.flight = t.flight[1:]
	}
	if upto == 0 || t.opts.Confirm != ConfirmBroker {
		return nil
	}
	t.confirm(ledger.Ack{Epoch: t.opts.Ledger.Epoch(), Upto: upto})
	return nil
}

func done(t Token) bool {
	select {
	case <-t.Done():
		return true
	default:
		return false
	}
}

// again begins the pass anew at the watermark.
func (t *talk) again() {
	t.feed.again()
	t.oldest, t.highest, t.lowered = 0, t.ack.Upto, time.Time{}
}

// late looks at what has waited too long, and sends the heartbeat.
func (t *talk) late() error {
	now := time.Now()
	if len(t.flight) > 0 && now.Sub(t.flight[0].since) > t.opts.Link.AnswerTimeout {
		return fmt.Errorf("publishing record %d: %w", t.flight[0].seq, ErrSilent)
	}
	if t.isSetBack() {
		t.log.Warn("the county has lost records; they are sent again", "from", t.ack.Upto+1, "to", t.highest)
		t.again()
	}
	if t.oldest != 0 && t.opts.Confirm == ConfirmCounty && now.Sub(t.since) >= t.opts.ResendAfter {
		t.note(func(s *Status) {
			if !s.Silent {
				t.log.Warn("the county does not acknowledge; records are sent again", "oldest", t.oldest)
			}
			s.Silent = true
		})
		t.again()
	}
	if now.Sub(t.beaten) >= t.opts.Heartbeat {
		t.health()
	}
	return nil
}
