package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"halld/cmd/internal/county"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/receiver"
)

// countyEnd is the county: a broker, and the receiver that commits and
// acknowledges.
type countyEnd struct {
	broker *mqtt.Server
	line   *network // between the hall and the broker
	own    string   // URL of the broker for the county itself
	seal   string   // file with the key that identities are sealed to
	store  receiver.Store
	log    *slog.Logger
}

// openCounty starts the broker on a free port of this machine.
func openCounty(dir string, log *slog.Logger) (*countyEnd, error) {
	store, err := receiver.Open(context.Background(), filepath.Join(dir, "county.db"))
	if err != nil {
		return nil, err
	}
	hall, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the broker: %w", err)
	}
	own, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the broker: %w", err)
	}
	c := &countyEnd{
		broker: mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)}),
		line:   newNetwork(hall), own: "tcp://" + own.Addr().String(), seal: filepath.Join(dir, "county.pub"),
		store: store, log: log,
	}
	if _, err := os.Stat(c.seal); err != nil {
		if _, err := identity.WriteKeyFiles(filepath.Join(dir, "county")); err != nil {
			return nil, err
		}
	}
	err = errors.Join(
		c.broker.AddHook(new(everybody), nil),
		c.broker.AddListener(listeners.NewNet("hall", c.line)),
		c.broker.AddListener(listeners.NewNet("county", own)),
		c.broker.Serve(),
	)
	return c, err
}

// config is the county's table of hall.toml.
func (c *countyEnd) config() string {
	return fmt.Sprintf("brokers = [%q]\nseal_to = %q\n", "tcp://"+c.line.Addr().String(), c.seal)
}

// Run runs the receiver until ctx ends, and stops the broker.
func (c *countyEnd) Run(ctx context.Context) error {
	r := receiver.New(receiver.Opts{
		Link: county.Link{Brokers: []string{c.own}, ClientID: "county"}, Store: c.store, Log: c.log,
	})
	return errors.Join(r.Run(ctx), c.broker.Close(), c.store.Close())
}

// everybody lets anybody in: the broker listens on this machine only.
type everybody struct{ mqtt.HookBase }

func (everybody) ID() string { return "everybody" }

func (everybody) Provides(b byte) bool {
	return b == mqtt.OnConnectAuthenticate || b == mqtt.OnACLCheck
}

func (everybody) OnConnectAuthenticate(*mqtt.Client, packets.Packet) bool { return true }

func (everybody) OnACLCheck(*mqtt.Client, string, bool) bool { return true }
