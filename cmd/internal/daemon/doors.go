package daemon

import (
	"context"
	"errors"
	"log/slog"

	"halld/cmd/internal/hall"
	"halld/config"
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
// opening that has begun is seen through when the hall stops.
func (k *keys) Run(ctx context.Context) error {
	for {
		o, ok := k.opens.take(ctx)
		if !ok {
			return nil
		}
		k.open(ctx, o)
	}
}

func (k *keys) open(ctx context.Context, o hall.OpenDoor) {
	through, cancel := linger(ctx, finish)
	defer cancel()
	_, door, _ := o.Door.Split()
	state, err := k.dev.Open(through, door)
	if err != nil {
		k.log.Warn("a door did not open", "door", string(o.Door), "op", o.Op, "err", err)
	}
	result := hall.DoorOutcome{Op: o.Op, State: outcome(state, err)}
	if _, err := k.loop.Do(through, result); err != nil {
		k.log.Error("a door's result was not recorded", "door", string(o.Door), "op", o.Op, "err", err)
	}
}

// outcome is what the driver's word means for an operation. A door that was not
// pulsed has not opened; one whose contact can't be read is unknown.
func outcome(s locker.State, err error) hall.OpState {
	switch {
	case s == locker.Open && err == nil:
		return hall.OpOpen
	case errors.Is(err, locker.ErrStuck), errors.Is(err, locker.ErrUnseen):
		return hall.OpFailed
	default:
		return hall.OpUnknown
	}
}

// Watch tells the rules of every door that opens or shuts.
func (k *keys) Watch(ctx context.Context) error {
	return k.dev.Watch(ctx, func(door int, s locker.State) {
		seen := hall.DoorSeen{Door: hall.Door(k.name, door), State: hall.DoorState(s.String())}
		if _, err := k.loop.Do(ctx, seen); err != nil && ctx.Err() == nil {
			k.log.Error("a door's state was not recorded", "door", string(seen.Door), "err", err)
		}
	})
}

func (g *gear) addLocker(c config.Locker) error {
	opts := locker.Opts{
		Board: c.Board, Doors: c.Doors, Contact: c.Contact, Order: c.Order, Echo: c.Echo == "discard",
		Pulse: c.Pulse, OpenWithin: c.OpenWithin, PulseLimiter: c.PulseLimiter, Report: g.d.health.of("locker/" + c.Name),
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
	g.part("locker/"+c.Name, c.Port, line, dev.Identify)
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
