package daemon

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/slip"
	"halld/devices"
	"halld/devices/voice"
	bridge "halld/firmware-bridge"
)

// gear is the hall's equipment: its lines, and the workers that own a device
// each.
type gear struct {
	d     *Daemon
	wires *wires
	tasks []task

	parts   []part    // the devices, to ask who they are
	missing []Finding // devices on pins or buses that this machine lacks

	house  slip.House
	press  *press
	keys   map[string]*keys // by locker
	voice  *voice.Dev       // nil: the hall calls by screens only
	choice atomic.Pointer[string]
}

// equip makes the devices of the configuration and their workers. Nothing is
// sent to any of them yet.
func (d *Daemon) equip(refKey []byte) (*gear, error) {
	g := &gear{
		d: d, wires: newWires(d.log), keys: map[string]*keys{}, house: d.letterhead(refKey),
	}
	if err := g.addReader(d.cfg.Reader, refKey); err != nil {
		return nil, fmt.Errorf("setting up the card reader: %w", err)
	}
	if err := g.addPrinter(d.cfg.Printer); err != nil {
		return nil, fmt.Errorf("setting up the printer: %w", err)
	}
	for _, c := range d.cfg.Lockers {
		if err := g.lacking("locker/"+c.Name, c.Port, g.addLocker(c)); err != nil {
			return nil, fmt.Errorf("setting up locker %s: %w", c.Name, err)
		}
	}
	for _, c := range d.cfg.Displays {
		if err := g.lacking("display/"+c.Name, c.Port, g.addDisplay(c)); err != nil {
			return nil, fmt.Errorf("setting up display %s: %w", c.Name, err)
		}
	}
	if err := g.addVoice(d.cfg.Voice); err != nil {
		return nil, fmt.Errorf("setting up the voice: %w", err)
	}
	for _, c := range d.cfg.Buttons {
		if err := g.lacking("button/"+c.Name, c.Port, g.addButton(c)); err != nil {
			return nil, fmt.Errorf("setting up button %s: %w", c.Name, err)
		}
	}
	return g, nil
}

// letterhead is what stands on every slip. A mark that can't be read is left
// out: a number without it is better than none.
func (d *Daemon) letterhead(refKey []byte) slip.House {
	h := d.cfg.Hall
	house := slip.House{
		Name: h.Name, Office: h.Office, Hotline: h.Hotline, Complaints: h.Complaints,
		Code: slip.ShortCode(refKey, d.cfg.HallID()),
	}
	if p := d.cfg.Printer; p != nil && p.Logo != "" {
		logo, err := slip.LoadLogo(p.Logo)
		if err != nil {
			d.log.Warn("slips come without the logo", "err", err)
		}
		house.Logo = logo
	}
	return house
}

// lacking lets a device go that hangs on a pin or bus which is not available on
// this machine: it is a fault to show, not a reason to stay shut.
func (g *gear) lacking(name, port string, err error) error {
	if !errors.Is(err, bridge.ErrUnavailable) {
		return err
	}
	g.missing = append(g.missing, Finding{Device: name, Port: port, Err: err})
	g.d.health.of(name)(devices.Offline, err)
	return nil
}

// task adds a worker.
func (g *gear) task(name string, run func(context.Context) error) {
	g.tasks = append(g.tasks, task{name, run})
}

// part adds a device that can be asked who it is, on a line or without.
func (g *gear) part(name, port string, line *bridge.Line, ask func(context.Context) (string, error)) {
	p := part{name: name, port: port, ask: ask}
	if line != nil {
		p.ready = line.WaitOpen
	}
	g.parts = append(g.parts, p)
}

// recalls tells whether the ledger's side remembers something.
func (d *Daemon) recalls(key string) bool {
	if d.ledger == nil {
		return false
	}
	_, ok, err := d.ledger.Get(ledger.Meta, key)
	return ok && err == nil
}

// act hands an effect to the worker that owns the device. It is called by the
// loop and does not wait.
func (g *gear) act(e hall.Effect) {
	switch e := e.(type) {
	case hall.Print:
		g.print(e.Job)
	case hall.Announce:
		g.announce(e)
	case hall.Alert:
		g.alert(e)
	case hall.OpenDoor:
		name, _, _ := e.Door.Split()
		if k := g.keys[name]; k != nil {
			k.opens.put(e)
			return
		}
		g.d.log.Error("there is no such door", "door", string(e.Door))
		g.d.health.words.put(hall.DoorOutcome{Op: e.Op, State: hall.OpFailed})
	}
}
