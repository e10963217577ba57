package daemon

import (
	"context"
	"sync"
)

// queue passes work from the loop, which must not block, to the worker that owns
// a device. Its length is bounded by what people can cause.
type queue[T any] struct {
	mu   sync.Mutex
	list []T
	more chan struct{}
}

func newQueue[T any]() *queue[T] { return &queue[T]{more: make(chan struct{}, 1)} }

// put adds work.
func (q *queue[T]) put(v T) {
	q.mu.Lock()
	q.list = append(q.list, v)
	q.mu.Unlock()
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// take waits for work; ok is false once ctx has ended, whatever waits.
func (q *queue[T]) take(ctx context.Context) (v T, ok bool) {
	for ctx.Err() == nil {
		q.mu.Lock()
		if len(q.list) > 0 {
			v, q.list = q.list[0], q.list[1:]
			q.mu.Unlock()
			return v, true
		}
		q.mu.Unlock()
		select {
		case <-q.more:
		case <-ctx.Done():
		}
	}
	return v, false
}
