package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// task is something that runs as long as the hall does.
type task struct {
	name string
	run  func(context.Context) error
}

// tasks runs a set of tasks and waits for them. Every goroutine of the daemon
// is one of these.
type tasks struct {
	log  *slog.Logger
	wg   sync.WaitGroup
	stop context.CancelFunc
	ctx  context.Context
}

func newTasks(ctx context.Context, log *slog.Logger) *tasks {
	t := &tasks{log: log}
	t.ctx, t.stop = context.WithCancel(ctx)
	return t
}

// again is the pause before a task that ended by an error is begun again.
const again = 5 * time.Second

// run starts tasks. One that fails is logged and begun again: no device and no
// page may stop the hall.
func (t *tasks) run(list ...task) {
	for _, k := range list {
		t.wg.Go(func() {
			for t.ctx.Err() == nil {
				if err := k.once(t.ctx); err != nil && t.ctx.Err() == nil {
					t.log.Error("a task failed and begins again", "task", k.name, "err", err)
				}
				pause(t.ctx, again)
			}
		})
	}
}

// runOnce starts a task that must not fail. If it does, failed is told why, once,
// and the task is not begun again.
func (t *tasks) runOnce(k task, failed func(error)) {
	t.wg.Go(func() {
		if err := k.once(t.ctx); err != nil {
			failed(fmt.Errorf("running the %s: %w", k.name, err))
		}
	})
}

// once runs a task to its end; a panic is an error of this task alone.
func (k task) once(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return k.run(ctx)
}

// end stops the tasks and waits for them, for stopLimit at most.
func (t *tasks) end() error {
	t.stop()
	done := make(chan struct{})
	go func() { t.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-time.After(stopLimit):
		return fmt.Errorf("stopping: tasks still run after %v", stopLimit)
	}
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
