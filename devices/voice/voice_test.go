package voice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/devices"
	"halld/devices/internal/loop"
)

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		call   Call
		spoken string
	}{
		{Call{"A012", 3}, "请A零一二号到三号窗口"},
		{Call{"B500", 10}, "请B五零零号到十号窗口"},
		{Call{"7", 12}, "请七号到十二号窗口"},
		{Call{"E999", 20}, "请E九九九号到二十号窗口"},
		{Call{"C001", 99}, "请C零零一号到九十九号窗口"},
	} {
		spoken, err := tt.call.spoken()
		if err != nil || spoken != tt.spoken {
			t.Errorf("%v: spoken %s, %v, want %s", tt.call, spoken, err, tt.spoken)
		}
	}
	for _, c := range []Call{{"", 1}, {"A-1", 1}, {"甲1", 1}, {"a1", 1}, {"A1", 0}, {"A1", 100}} {
		if _, err := c.spoken(); !errors.Is(err, ErrUnspeakable) {
			t.Errorf("%v: %v, want ErrUnspeakable", c, err)
		}
	}
}

// mouth is an engine that takes its time and remembers.
type mouth struct {
	takes time.Duration
	mu    sync.Mutex
	said  []string
	errs  []error
}

func (m *mouth) Check(text string) error {
	if strings.Contains(text, "#") {
		return ErrUnspeakable
	}
	return nil
}

func (m *mouth) Speak(ctx context.Context, text string, volume int) error {
	loop.Sleep(ctx, m.takes)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said = append(m.said, fmt.Sprintf("%s@%d", text, volume))
	if len(m.errs) == 0 {
		return nil
	}
	err := m.errs[0]
	m.errs = m.errs[1:]
	return err
}

func (m *mouth) Identify(context.Context) (string, error) { return "mouth", nil }
func (m *mouth) Halt() error                              { return nil }
func (m *mouth) String() string                           { return "mouth" }

func (m *mouth) heard() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.said
	m.said = nil
	return out
}

// start runs a voice in a bubble until the test ends.
func start(t *testing.T, e Engine, opts Opts) *Dev {
	t.Helper()
	d := New(e, opts)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return d
}

func say(t *testing.T, d *Dev, ticket string, window int) {
	t.Helper()
	if err := d.Say(t.Context(), Call{ticket, window}); err != nil {
		t.Fatalf("Say(%s): %v", ticket, err)
	}
}

func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mouth{takes: 3 * time.Second}
		d := start(t, m, Opts{Backlog: 3})
		say(t, d, "A001", 1)
		synctest.Wait() // it is being said
		for _, n := range []string{"A002", "A003", "A004", "A005"} {
			say(t, d, n, 2)
		}
		say(t, d, "A003", 5) // called again, to another window
		time.Sleep(time.Minute)
		want := []string{ // not A002, the oldest of four that waited
			"请A零零一号到一号窗口@100", "请A零零一号到一号窗口@100", "请A零零三号到五号窗口@100", "请A零零三号到五号窗口@100",
			"请A零零四号到二号窗口@100", "请A零零四号到二号窗口@100", "请A零零五号到二号窗口@100", "请A零零五号到二号窗口@100",
		}
		if diff := cmp.Diff(want, m.heard()); diff != "" {
			t.Errorf("said (-want +got):\n%s", diff)
		}
	})
}

func TestStaleAndQuietHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mouth{takes: 40 * time.Second}
		volume := 0
		d := start(t, m, Opts{Repeat: 1, Stale: time.Minute, Volume: func() int { return volume }})
		say(t, d, "A001", 1)
		synctest.Wait()
		if got := m.heard(); got != nil {
			t.Errorf("said %v in quiet hours", got)
		}
		volume = 150
		for _, n := range []string{"A002", "A003", "A004"} { // the third waits 80 s
			say(t, d, n, 1)
		}
		time.Sleep(5 * time.Minute)
		want := []string{"请A零零二号到一号窗口@100", "请A零零三号到一号窗口@100"}
		if diff := cmp.Diff(want, m.heard()); diff != "" {
			t.Errorf("said (-want +got):\n%s", diff)
		}
	})
}

func TestFaultsOfTheVoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := fmt.Errorf("gone: %w", devices.ErrOffline)
		silent := fmt.Errorf("silent: %w", devices.ErrNoAnswer)
		m := &mouth{errs: []error{nil, nil, gone, gone, silent, nil}}
		faults := make(chan devices.Fault, 10)
		d := start(t, m, Opts{Report: func(f devices.Fault, _ error) { faults <- f }})
		for i := range 5 {
			say(t, d, fmt.Sprintf("A00%d", i), 1)
			time.Sleep(10 * time.Second)
		}
		var got []devices.Fault
		for len(faults) > 0 {
			got = append(got, <-faults)
		}
		if diff := cmp.Diff([]devices.Fault{devices.OK, devices.Offline, devices.NoAnswer, devices.OK}, got); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
		// Twice each, and once where it failed.
		if n := len(m.heard()); n != 2+1+1+1+2 {
			t.Errorf("spoke %d times, want 7", n)
		}
	})
}

func TestSayText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mouth{}
		d := start(t, m, Opts{Repeat: 1})
		if err := d.SayText(t.Context(), "柜门a/12没有关好"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"柜门A 一二没有关好@100"}, m.heard()); diff != "" {
			t.Errorf("said (-want +got):\n%s", diff)
		}
	})
}

func TestSayRefuses(t *testing.T) {
	d := New(&mouth{}, Opts{})
	for _, text := range []string{"", "#", strings.Repeat("请", 61)} {
		if err := d.SayText(t.Context(), text); !errors.Is(err, ErrUnspeakable) {
			t.Errorf("SayText(%q): %v, want ErrUnspeakable", text, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Say(ctx, Call{"A001", 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("Say after the end: %v, want context.Canceled", err)
	}
	if s, err := d.Identify(t.Context()); s != "mouth" || err != nil || d.Halt() != nil || d.String() != "voice by mouth" {
		t.Errorf("Identify = %q, %v", s, err)
	}
}
