package lockboard

import (
	"bytes"
	"context"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/emulator/wire/wiretest"
)

const pulse = 300 * time.Millisecond

// TestDoors tells what happens to door 1 of two, step by step.
func TestDoors(t *testing.T) {
	open := func(c *Cabinet) { c.energise(pulse, 1) }
	wait := func(*Cabinet) { time.Sleep(time.Second) }
	push := func(c *Cabinet) { c.PushShut(1) }
	force := func(c *Cabinet) { c.ForceOpen(1) }
	tests := []struct {
		name  string
		do    []func(*Cabinet)
		want  bool // locked at the end
		moves int
	}{
		{"nothing", nil, true, 0},
		{"opened", []func(*Cabinet){open}, false, 1},
		{"opened and left", []func(*Cabinet){open, wait}, false, 1},
		{"opened and shut", []func(*Cabinet){open, wait, push}, true, 2},
		{"shut while the coil holds the bolt", []func(*Cabinet){open, push}, false, 1},
		{"and then the coil lets go", []func(*Cabinet){open, push, wait}, true, 2},
		{"forced", []func(*Cabinet){force, force}, false, 1},
		{"forced and shut", []func(*Cabinet){force, push, push}, true, 2},
		{"stuck bolt", []func(*Cabinet){func(c *Cabinet) { c.StuckBolt(1, true) }, open, wait}, true, 0},
		{"stuck bolt of another door", []func(*Cabinet){func(c *Cabinet) { c.StuckBolt(2, true) }, open}, false, 1},
		{"jammed, during the pulse", []func(*Cabinet){func(c *Cabinet) { c.Jammed(1, true) }, open}, false, 1},
		{"jammed, after the pulse", []func(*Cabinet){func(c *Cabinet) { c.Jammed(1, true) }, open, wait}, true, 2},
		{"left open", []func(*Cabinet){func(c *Cabinet) { c.LeftOpen(1, true) }, push, wait}, false, 1},
		{"left open, mended", []func(*Cabinet){func(c *Cabinet) { c.LeftOpen(1, true); c.LeftOpen(1, false) }, push}, true, 2},
		{"held", []func(*Cabinet){func(c *Cabinet) { c.energise(hold, 1) }, wait, push, wait}, false, 1},
		{"held and let go", []func(*Cabinet){func(c *Cabinet) { c.energise(hold, 1) }, wait, push, func(c *Cabinet) { c.cutOff(1) }}, true, 2},
		{"no such door", []func(*Cabinet){func(c *Cabinet) { c.energise(pulse, 0, 3); c.PushShut(9); c.ForceOpen(-1) }}, true, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, moves := &Cabinet{}, 0
				c.setUp(2, func(int) { moves++ })
				for _, do := range test.do {
					do(c)
					synctest.Wait()
				}
				if c.Locked(1) != test.want || moves != test.moves {
					t.Errorf("locked %v after %d moves, want %v after %d", c.Locked(1), moves, test.want, test.moves)
				}
			})
		})
	}
}

func TestPowerBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New8A(Opts8A{Ways: 8})
		b.PowerBudget(2)
		wiretest.Ask(b, frame8A(head8AOpen, 1, 1, func8AOpen))
		wiretest.Ask(b, frame8A(head8AOpen, 1, 2, func8AOpen))
		time.Sleep(time.Second)
		if b.Tripped() || b.Locked(1) || b.Locked(2) {
			t.Error("two coils are within the budget")
		}
		wiretest.Ask(b, frame8A(head8AOpen, 1, 0, func8AOpen))
		if !b.Tripped() || !b.Locked(3) {
			t.Error("eight coils did not trip the supply")
		}
		time.Sleep(time.Second)
		b.Reset()
		wiretest.Ask(b, frame8A(head8AOpen, 1, 3, func8AOpen))
		if b.Locked(3) {
			t.Error("the supply is on again, but no door opens")
		}
	})
}

func TestCoilsBurnOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New8A(Opts8A{})
		b.CoilLimit(time.Second)
		openOne := frame8A(head8AOpen, 1, 1, func8AOpen)
		for _, req := range [][]byte{openOne, frame8A(head8AHold, 1, 2, func8AOpen)} {
			wiretest.Ask(b, req)
			time.Sleep(2 * time.Second)
		}
		b.PushShut(1)
		b.PushShut(2)
		wiretest.Ask(b, openOne)
		wiretest.Ask(b, frame8A(head8AOpen, 1, 2, func8AOpen))
		if b.Locked(1) || !b.Locked(2) {
			t.Errorf("locked %v and %v, want the held coil of door 2 burnt out", b.Locked(1), b.Locked(2))
		}
	})
}

