package county

import (
	"context"
	"math/rand/v2"
	"time"
)

// Watch subscribes to topics, by default everything that halls say, and hands
// each message to show until ctx ends, over as many sessions as it takes. told
// hears of each session that began (nil) or failed. show and told are called
// from one goroutine at a time and must not wait.
func Watch(ctx context.Context, link Link, show func(Message), told func(error), topics ...string) error {
	if link.ClientID == "" {
		link.ClientID = "watch-" + newID()
	}
	if len(topics) == 0 {
		topics = []string{AllUp}
	}
	const shortest, longest = time.Second, 30 * time.Second
	pause := shortest
	for n := 0; ctx.Err() == nil; n++ {
		err := watch(ctx, link, n, show, told, topics)
		if ctx.Err() != nil {
			break
		}
		told(err)
		sleep(ctx, pause/2+rand.N(pause/2))
		pause = min(pause*2, longest)
	}
	return nil //nolint:nilerr // a stop is no failure
}

func watch(ctx context.Context, link Link, first int, show func(Message), told func(error), topics []string) error {
	s, err := link.Dial(ctx, first, nil, show)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Subscribe(ctx, topics...); err != nil {
		return err
	}
	told(nil)
	select {
	case <-s.Lost():
		return s.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
