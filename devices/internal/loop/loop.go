// Package loop holds what the Run of every driver needs.
package loop

import (
	"context"
	"sync"
	"time"

	"halld/devices"
)

// Sleep waits for d or the end of ctx.
func Sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// News passes a fault on when it changed, and the first one always.
type News struct {
	Report devices.Report

	mu   sync.Mutex
	told bool
	last devices.Fault
}

// Tell is given every fault that is seen, [devices.OK] too.
func (n *News) Tell(f devices.Fault, err error) {
	n.mu.Lock()
	changed := !n.told || n.last != f
	n.told, n.last = true, f
	n.mu.Unlock()
	if changed {
		n.Report(f, err)
	}
}
