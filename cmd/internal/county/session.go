package county

import (
	"context"
	"errors"
	"time"

	"halld/cmd/internal/ledger"
)

// errNewEpoch ends a session because the ledger began a new epoch.
var errNewEpoch = errors.New("the ledger began a new epoch")

// talk is one session: the state that dies with the connection.
type talk struct {
	*Reporter
	s    *Session
	id   string
	feed feed
	ack  ledger.Ack // the watermark
	in   inbound

	keeping <-chan time.Time // when the watermark is to be put on disk, or nil
	highest uint64           // record that the watermark reached in this pass
	lowered time.Time        // since when the watermark is below it, or zero

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
	t.highest, t.lowered = t.ack.Upto, time.Time{} // the pass begins here
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
