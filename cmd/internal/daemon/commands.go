package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"halld/cmd/internal/county"
	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
	"halld/config"
)

// command carries out what the county asks for. A command names a state to be
// reached, so the same one twice does nothing the second time.
func (d *Daemon) command(ctx context.Context, c county.Command) (any, error) {
	switch c.Name {
	case county.CmdApprove:
		return d.ordered(ctx, c, new(hall.RentalApproveByCounty))
	case county.CmdNotice:
		return d.ordered(ctx, c, new(hall.CountyNotice))
	case county.CmdLists:
		return d.lists(ctx, c)
	default:
		return nil, county.ErrUnknown
	}
}

// ordered puts the event that a command describes before the rules.
func (d *Daemon) ordered(ctx context.Context, c county.Command, ev hall.Event) (any, error) {
	if err := json.Unmarshal(c.Body, ev); err != nil {
		return nil, fmt.Errorf("%w: %w", county.ErrInvalid, err)
	}
	return d.decided(ctx, c, ev)
}

// decided gives the rules' answer, unless the hall can promise nothing now. That
// the command was done is written with what it does.
func (d *Daemon) decided(ctx context.Context, c county.Command, ev hall.Event) (any, error) {
	reply, err := d.loop.send(ctx, call{event: ev, side: []ledger.Side{c.Done()}})
	if errors.Is(err, errOutOfService) || ctx.Err() != nil {
		return nil, county.ErrLater
	}
	return reply, err
}

// errNoListsKey refuses lists in a hall that cannot know who made them.
var errNoListsKey = errors.New("taking lists: hall.toml names no [county] lists_key, so no signature can be checked")

// lists puts a pack that the county signed before the rules, which know whether
// it is newer. The key is read each time, so that a new one needs no restart.
func (d *Daemon) lists(ctx context.Context, c county.Command) (any, error) {
	if d.cfg.County.ListsKey == "" {
		return nil, errNoListsKey
	}
	key, err := config.LoadListsKey(d.cfg.County.ListsKey)
	if err != nil {
		d.log.Error("the county's lists can't be checked", "err", err)
		return nil, fmt.Errorf("%w: %w", county.ErrLater, err)
	}
	l, err := county.OpenLists(key, c, 0)
	switch {
	case err != nil:
		return nil, err
	case l.County != d.cfg.Hall.County:
		return nil, fmt.Errorf("taking lists: %w: they are of county %q", county.ErrInvalid, l.County)
	}
	ev := hall.Lists{Version: l.Version, Hash: l.Hash}
	for _, p := range l.Priority {
		ev.Priority = append(ev.Priority, hall.Listed(p))
	}
	for _, p := range l.Block {
		ev.Block = append(ev.Block, hall.Listed(p))
	}
	for _, t := range l.Trades {
		ev.Trades = append(ev.Trades, hall.Trade(t))
	}
	return d.decided(ctx, c, ev)
}
