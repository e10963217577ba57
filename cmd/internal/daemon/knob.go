package daemon

import (
	"context"
	"errors"
	"log/slog"

	"halld/cmd/internal/hall"
	"halld/config"
	"halld/devices/button"
)

// knob is a push button and what it means.
type knob struct {
	dev   *button.Dev
	log   *slog.Logger
	press func(context.Context) error
}

// Run waits for presses.
func (k *knob) Run(ctx context.Context) error {
	return k.dev.Run(ctx, func() {
		err := k.press(ctx)
		var no *hall.Refusal
		if err != nil && !errors.As(err, &no) && !errors.Is(err, errOutOfService) && ctx.Err() == nil {
			k.log.Error("a button's press was not recorded", "err", err)
		}
	})
}

// pressOf is what a button does: choose a service for the next card, call the
// next number to its window, or raise an alarm there.
func (g *gear) pressOf(c config.Button) func(context.Context) error {
	if c.Service != "" {
		name := c.Service
		for _, s := range g.d.cfg.Services {
			if s.Key == c.Service {
				name = s.Name
			}
		}
		return func(context.Context) error {
			g.entrance.choose(c.Service, name)
			return nil
		}
	}
	do := func(ctx context.Context, press hall.Event) error {
		_, err := g.d.loop.Do(ctx, press)
		return err
	}
	if c.Action == "emergency" {
		return func(ctx context.Context) error { // a call for help is not lost to a full disk
			return insist(ctx, func() error { return do(ctx, hall.EmergencyButton{Window: c.Window}) })
		}
	}
	return func(ctx context.Context) error { return do(ctx, hall.CallButton{Window: c.Window}) }
}
