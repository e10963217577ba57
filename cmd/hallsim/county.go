package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"halld/cmd/internal/county"
	"halld/cmd/internal/receiver"
)

// countyEnd is the county: a broker, and the receiver that commits and
// acknowledges.
type countyEnd struct {
	broker *mqtt.Server
	addr   string
	store  receiver.Store
	log    *slog.Logger
}

// openCounty starts the broker on a free port of this machine.
func openCounty(dir string, log *slog.Logger) (*countyEnd, error) {
	store, err := receiver.Open(context.Background(), filepath.Join(dir, "county.db"))
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the broker: %w", err)
	}
	c := &countyEnd{
		broker: mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)}),
		addr:   l.Addr().String(), store: store, log: log,
	}
	err = errors.Join(
		c.broker.AddHook(new(everybody), nil),
		c.broker.AddListener(listeners.NewNet("hall", l)),
		c.broker.Serve(),
	)
	return c, err
}

// url is the broker's address as hall.toml writes it.
func (c *countyEnd) url() string { return "tcp://" + c.addr }

// config is the county's table of hall.toml.
func (c *countyEnd) config() string { return fmt.Sprintf("brokers = [%q]\n", c.url()) }

// Run runs the receiver until ctx ends, and stops the broker.
func (c *countyEnd) Run(ctx context.Context) error {
	r := receiver.New(receiver.Opts{
		Link: county.Link{Brokers: []string{c.url()}, ClientID: "county"}, Store: c.store, Log: c.log,
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
