package county

import (
	"context"
	"errors"
	"fmt"
	"time"

	"halld/cmd/internal/ledger"
)

// errNewEpoch ends a session because the ledger began a new epoch.
var errNewEpoch = errors.New("the ledger began a new epoch")

// sent is a record on its way to the broker.
type sent struct {
	seq   uint64
	lane  lane
	token Token
	since time.Time
}

// talk is one session: the state that dies with the connection.
type talk struct {
	*Reporter
	s    *Session
	id   string
	feed feed
	ack  ledger.Ack // the watermark
	in   inbound

	keeping <-chan time.Time // when the watermark is to be put on disk, or nil

	flight []sent    // in the order of publishing
	oldest uint64    // oldest record that is published and unconfirmed, or 0
	since  time.Time // since when it is that one
	beaten time.Time // last heartbeat
	said   string    // last complaint about what the county sends
}

// inbound is where the connection's messages wait for the loop. Both channels
// are bounded: of acknowledgements the last counts most, and a command that
// finds no room is sent again by the county.
type inbound struct {
	acks     chan Message
	commands chan Message
}

func newInbound() inbound {
	return inbound{acks: make(chan Message, 64), commands: make(chan Message, 16)}
}

// put is called from the connection, one message at a time.
func (in inbound) put(m Message) {
	_, name, _ := SplitTopic(m.Topic)
	switch name {
	case DnCommand:
		select {
		case in.commands <- m:
		default:
		}
	case DnAck:
		for {
			select {
			case in.acks <- m:
				return
			default:
			}
			select {
			case <-in.acks:
			default:
			}
		}
	}
}

// session runs one session to its end and says why it ended, and whether it
// had begun.
func (r *Reporter) session(ctx context.Context) (connected bool, err error) {
	t := &talk{Reporter: r, id: newID(), in: newInbound()}
	t.feed = feed{book: r.opts.Ledger, problem: r.unreadable}
	defer t.feed.end()
	epoch := r.opts.Ledger.Epoch()
	will := t.state(encode(death{Session: t.id}))
	if t.s, err = r.opts.Link.Dial(ctx, r.first, &will, t.in.put); err != nil {
		return false, err
	}
	if err = t.begin(ctx); err == nil {
		err = t.loop(ctx, epoch)
	}
	if t.keeping != nil && !errors.Is(err, errNewEpoch) {
		t.keep()
	}
	if ctx.Err() == nil && !errors.Is(err, errNewEpoch) {
		t.s.Drop() // the will says that the hall is gone
		return true, err
	}
	t.goodbye(ctx)
	t.s.Close()
	return true, err
}

func (t *talk) topic(name string) string { return Topic(t.opts.Hall, name) }

func (t *talk) state(payload []byte) Message {
	return Message{Topic: t.topic(UpState), Payload: payload, Retained: true}
}

// begin subscribes, says that the hall is there and reads what the county has.
func (t *talk) begin(ctx context.Context) error {
	if err := t.s.Subscribe(ctx, t.topic(DnAck), t.topic(DnCommand)); err != nil {
		return err
	}
	t.ack = t.opts.Ledger.Confirmed()
	if err := t.s.Deliver(ctx, t.state(encode(t.birth()))); err != nil {
		return err
	}
	t.log.Info("connected to the county", "broker", t.s.Broker, "session", t.id)
	t.note(func(s *Status) {
		s.Connected, s.Broker, s.Session, s.Since = true, t.s.Broker, t.id, time.Now()
		s.Frozen = t.isFrozen()
		s.Silent = false
	})
	if t.opts.Confirm == ConfirmCounty {
		t.firstAck(ctx)
	}
	t.feed.urgent = t.openAlarms(ctx)
	return nil
}

func (t *talk) birth() State {
	_, trusted := t.opts.Clock()
	seq, head := t.opts.Ledger.Head()
	return State{
		Online: true, Session: t.id, Version: t.opts.Version, Epoch: t.opts.Ledger.Epoch(),
		LastSeq: seq, Head: head, OldestUnconfirmed: oldest(t.ack, seq),
		Clock: clockName(trusted), Boot: t.opts.Boot, Started: t.opts.Started,
	}
}

