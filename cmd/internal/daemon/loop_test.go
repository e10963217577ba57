package daemon

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/ledger"
)

// TestQuestionsDoNotKeepTheRulesFromTheTime: whoever asks all the time, such as a
// screen, leaves the rules their ticks and a ledger that refused its tries.
func TestQuestionsDoNotKeepTheRulesFromTheTime(t *testing.T) {
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"), ledger.Opts{Hall: "140321-01"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	synctest.Test(t, func(t *testing.T) {
		c, log := newClock(time.UTC, true, time.Time{}), slog.New(slog.DiscardHandler)
		b := &book{ledger: l, clock: c, log: log, vault: &vault{people: map[string]identity.Person{}}}
		loop := newLoop(hall.New(hall.Config{}), b, c, log)
		loop.service.stopped = true
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- loop.Run(ctx) }()
		var ticked time.Time
		stopped := true
		for range 10 * int(time.Second/shortest) {
			time.Sleep(shortest / 10)
			if err := loop.View(ctx, func(*hall.Hall) { ticked, stopped = loop.ticked, loop.service.stopped }); err != nil {
				t.Fatal(err)
			}
		}
		if stopped || ticked.IsZero() {
			t.Errorf("out of service is %v and the last tick at %v", stopped, ticked)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestInsist: a word is put until the ledger takes it, a refusal is an answer,
// and a stop ends it.
func TestInsist(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		no := errors.New("no")
		for name, c := range map[string]struct {
			answers []error
			want    error
			took    time.Duration
		}{
			"taken":          {[]error{nil}, nil, 0},
			"taken at last":  {[]error{errOutOfService, errOutOfService, nil}, nil, 2 * insistAgain},
			"refused":        {[]error{no, nil}, no, 0},
			"refused later":  {[]error{errOutOfService, no}, no, insistAgain},
			"until the stop": {slices.Repeat([]error{errOutOfService}, 9), errOutOfService, 3500 * time.Millisecond},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
			begin := time.Now()
			err := insist(ctx, func() (err error) {
				err, c.answers = c.answers[0], c.answers[1:]
				return err
			})
			if took := time.Since(begin); !errors.Is(err, c.want) || took != c.took {
				t.Errorf("%s: got %v after %v, want %v after %v", name, err, took, c.want, c.took)
			}
			cancel()
		}
	})
}
