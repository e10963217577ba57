package receiver

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

// acknowledge tells halls what is committed. It reads the watermarks just before,
// so what it says is never older than what it said.
func (w *worker) acknowledge(ctx context.Context) {
	for s := range w.marked() {
		a, err := w.opts.Store.Ack(ctx, s)
		if err != nil {
			if ctx.Err() == nil {
				w.log.Warn("acknowledgement not sent", "hall", s.Hall, "err", err)
			}
			w.later(s)
			continue
		}
		w.say(s.Hall, county.DnAck, true, county.Ack{Ack: a, Time: w.opts.Now()})
	}
}

// later marks a stream again without waking anybody.
func (r *Receiver) later(s Stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dirty[s] = true
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

// state takes a birth or a death. The lead alone does, from its own
// subscription, because only there they come in order.
func (w *worker) state(ctx context.Context, hall string, m county.Message) error {
	if !w.lead {
		return nil
	}
	var s county.State
	if err := json.Unmarshal(m.Payload, &s); err != nil {
		return fmt.Errorf("reading a state: %w", err)
	}
	now := w.opts.Now()
	if !s.Online {
		return w.opts.Store.Death(ctx, hall, s.Session, now)
	}
	alarms, err := w.opts.Store.Birth(ctx, hall, s, !m.Retained, now)
	if err != nil {
		return err
	}
	w.alarm(alarms)
	w.mark(Stream{hall, s.Epoch})
	orders, err := w.opts.Store.Orders(ctx, hall, now)
	for _, o := range orders {
		w.send(o, s.Session)
	}
	return err
}

func (w *worker) health(ctx context.Context, hall string, payload []byte) error {
	var h county.Health
	if err := json.Unmarshal(payload, &h); err != nil {
		return fmt.Errorf("reading a heartbeat: %w", err)
	}
	alarms, err := w.opts.Store.Health(ctx, hall, h, w.opts.Now())
	w.alarm(alarms)
	return err
}

// send publishes a command for the hall's session.
func (w *worker) send(o Order, session string) {
	c := maps.Clone(o.Body)
	if c == nil {
		c = map[string]any{}
	}
	c["id"], c["name"], c["session"], c["expires"] = o.ID, o.Name, session, o.Expires
	w.say(o.Hall, county.DnCommand, false, c)
}

// A gap is asked for in pieces: this many records a time, and as the watermark
// moves, the next ones.
const resendAtMost = 1024

// askForGaps asks halls for records that should have come long ago.
func (w *worker) askForGaps(ctx context.Context) {
	now := w.opts.Now()
	streams, err := w.opts.Store.Gaps(ctx, now.Add(-w.opts.Reorder), now)
	if err != nil {
		if ctx.Err() == nil {
			w.log.Warn("gaps not looked for", "err", err)
		}
		return
	}
	for _, s := range streams {
		a, err := w.opts.Store.Ack(ctx, s)
		if err != nil || len(a.Holes) == 0 {
			continue
		}
		session, online, err := w.opts.Store.Session(ctx, s.Hall)
		if err != nil || !online {
			continue
		}
		w.askFor(s, a.Holes, session, now)
	}
}

func (w *worker) askFor(s Stream, holes []ledger.Range, session string, now time.Time) {
	left := uint64(resendAtMost)
	for _, h := range holes {
		to := min(h[1], h[0]+left-1)
		w.send(Order{
			ID: "resend-" + newID(), Hall: s.Hall, Name: county.CmdResend, Expires: now.Add(w.opts.Reorder + 10*time.Minute),
			Body: map[string]any{"from": h[0], "to": to, "epoch": s.Epoch},
		}, session)
		if left -= to - h[0] + 1; left == 0 {
			break
		}
	}
	w.log.Info("records asked for again", "hall", s.Hall, "holes", len(holes), "from", holes[0][0])
}
