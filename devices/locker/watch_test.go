package locker

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/devices"
	"halld/devices/internal/modbus"
	"halld/firmware-bridge/emulator/lockboard"
	"halld/firmware-bridge/emulator/wire"
)

// watched is a rig whose Watch has told the first states and waits.
func watched(t *testing.T, driver string, o Opts, board cabinet) *rig {
	t.Helper()
	o.Board, o.Doors, o.Contact = 1, 2, ClosedWhenLocked
	if board == nil {
		board = newCabinet(driver, o.Contact)
	}
	r := wireUp(t, driver, o, board, wire.Opts{Baud: 9600})
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r.watch(ctx)
	time.Sleep(time.Second)
	want := []sight{{Door: 1, State: Locked}, {Door: 2, State: Locked}}
	if diff := cmp.Diff(want, untimed(r.take())); diff != "" {
		t.Fatalf("first states (-want +got):\n%s", diff)
	}
	if got := r.reported(); !slices.Equal(got, []devices.Fault{devices.OK}) {
		t.Fatalf("first reports: %q", got)
	}
	return r
}

func untimed(s []sight) []sight {
	for i := range s {
		s[i].At = 0
	}
	return s
}

// within waits up to d for Watch to tell the next states.
func (r *rig) within(t *testing.T, d time.Duration, want ...sight) {
	t.Helper()
	time.Sleep(d)
	if diff := cmp.Diff(want, untimed(r.take())); diff != "" {
		t.Errorf("within %v (-want +got):\n%s", d, diff)
	}
}

func TestWatchForcedDoor(t *testing.T) {
	for _, driver := range serialDrivers {
		bubble(t, driver, func(t *testing.T) {
			r := watched(t, driver, Opts{}, nil)
			r.board.ForceOpen(2)
			r.within(t, 6*time.Second, sight{Door: 2, State: Open})
			r.board.PushShut(2)
			r.within(t, time.Second, sight{Door: 2, State: Locked})
			wantPulses(t, r)
		})
	}
}

// A board that speaks first is heard at once, whatever its head.
func TestWatchNews(t *testing.T) {
	boards := map[string]struct {
		driver string
		board  cabinet
	}{
		"81":   {"lock8a", lockboard.New8A(lockboard.Opts8A{Report: lockboard.Report81})},
		"82":   {"lock8a", lockboard.New8A(lockboard.Opts8A{Report: lockboard.Report82})},
		"wkly": {"wkly", lockboard.NewWKLY(lockboard.OptsWKLY{Board: 1, Reports: true})},
	}
	for name, tt := range boards {
		bubble(t, name, func(t *testing.T) {
			r := watched(t, tt.driver, Opts{Slow: time.Hour, Fast: time.Hour}, tt.board)
			r.board.ForceOpen(1)
			r.within(t, 400*time.Millisecond, sight{Door: 1, State: Open})
			r.board.PushShut(1)
			r.within(t, 400*time.Millisecond, sight{Door: 1, State: Locked})
		})
	}
}

// News between a request and its answer neither spoils the answer nor is lost.
func TestNewsBetweenRequestAndAnswer(t *testing.T) {
	bubble(t, "lock8a", func(t *testing.T) {
		board := lockboard.New8A(lockboard.Opts8A{Report: lockboard.Report81, Delay: 50 * time.Millisecond})
		r := watched(t, "lock8a", Opts{Slow: time.Hour, Fast: time.Hour}, board)
		time.AfterFunc(20*time.Millisecond, func() { board.ForceOpen(2) })
		if s, err := r.States(t.Context()); err != nil || s[1] != Locked { // as it was when the board was asked
			t.Errorf("got %v, %v", s, err)
		}
		r.within(t, time.Second, sight{Door: 2, State: Open})
	})
}

