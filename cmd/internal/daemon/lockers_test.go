package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/gpio/gpiotest"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/sim"
	"halld/config"
	"halld/devices"
	"halld/devices/devicestest"
	"halld/devices/locker"
	"halld/firmware-bridge/emulator/chips"
	"halld/firmware-bridge/emulator/lockboard"
	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/pty"
)

// small is a hall without devices.
const small = `
[hall]
county = "140321"
code = "01"
name = "平定县零工市场"
operator = "平定县公共就业服务中心"
hotline = "0353-6060000"
[[service]]
key = "match"
name = "快速对接"
prefix = "A"
[[window]]
number = 1
name = "求职登记"
services = ["match"]
[[staff]]
id = "01"
name = "王"
roles = ["counter", "keeper"]
`

// TestConfigurationKnowsTheDriversLimits: what a driver refuses, the check of the
// configuration tells with its line, and nothing else.
func TestConfigurationKnowsTheDriversLimits(t *testing.T) {
	boards := []int{0, 1, 14, 15, 31, 32, 33, 247}
	doors := []int{1, 8, 16, 17, 32, 33, 50, 51, 64, 245, 246, 255}
	pulses := []time.Duration{0, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second}
	for _, driver := range []string{"lock8a", "wkly", "kerong", "modbus-relay"} {
		try := func(board, doors int, pulse time.Duration) {
			t.Helper()
			line, _ := devicestest.Pipe(t)
			_, driverErr := locker.New(driver, line, locker.Opts{Board: board, Doors: doors, Pulse: pulse, Contact: locker.ClosedWhenLocked})
			doc := small + fmt.Sprintf("[[locker]]\nname = \"A\"\ndriver = %q\nport = \"serial:/dev/x?baud=9600\"\nboard = %d\ndoors = %d\npulse = %q\ncontact = \"closed-when-locked\"\n",
				driver, board, doors, pulse)
			if _, err := config.Parse("hall.toml", []byte(doc)); (err == nil) != (driverErr == nil) {
				t.Errorf("%s board %d, %d doors, pulse %v: configuration says %v, driver %v", driver, board, doors, pulse, err, driverErr)
			}
		}
		for _, b := range boards {
			try(b, 8, 0)
		}
		for _, d := range doors {
			try(1, d, 0)
		}
		for _, p := range pulses {
			try(1, 8, p)
		}
	}
}

var buses atomic.Int32

// TestExpanderOpensADoor from hall.toml on.
func TestExpanderOpensADoor(t *testing.T) {
	t.Parallel()
	chip, bus := &chips.MCP23017{}, &chips.I2C{}
	bus.Add(0x21, chip)
	for door := range 8 {
		chip.Ground(8+door, true)
	}
	chip.Watch(func(e chips.Edge) {
		if e.High {
			time.AfterFunc(time.Millisecond, func() { chip.Ground(8+e.Pin, false) }) // the chip is locked here
		}
	})
	name := fmt.Sprintf("SIM%d", buses.Add(1))
	if err := i2creg.Register(name, nil, -1, func() (i2c.BusCloser, error) { return bus, nil }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i2creg.Unregister(name) })
	s := &stage{more: fmt.Sprintf(`
[[locker]]
name = "C"
driver = "gpio"
port = "i2c:%s?addr=0x21"
doors = 8
contact = "closed-when-locked"
pulse_limiter = true
`, name)}
	s.open(t, sim.Opts{})
	s.do(hall.OpenForService{Door: "C/5", Staff: "02", Reason: "检修"})
	edges := chip.Edges()
	if len(edges) != 2 || edges[0].Pin != 4 || !edges[0].High || edges[1].High {
		t.Errorf("got edges %+v, want one pulse on pin 4", edges)
	}
	chip.Ground(8+4, true)
	s.until("the door is seen shut", func(h *hall.Hall) bool { return h.Idle("C/5") })
}

// busyPin is a pin that another program holds for a while.
type busyPin struct {
	gpiotest.Pin
	busy atomic.Bool
}

var errBusy = errors.New("device or resource busy")

func (p *busyPin) In(gpio.Pull, gpio.Edge) error {
	if p.busy.Load() {
		return errBusy
	}
	return nil
}

func (p *busyPin) Out(l gpio.Level) error {
	if p.busy.Load() {
		return errBusy
	}
	return p.Pin.Out(l)
}