func TestPulseLengths(t *testing.T) {
	tests := []struct {
		name  string
		board wire.Device
		ask   [][]byte
		want  time.Duration
	}{
		{"8A", New8A(Opts8A{}), [][]byte{frame8A(head8AOpen, 1, 2, func8AOpen)}, pulse},
		{"8A timed", New8A(Opts8A{}), [][]byte{frame8A(head8AOpen, 1, 2, func8AOpen, 9)}, 9 * time.Second},
		{"8A held", New8A(Opts8A{}), [][]byte{frame8A(head8AHold, 1, 2, func8AOpen)}, hold},
		{"WKLY", NewWKLY(OptsWKLY{Pulse: time.Second}), [][]byte{frameWKLY(0, wklyOpen, 2)}, time.Second},
		{"WKLY held", NewWKLY(OptsWKLY{}), [][]byte{frameWKLY(0, wklyHold, 2), frameWKLY(0, wklyCut, 2)}, hold},
		{"Kerong", NewKerong(OptsKerong{}), [][]byte{frameKerong(0x00, kerongTime, 0, 50), frameKerong(0x01, kerongUnlock)}, 500 * time.Millisecond},
		{"relay", NewRelay(OptsRelay{}), [][]byte{wire.RTU(1, 5, 2, 1, 0, 7)}, 700 * time.Millisecond},
		{"relay on", NewRelay(OptsRelay{}), [][]byte{wire.RTU(1, 5, 0, 1, 0xFF, 0)}, hold},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, req := range test.ask {
					wiretest.Ask(test.board, req)
				}
				want := []Pulse{{Door: 2, At: time.Now(), For: test.want}}
				got := test.board.(interface{ Pulses() []Pulse }).Pulses()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("pulses (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestAnswers holds answers that no vector shows to their description.
func TestAnswers(t *testing.T) {
	open := func(doors ...int) func(*Cabinet) {
		return func(c *Cabinet) {
			for _, n := range doors {
				c.ForceOpen(n)
			}
		}
	}
	v := wiretest.Vectors(t)
	tests := []struct {
		name    string
		board   wire.Device
		prepare func(*Cabinet)
		ask     []byte
		want    []byte
	}{
		{"8A, low first", New8A(Opts8A{LowFirst: true}), open(1), v["lock-8A-bcc/query-all"].Bytes, frame8A(0x80, 1, 0xFE, 0xFF, 0xFF, 0x33)},
		{"8A, 8 ways in one byte", New8A(Opts8A{Ways: 8, StatusBytes: 1}), open(8), v["lock-8A-bcc/query-all"].Bytes, frame8A(0x80, 1, 0x7F, 0x33)},
		{"8A, no such lock", New8A(Opts8A{Ways: 12}), nil, frame8A(0x8A, 1, 13, 0x11), nil},
		{"8A, pulse too long", New8A(Opts8A{}), nil, frame8A(0x8A, 1, 1, 0x11, 10), nil},
		{"8A, many with an answer", New8A(Opts8A{ManyAnswers: true}), nil, v["lock-8A-bcc/open-many-2-10-18"].Bytes, v["lock-8A-bcc/open-many-2-10-18"].Bytes},
		{"8A, cut off", New8A(Opts8A{}), nil, v["lock-8A-bcc/hold-off-1"].Bytes, v["lock-8A-bcc/hold-off-1"].Bytes},
		{"WKLY, open", NewWKLY(OptsWKLY{}), nil, v["lock-wkly/open-1"].Bytes, frameWKLY(0, 0x82, 0, 1, 0)},
		{"WKLY, inverted", NewWKLY(OptsWKLY{Inverted: true}), nil, v["lock-wkly/query-1"].Bytes, frameWKLY(0, 0x83, 0, 1, 0)},
		{"WKLY, the vendor's query", NewWKLY(OptsWKLY{}), open(7), frameWKLY(0, 0x83, 7), v["lock-wkly/query-7-reply-open"].Bytes},
		{"WKLY, no such channel", NewWKLY(OptsWKLY{Ways: 4}), nil, frameWKLY(0, 0x82, 5), frameWKLY(0, 0x82, 0xFF, 5)},
		{"WKLY, a list that is short", NewWKLY(OptsWKLY{}), nil, frameWKLY(0, 0x80, 3, 1), frameWKLY(0, 0x80, 0xFF)},
		{"WKLY, flash", NewWKLY(OptsWKLY{}), nil, frameWKLY(0, 0x81, 3), frameWKLY(0, 0x81, 0, 3)},
		{"Kerong, bus", NewKerong(OptsKerong{Board: 11}), nil, v["lock-kerong-cu16/status-all-boards"].Bytes, frameKerong(0xB0, 0x36, 0xFF, 0xFF, 0, 0)},
		{"Kerong, reads its time", NewKerong(OptsKerong{}), nil, frameKerong(0, 0x37), frameKerong(0, 0x37, 0, 30)},
		{"Kerong, wait", NewKerong(OptsKerong{}), nil, frameKerong(0, 0x39, 5), frameKerong(0, 0x39, 5)},
		{"relay, inputs", NewRelay(OptsRelay{Contact: ClosedWhenOpen}), open(1), wire.RTU(1, 2, 0, 0, 0, 8), v["relay-modbus-waveshare-d/read-inputs-reply-ch1"].Bytes},
		{"relay, one is on", NewRelay(OptsRelay{}), func(c *Cabinet) { c.energise(hold, 3) }, v["relay-modbus-waveshare-d/read-relays"].Bytes, wire.RTU(1, 1, 1, 4)},
		{"relay, value", NewRelay(OptsRelay{}), nil, wire.RTU(1, 5, 2, 0, 0, 0), v["relay-modbus-waveshare-d/exception-illegal-value"].Bytes},
		{"relay, address", NewRelay(OptsRelay{}), nil, wire.RTU(1, 5, 0, 8, 0xFF, 0), wire.Exception(1, 5, wire.IllegalAddress)},
		{"relay, without flash", NewRelay(OptsRelay{NoFlash: true}), nil, wire.RTU(1, 5, 2, 0, 0, 7), wire.Exception(1, 5, wire.IllegalAddress)},
		{"relay, function", NewRelay(OptsRelay{}), nil, wire.RTU(1, 3, 0, 0, 0, 1), wire.Exception(1, 3, wire.IllegalFunction)},
		{"relay, many", NewRelay(OptsRelay{}), nil, wire.RTU(1, 15, 0, 0, 0, 8, 1, 0), wire.RTU(1, 15, 0, 0, 0, 8)},
		{"relay, too many", NewRelay(OptsRelay{}), nil, wire.RTU(1, 1, 0, 0, 0, 9), wire.Exception(1, 1, wire.IllegalAddress)},
		{"relay, toggled off", NewRelay(OptsRelay{}), func(c *Cabinet) { c.energise(hold, 1) }, wire.RTU(1, 5, 0, 0, 0x55, 0), wire.RTU(1, 5, 0, 0, 0x55, 0)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.prepare != nil {
				test.prepare(test.board.(interface{ cabinet() *Cabinet }).cabinet())
			}
			if diff := cmp.Diff(test.want, wiretest.Ask(test.board, test.ask)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadHabits(t *testing.T) {
	b := New8A(Opts8A{})
	openOne, query := frame8A(head8AOpen, 1, 1, func8AOpen), frame8A(head8AQuery, 1, 1, func8AQuery)
	b.NoReplyOnUnlock(true)
	if got := wiretest.Ask(b, openOne); len(got) != 0 || b.Locked(1) {
		t.Errorf("silent unlock: % X, locked %v", got, b.Locked(1))
	}
	b.WrongBoard(1)
	if got, want := wiretest.Ask(b, query), frame8A(head8AQuery, 2, 1, 0); !bytes.Equal(got, want) {
		t.Errorf("from the wrong board: % X, want % X", got, want)
	}
	if got, want := wiretest.Ask(b, query), frame8A(head8AQuery, 1, 1, 0); !bytes.Equal(got, want) {
		t.Errorf("from its own again: % X, want % X", got, want)
	}
	b.Next(wire.Named("badsum"))
	if got := wiretest.Ask(b, query); wire.XOR(got) == 0 {
		t.Errorf("a bad sum is good: % X", got)
	}
}

// TestWKLYOpensInTurn sees no two coils energised at the same time.
func TestWKLYOpensInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewWKLY(OptsWKLY{Ways: 8})
		b.PowerBudget(1)
		wiretest.Ask(b, frameWKLY(0, wklyOpenAll))
		time.Sleep(8 * pulse)
		if b.Tripped() || len(b.Pulses()) != 8 || b.Locked(8) {
			t.Errorf("tripped %v after %d pulses", b.Tripped(), len(b.Pulses()))
		}
	})
}

// TestRelayOffFlash drops a relay that is on for the time told.
func TestRelayOffFlash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewRelay(OptsRelay{})
		wiretest.Ask(b, wire.RTU(1, 5, 0, 0, 0xFF, 0))
		wiretest.Ask(b, wire.RTU(1, 5, 4, 0, 0, 5))
		if b.coil(1) {
			t.Error("the relay is on")
		}
		time.Sleep(time.Second)
		if !b.coil(1) {
			t.Error("the relay is not on again")
		}
	})
}

// TestBoardsShareAWire puts one board of each family on one wire and asks each
// in turn, which is worse than any hall.
func TestBoardsShareAWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, w, k, r := New8A(Opts8A{Report: Report81}), NewWKLY(OptsWKLY{}), NewKerong(OptsKerong{}), NewRelay(OptsRelay{Unit: 7})
		host, far := net.Pipe()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- wire.New(wire.Opts{Baud: 9600}, a, w, k, r).Run(ctx, far) }()
		heard := make(chan byte, 1000)
		go func() {
			b := make([]byte, 1)
			for {
				if _, err := host.Read(b); err != nil {
					return
				}
				heard <- b[0]
			}
		}()
		for name, ask := range map[string]struct{ req, want []byte }{
			"8A":     {frame8A(0x8A, 1, 1, 0x11), append(frame8A(0x81, 1, 1, 0), frame8A(0x8A, 1, 1, 0)...)},
			"WKLY":   {frameWKLY(0, 0x82, 1), frameWKLY(0, 0x82, 0, 1, 0)},
			"Kerong": {frameKerong(0, 0x30), frameKerong(0, 0x35, 0xFF, 0xFF, 0, 0)},
			"relay":  {wire.RTU(7, 5, 2, 0, 0, 7), wire.RTU(7, 5, 2, 0, 0, 7)},
		} {
			if _, err := host.Write(ask.req); err != nil {
				t.Fatal(err)
			}
			time.Sleep(200 * time.Millisecond)
			var got []byte
			for len(heard) > 0 {
				got = append(got, <-heard)
			}
			if diff := cmp.Diff(ask.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		for _, c := range []*Cabinet{&a.Cabinet, &w.Cabinet, &k.Cabinet, &r.Cabinet} {
			if n := len(c.Pulses()); n > 1 {
				t.Errorf("%d pulses", n)
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		host.Close()
	})
}

// TestCabinetLaws does things to doors in any order and compares with a
// model that knows three laws: what is forced is open, what is pushed is
// locked, what is pulsed is open.
func TestCabinetLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, want := &Cabinet{}, [4]bool{true, true, true, true}
		moves, wantMoves := 0, 0
		c.setUp(len(want), func(int) { moves++ })
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			door := rapid.IntRange(1, len(want)).Draw(t, "door")
			locked := false
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				c.ForceOpen(door)
			case 1:
				c.cutOff(door) // the pulse is over
				c.PushShut(door)
				locked = true
			case 2:
				c.energise(time.Hour, door)
			}
			if want[door-1] != locked {
				want[door-1] = locked
				wantMoves++
			}
		}
		for i, locked := range want {
			if c.Locked(i+1) != locked {
				t.Fatalf("door %d: locked %v, want %v", i+1, !locked, locked)
			}
		}
		if moves != wantMoves {
			t.Fatalf("%d moves told, want %d", moves, wantMoves)
		}
	})
}

