package locker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"halld/devices"
	"halld/devices/devicestest"
	"halld/firmware-bridge/emulator/lockboard"
	"halld/firmware-bridge/emulator/wire"
)

// bubble runs f where time-outs take no time.
func bubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

// Every board opens the door it is told to, and no other, in both wirings.
func TestOpen(t *testing.T) {
	for _, driver := range serialDrivers {
		for _, contact := range []string{ClosedWhenLocked, ClosedWhenOpen} {
			bubble(t, driver+" "+contact, func(t *testing.T) {
				r := newRig(t, driver, Opts{Contact: contact})
				begin := time.Now()
				s, err := r.Open(t.Context(), 3)
				if s != Open || err != nil {
					t.Fatalf("got %v, %v", s, err)
				}
				if took := time.Since(begin); took > time.Second {
					t.Errorf("took %v", took)
				}
				wantPulses(t, r, 3)
				states, err := r.States(t.Context())
				for i, s := range states {
					if want := i == 2; (s == Open) != want {
						t.Errorf("door %d is %v", i+1, s)
					}
				}
				if err != nil || len(states) != 8 {
					t.Errorf("%d states, %v", len(states), err)
				}
			})
		}
	}
}

func wantPulses(t testing.TB, r *rig, doors ...int) {
	t.Helper()
	p := r.board.Pulses()
	if len(p) != len(doors) {
		t.Fatalf("got %d pulses %v, want doors %v", len(p), p, doors)
	}
	for i, door := range doors {
		if p[i].Door != door || p[i].For > maxPulse {
			t.Errorf("pulse %d: got %+v, want door %d", i, p[i], door)
		}
	}
}

// What the wire does to an answer must not keep a door shut, open it twice, or
// make the driver say what is not so.
func TestAccidents(t *testing.T) {
	forever := func(a ...wire.Accident) func(*rig) {
		return func(r *rig) { r.board.Times(wire.Forever, a...) }
	}
	afterwards := func(a ...wire.Accident) func(*rig) {
		return func(r *rig) {
			r.board.NoReplyOnUnlock(true)
			r.board.Times(1)
			r.board.Times(wire.Forever, a...)
		}
	}
	once := func(a ...wire.Accident) func(*rig) { return func(r *rig) { r.board.Next(a...) } }
	tests := []struct {
		name    string
		prepare func(*rig)
		want    State
		err     error // wrapped, or nil
		pulses  int
	}{
		{"all well", func(*rig) {}, Open, nil, 1},
		{"no answer to the opening", func(r *rig) { r.board.NoReplyOnUnlock(true) }, Open, nil, 1},
		{"silence once", once(wire.Mute()), Open, nil, 1},
		{"half a frame once", once(wire.Half()), Open, nil, 1},
		{"bad sum once", once(wire.BadSum()), Open, nil, 1},
		{"late by more than the time-out", once(wire.Late(700 * time.Millisecond)), Open, nil, 1},
		{"another board once", func(r *rig) { r.board.WrongBoard(1) }, Open, nil, 1},
		{"junk before every answer", forever(wire.Before(0xFA, 0xFD, 0x99, 0x99)), Open, nil, 1},
		{"junk behind every answer", forever(wire.Trailing(0x00, 0xFF)), Open, nil, 1},
		{"every answer in two pieces", forever(wire.Split(2, 40*time.Millisecond)), Open, nil, 1},
		{"every request echoed", forever(wire.Echo()), Open, nil, 1},
		{"silence", forever(wire.Mute()), Unknown, ErrNotSent, 0},
		{"half frames", forever(wire.Half()), Unknown, ErrNotSent, 0},
		{"bad sums", forever(wire.BadSum()), Unknown, ErrNotSent, 0},
		{"noise inside", forever(wire.Inside(3, 0x00, 0xFF)), Unknown, ErrNotSent, 0},
		{"another board", func(r *rig) { r.board.WrongBoard(1000) }, Unknown, ErrNotSent, 0},
		{"silence after the pulse", afterwards(wire.Mute()), Unknown, devices.ErrNoAnswer, 1},
		{"stuck bolt", func(r *rig) { r.board.StuckBolt(3, true) }, Locked, ErrStuck, 1},
		{"something leans against the door", func(r *rig) { r.board.Jammed(3, true) }, Locked, ErrStuck, 1},
		{"open already", func(r *rig) { r.board.ForceOpen(3) }, Open, nil, 1},
	}
	for _, driver := range serialDrivers {
		for _, tt := range tests {
			bubble(t, driver+" "+tt.name, func(t *testing.T) {
				r := newRig(t, driver, Opts{})
				tt.prepare(r)
				s, err := r.Open(t.Context(), 3)
				if s != tt.want || !errors.Is(err, tt.err) {
					t.Errorf("got %v, %v, want %v, %v", s, err, tt.want, tt.err)
				}
				if errors.Is(err, ErrNotSent) != errors.Is(tt.err, ErrNotSent) {
					t.Errorf("got %v: nothing moved?", err)
				}
				if got := len(r.board.Pulses()); got != tt.pulses {
					t.Errorf("got %d pulses, want %d", got, tt.pulses)
				}
			})
		}
	}
}

