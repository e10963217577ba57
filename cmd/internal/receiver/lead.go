package receiver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"halld/cmd/internal/county"
)

// acknowledge tells halls what is committed. It reads the watermarks just before,
// so what it says is never older than what it said.
func (w *worker) acknowledge(ctx context.Context) {
	streams := w.marked()
	if len(streams) == 0 {
		return
	}
	acks, err := w.opts.Store.Acks(ctx, streams)
	if err != nil {
		if ctx.Err() == nil {
			w.log.Warn("acknowledgements not sent", "halls", len(streams), "err", err)
		}
		w.later(streams)
		return
	}
	now := w.opts.Now()
	for _, a := range acks {
		w.say(a.Hall, county.DnAck, true, county.Ack{Ack: a.Ack, Time: now})
	}
}

// later marks streams again without waking anybody.
func (r *Receiver) later(streams []Stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range streams {
		r.dirty[s] = true
	}
}

// say publishes to a hall. Whether it arrives shows in what the hall does: it
// sends again what it does not see acknowledged, and is asked again for gaps.
func (w *worker) say(hall, name string, retained bool, v any) {
	payload, err := json.Marshal(v)
	if err != nil {
		w.log.Error("message to a hall not sent", "hall", hall, "err", err)
		return
	}
	w.s.Publish(county.Message{Topic: county.Topic(hall, name), Payload: payload, Retained: retained})
}

// attend takes a message about presence. Only the lead gets them, from a
// subscription of its own, because only there they come in order.
func (w *worker) attend(ctx context.Context, m county.Message) {
	hall, _, ok := county.SplitTopic(m.Topic)
	if !ok {
		return
	}
	err := acceptable(hall, m)
	if err == nil {
		err = w.state(ctx, hall, m)
	}
	w.complain(ctx, m, err)
}

// state takes a birth or a death.
func (w *worker) state(ctx context.Context, hall string, m county.Message) error {
	var s county.State
	if err := json.Unmarshal(m.Payload, &s); err != nil {
		return fmt.Errorf("reading a state: %w", err)
	}
	now := w.opts.Now()
	if !s.Online {
		return w.opts.Store.Death(ctx, hall, s.Session, now)
	}
	if err := check(s); err != nil {
		return fmt.Errorf("reading a state: %w", err)
	}
	alarms, err := w.opts.Store.Birth(ctx, hall, w.s.Broker, s, !m.Retained, now)
	if err != nil {
		return err
	}
	w.alarm(alarms)
	w.mark(Stream{hall, s.Epoch})
	return w.sendDue(ctx)
}

// check says whether a birth can be kept as it is.
func check(s county.State) error {
	for _, text := range []string{s.Session, s.Version, s.Epoch, s.Clock, s.Boot} {
		if !printable(text) {
			return errors.New("session, version, epoch, clock or boot is not short printable text")
		}
	}
	if s.LastSeq >= math.MaxInt64 {
		return errors.New("last_seq is no sequence")
	}
	return nil
}

func (w *worker) health(ctx context.Context, hall string, payload []byte) error {
	var h county.Health
	if err := json.Unmarshal(payload, &h); err != nil {
		return fmt.Errorf("reading a heartbeat: %w", err)
	}
	if !printable(h.Session) || !printable(h.Clock) || !printable(h.Epoch) || h.LastSeq >= math.MaxInt64 {
		return errors.New("reading a heartbeat: session, clock, epoch or last_seq is not what it should be")
	}
	alarms, err := w.opts.Store.Health(ctx, hall, w.s.Broker, h, w.opts.Now())
	w.alarm(alarms)
	return err
}

// sendDue sends the commands that wait for halls of this broker.
func (w *worker) sendDue(ctx context.Context) error {
	due, err := w.opts.Store.Due(ctx, w.s.Broker, w.opts.Repeat, w.opts.Now())
	for _, o := range due {
		w.send(o)
	}
	return err
}

// send publishes a command for the hall's session.
func (w *worker) send(o Sending) {
	c := maps.Clone(o.Body)
	if c == nil {
		c = map[string]any{}
	}
	c["id"], c["name"], c["session"], c["expires"] = o.ID, o.Name, o.Session, o.Expires
	w.say(o.Hall, county.DnCommand, false, c)
}

// look does what time alone asks for: it sends commands that nobody has
// answered, and asks for records that should have come long ago.
func (w *worker) look(ctx context.Context) {
	err := w.sendDue(ctx)
	now := w.opts.Now()
	gaps, alarms, gapErr := w.opts.Store.Gaps(ctx, w.s.Broker, w.opts.Reorder, now)
	if err = errors.Join(err, gapErr); err != nil && ctx.Err() == nil {
		w.log.Warn("commands and gaps not looked for", "err", err)
	}
	w.alarm(alarms)
	for _, g := range gaps {
		w.askFor(g, now)
	}
}

func (w *worker) askFor(g Gap, now time.Time) {
	for _, h := range g.Holes {
		w.send(Sending{Session: g.Session, Order: Order{
			ID: "resend-" + newID(), Hall: g.Hall, Name: county.CmdResend, Expires: now.Add(w.opts.Reorder + 10*time.Minute),
			Body: map[string]any{"from": h[0], "to": h[1], "epoch": g.Epoch},
		}})
	}
	w.log.Info("records asked for again", "hall", g.Hall, "holes", len(g.Holes), "from", g.Holes[0][0])
}

// markAll has the acknowledgement of every hall published again: the broker may
// have lost them, or hold those of a database that was set back since.
func (w *worker) markAll(ctx context.Context) error {
	streams, err := w.opts.Store.Streams(ctx)
	for _, s := range streams {
		w.mark(s)
	}
	return err
}

// marked takes the streams that are to be acknowledged.
func (r *Receiver) marked() []Stream {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.dirty) == 0 {
		return nil
	}
	d := slices.Collect(maps.Keys(r.dirty))
	clear(r.dirty)
	return d
}