// FuzzBoards feeds anything; a door may move only for a frame that says so,
// with a good check.
func FuzzBoards(f *testing.F) {
	for _, v := range wiretest.Vectors(f) {
		f.Add(v.Bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a := New8A(Opts8A{Pulse: time.Hour, ManyAnswers: true})
		wiretest.Ask(a, b)
		if len(a.Pulses()) > 0 && !containsAny(b, head8AOpen, head8AMany, head8AHold) {
			t.Fatalf("8A: % X pulsed %v", b, a.Pulses())
		}
		w := NewWKLY(OptsWKLY{Pulse: time.Hour})
		wiretest.Ask(w, b)
		if len(w.Pulses()) > 0 && !bytes.Contains(b, []byte(wklyHead)) {
			t.Fatalf("WKLY: % X pulsed %v", b, w.Pulses())
		}
		k := NewKerong(OptsKerong{Pulse: time.Hour, UnlockAnswer: true})
		wiretest.Ask(k, b)
		if len(k.Pulses()) > 0 && !containsAny(b, kerongUnlock, kerongUnlockAll) {
			t.Fatalf("Kerong: % X pulsed %v", b, k.Pulses())
		}
		r := NewRelay(OptsRelay{})
		wiretest.Ask(r, b)
		if len(r.Pulses()) > 0 && len(b) < 8 {
			t.Fatalf("relay: % X pulsed %v", b, r.Pulses())
		}
	})
}

func containsAny(b []byte, any ...byte) bool {
	return slices.ContainsFunc(any, func(c byte) bool { return bytes.IndexByte(b, c) >= 0 })
}
