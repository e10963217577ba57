package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"halld/devices"
	"halld/devices/locker"
	bridge "halld/firmware-bridge"
)

// prober asks a device for its status on a line of some speed. Nothing moves.
type prober func(ctx context.Context, line *bridge.Line) error

// boardSpeeds are those that a lock board may be set to, the usual ones first.
var boardSpeeds = []int{9600, 19200, 115200, 57600}

// otherSpeed asks a silent device at the other speeds of its line, and adds to
// its error where it answered.
func otherSpeed(ctx context.Context, f Finding, ask prober, log *slog.Logger) error {
	a, err := bridge.ParseAddress(f.Port)
	if err != nil || a.Scheme != bridge.Serial || errors.Is(f.Err, devices.ErrOffline) {
		return f.Err
	}
	for _, baud := range boardSpeeds {
		if baud == a.Baud {
			continue
		}
		at := a
		at.Baud = baud
		if probeAt(ctx, at, log, ask) == nil {
			return fmt.Errorf("%w；它在另一个波特率应答，请改为 port = %q，或把板子改回来", f.Err, at)
		}
	}
	return f.Err
}

// probeLocker asks a lock board for its doors.
func probeLocker(ctx context.Context, driver string, line *bridge.Line, opts locker.Opts) error {
	opts.Report = nil // the answer is for whoever checks
	dev, err := locker.New(driver, line, opts)
	if err == nil {
		_, err = dev.Identify(ctx)
	}
	return err
}
