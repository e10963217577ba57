package daemon

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"halld/cmd/internal/hall"
	"halld/devices"
)

// health takes the drivers' words on their devices to the rules. Drivers must
// not wait, so the words go through a queue.
type health struct {
	words   *queue[any] // a hall.Event, or rolledBack
	loop    *loop
	log     *slog.Logger
	known   atomic.Pointer[[]hall.Device]
	about   sync.Map                    // what the devices said of themselves: model, firmware; by name
	refused atomic.Pointer[hall.Device] // the ledger, while it takes no records; nil else
	changed chan struct{}               // yields after the known devices changed
}

// ledgerName is the name under which the ledger stands among the devices.
const ledgerName = "ledger"

func newHealth(l *loop, log *slog.Logger) *health {
	return &health{words: newQueue[any](), loop: l, log: log, changed: make(chan struct{}, 1)}
}

// of makes the report function of one device.
func (h *health) of(device string) devices.Report {
	return func(f devices.Fault, err error) {
		if f == devices.OK {
			h.log.Info("device works", "device", device)
		} else {
			h.log.Warn("device reports a fault", "device", device, "fault", string(f), "err", err)
		}
		h.words.put(hall.DeviceReport{Device: device, Fault: string(f)})
	}
}

// learn makes the function that is told what a device says it is.
func (h *health) learn(device string) func(about string) {
	return func(about string) {
		h.log.Info("device introduced itself", "device", device, "about", about)
		h.about.Store(device, about)
	}
}

// Device is how a device is.
type Device struct {
	hall.Device
	About string `json:"about,omitempty"` // model and firmware, as it says
}

// devices are the rules' list, with what the rules can't know.
func (h *health) devices(known []hall.Device) []Device {
	list := make([]Device, 0, len(known))
	for _, d := range known {
		if r := h.refused.Load(); r != nil && r.Name == d.Name {
			d = *r
		}
		about, _ := h.about.Load(d.Name)
		text, _ := about.(string)
		list = append(list, Device{d, text})
	}
	return list
}

// Run passes the words on, in order. Drivers tell changes only, so none may be
// lost: while the ledger refuses, the word is told again until it is on disk.
func (h *health) Run(ctx context.Context, d *Daemon) error {
	h.look(ctx)
	for {
		w, ok := h.words.take(ctx)
		if !ok {
			return nil
		}
		switch w := w.(type) {
		case rolledBack:
			h.rollback(ctx, d, w.err)
		case hall.Event:
			h.tell(ctx, w)
		}
	}
}

// tell puts a word before the rules. Whenever the printer is better off, what
// waits for it is sent.
func (h *health) tell(ctx context.Context, ev hall.Event) {
	h.record(ctx, ev)
	if r, ok := ev.(hall.DeviceReport); ok && r.Device == hall.PrinterName {
		h.record(ctx, hall.PrinterReady{})
	}
	h.look(ctx)
}

// look takes over what the rules know of the devices, for the heartbeat.
func (h *health) look(ctx context.Context) {
	_ = h.loop.View(ctx, func(hl *hall.Hall) {
		list := hl.Health()
		h.known.Store(&list)
	})
	h.news()
}

func (h *health) news() {
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

// ledger is told why the ledger takes no records, and with nil that it does
// again. It is no event of the rules, since it can't be recorded.
func (h *health) ledger(why error) {
	if why == nil {
		h.refused.Store(nil)
	} else {
		h.refused.Store(&hall.Device{Name: ledgerName, Fault: ledgerFault(why), Since: h.loop.clock.now().Time})
	}
	h.news()
}

// record puts a word before the rules until it is on disk: drivers tell changes
// only.
func (h *health) record(ctx context.Context, ev hall.Event) {
	err := insist(ctx, func() error { _, err := h.loop.Do(ctx, ev); return err })
	if err != nil && ctx.Err() == nil {
		h.log.Error("a device's word was refused", "err", err)
	}
}