// An adapter that gives the own bytes back is no hindrance, even on a line that
// is not told to discard them, whatever the size of the board.
func TestEchoingAdapter(t *testing.T) {
	for _, driver := range serialDrivers {
		for _, doors := range []int{8, 16, 24, 32} {
			board := sized(driver, doors)
			if board == nil {
				continue
			}
			bubble(t, fmt.Sprintf("%s %d", driver, doors), func(t *testing.T) {
				o := Opts{Board: 1, Doors: doors, Contact: ClosedWhenLocked}
				r := wireUp(t, driver, o, board, wire.Opts{Baud: 9600, Echo: true})
				states, err := r.States(t.Context())
				if n := slices.Index(states, Open); err != nil || len(states) != doors || n >= 0 {
					t.Errorf("got %v, %v, want all locked", states, err)
				}
				if s, err := r.Open(t.Context(), doors); s != Open || err != nil {
					t.Errorf("got %v, %v", s, err)
				}
				wantPulses(t, r, doors)
			})
		}
	}
}

// sized is a board with so many doors, or nil if there is none of the kind.
func sized(driver string, doors int) cabinet {
	switch driver {
	case "lock8a":
		return lockboard.New8A(lockboard.Opts8A{Ways: doors})
	case "wkly":
		return lockboard.NewWKLY(lockboard.OptsWKLY{Board: 1, Ways: doors})
	case "modbus-relay":
		return lockboard.NewRelay(lockboard.OptsRelay{Ways: doors})
	case "kerong":
		if doors <= 16 {
			return lockboard.NewKerong(lockboard.OptsKerong{Board: 1})
		}
	}
	return nil
}

// A wire that only echoes has no board on it, and must not look like one.
func TestEchoWithoutBoard(t *testing.T) {
	for _, driver := range serialDrivers {
		for _, doors := range []int{8, 16, 24, 32} {
			board := sized(driver, doors)
			if board == nil {
				continue
			}
			bubble(t, fmt.Sprintf("%s %d", driver, doors), func(t *testing.T) {
				o := Opts{Board: 2, Doors: doors, Contact: ClosedWhenLocked}
				r := wireUp(t, driver, o, board, wire.Opts{Baud: 9600, Echo: true})
				if states, err := r.States(t.Context()); !errors.Is(err, devices.ErrNoAnswer) {
					t.Errorf("got %v, %v, want no answer", states, err)
				}
				if s, err := r.Open(t.Context(), 1); !errors.Is(err, ErrNotSent) {
					t.Errorf("got %v, %v, want that nothing moved", s, err)
				}
			})
		}
	}
}

// A board that explains why it refuses is quoted, but the contact decides.
func TestRefusedOpening(t *testing.T) {
	bubble(t, "relay without flash", func(t *testing.T) {
		board := lockboard.NewRelay(lockboard.OptsRelay{NoFlash: true})
		r := wireUp(t, "modbus-relay", Opts{Board: 1, Doors: 8, Contact: ClosedWhenLocked}, board, wire.Opts{Baud: 9600})
		s, err := r.Open(t.Context(), 1)
		if s != Locked || !errors.Is(err, ErrStuck) || !strings.Contains(err.Error(), "illegal address") {
			t.Errorf("got %v, %v", s, err)
		}
	})
}

func TestByteOrder(t *testing.T) {
	for _, low := range []bool{true, false} {
		bubble(t, "order", func(t *testing.T) {
			board := lockboard.New8A(lockboard.Opts8A{LowFirst: low})
			o := Opts{Board: 1, Doors: 24, Contact: ClosedWhenLocked, Order: HighFirst}
			r := wireUp(t, "lock8a", o, board, wire.Opts{Baud: 9600})
			s, err := r.Open(t.Context(), 2)
			if low && !errors.Is(err, ErrStuck) || !low && s != Open {
				t.Errorf("low first %v: got %v, %v", low, s, err)
			}
		})
	}
}

