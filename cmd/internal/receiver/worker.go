package receiver

import (
	"context"
	"time"

	"halld/cmd/internal/county"
)

// worker is one session of a worker.
type worker struct {
	*Receiver
	s    *county.Session
	in   chan county.Message
	lead bool
}

// backlog is how many messages wait for a worker before the broker has to.
const backlog = 512

func (r *Receiver) session(ctx context.Context, client string, lead bool) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &worker{Receiver: r, in: make(chan county.Message, backlog), lead: lead}
	link := r.opts.Link
	link.ClientID = client
	// A full backlog holds the connection and with it the broker, which keeps
	// what it can; what it drops, the hall sends again.
	w.s, err = link.Dial(ctx, 0, nil, func(m county.Message) {
		select {
		case w.in <- m:
		case <-ctx.Done():
		}
	})
	if err != nil {
		return err
	}
	defer w.s.Close()
	defer cancel() // before Close: lets a delivery go that waits
	if err := w.subscribe(ctx); err != nil {
		return err
	}
	r.log.Info("listening to the halls", "client", client, "broker", w.s.Broker)
	return w.loop(ctx)
}

// shared is the subscription that all workers of all programs are one of.
const shared = "$share/county/" + county.AllUp

func (w *worker) subscribe(ctx context.Context) error {
	if !w.lead {
		return w.s.Subscribe(ctx, shared)
	}
	if err := w.markAll(ctx); err != nil {
		return err
	}
	// Presence is retained, which a shared subscription does not deliver, and
	// its order matters.
	return w.s.Subscribe(ctx, shared, county.AllState)
}

func (w *worker) loop(ctx context.Context) error {
	beat := time.NewTicker(w.opts.Reorder/8 + time.Millisecond)
	defer beat.Stop()
	var told chan struct{}
	var tick <-chan time.Time
	if w.lead {
		told, tick = w.told, beat.C
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.s.Lost():
			return w.s.Err()
		case m := <-w.in:
			if err := w.take(ctx, m); err != nil {
				return err
			}
		case <-told:
		case <-tick:
			w.look(ctx)
		}
		if w.lead {
			w.acknowledge(ctx)
		}
	}
}
