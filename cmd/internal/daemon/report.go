package daemon

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"halld/cmd/internal/county"
	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// reporter makes the line to the county.
func (d *Daemon) reporter() *county.Reporter {
	c := d.cfg.County
	return county.New(county.Opts{
		Hall:   d.cfg.HallID(),
		Link:   county.Link{Brokers: c.Brokers, CA: c.CA, Cert: c.Cert, Key: c.Key, Floor: func() time.Time { return d.clock.floor }},
		Ledger: d.ledger, Inbox: county.LedgerInbox{Ledger: d.ledger}, Log: d.log, Command: d.command,
		Version: d.opts.Version, Boot: d.clock.boot, Started: d.clock.now().Time,
		Confirm: c.Confirm, Window: c.Window, ResendAfter: c.ResendAfter,
		Clock: func() (time.Time, bool) {
			at := d.clock.now()
			return at.Time, at.Trusted
		},
		Health: d.health.forCounty(d.cfg.DataDir), HealthChanged: d.health.changed,
		CountyAhead: func(err error) { d.health.words.put(rolledBack{err}) },
	})
}

// forCounty gives what a heartbeat says, without waiting for the loop.
func (h *health) forCounty(dir string) func() county.Health {
	return func() county.Health {
		out := county.Health{DiskFree: diskFree(dir), Temperature: temperature(), Devices: []county.Device{}}
		if known := h.known.Load(); known != nil {
			for _, d := range h.devices(*known) {
				out.Devices = append(out.Devices, county.Device{Name: d.Name, Fault: d.Fault, Since: d.Since, About: d.About})
			}
		}
		return out
	}
}

// rolledBack says that the county has records which this card does not: an old
// image of it was restored. It is no event of the rules.
type rolledBack struct{ err error }

// The faults of a ledger that began anew: for that reason, or because the one
// before was damaged. They are things to know for a day, since nothing can be
// repaired.
const (
	oldCard  = "rolled-back"
	lostSome = "salvaged"
)

// staleRollback says whether such a fault is of a day before.
func (d *Daemon) staleRollback(h *hall.Hall) bool {
	for _, dev := range h.Health() {
		if dev.Name == ledgerName && (dev.Fault == oldCard || dev.Fault == lostSome) {
			return dev.Since.In(d.cfg.Location).Format(time.DateOnly) < h.Day
		}
	}
	return false
}

// beginEpoch gives the ledger up for a new one, so that no number of a record is
// used twice. It runs inside the loop, whose state the new one begins with.
func (d *Daemon) beginEpoch(ctx context.Context, h *hall.Hall, why error) error {
	defer d.busy("存储卡是旧的备份，正在另起账本")()
	if err := d.ledger.NewEpoch(why.Error()); err != nil {
		return err
	}
	var ahead ledger.AheadError
	_ = errors.As(why, &ahead) // 0 if it is not known
	d.book.ahead = ahead.County - ahead.Here
	err := d.book.recover(ctx, d.ledger.Recovery(), h, nothing)
	d.book.since, _ = d.ledger.Head() // behind the snapshot that it begins with
	return err
}

// rollback begins a new epoch and raises the alarm.
func (h *health) rollback(ctx context.Context, d *Daemon, why error) {
	var err error
	if viewErr := h.loop.View(ctx, func(hl *hall.Hall) { err = d.beginEpoch(ctx, hl, why) }); viewErr != nil {
		return
	}
	if err != nil {
		h.log.Error("a new epoch could not be begun", "err", err)
		return
	}
	h.log.Error("an old image of the storage card was restored; the ledger goes on in a new epoch", "err", why)
	h.words.put(hall.DeviceReport{Device: ledgerName, Fault: oldCard})
}

// diskFree is the room that is left for the ledger, in bytes.
func diskFree(dir string) uint64 {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0
	}
	return st.Bavail * uint64(st.Bsize)
}

// temperature is that of the processor in °C; 0 if it is not known.
func temperature() float64 {
	b, err := os.ReadFile("/sys/class/thermal/thermal_zone0/temp")
	if err != nil {
		return 0
	}
	milli, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0
	}
	return float64(milli) / 1000
}
