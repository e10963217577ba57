package locker

import (
	"context"
	"sync"
	"testing"
	"time"

	"halld/devices"
	"halld/devices/devicestest"
	"halld/firmware-bridge/emulator/lockboard"
	"halld/firmware-bridge/emulator/wire"
)

// cabinet is an emulated board with doors behind it.
type cabinet interface {
	wire.Device
	Locked(n int) bool
	Pulses() []lockboard.Pulse
	PushShut(n int)
	ForceOpen(n int)
	StuckBolt(n int, on bool)
	Jammed(n int, on bool)
	Next(a ...wire.Accident)
	Times(n int, a ...wire.Accident)
	Clear()
	WrongBoard(n int)
	NoReplyOnUnlock(on bool)
}

// serialDrivers are the boards on a wire.
var serialDrivers = []string{"lock8a", "wkly", "kerong", "modbus-relay"}

// yes is the consent of somebody who always agrees.
func yes() error { return nil }

// Open is [Dev.Open] with consent.
func (r *rig) Open(ctx context.Context, door int) (State, error) { return r.Dev.Open(ctx, door, yes) }

func newCabinet(driver, contact string) cabinet {
	c := lockboard.ClosedWhenLocked
	if contact == ClosedWhenOpen {
		c = lockboard.ClosedWhenOpen
	}
	switch driver {
	case "lock8a":
		return lockboard.New8A(lockboard.Opts8A{Board: 1, Contact: c})
	case "wkly":
		return lockboard.NewWKLY(lockboard.OptsWKLY{Board: 1, Contact: c})
	case "kerong":
		return lockboard.NewKerong(lockboard.OptsKerong{Board: 1, Contact: c})
	default:
		return lockboard.NewRelay(lockboard.OptsRelay{Unit: 1, Contact: c})
	}
}

// rig is a driver, its board, and what the driver told.
type rig struct {
	*Dev
	board cabinet
	line  *devicestest.Line

	mu     sync.Mutex
	faults []devices.Fault
	seen   []sight
}

// sight is one state that Watch told.
type sight struct {
	Door  int
	State State
	At    time.Duration // since the rig began
}

// newRig wires a driver to an emulated board at 9600 baud, in a bubble.
func newRig(t testing.TB, driver string, o Opts) *rig {
	t.Helper()
	o.Board = 1
	if o.Contact == "" {
		o.Contact = ClosedWhenLocked
	}
	if o.Doors == 0 {
		o.Doors = 8
	}
	return wireUp(t, driver, o, newCabinet(driver, o.Contact), wire.Opts{Baud: 9600})
}

func wireUp(t testing.TB, driver string, o Opts, board cabinet, w wire.Opts, more ...wire.Device) *rig {
	t.Helper()
	line, far := devicestest.Pipe(t)
	r := &rig{board: board, line: line}
	o.Report = func(f devices.Fault, _ error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.faults = append(r.faults, f)
	}
	var err error
	if r.Dev, err = New(driver, line, o); err != nil {
		t.Fatal(err)
	}
	bus := wire.New(w, append(more, board)...)
	go bus.Run(t.Context(), far) // ends with the pipe
	return r
}

// watch runs Watch until the test ends.
func (r *rig) watch(ctx context.Context) {
	begin := time.Now()
	go r.Watch(ctx, func(door int, s State) { // always nil
		r.mu.Lock()
		defer r.mu.Unlock()
		r.seen = append(r.seen, sight{door, s, time.Since(begin)})
	})
}

// take returns what Watch told since the last take.
func (r *rig) take() []sight {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.seen
	r.seen = nil
	return s
}

func (r *rig) reported() []devices.Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.faults
	r.faults = nil
	return f
}
