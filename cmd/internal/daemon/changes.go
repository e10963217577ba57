package daemon

import "sync"

// changes tells screens that the hall changed. A listener that is slow misses
// repeats, never the last one.
type changes struct {
	mu        sync.Mutex
	listeners map[chan struct{}]bool
}

// listen gives a channel that yields after changes, and a function to end it.
func (c *changes) listen() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	ch <- struct{}{} // the first look
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listeners == nil {
		c.listeners = map[chan struct{}]bool{}
	}
	c.listeners[ch] = true
	return ch, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.listeners, ch)
	}
}

func (c *changes) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for ch := range c.listeners {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
