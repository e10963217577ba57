// Package daemon puts the hall together and runs it: it is the only room that
// knows every other one, and every goroutine of the hall is a task of its.
//
// The loop owns the rules and the ledger. Whatever happens, a card, a word of
// the staff, an answer of a device, passes through it: decide, write down,
// apply, act. Effects go to workers that own one device each, and what comes of
// them comes back as an event.
package daemon

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/county"
	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/ledger"
	"halld/config"
	bridge "halld/firmware-bridge"
)

// Opts are what a command gives the daemon beside the configuration.
type Opts struct {
	Log     *slog.Logger
	Version string
	Ready   func(web string)    // called with the console's URL once the hall serves; may be nil
	Alive   func(status string) // called now and then while the loop answers; may be nil

	// Trace gets the bytes on every line, masked; nil traces nothing.
	Trace func(bridge.TraceEvent)

	ledger ledger.Opts   // beside hall and log, for tests
	steady time.Duration // how long the line to the county must be otherwise to be told; default 15 s
}

// Daemon is a hall that is put together.
type Daemon struct {
	cfg     *config.Config
	opts    Opts
	log     *slog.Logger
	clock   *clock
	ledger  *ledger.Ledger
	copying sync.Mutex // held while the ledger is copied for a backup
	vault   *vault
	book    *book
	loop    *loop
	health  *health
	changes *changes
	gear    *gear
	county  *county.Reporter
	console *console.Console
	doors   []net.Listener
	web     string // URL of the console
}

// stopLimit is how long a stop may take: a slip and a door on their way are seen
// through within it.
const stopLimit = finish + 2*time.Second

// Run runs a hall until ctx ends. It returns an error if the hall cannot begin,
// or does not stop in time.
func Run(ctx context.Context, cfg *config.Config, opts Opts) error {
	return run(ctx, cfg, opts, make(chan *Daemon, 1))
}

// run is Run, and hands the daemon out once it serves. When the loop fails, the
// hall ends without saving a state that may be half applied: a new start replays
// the ledger.
func run(ctx context.Context, cfg *config.Config, opts Opts, serving chan<- *Daemon) error {
	d, err := open(ctx, cfg, opts)
	if err != nil {
		return err
	}
	defer d.close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ground := newTasks(context.WithoutCancel(ctx), d.log)
	var broken error // why the loop failed; known once ground has ended
	ground.runOnce(task{"loop", d.loop.Run}, func(why error) { broken = why; stop() })
	for _, l := range d.gear.wires.lines {
		ground.run(task{"line " + l.String(), l.Run})
	}
	work := newTasks(context.WithoutCancel(ctx), d.log)
	if err = d.begin(ctx, work); err == nil {
		serving <- d
		<-ctx.Done()
	}
	err = cmp.Or(err, work.end())
	if late := ground.end(); late != nil {
		return cmp.Or(err, late)
	}
	if err = cmp.Or(broken, err); err != nil {
		return err
	}
	d.book.save(d.loop.hall, 1)
	return nil
}

// close lets go of what was opened. A hall that stops as soon as it began may
// never have served on its addresses.
func (d *Daemon) close() {
	for _, l := range d.doors {
		l.Close()
	}
	d.ledger.Close()
}

// begin tells the rules that the hall starts and lets the workers go. While the
// ledger takes no records the board says so, and nothing else happens.
func (d *Daemon) begin(ctx context.Context, work *tasks) error {
	servers, err := d.listen()
	if err != nil {
		return err
	}
	work.run(servers...)
	work.run(task{"alive", d.alive}) // systemd ends a start that takes long and says nothing
	err = insist(ctx, func() error { _, err := d.loop.Do(ctx, hall.Start{}); return err })
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("starting the hall: %w", err)
	}
	work.run(task{"health", func(ctx context.Context) error { return d.health.Run(ctx, d) }})
	if len(d.cfg.County.Brokers) > 0 {
		work.run(task{"county", d.county.Run})
	}
	work.run(d.gear.tasks...)
	work.run(task{"audit", d.audit})
	if d.opts.Ready != nil {
		d.opts.Ready(d.web)
	}
	return nil
}

// beat is how often the hall says that it is alive; the unit's watchdog waits
// several times as long.
const beat = 5 * time.Second