// A door behind the board's last status byte cannot be seen, so nothing moves.
func TestDoorThatIsNotReported(t *testing.T) {
	bubble(t, "door 30 of 24", func(t *testing.T) {
		r := newRig(t, "lock8a", Opts{Doors: 30})
		states, err := r.States(t.Context())
		if err != nil || states[23] != Locked || states[24] != Unknown {
			t.Errorf("got %v, %v", states, err)
		}
		if s, err := r.Open(t.Context(), 30); s != Unknown || !errors.Is(err, ErrNotSent) {
			t.Errorf("got %v, %v", s, err)
		}
		for _, door := range []int{0, 31, -1, 256} {
			if _, err := r.Open(t.Context(), door); !errors.Is(err, ErrNotSent) {
				t.Errorf("door %d: got %v", door, err)
			}
		}
		wantPulses(t, r)
	})
}

// Two boards on one wire and one supply that bears a single coil.
func TestOneCoilAtATime(t *testing.T) {
	bubble(t, "two boards", func(t *testing.T) {
		a := lockboard.New8A(lockboard.Opts8A{Board: 1})
		b := lockboard.New8A(lockboard.Opts8A{Board: 2})
		o := Opts{Board: 1, Doors: 8, Contact: ClosedWhenLocked}
		r := wireUp(t, "lock8a", o, a, wire.Opts{Baud: 9600}, b)
		o.Board = 2
		second, err := New("lock8a", r.line, o)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 4)
		for door := 1; door <= 2; door++ {
			for _, d := range []*Dev{r.Dev, second} {
				go func() {
					_, err := d.Open(t.Context(), door, yes)
					done <- err
				}()
			}
		}
		for range 4 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		var at []time.Time
		for _, p := range append(a.Pulses(), b.Pulses()...) {
			at = append(at, p.At)
		}
		apart(t, at, 4)
	})
}

// Boards on wires of their own share a supply that bears a single coil.
func TestOneCoilAtATimeOnASupply(t *testing.T) {
	bubble(t, "a wire and pins", func(t *testing.T) {
		supply := NewSupply()
		r := newRig(t, "lock8a", Opts{Supply: supply})
		d, locks := onPins(t, Opts{Supply: supply})
		done := make(chan error, 4)
		for door := 1; door <= 2; door++ {
			go func() {
				_, err := r.Open(t.Context(), door)
				done <- err
			}()
			go func() {
				_, err := d.Open(t.Context(), door, yes)
				done <- err
			}()
		}
		for range 4 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		at := []time.Time{locks[0].since, locks[1].since}
		for _, p := range r.board.Pulses() {
			at = append(at, p.At)
		}
		apart(t, at, 4)
	})
}

// apart checks that so many pulses began at least 300 ms from each other, even
// where an adapter delays the one and not the other.
func apart(t *testing.T, at []time.Time, want int) {
	t.Helper()
	if len(at) != want {
		t.Fatalf("got %d pulses, want %d", len(at), want)
	}
	for i := range at {
		for j := range i {
			if gap := at[i].Sub(at[j]).Abs(); gap < 300*time.Millisecond+wireMargin {
				t.Errorf("pulses %d and %d are %v apart", j, i, gap)
			}
		}
	}
}

