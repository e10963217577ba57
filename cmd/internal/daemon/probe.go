package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"halld/cmd/internal/ledger"
	"halld/devices/idcard"
	bridge "halld/firmware-bridge"
)

// readerSpeeds are those that a card reader may have been left at, the factory's
// first.
var readerSpeeds = []int{115200, 57600, 38400, 19200, 9600}

// probeWithin is the time that a reader has to answer at one speed.
const probeWithin = 1500 * time.Millisecond

// readerPort is the port of the card reader with the speed at which it answers.
// Only its status is asked for, and only until it is found once.
func (g *gear) readerPort(ctx context.Context, port string) string {
	key := "reader.speed " + port
	if found, ok, err := g.d.ledger.Get(ledger.Meta, key); err == nil && ok {
		return string(found)
	}
	found, err := findReader(ctx, port, g.d.log)
	if err != nil {
		g.d.log.Warn("the card reader's speed was not found", "port", port, "err", err)
		return port
	}
	if _, err := g.d.ledger.Append(nil, ledger.Put(ledger.Meta, key, []byte(found))); err != nil {
		g.d.log.Warn("the card reader's speed was not remembered", "port", port, "err", err)
	}
	return found
}

// findReader tries a port at its own speed and then at the others.
func findReader(ctx context.Context, port string, log *slog.Logger) (string, error) {
	a, err := bridge.ParseAddress(port)
	if err != nil || a.Scheme != bridge.Serial {
		return port, err
	}
	for _, baud := range append([]int{a.Baud}, readerSpeeds...) {
		a.Baud = baud
		if err = probeAt(ctx, a, log, probeReader); err == nil {
			return a.String(), nil
		}
	}
	return "", fmt.Errorf("no card reader answers at any speed: %w", err)
}

func probeReader(ctx context.Context, line *bridge.Line) error {
	_, err := idcard.Probe(ctx, line)
	return err
}

// probeAt opens a port for as long as it takes to ask what hangs there.
func probeAt(ctx context.Context, a bridge.Address, log *slog.Logger, ask func(context.Context, *bridge.Line) error) error {
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