// firstAck waits a moment for the acknowledgement that the broker retained, so
// that the session does not begin with records the county has.
func (t *talk) firstAck(ctx context.Context) {
	timer := time.NewTimer(t.opts.AckWait)
	defer timer.Stop()
	select {
	case m := <-t.in.acks:
		t.acknowledged(m)
	case <-timer.C:
	case <-t.s.Lost():
	case <-ctx.Done():
	}
}

// beat is how often time-outs are looked at.
const beat = time.Second

func (t *talk) loop(ctx context.Context, epoch string) error {
	ticker := time.NewTicker(min(beat, t.opts.ResendAfter/4+time.Millisecond))
	defer ticker.Stop()
	for {
		if t.opts.Ledger.Epoch() != epoch {
			return errNewEpoch
		}
		if err := t.publish(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.s.Lost():
			return t.s.Err()
		case <-t.head():
			if err := t.arrived(); err != nil {
				return err
			}
		case m := <-t.in.acks:
			t.acknowledged(m)
		case m := <-t.in.commands:
			t.command(ctx, m)
		case <-t.keeping:
			t.keep()
		case <-t.opts.Ledger.Appended():
			t.feed.urgent = append(t.feed.urgent, t.scan(ctx)...)
		case <-t.opts.HealthChanged:
			t.health()
		case <-ticker.C:
			if err := t.late(); err != nil {
				return err
			}
		}
	}
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

// confirm moves the watermark.
func (t *talk) confirm(a ledger.Ack) {
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

// command answers a message of dn/command.
func (t *talk) command(ctx context.Context, m Message) {
	c, err := parseCommand(m)
	if err != nil {
		if err.Error() != t.said {
			t.said = err.Error()
			t.log.Warn("county command dropped", "err", err)
		}
		return
	}
	do := t.opts.Command
	if c.Name == CmdResend {
		do = t.resend
	}
	answer := t.answer(ctx, c, t.id, do)
	t.s.Publish(Message{Topic: t.topic(UpResult), Payload: answer})
}

// late looks at what has waited too long, and sends the heartbeat.
func (t *talk) late() error {
	now := time.Now()
	if len(t.flight) > 0 && now.Sub(t.flight[0].since) > t.opts.Link.AnswerTimeout {
		return fmt.Errorf("publishing record %d: %w", t.flight[0].seq, ErrSilent)
	}
	if t.oldest != 0 && t.opts.Confirm == ConfirmCounty && now.Sub(t.since) >= t.opts.ResendAfter {
		t.note(func(s *Status) {
			if !s.Silent {
				t.log.Warn("the county does not acknowledge; records are sent again", "oldest", t.oldest)
			}
			s.Silent = true
		})
		t.feed.again()
		t.oldest = 0
	}
	if now.Sub(t.beaten) >= t.opts.Heartbeat {
		t.health()
	}
	return nil
}

// health publishes the heartbeat.
func (t *talk) health() {
	t.beaten = time.Now()
	h := t.opts.Health()
	now, trusted := t.opts.Clock()
	h.Session, h.Time, h.Clock, h.Epoch = t.id, now, clockName(trusted), t.opts.Ledger.Epoch()
	h.LastSeq, h.Head = t.opts.Ledger.Head()
	h.Unconfirmed = t.opts.Ledger.UnconfirmedCount()
	if h.Devices == nil {
		h.Devices = []Device{}
	}
	t.s.Publish(Message{Topic: t.topic(UpHealth), Payload: encode(h)})
}

// goodbyeLimit is how long a clean stop waits for the broker.
const goodbyeLimit = 2 * time.Second

// goodbye says that the hall stops on purpose.
func (t *talk) goodbye(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbyeLimit)
	defer cancel()
	if err := t.s.Deliver(ctx, t.state(encode(death{Session: t.id}))); err != nil {
		t.log.Warn("no goodbye to the county", "err", err)
	}
}
