package daemon

import (
	"context"
	"log/slog"
	"maps"
	"slices"
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
	about   sync.Map      // what the devices said of themselves: model, firmware; by name
	changed chan struct{} // yields after the known devices changed
}

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

// devices are those that the rules know of and those that said what they are.
func (h *health) devices(known []hall.Device) []Device {
	all := map[string]Device{}
	h.about.Range(func(name, about any) bool {
		all[name.(string)] = Device{hall.Device{Name: name.(string)}, about.(string)}
		return true
	})
	for _, d := range known {
		all[d.Name] = Device{d, all[d.Name].About}
	}
	list := make([]Device, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[name])
	}
	return list
}

// Run passes the words on, in order. Drivers tell changes only, so none may be
// lost: while the ledger refuses, the word is told again until it is on disk.
func (h *health) Run(ctx context.Context, d *Daemon) error {
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
	_ = h.loop.View(ctx, func(hl *hall.Hall) {
		list := hl.Health()
		h.known.Store(&list)
	})
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

// record puts a word before the rules until it is on disk: drivers tell changes
// only.
func (h *health) record(ctx context.Context, ev hall.Event) {
	err := insist(ctx, func() error { _, err := h.loop.Do(ctx, ev); return err })
	if err != nil && ctx.Err() == nil {
		h.log.Error("a device's word was refused", "err", err)
	}
}
