package voice

import (
	"context"
	"sync"
	"time"
)

// utterance is one thing to be said.
type utterance struct {
	key    string // a later one with the same key takes its place
	spoken string // as the engine gets it
	since  time.Time
}

// queue is the backlog: bounded, merged by key, oldest dropped first. Its zero
// value is not usable.
type queue struct {
	mu    sync.Mutex
	items []utterance
	limit int
	more  chan struct{} // holds a token when items may have grown
}

func newQueue(limit int) *queue { return &queue{limit: limit, more: make(chan struct{}, 1)} }

// add appends u. One that waits under the same key is replaced and keeps its
// place; beyond the limit the oldest is dropped.
func (q *queue) add(u utterance) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.items {
		if q.items[i].key == u.key {
			q.items[i] = u
			return
		}
	}
	if len(q.items) >= q.limit {
		q.items = q.items[1:]
	}
	q.items = append(q.items, u)
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// next waits for the oldest utterance; ok is false when ctx has ended.
func (q *queue) next(ctx context.Context) (u utterance, ok bool) {
	for {
		if u, ok := q.take(); ok {
			return u, true
		}
		select {
		case <-q.more:
		case <-ctx.Done():
			return utterance{}, false
		}
	}
}

func (q *queue) take() (utterance, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return utterance{}, false
	}
	u := q.items[0]
	q.items = q.items[1:]
	return u, true
}
