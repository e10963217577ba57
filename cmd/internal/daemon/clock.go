package daemon

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"halld/cmd/internal/hall"
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
