package receiver

import (
	"context"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

// worker is one session of a worker.
type worker struct {
	*Receiver
	s  *county.Session
	in chan county.Message

	// Of Run alone. Presence has a connection of its own: a broker drops what
	// comes too fast for a client, and a flood of records must not hide that a
	// hall has come.
	presence *county.Session
	states   chan county.Message
}

// backlog is how many messages wait for a worker before the broker has to.
const backlog = 512

func (r *Receiver) session(ctx context.Context, client string, lead bool) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &worker{Receiver: r, in: make(chan county.Message, backlog), states: make(chan county.Message, backlog)}
	if w.s, err = w.dial(ctx, client, w.in); err != nil {
		return err
	}
	defer w.s.Close()
	defer cancel() // before Close: lets a delivery go that waits
	if lead {
		if w.presence, err = w.dial(ctx, client+"-presence", w.states); err != nil {
			return err
		}
		defer w.presence.Close()
	}
	if err := w.subscribe(ctx); err != nil {
		return err
	}
	r.log.Info("listening to the halls", "client", client, "broker", w.s.Broker)
	return w.loop(ctx)
}

// dial connects a client whose messages go to a channel. A full one holds the
// connection and with it the broker, which keeps what it can; what it drops, the
// hall sends again.
func (w *worker) dial(ctx context.Context, client string, to chan<- county.Message) (*county.Session, error) {
	link := w.opts.Link
	link.ClientID, link.Longest = client, 2*ledger.MaxDoc
	return link.Dial(ctx, 0, nil, func(m county.Message) {
		select {
		case to <- m:
		case <-ctx.Done():
		}
	})
}

// shared is the subscription that all workers of all programs are one of.
const shared = "$share/county/" + county.AllUp

func (w *worker) subscribe(ctx context.Context) error {
	if w.presence == nil {
		return w.s.Subscribe(ctx, shared)
	}
	if err := w.markAll(ctx); err != nil {
		return err
	}
	// Presence is retained, which a shared subscription does not deliver, and
	// its order matters.
	if err := w.presence.Subscribe(ctx, county.AllState); err != nil {
		return err
	}
	return w.s.Subscribe(ctx, shared)
}

func (w *worker) loop(ctx context.Context) error {
	if w.presence == nil {
		return w.serve(ctx, nil, nil, nil)
	}
	beat := time.NewTicker(min(time.Second, w.opts.Reorder/8+time.Millisecond))
	defer beat.Stop()
	return w.serve(ctx, w.presence.Lost(), w.told, beat.C)
}

// serve is the loop of a worker; a lead has three more things to wait for.
func (w *worker) serve(ctx context.Context, lost <-chan struct{}, told <-chan struct{}, tick <-chan time.Time) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.s.Lost():
			return w.s.Err()
		case <-lost:
			return w.presence.Err()
		case m := <-w.in:
			if err := w.take(ctx, m); err != nil {
				return err
			}
		case m := <-w.states:
			w.attend(ctx, m)
		case <-told:
		case <-tick:
			w.look(ctx)
		}
		if w.presence != nil {
			w.acknowledge(ctx)
		}
	}
}
