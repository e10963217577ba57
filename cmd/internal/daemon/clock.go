package daemon

import (
	"context"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// clock makes stamps. It judges whether the wall time may be believed: a Pi
// without a battery clock starts somewhere in the past.
type clock struct {
	zone   *time.Location
	always bool      // the configuration vouches for the clock
	floor  time.Time // no honest wall time is earlier
	boot   string
}

func newClock(zone *time.Location, always bool, floor time.Time) *clock {
	b, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return &clock{zone: zone, always: always, floor: floor, boot: strings.TrimSpace(string(b))}
}

// now stamps this moment, as exactly as the ledger keeps it, so that a replay
// computes with the same times.
func (c *clock) now() hall.Stamp {
	t := time.Now().In(c.zone).Truncate(time.Millisecond)
	return hall.Stamp{Time: t, Trusted: c.trusted(t), Boot: c.boot, Uptime: uptime().Truncate(time.Millisecond)}
}

// keyFloor holds, in ledger.Meta, when the last day began by a trusted clock.
const keyFloor = "clock-floor"

// lookBack is how many records are looked at for a trusted time: after a power
// cut the newest are mostly of a clock that is not.
const lookBack = 500

// clockFloor is the latest time that is known to have passed: when this program
// was built, when the last day began, and what the last records say.
func clockFloor(ctx context.Context, l *ledger.Ledger) time.Time {
	floor := builtAt()
	later := func(t time.Time) {
		if t.After(floor) {
			floor = t
		}
	}
	if text, ok, err := l.Get(ledger.Meta, keyFloor); err == nil && ok {
		if t, err := time.Parse(time.RFC3339, string(text)); err == nil {
			later(t)
		}
	}
	last, _ := l.Head()
	for r, err := range l.Read(ctx, max(last, lookBack)-lookBack+1, 0) {
		if err == nil && r.Trusted {
			later(r.Time)
		}
	}
	return floor
}

// floorSide keeps the floor with the record of a day that begins.
func floorSide(at hall.Stamp) ledger.Side {
	return ledger.Put(ledger.Meta, keyFloor, []byte(at.Time.Format(time.RFC3339)))
}

// builtAt is the time of the commit that this program was built from; zero if
// it was built from none.
func builtAt() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			t, _ := time.Parse(time.RFC3339, s.Value)
			return t
		}
	}
	return time.Time{}
}

// slack is how far the wall time may lie behind the last record, since clocks
// are set back a little when they are synchronised.
const slack = 2 * time.Minute

func (c *clock) trusted(t time.Time) bool {
	if t.Before(c.floor.Add(-slack)) {
		return false
	}
	return c.always || synchronised() || !boardWithoutClock()
}

// synchronised asks the kernel whether something keeps its clock right.
func synchronised() bool {
	var tx unix.Timex
	state, err := unix.Adjtimex(&tx)
	return err == nil && state != unix.TIME_ERROR
}

// boardWithoutClock tells a single-board computer that has no battery clock: it
// is described by a device tree, and there is no rtc.
func boardWithoutClock() bool {
	_, tree := os.Stat("/proc/device-tree/model")
	_, rtc := os.Stat("/dev/rtc0")
	return tree == nil && rtc != nil
}

// uptime is the time since the machine started, sleep included.
func uptime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
