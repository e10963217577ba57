package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/slip"
	"halld/config"
	"halld/devices"
	"halld/devices/locker"
	"halld/devices/voice"
	bridge "halld/firmware-bridge"
)

// gear is the hall's equipment: its lines, and the workers that own a device
// each.
type gear struct {
	d     *Daemon
	wires *wires
	tasks []task

	parts   []*part   // the devices, to ask who they are
	missing []Finding // devices on pins or buses that this machine lacks

	house    slip.House
	press    *press
	keys     map[string]*keys // by locker
	supply   *locker.Supply   // of all locks: one coil at a time in the whole hall
	voice    *voice.Dev       // nil: the hall calls by screens only
	entrance *entrance
}

// equip makes the devices of the configuration and their workers. Nothing is
// sent to any of them yet. What a driver refuses is told of all devices at once,
// as [config.Problems]; a device on a pin or bus that this machine lacks is only
// a fault to show.
func (d *Daemon) equip(refKey []byte) (*gear, error) {
	g := &gear{
		d: d, wires: newWires(d.log, d.opts.Trace), keys: map[string]*keys{}, supply: locker.NewSupply(), house: d.letterhead(refKey),
		entrance: &entrance{change: d.changes.tell},
	}
	var bad config.Problems
	add := func(name, port string, err error) {
		switch {
		case err == nil:
		case errors.Is(err, devices.ErrUnavailable):
			g.missing = append(g.missing, Finding{Device: name, Port: port, Err: err})
			d.health.of(name)(devices.FaultOf(err), err)
		default:
			bad = append(bad, d.cfg.Problem(table(d.cfg, name), "设备不能这样用（"+err.Error()+"）", "按括号里的原因改正这一节"))
		}
	}
	if c := d.cfg.Reader; c != nil {
		add("reader", c.Port, g.addReader(c, refKey))
	}
	if c := d.cfg.Printer; c != nil {
		add(hall.PrinterName, c.Port, g.addPrinter(c))
	}
	for _, c := range d.cfg.Lockers {
		add("locker/"+c.Name, c.Port, g.addLocker(c))
	}
	for _, c := range d.cfg.Displays {
		add("display/"+c.Name, c.Port, g.addDisplay(c))
	}
	add("voice", d.cfg.Voice.Port, g.addVoice(d.cfg.Voice))
	for _, c := range d.cfg.Buttons {
		add("button/"+c.Name, c.Port, g.addButton(c))
	}
	if len(bad) > 0 {
		return nil, bad
	}
	return g, nil
}

// table is where hall.toml speaks of a device, such as display[1] of
// display/window-2.
func table(cfg *config.Config, device string) string {
	kind, name, named := strings.Cut(device, "/")
	i := -1
	switch kind {
	case "locker":
		i = slices.IndexFunc(cfg.Lockers, func(c config.Locker) bool { return c.Name == name })
	case "display":
		i = slices.IndexFunc(cfg.Displays, func(c config.Display) bool { return c.Name == name })
	case "button":
		i = slices.IndexFunc(cfg.Buttons, func(c config.Button) bool { return c.Name == name })
	}
	if !named {
		return kind
	}
	return fmt.Sprintf("%s[%d]", kind, i)
}

// letterhead is what stands on every slip. A mark that can't be read is left
// out: a number without it is better than none.
func (d *Daemon) letterhead(refKey []byte) slip.House {
	h := d.cfg.Hall
	house := slip.House{
		Name: h.Name, Operator: h.Operator, Office: h.Office, Hotline: h.Hotline, Complaints: h.Complaints,
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

// task adds a worker.
func (g *gear) task(name string, run func(context.Context) error) {
	g.tasks = append(g.tasks, task{name, run})
}

// part adds a device that can be asked who it is, on a line or without.
func (g *gear) part(name, port string, line *bridge.Line, ask func(context.Context) (string, error)) *part {
	p := &part{name: name, port: port, ask: ask}
	if line != nil {
		p.ready = line.WaitOpen
	}
	g.parts = append(g.parts, p)
	return p
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
	case hall.Greet:
		g.entrance.greet(e)
	case hall.OpenDoor:
		name, _, _ := e.Door.Split()
		if k := g.keys[name]; k != nil {
			k.opens.put(e)
			return
		}
		g.d.log.Error("there is no such door", "door", string(e.Door))
		g.d.health.words.put(hall.DoorOutcome{Op: e.Op, State: hall.OpUnsent, Cause: string(devices.DoorUnknown)})
	default:
		g.d.log.Error("nothing carries this out", "effect", fmt.Sprintf("%T", e))
	}
}
