package daemon

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
)

// A worker that fails, even by a panic, is begun again after a while.
func TestTasksBeginAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := newTasks(t.Context(), slog.New(slog.DiscardHandler))
		begun := 0
		list.run(task{"worker", func(ctx context.Context) error {
			switch begun++; begun {
			case 1:
				panic("no such door")
			case 2:
				return errors.New("the paper jammed")
			}
			<-ctx.Done()
			return nil
		}})
		pause(t.Context(), 2*again)
		synctest.Wait()
		if begun != 3 {
			t.Errorf("begun %d times in %v, want 3", begun, 2*again)
		}
		if err := list.end(); err != nil {
			t.Error(err)
		}
	})
}

// A task that must not fail is not begun again.
func TestTaskThatMustNotFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := newTasks(t.Context(), slog.New(slog.DiscardHandler))
		failures := make(chan error, 10)
		list.runOnce(task{"loop", func(context.Context) error { panic("half applied") }}, func(err error) { failures <- err })
		pause(t.Context(), 2*again)
		if len(failures) != 1 {
			t.Fatalf("told of %d failures, want 1", len(failures))
		}
		if err := <-failures; !strings.Contains(err.Error(), "half applied") || !strings.Contains(err.Error(), "tasks_test.go") {
			t.Errorf("got %v, want the panic and where it came from", err)
		}
		if err := list.end(); err != nil {
			t.Error(err)
		}
	})
}
