package daemon

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/ledger"
	"halld/devices/devicestest"
	"halld/devices/locker"
	"halld/firmware-bridge/emulator/lockboard"
	"halld/firmware-bridge/emulator/wire"
)

// cabinet is a locker of a hall in a bubble: the real rules and ledger, the real
// driver, and an emulated board.
type cabinet struct {
	t     *testing.T
	board *lockboard.Board8A
	keys  *keys
	stop  context.CancelFunc // of the keys
	ended chan struct{}      // closed when they have stopped
}

const cabinetDoors = 24

// newCabinet begins in a bubble.
func newCabinet(t *testing.T) *cabinet {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	dir, zone := t.TempDir(), time.UTC
	books, err := ledger.Open(filepath.Join(dir, "ledger.db"), ledger.Opts{Hall: "140321-01", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	key, err := identity.LoadDeviceKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	people, err := openVault(books, key)
	if err != nil {
		t.Fatal(err)
	}
	h := hall.New(hall.Config{
		Zone: zone, Lockers: map[string]int{"A": cabinetDoors},
		Staff: []hall.Staff{
			{ID: "01", Roles: []hall.Role{hall.Keeper}}, {ID: "02", Roles: []hall.Role{hall.Head}}, {ID: "03", Roles: []hall.Role{hall.Technician}},
		},
	})
	clock := &clock{zone: zone, always: true}
	l := newLoop(h, &book{ledger: books, vault: people, clock: clock, log: log}, clock, log)
	board := lockboard.New8A(lockboard.Opts8A{Ways: cabinetDoors})
	line, far := devicestest.Pipe(t)
	dev, err := locker.New("lock8a", line, locker.Opts{
		Board: 1, Doors: cabinetDoors, Contact: locker.ClosedWhenLocked, OpenWithin: 3 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	c := &cabinet{t: t, board: board, ended: make(chan struct{})}
	c.keys = &keys{name: "A", dev: dev, opens: newQueue[hall.OpenDoor](), loop: l, log: log}
	l.act = func(e hall.Effect) {
		if o, ok := e.(hall.OpenDoor); ok {
			c.keys.opens.put(o)
		}
	}
	ground, end := context.WithCancel(t.Context())
	loopEnded := make(chan struct{})
	go wire.New(wire.Opts{Baud: 9600}, board).Run(ground, far) // ends with the pipe
	go func() { defer close(loopEnded); _ = l.Run(ground) }()
	ctx, stop := context.WithCancel(ground)
	c.stop = stop
	go func() { defer close(c.ended); _ = c.keys.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-c.ended
		end()
		<-loopEnded
		books.Close()
	})
	c.do(hall.Start{})
	return c
}

// do puts an event before the rules, which must agree.
func (c *cabinet) do(ev hall.Event) any {
	c.t.Helper()
	reply, err := c.keys.loop.Do(c.t.Context(), ev)
	if err != nil {
		c.t.Fatalf("%T: %v", ev, err)
	}
	return reply
}

// ops counts the operations by state.
func (c *cabinet) ops() map[hall.OpState]int {
	c.t.Helper()
	n := map[hall.OpState]int{}
	err := c.keys.loop.View(c.t.Context(), func(h *hall.Hall) {
		for _, o := range h.ListOps() {
			n[o.State]++
		}
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

func (c *cabinet) jam() {
	for door := 1; door <= cabinetDoors; door++ {
		c.board.StuckBolt(door, true)
	}
}

func (c *cabinet) clear() {
	c.t.Helper()
	c.do(hall.ClearLocker{Locker: "A", Staff: "01", Second: "02", Reason: "年终清柜"})
}

// quiet checks that no lock is driven any more.
func (c *cabinet) quiet(want int) {
	c.t.Helper()
	time.Sleep(10 * time.Minute)
	if got := len(c.board.Pulses()); got != want {
		c.t.Errorf("%d locks were driven, want %d", got, want)
	}
}

// TestDoorThatWaitsIsNotDecided: what waits behind slow doors stays what it is,
// and does not open once it was stopped.
func TestDoorThatWaitsIsNotDecided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCabinet(t)
		c.jam()
		c.clear()
		time.Sleep(70 * time.Second)
		pulses := len(c.board.Pulses())
		if got := c.ops(); got[hall.OpUnknown] != 0 || got[hall.OpQueued] != cabinetDoors-pulses || pulses < 10 {
			t.Fatalf("after %d pulses the doors are %v", pulses, got)
		}
		c.do(hall.AbortDoors{Locker: "A", Staff: "01"})
		c.quiet(pulses)
		if got := c.ops(); got[hall.OpFailed] != pulses || got[hall.OpUnsent] != cabinetDoors-pulses {
			t.Errorf("after %d pulses the doors are %v", pulses, got)
		}
	})
}

// TestStopWithManyDoorsQueued: a stop drives no more lock, and takes no longer
// than the one that was driven.
func TestStopWithManyDoorsQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCabinet(t)
		c.jam()
		c.clear()
		time.Sleep(10 * time.Second)
		pulses := len(c.board.Pulses())
		begin := time.Now()
		c.stop()
		<-c.ended
		if took := time.Since(begin); took > stopLimit {
			t.Errorf("the stop took %v", took)
		}
		c.quiet(pulses)
		c.do(hall.Start{})
		if got := c.ops(); got[hall.OpUndecided]+got[hall.OpFailed] != pulses || got[hall.OpUnsent] != cabinetDoors-pulses {
			t.Errorf("after %d pulses and a restart the doors are %v", pulses, got)
		}
		if len(c.board.Pulses()) != pulses {
			t.Error("a restart drove a lock")
		}
	})
}

// TestDoorWhoseTurnComesTooLate is not opened behind the back of whoever left.
func TestDoorWhoseTurnComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCabinet(t)
		c.jam()
		c.do(hall.ClearLocker{Locker: "A", Doors: []hall.DoorID{"A/1", "A/2", "A/3", "A/4", "A/5"}, Staff: "01", Second: "02", Reason: "清柜"})
		begin := time.Now()
		_, err := c.keys.loop.Do(t.Context(), hall.OpenForService{Door: "A/9", Staff: "03", Reason: "检修"})
		if err == nil || time.Since(begin) > doorWait {
			t.Errorf("got %v after %v, want that the board is busy", err, time.Since(begin))
		}
		c.quiet(5)
		if p := c.board.Pulses(); slices.ContainsFunc(p, func(p lockboard.Pulse) bool { return p.Door == 9 }) {
			t.Errorf("door 9 was driven: %v", p)
		}
	})
}

// TestPulledCableIsNotTheDoorsFault.
func TestPulledCableIsNotTheDoorsFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCabinet(t)
		c.board.Times(wire.Forever, wire.Mute())
		for range 3 {
			if _, err := c.keys.loop.Do(t.Context(), hall.OpenForService{Door: "A/9", Staff: "03", Reason: "检修"}); err == nil {
				t.Error("a door opened whose board is mute")
			} else {
				t.Log(err)
			}
		}
		err := c.keys.loop.View(t.Context(), func(h *hall.Hall) {
			if v := h.Doors()[8]; v.Fails != 0 || v.Op != "" {
				t.Errorf("got %+v, want a door that is not to blame", v)
			}
			if w := h.Warnings(); len(w) != 0 {
				t.Errorf("got warnings %v", w)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		c.quiet(0)
	})
}
