package daemon

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"

	"halld/cmd/internal/hall"
	"halld/config"
	"halld/devices"
	"halld/devices/locker"
	bridge "halld/firmware-bridge"
)

// keys owns the doors of one locker.
type keys struct {
	name  string // of the locker
	dev   *locker.Dev
	opens *queue[hall.OpenDoor]
	loop  *loop
	log   *slog.Logger
}

// Run opens the doors that the rules ask for, one at a time and each once. An
// opening whose lock was driven is seen through when the hall stops; what still
// waits for its turn is left, and the next start says that it was not sent.
func (k *keys) Run(ctx context.Context) error {
	defer k.rest()
	for {
		o, ok := k.opens.take(ctx)
		if !ok {
			return nil
		}
		k.open(ctx, o)
	}
}

// rest leaves nothing on that the locks' board does not switch off by itself.
func (k *keys) rest() {
	if err := k.dev.Halt(); err != nil {
		k.log.Warn("the locks of a locker could not be switched off", "locker", k.name, "err", err)
	}
}

// open opens one door. The rules are asked again when nothing is left to wait
// for, because the order may be over by then; a stop of the hall ends it too.
func (k *keys) open(ctx context.Context, o hall.OpenDoor) {
	through, cancel := linger(ctx, finish)
	defer cancel()
	_, door, _ := o.Door.Split()
	state, err := k.dev.Open(through, door, func() error {
		_, err := k.loop.Do(ctx, hall.PulseDoor{Op: o.Op})
		return err
	})
	if err != nil {
		k.log.Warn("a door did not open", "door", string(o.Door), "op", o.Op, "err", err)
	}
	k.tell(through, outcome(o.Op, state, err))
}

// outcome is what the driver's word means for an operation.
func outcome(op string, s locker.State, err error) hall.DoorOutcome {
	switch {
	case errors.Is(err, locker.ErrNotSent):
		return hall.DoorOutcome{Op: op, State: hall.OpUnsent, Cause: cause(err)}
	case errors.Is(err, locker.ErrStuck):
		return hall.DoorOutcome{Op: op, State: hall.OpFailed}
	case s == locker.Open && err == nil:
		return hall.DoorOutcome{Op: op, State: hall.OpOpen}
	default:
		return hall.DoorOutcome{Op: op, State: hall.OpUnknown}
	}
}

// cause is why a lock was not driven.
func cause(err error) string {
	var no *hall.Refusal
	switch {
	case errors.Is(err, context.Canceled):
		return hall.CauseRestart
	case errors.As(err, &no), errors.Is(err, errOutOfService):
		return hall.CauseBusy
	default:
		return string(devices.FaultOf(err))
	}
}

// tell puts a driver's word on a door before the rules. The driver says it once.
func (k *keys) tell(ctx context.Context, ev hall.Event) {
	err := insist(ctx, func() error { _, err := k.loop.Do(ctx, ev); return err })
	if err != nil && ctx.Err() == nil {
		k.log.Error("a door's state was not recorded", "locker", k.name, "err", err)
	}
}

// Watch tells the rules of every door that opens or shuts.
func (k *keys) Watch(ctx context.Context) error {
	return k.dev.Watch(ctx, func(door int, s locker.State) {
		if ctx.Err() == nil {
			k.tell(ctx, hall.DoorSeen{Door: hall.Door(k.name, door), State: hall.DoorState(s.String())})
		}
	})
}

func (g *gear) addLocker(c config.Locker) error {
	opts := locker.Opts{
		Board: c.Board, Doors: c.Doors, Contact: c.Contact, Order: c.Order,
		Pulse: c.Pulse, Gap: c.Gap, Supply: g.supply, OpenWithin: c.OpenWithin, Timeout: c.Timeout,
		PulseLimiter: c.PulseLimiter, Report: g.d.health.of("locker/" + c.Name),
	}
	var line *bridge.Line
	var err error
	if c.Driver == "gpio" {
		err = g.lockerPins(c, &opts)
	} else {
		line, err = g.wires.openLine(c.Port)
	}
	if err != nil {
		return err
	}
	dev, err := newLocker(c.Driver, line, opts)
	if err != nil {
		return err
	}
	k := &keys{name: c.Name, dev: dev, opens: newQueue[hall.OpenDoor](), loop: g.d.loop, log: g.d.log}
	g.keys[c.Name] = k
	g.task("locker/"+c.Name, k.Run)
	g.task("doors/"+c.Name, k.Watch)
	g.part("locker/"+c.Name, cmp.Or(c.Port, strings.Join(c.Pins, "、")), line, dev.Identify).probed(
		func(ctx context.Context, line *bridge.Line) error { return probeLocker(ctx, c.Driver, line, opts) }, boardSpeeds)
	return nil
}

// newLocker keeps a line that is not there from being an interface that is.
func newLocker(driver string, line *bridge.Line, opts locker.Opts) (*locker.Dev, error) {
	if line == nil {
		return locker.New(driver, nil, opts)
	}
	return locker.New(driver, line, opts)
}

// lockerPins finds the pins of doors that hang on the board itself, or on an
// expander at its I2C bus.
func (g *gear) lockerPins(c config.Locker, opts *locker.Opts) error {
	if c.Port != "" {
		dev, err := g.wires.i2c(c.Port)
		if err != nil {
			return err
		}
		opts.Bus, opts.Addr = dev.Bus, dev.Addr
		return nil
	}
	for _, name := range c.Pins {
		p, err := g.wires.pin(name)
		if err != nil {
			return err
		}
		opts.Pins = append(opts.Pins, p)
	}
	for _, name := range c.Contacts {
		p, err := g.wires.pin(name)
		if err != nil {
			return err
		}
		opts.Contacts = append(opts.Contacts, p)
	}
	return nil
}