// TestBusyPinIsAFaultToShow: it neither keeps the hall shut nor needs a restart.
func TestBusyPinIsAFaultToShow(t *testing.T) {
	t.Parallel()
	var pins []*busyPin
	for i := range 2 {
		p := &busyPin{Pin: gpiotest.Pin{N: fmt.Sprintf("BUSY%d", i), Num: 200_000 + i}}
		p.busy.Store(true)
		if err := gpioreg.Register(p); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = gpioreg.Unregister(p.N) })
		pins = append(pins, p)
	}
	s := &stage{more: `
[[locker]]
name = "B"
driver = "gpio"
pins = ["gpio:BUSY0"]
contacts = ["gpio:BUSY1"]
doors = 1
contact = "closed-when-locked"
pulse_limiter = true
`}
	s.open(t, sim.Opts{})
	fault := func(want devices.Fault) func(*hall.Hall) bool {
		return func(h *hall.Hall) bool {
			for _, d := range h.Health() {
				if d.Name == "locker/B" {
					return d.Fault == string(want)
				}
			}
			return false
		}
	}
	s.until("the fault is shown", fault(devices.Offline))
	_, err := s.d.loop.Do(t.Context(), hall.OpenForService{Door: "B/1", Staff: "02", Reason: "检修"})
	if err == nil || !strings.Contains(err.Error(), "没有连接") {
		t.Errorf("got %v, want that the board is not connected", err)
	}
	for _, p := range pins {
		p.busy.Store(false)
	}
	s.until("it heals by itself", fault(devices.OK))
}

// boardAt is a lock board that is set to a speed, behind a port whose speed
// counts.
func boardAt(t *testing.T, baud int, board *lockboard.Board8A) (path string) {
	t.Helper()
	p, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "lockers")
	if err := p.Link(path); err != nil {
		t.Fatal(err)
	}
	bus := wire.New(wire.Opts{Baud: baud, HostBaud: wire.TerminalBaud(p.Master)}, board)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = bus.Run(ctx, p.Master) }()
	t.Cleanup(func() {
		cancel()
		<-done
		p.Close()
	})
	return path
}

// TestCheckOfALocker tells what is wrong with it, and nothing moves.
func TestCheckOfALocker(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		baud   int // of the board
		doors  int // configured, of 24
		happen func(*lockboard.Board8A)
		fault  devices.Fault
		says   string
	}{
		{"well", 9600, 24, nil, devices.OK, ""},
		{"another speed", 19200, 24, nil, devices.NoAnswer, "baud=19200"},
		{"too many doors", 9600, 32, nil, devices.DoorUnknown, "reports 24 doors, 32 configured"},
		{"another board", 9600, 24, func(b *lockboard.Board8A) { b.WrongBoard(9) }, devices.BadAnswer, "80 02 FF FF FF 33"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			board := lockboard.New8A(lockboard.Opts8A{})
			if tt.happen != nil {
				tt.happen(board)
			}
			doc := small + fmt.Sprintf("[[locker]]\nname = \"A\"\ndriver = \"lock8a\"\nport = \"serial:%s?baud=9600\"\ndoors = %d\ncontact = \"closed-when-locked\"\n",
				boardAt(t, tt.baud, board), tt.doors)
			cfg, err := config.Parse("hall.toml", []byte(doc))
			if err != nil {
				t.Fatal(err)
			}
			found, err := Identify(t.Context(), cfg, Opts{Log: slog.New(slog.DiscardHandler)})
			if err != nil || len(found) != 1 {
				t.Fatalf("got %+v, %v", found, err)
			}
			if f := found[0]; devices.FaultOf(f.Err) != tt.fault || !strings.Contains(fmt.Sprint(f.Err), tt.says) {
				t.Errorf("got %v, want %s and %q", f.Err, tt.fault, tt.says)
			}
			if n := len(board.Pulses()); n != 0 {
				t.Errorf("%d locks were driven", n)
			}
		})
	}
}

// TestStopWhileALockerIsCleared ends the whole daemon in time, drives no more
// locks, and leaves what is true for the next start.
func TestStopWhileALockerIsCleared(t *testing.T) {
	t.Parallel()
	s := onStage(t)
	s.do(hall.ClearLocker{Locker: "A", Staff: "01", Second: "02", Reason: "年终清柜"})
	s.until("two doors are open", func(h *hall.Hall) bool { return h.Doors()[1].Open })
	s.stop()
	pulses := len(s.hw.Locker.Pulses())
	s.start()
	s.until("the rest is over", func(h *hall.Hall) bool { return h.Idle("A/24") })
	n := 0
	err := s.d.loop.View(t.Context(), func(h *hall.Hall) {
		for _, o := range h.ListOps() {
			if o.State == hall.OpUnsent {
				n++
			}
		}
	})
	if err != nil || n != sim.Doors-pulses || len(s.hw.Locker.Pulses()) != pulses {
		t.Errorf("of %d doors %d were driven, %d more after the restart, and %d are told as not sent (%v)",
			sim.Doors, pulses, len(s.hw.Locker.Pulses())-pulses, n, err)
	}
}