// News that comes during the turn of another board on the wire is not lost.
func TestNewsDuringTheTurnOfAnotherBoard(t *testing.T) {
	bubble(t, "lock8a", func(t *testing.T) {
		slow := lockboard.New8A(lockboard.Opts8A{Board: 2, Delay: 200 * time.Millisecond})
		board := lockboard.New8A(lockboard.Opts8A{Report: lockboard.Report82})
		o := Opts{Board: 1, Doors: 2, Contact: ClosedWhenLocked, Slow: time.Hour, Fast: time.Hour}
		r := wireUp(t, "lock8a", o, board, wire.Opts{Baud: 9600}, slow)
		r.watch(t.Context())
		o.Board = 2
		other, err := New("lock8a", r.line, o)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		r.take()
		time.AfterFunc(100*time.Millisecond, func() { board.ForceOpen(2) })
		if _, err := other.States(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.within(t, time.Second, sight{Door: 2, State: Open})
	})
}

// An opening is told by Watch too, though no poll is near.
func TestWatchSeesOpening(t *testing.T) {
	bubble(t, "kerong", func(t *testing.T) {
		r := watched(t, "kerong", Opts{Slow: time.Hour}, nil)
		if s, err := r.Open(t.Context(), 1); s != Open || err != nil {
			t.Fatalf("got %v, %v", s, err)
		}
		r.within(t, time.Second, sight{Door: 1, State: Open})
		r.board.PushShut(1)
		r.within(t, time.Second, sight{Door: 1, State: Locked})
	})
}

// A door that is shut again before Watch looks is told as open and then locked.
func TestWatchSeesDoorShutAtOnce(t *testing.T) {
	bubble(t, "lock8a", func(t *testing.T) {
		r := watched(t, "lock8a", Opts{Slow: time.Hour, Fast: 10 * time.Second}, nil)
		if s, err := r.Open(t.Context(), 1); s != Open || err != nil {
			t.Fatalf("got %v, %v", s, err)
		}
		r.board.PushShut(1)
		r.within(t, 15*time.Second, sight{Door: 1, State: Open}, sight{Door: 1, State: Locked})
	})
}

// A contact that flickers for less than Poll is not told.
func TestWatchDebounces(t *testing.T) {
	bubble(t, "lock8a", func(t *testing.T) {
		board := lockboard.New8A(lockboard.Opts8A{Report: lockboard.Report81})
		r := watched(t, "lock8a", Opts{}, board)
		board.ForceOpen(1)
		time.Sleep(20 * time.Millisecond)
		board.PushShut(1)
		r.within(t, 10*time.Second)
	})
}

// News of one door does not hurry the second look at another that flickers.
func TestWatchDebouncesUnderNews(t *testing.T) {
	bubble(t, "lock8a", func(t *testing.T) {
		board := lockboard.New8A(lockboard.Opts8A{Report: lockboard.Report81})
		r := watched(t, "lock8a", Opts{}, board)
		board.ForceOpen(1)
		time.AfterFunc(30*time.Millisecond, func() { board.ForceOpen(2) })
		time.AfterFunc(140*time.Millisecond, func() { board.PushShut(1) })
		r.within(t, 10*time.Second, sight{Door: 2, State: Open})
	})
}

// A board that falls silent makes its doors unknown and is reported once; so is
// its return.
func TestWatchSilentBoard(t *testing.T) {
	tests := []struct {
		name     string
		accident wire.Accident
		want     devices.Fault
	}{
		{"silent", wire.Mute(), devices.NoAnswer},
		{"bad sums", wire.BadSum(), devices.BadAnswer},
		{"half frames", wire.Half(), devices.BadAnswer},
	}
	for _, driver := range serialDrivers {
		for _, tt := range tests {
			bubble(t, driver+" "+tt.name, func(t *testing.T) {
				r := watched(t, driver, Opts{}, nil)
				r.board.Times(wire.Forever, tt.accident)
				r.within(t, 20*time.Second, sight{Door: 1}, sight{Door: 2})
				r.board.Clear()
				r.within(t, 10*time.Second, sight{Door: 1, State: Locked}, sight{Door: 2, State: Locked})
				if diff := cmp.Diff([]devices.Fault{tt.want, devices.OK}, r.reported()); diff != "" {
					t.Errorf("reports (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestWatchUnreportedDoor(t *testing.T) {
	bubble(t, "door 25 of 24", func(t *testing.T) {
		r := newRig(t, "lock8a", Opts{Doors: 25})
		r.watch(t.Context())
		time.Sleep(time.Minute)
		seen := r.take()
		if len(seen) != 25 || seen[24].State != Unknown || seen[0].State != Locked {
			t.Errorf("got %v", seen)
		}
		if got := r.reported(); !slices.Equal(got, []devices.Fault{devices.DoorUnknown}) {
			t.Errorf("reports: %q", got)
		}
	})
}

// Watch ends soon after its context, also while the board is silent.
func TestWatchEnds(t *testing.T) {
	bubble(t, "lock8a", func(t *testing.T) {
		r := newRig(t, "lock8a", Opts{})
		r.board.Times(wire.Forever, wire.Mute())
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- r.Watch(ctx, func(int, State) {}) }()
		time.Sleep(100 * time.Millisecond)
		cancel()
		begin := time.Now()
		if err := <-done; err != nil || time.Since(begin) > time.Second {
			t.Errorf("got %v after %v", err, time.Since(begin))
		}
		synctest.Wait()
	})
}

// A relay that was left on goes off when Watch begins, though the board is deaf
// at first, and when the driver halts.
func TestRelayThatWasLeftOn(t *testing.T) {
	leaveOn := func(t *testing.T, r *rig) {
		t.Helper()
		err := r.line.Do(t.Context(), func(c devices.Conn) error {
			_, err := c.Write(modbus.Frame(1, modbus.WriteCoil, 0, 0xFF00))
			time.Sleep(100 * time.Millisecond)
			return err
		})
		r.board.PushShut(1)
		if err != nil || r.board.Locked(1) {
			t.Fatalf("the relay does not hold: %v", err)
		}
	}
	bubble(t, "watch", func(t *testing.T) {
		var baud atomic.Int32
		baud.Store(9600)
		o := Opts{Board: 1, Doors: 8, Contact: ClosedWhenLocked}
		w := wire.Opts{Baud: 9600, HostBaud: func() int { return int(baud.Load()) }}
		r := wireUp(t, "modbus-relay", o, newCabinet("modbus-relay", o.Contact), w)
		leaveOn(t, r)
		baud.Store(19200)
		r.watch(t.Context())
		time.Sleep(10 * time.Second)
		if r.board.Locked(1) {
			t.Error("the board was not deaf")
		}
		baud.Store(9600)
		time.Sleep(10 * time.Second)
		if !r.board.Locked(1) {
			t.Error("still on")
		}
	})
	bubble(t, "halt", func(t *testing.T) {
		r := newRig(t, "modbus-relay", Opts{})
		leaveOn(t, r)
		if err := r.Halt(); err != nil || !r.board.Locked(1) {
			t.Errorf("still on: %v", err)
		}
	})
}

func TestSteady(t *testing.T) {
	var s steady[State]
	var told []State
	for _, v := range []State{Unknown, Locked, Locked, Locked, Open, Locked, Open, Open, Unknown, Unknown} {
		if s.see(v) {
			told = append(told, s.now)
		}
	}
	if diff := cmp.Diff([]State{Locked, Open, Unknown}, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
