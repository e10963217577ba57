package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"halld/devices"
	"halld/devices/idcard"
	"halld/devices/locker"
	bridge "halld/firmware-bridge"
)

// probeWithin is the time that a device has to answer at one speed, and its port
// to open.
const probeWithin = 1500 * time.Millisecond

// prober asks a device for its status on a line of some speed. Nothing moves.
type prober func(ctx context.Context, line *bridge.Line) error

// boardSpeeds are those that a lock board may be set to, the usual ones first.
var boardSpeeds = []int{9600, 19200, 115200, 57600}

// otherSpeed asks a silent device at the other speeds of its line, since earlier
// software may have changed it for good, and adds to its error where it answered.
func otherSpeed(ctx context.Context, f Finding, p *part, log *slog.Logger) error {
	port, err := bridge.ParseAddress(f.Port)
	if err != nil || errors.Is(f.Err, devices.ErrOffline) {
		return f.Err
	}
	found, err := findSpeed(ctx, port, port.Baud, p.speeds, p.probe, log)
	if err != nil {
		return f.Err
	}
	return fmt.Errorf("%w；它在另一个波特率应答，请改为 port = %q，或把设备改回来", f.Err, found)
}

// findSpeed tries a serial port at its own speed and the given ones, except the
// one at which it was tried before.
func findSpeed(ctx context.Context, port bridge.Address, tried int, speeds []int, ask prober, log *slog.Logger) (bridge.Address, error) {
	err := fmt.Errorf("%s is no serial port", port)
	for i, baud := range slices.Concat([]int{port.Baud}, speeds) {
		if port.Scheme != bridge.Serial || baud == tried || i > 0 && baud == port.Baud {
			continue
		}
		at := port
		at.Baud = baud
		if err = probeAt(ctx, at, log, ask); err == nil {
			return at, nil
		}
	}
	return bridge.Address{}, fmt.Errorf("nothing answers at any speed: %w", err)
}

// probeAt opens a port for as long as it takes to ask what hangs there.
func probeAt(ctx context.Context, a bridge.Address, log *slog.Logger, ask prober) error {
	line, err := bridge.New(a, bridge.Opts{})
	if err != nil {
		return err
	}
	wire := newTasks(ctx, log)
	wire.run(task{"probe " + a.String(), line.Run})
	limited, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	if err = line.WaitOpen(limited); err == nil {
		err = ask(limited, line)
	}
	if e := wire.end(); err == nil {
		err = e
	}
	return err
}

// probeReader asks a card reader for its status.
func probeReader(ctx context.Context, line *bridge.Line) error { return idcard.Probe(ctx, line) }

// probeLocker asks a lock board for its doors.
func probeLocker(ctx context.Context, driver string, line *bridge.Line, opts locker.Opts) error {
	opts.Report = nil // the answer is for whoever checks
	dev, err := locker.New(driver, line, opts)
	if err == nil {
		_, err = dev.Identify(ctx)
	}
	return err
}
