package sim

import (
	"context"
	"sync"

	"halld/firmware-bridge/pty"
)

// Cable is the line between the daemon's port and one emulated device or bus.
// Pulled, the port is gone, as when somebody trips over a USB plug.
type Cable struct {
	path   string
	serve  server
	turned chan struct{} // the cable was plugged or pulled

	mu   sync.Mutex
	pair *pty.Pair // nil while it is pulled
}

// Plug makes the port appear.
func (c *Cable) Plug() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair != nil {
		return nil
	}
	p, err := pty.Open()
	if err != nil {
		return err
	}
	if err := p.Link(c.path); err != nil {
		p.Close()
		return err
	}
	c.pair = p
	c.turn()
	return nil
}

// Pull makes the port vanish.
func (c *Cable) Pull() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair == nil {
		return nil
	}
	p := c.pair
	c.pair = nil
	c.turn()
	return p.Close()
}

// Plugged reports whether the port is there.
func (c *Cable) Plugged() bool { return c.end() != nil }

func (c *Cable) turn() {
	select {
	case c.turned <- struct{}{}:
	default:
	}
}

func (c *Cable) end() *pty.Pair {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pair
}

// Run lets the device serve the port whenever it is there, until ctx ends.
func (c *Cable) Run(ctx context.Context) error {
	defer c.Pull() //nolint:errcheck // the port goes with the process
	for ctx.Err() == nil {
		if p := c.end(); p != nil {
			_ = c.serve(ctx, p.Master) // ends when the cable is pulled
			if c.end() == p {
				continue
			}
		}
		select {
		case <-c.turned:
		case <-ctx.Done():
		}
	}
	return nil
}