// alive says how the hall is, as long as its loop answers, and looks after what
// only time brings: the line to the county, old alarms, and a saved state that
// keeps the start short.
func (d *Daemon) alive(ctx context.Context) error {
	line := network{steady: cmp.Or(d.opts.steady, 15*time.Second)}
	for ctx.Err() == nil {
		var status string
		var stale bool
		err := d.loop.View(ctx, func(h *hall.Hall) {
			b := h.Board()
			status = fmt.Sprintf("%s：等候 %d 人，%d 台设备有故障", b.Hall, h.Waiting(), h.Faults())
			if d.loop.service.stopped {
				status = b.Hall + "：" + errOutOfService.Error()
			}
			stale = d.staleRollback(h)
			d.book.save(h, snapshotEvery)
		})
		if err == nil && d.opts.Alive != nil {
			d.opts.Alive(status)
		}
		if stale {
			d.health.words.put(hall.DeviceReport{Device: ledgerName})
		}
		if len(d.cfg.County.Brokers) > 0 {
			if report, ok := line.look(networkFault(d.county.Status()), time.Now()); ok {
				d.health.words.put(report)
			}
		}
		pause(ctx, min(beat, line.steady))
	}
	return nil
}

// mostBusy is how long the hall may be busy with something that no loop can
// answer beside.
const mostBusy = 15 * time.Minute

// busy says that the hall lives until done is called, while its ledger is made
// anew: on a small board that takes longer than the watchdog waits.
func (d *Daemon) busy(status string) (done func()) {
	if d.opts.Alive == nil {
		return func() {}
	}
	ctx, stop := context.WithTimeout(context.Background(), mostBusy)
	var back sync.WaitGroup
	back.Go(func() {
		for pause(ctx, beat); ctx.Err() == nil; pause(ctx, beat) {
			d.opts.Alive(status)
		}
	})
	return func() {
		stop()
		back.Wait()
	}
}

// open puts a hall together: nothing is sent to any device yet.
func open(ctx context.Context, cfg *config.Config, opts Opts) (*Daemon, error) {
	d := &Daemon{cfg: cfg, opts: opts, log: opts.Log, changes: &changes{}}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	refKey, err := refKey(cfg)
	if err != nil {
		return nil, err
	}
	if err := d.openBook(); err != nil {
		return nil, err
	}
	if err := d.build(ctx, refKey); err != nil {
		d.ledger.Close()
		return nil, err
	}
	return d, nil
}

// refKey is the county's secret for refs, or the device's own if there is none.
func refKey(cfg *config.Config) ([]byte, error) {
	if cfg.County.RefKey != "" {
		return identity.LoadRefKey(cfg.County.RefKey)
	}
	return identity.DeviceRefKey(cfg.DataDir)
}

func (d *Daemon) ledgerPath() string { return filepath.Join(d.cfg.DataDir, "ledger.db") }

func (d *Daemon) openBook() error {
	key, err := identity.LoadDeviceKey(d.cfg.DataDir)
	if err != nil {
		return err
	}
	defer d.busy("正在检查账本")()
	opts := d.opts.ledger
	opts.Hall, opts.Log = d.cfg.HallID(), d.log
	d.ledger, err = ledger.Open(d.ledgerPath(), opts)
	if err != nil {
		return err
	}
	if d.vault, err = openVault(d.ledger, key); err != nil {
		return err
	}
	d.book = &book{ledger: d.ledger, vault: d.vault, log: d.log, hallID: d.cfg.HallID()}
	d.book.county, err = sealTo(d.cfg)
	return err
}

// build replays the ledger and makes the loop and the devices around it.
func (d *Daemon) build(ctx context.Context, refKey []byte) error {
	d.clock = newClock(d.cfg.Location, d.cfg.Clock.Trust == "always", clockFloor(ctx, d.ledger))
	d.book.clock = d.clock
	done := d.busy("正在重建账本")
	h, err := d.book.replay(ctx, rules(d.cfg))
	done()
	if err != nil {
		return err
	}
	d.loop = newLoop(h, d.book, d.clock, d.log)
	d.loop.change = d.changes.tell
	d.health = newHealth(d.loop, d.log)
	d.loop.service.tell = d.health.ledger
	if d.book.lostSome {
		d.health.words.put(hall.DeviceReport{Device: ledgerName, Fault: lostSome})
	}
	if d.console, err = d.newConsole(); err != nil {
		return err
	}
	d.gear, err = d.equip(refKey)
	if err != nil {
		return err
	}
	d.loop.act = d.gear.act
	d.county = d.reporter()
	return nil
}
