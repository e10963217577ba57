package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/identity"
	"halld/config"
	"halld/devices"
)

// Check finds what only the drivers know to be wrong in a configuration, such as
// two nodes of one device, and a county key that is none. Its error is
// [config.Problems]. No device is opened.
func Check(cfg *config.Config) error {
	if _, err := sealTo(cfg); err != nil {
		return err
	}
	_, err := bench(cfg, Opts{Log: slog.New(slog.DiscardHandler)})
	return err
}

// sealTo is the county's key, or nil in a hall that was given none.
func sealTo(cfg *config.Config) (*identity.PublicKey, error) {
	if cfg.County.SealTo == "" {
		return nil, nil
	}
	key, err := identity.LoadPublicKey(cfg.County.SealTo)
	if err != nil {
		return nil, config.Problems{cfg.Problem("county.seal_to", "文件不是县公钥（"+err.Error()+"）", "由县里运行 hallctl county keygen，把 .pub 文件放到本机")}
	}
	return key, nil
}

// bench equips a hall that has no ledger and does not run.
func bench(cfg *config.Config, opts Opts) (*gear, error) {
	d := &Daemon{cfg: cfg, opts: opts, log: opts.Log, changes: &changes{}}
	d.health = newHealth(nil, slog.New(slog.DiscardHandler))
	return d.equip(nil)
}

// Finding is what a device answered when it was asked who it is.
type Finding struct {
	Device string // as the hall calls it, such as display/window-1
	Port   string
	Answer string
	Err    error // wraps devices.ErrCannotAnswer: nobody knows whether it is there
}

// Problem is what the installer is told of a device that did not answer as it
// should, or false if there is nothing to tell.
func (f Finding) Problem(cfg *config.Config) (config.Problem, bool) {
	if f.Err == nil || errors.Is(f.Err, devices.ErrCannotAnswer) {
		return config.Problem{}, false
	}
	p := console.Explain(f.Device, string(devices.FaultOf(f.Err)))
	if errors.Is(f.Err, fs.ErrNotExist) { // the wire may be well, and only its name be missing
		return cfg.Problem(table(cfg, f.Device), "没有这个端口："+f.Port,
			"插好设备；/dev/hall 下的名字由 halld adapter 写成 udev 规则，做法见 README；别的名字请核对"), true
	}
	return cfg.Problem(table(cfg, f.Device), p.What+"（"+f.Err.Error()+"）", p.Remedy), true
}

// The time that a port has to open, and then a device to say who it is: a printer
// may know only the last of many questions.
const (
	portWithin     = 5 * time.Second
	identifyWithin = 10 * time.Second
)

// Identify asks every device of a configuration who it is. Nothing moves, and
// nothing is printed or shown. Of the options only Log and Trace count.
func Identify(ctx context.Context, cfg *config.Config, opts Opts) ([]Finding, error) {
	log := opts.Log
	g, err := bench(cfg, opts)
	if err != nil {
		return nil, err
	}
	lines := newTasks(ctx, log)
	for _, l := range g.wires.lines {
		lines.run(task{"line " + l.String(), l.Run})
	}
	var list []Finding
	for _, p := range g.parts {
		list = append(list, p.identify(ctx))
	}
	if err := lines.end(); err != nil {
		log.Warn("a port did not close", "err", err)
	}
	for i, f := range list {
		if p := g.parts[i]; f.Err != nil && p.probe != nil {
			list[i].Err = otherSpeed(ctx, f, p, log)
		}
	}
	return append(list, g.missing...), nil
}

// probed says that the device may have been left at another speed.
func (p *part) probed(probe prober, speeds []int) { p.probe, p.speeds = probe, speeds }

// part is a device that can say who it is.
type part struct {
	name, port string
	ask        func(context.Context) (string, error)
	ready      func(context.Context) error // waits for its line; nil: no line
	probe      prober                      // asks it on a line of another speed; nil: its speed is its port's
	speeds     []int                       // that the probe may try
}

func (p *part) identify(ctx context.Context) Finding {
	f := Finding{Device: p.name, Port: p.port}
	if p.ready != nil {
		opening, cancel := context.WithTimeout(ctx, portWithin)
		defer cancel()
		if err := p.ready(opening); err != nil {
			f.Err = fmt.Errorf("the port did not open: %w", err)
			return f
		}
	}
	ctx, cancel := context.WithTimeout(ctx, identifyWithin)
	defer cancel()
	f.Answer, f.Err = p.ask(ctx)
	if errors.Is(f.Err, context.DeadlineExceeded) {
		f.Err = fmt.Errorf("%w within %v: %w", devices.ErrNoAnswer, identifyWithin, f.Err)
	}
	return f
}