// Whoever ordered the opening is asked once, after all that may take time, and
// a no drives nothing.
func TestConsentAtTheLastMoment(t *testing.T) {
	for _, driver := range serialDrivers {
		bubble(t, driver, func(t *testing.T) {
			r := newRig(t, driver, Opts{})
			held := make(chan struct{})
			go r.line.Do(t.Context(), func(devices.Conn) error { time.Sleep(time.Minute); close(held); return nil })
			synctest.Wait()
			asked, no := 0, errors.New("not any more")
			s, err := r.Dev.Open(t.Context(), 3, func() error {
				asked++
				select {
				case <-held:
				default:
					t.Error("asked while the wire was busy")
				}
				return no
			})
			if s != Unknown || !errors.Is(err, ErrNotSent) || !errors.Is(err, no) || asked != 1 {
				t.Errorf("got %v, %v after %d questions", s, err, asked)
			}
			time.Sleep(time.Minute)
			wantPulses(t, r)
			r.board.Times(wire.Forever, wire.Mute())
			if _, err := r.Dev.Open(t.Context(), 3, func() error { t.Error("asked for a door that cannot be seen"); return nil }); !errors.Is(err, ErrNotSent) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Who gives up while another door opens moves nothing.
func TestOpenIsCancelled(t *testing.T) {
	bubble(t, "waiting", func(t *testing.T) {
		r := newRig(t, "lock8a", Opts{})
		go r.Open(t.Context(), 1) // only keeps the board busy
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if s, err := r.Open(ctx, 2); s != Unknown || !errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, %v", s, err)
		}
		time.Sleep(5 * time.Second)
		wantPulses(t, r, 1)
	})
	bubble(t, "after the pulse", func(t *testing.T) {
		r := newRig(t, "lock8a", Opts{})
		r.board.StuckBolt(1, true)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if s, err := r.Open(ctx, 1); s != Unknown || errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, %v", s, err)
		}
		wantPulses(t, r, 1)
	})
}

func TestLineIsGone(t *testing.T) {
	bubble(t, "pulled", func(t *testing.T) {
		line, far := devicestest.Pipe(t)
		d, err := New("lock8a", line, Opts{Board: 1, Doors: 8, Contact: ClosedWhenLocked})
		if err != nil {
			t.Fatal(err)
		}
		far.Close()
		synctest.Wait()
		if _, err := d.Open(t.Context(), 1, yes); !errors.Is(err, devices.ErrOffline) || !errors.Is(err, ErrNotSent) {
			t.Errorf("got %v", err)
		}
		if _, err := d.Identify(t.Context()); !errors.Is(err, devices.ErrOffline) {
			t.Errorf("got %v", err)
		}
	})
}

// A line that breaks after the pulse must not be told as "nothing moved".
func TestLineBreaksAfterThePulse(t *testing.T) {
	bubble(t, "pulled", func(t *testing.T) {
		line, far := devicestest.Pipe(t)
		d, err := New("lock8a", line, Opts{Board: 1, Doors: 8, Contact: ClosedWhenLocked})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			buf := make([]byte, 16)
			far.Read(buf)                        // the query
			far.Write(status("lock8a", 1, 0xFF)) // all locked
			far.Read(buf)                        // the pulse
			far.Close()
		}()
		s, err := d.Open(t.Context(), 1, yes)
		if s != Unknown || !errors.Is(err, devices.ErrOffline) || errors.Is(err, ErrNotSent) {
			t.Errorf("got %v, %v", s, err)
		}
	})
}

// Nothing but Open moves a door.
func TestNothingMovesByItself(t *testing.T) {
	for _, driver := range serialDrivers {
		bubble(t, driver, func(t *testing.T) {
			r := newRig(t, driver, Opts{})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			r.watch(ctx)
			if who, err := r.Identify(ctx); err != nil || !strings.Contains(who, driver) {
				t.Errorf("got %q, %v", who, err)
			}
			if _, err := r.Bits(ctx); err != nil {
				t.Error(err)
			}
			if err := r.Halt(); err != nil {
				t.Error(err)
			}
			<-ctx.Done()
			wantPulses(t, r)
		})
	}
}

// In any run of accidents an opening pulses at most once, and what it says of
// the door is so.
func TestOpenNeverLies(t *testing.T) {
	names := []string{"", "echo", "mute", "late", "junk", "inside", "trailing", "half", "badsum", "split"}
	rapid.Check(t, func(rt *rapid.T) {
		driver := rapid.SampledFrom(serialDrivers).Draw(rt, "driver")
		stuck := rapid.Bool().Draw(rt, "stuck")
		accidents := rapid.SliceOfN(rapid.SampledFrom(names), 0, 12).Draw(rt, "accidents")
		var lie string
		synctest.Test(t, func(t *testing.T) { lie = openingLie(t, driver, stuck, accidents) })
		if lie != "" {
			rt.Fatal(lie)
		}
	})
}

func openingLie(t *testing.T, driver string, stuck bool, accidents []string) string {
	r := newRig(t, driver, Opts{Timeout: 200 * time.Millisecond, OpenWithin: time.Second})
	r.board.StuckBolt(1, stuck)
	for _, name := range accidents {
		if a := wire.Named(name); a != nil {
			r.board.Next(a)
		} else {
			r.board.Next()
		}
	}
	s, err := r.Open(t.Context(), 1)
	pulses := len(r.board.Pulses())
	switch {
	case pulses > 1, pulses == 1 && errors.Is(err, ErrNotSent), pulses == 0 && !errors.Is(err, ErrNotSent):
		return fmt.Sprintf("%d pulses and %v", pulses, err)
	case s == Open && r.board.Locked(1), s == Locked && !r.board.Locked(1):
		return fmt.Sprintf("said %v, %v; door locked: %v", s, err, r.board.Locked(1))
	case (s == Open) != (err == nil), s == Locked && !errors.Is(err, ErrStuck):
		return fmt.Sprintf("said %v, %v", s, err)
	}
	return ""
}
