package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"halld/config"
	bridge "halld/firmware-bridge"
)

// Check finds what only the drivers know to be wrong in a configuration: two
// settings for one port, or something a driver's device cannot do. Nothing is
// opened.
func Check(cfg *config.Config) error {
	_, err := bench(cfg, slog.New(slog.DiscardHandler))
	return err
}

// bench equips a hall that has no ledger and does not run.
func bench(cfg *config.Config, log *slog.Logger) (*gear, error) {
	d := &Daemon{cfg: cfg, log: log, changes: &changes{}}
	d.health = newHealth(nil, slog.New(slog.DiscardHandler))
	return d.equip(nil)
}

// Finding is what a device answered when it was asked who it is.
type Finding struct {
	Device string
	Port   string
	Answer string
	Err    error
}

// identifyWithin is the time a device has to say who it is, and its port to open.
const identifyWithin = 5 * time.Second

// Identify asks every device of a configuration who it is. Nothing moves, and
// nothing is printed or shown.
func Identify(ctx context.Context, cfg *config.Config, log *slog.Logger) []Finding {
	g, err := bench(cfg, log)
	if err != nil {
		return []Finding{{Device: "hall.toml", Err: err}}
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
		if f.Device == "reader" && f.Err != nil {
			list[i].Err = atOtherSpeed(ctx, f, log)
		}
	}
	return append(list, g.missing...)
}

// atOtherSpeed tries a reader that does not answer at its other speeds, since
// earlier software may have changed it for good.
func atOtherSpeed(ctx context.Context, f Finding, log *slog.Logger) error {
	port, err := bridge.ParseAddress(f.Port)
	if err != nil {
		return f.Err
	}
	found, err := findReader(ctx, port, port.Baud, log)
	if err != nil {
		return f.Err
	}
	return fmt.Errorf("%w；它在另一个波特率应答，请改为 port = %q", f.Err, found)
}

// part is a device that can say who it is.
type part struct {
	name, port string
	ask        func(context.Context) (string, error)
	ready      func(context.Context) error // waits for its line; nil: no line
}

func (p part) identify(ctx context.Context) Finding {
	ctx, cancel := context.WithTimeout(ctx, identifyWithin)
	defer cancel()
	f := Finding{Device: p.name, Port: p.port}
	if p.ready != nil {
		if err := p.ready(ctx); err != nil {
			f.Err = fmt.Errorf("the port did not open: %w", err)
			return f
		}
	}
	f.Answer, f.Err = p.ask(ctx)
	return f
}
