// Package sim is a hall's hardware made of software: each device is an emulator
// at the far end of a pseudo-terminal, so the daemon in front of it is the real
// one and cannot tell.
package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/display"
	"halld/firmware-bridge/emulator/lockboard"
	"halld/firmware-bridge/emulator/printer"
	"halld/firmware-bridge/emulator/wire"
)

// Opts say how real the hardware behaves.
type Opts struct {
	Dir      string               // folder for the device links, such as Dir/reader
	Windows  int                  // number tubes, one over each window
	Pins     bool                 // a display on pins too; only for a daemon in this process
	Paced    bool                 // bytes take the time that the line's speed gives them
	OnTicket func(printer.Ticket) // told of every paper; may be nil

	// Heard is told what arrives at the far end of a cable, before the device
	// takes it; may be nil.
	Heard func(cable string, b []byte)
}

// Hall is the hardware of a hall.
type Hall struct {
	Reader   *cardreader.Reader
	Printer  *printer.Printer
	Locker   *lockboard.Board8A
	Tubes    []*display.LED485
	Entrance *display.Strip    // beside the reader
	Board    *pinDisplay       // the hall's own display; nil without Pins
	Cables   map[string]*Cable // by the link's name: reader, printer, lockers, displays, entrance

	mu      sync.Mutex
	happens map[string]string // accidents that last, by line
}

// The speeds of the lines, as in the configuration.
const (
	readerBaud  = 115200
	printerBaud = 19200
	busBaud     = 9600
)

// windowNames are what the windows are for.
var windowNames = []string{"求职登记", "快速对接"}

// Doors is how many doors the locker has.
const Doors = 24

// New makes the hardware, with its cables plugged.
func New(o Opts) (*Hall, error) {
	h := &Hall{Cables: map[string]*Cable{}, happens: map[string]string{}}
	h.Reader = cardreader.New(cardreader.Opts{Unpaced: !o.Paced})
	paper := printer.TM80()
	paper.OnTicket = o.OnTicket
	h.Locker = lockboard.New8A(lockboard.Opts8A{Ways: Doors})
	h.Entrance = display.NewStrip(display.OptsStrip{Check: display.CheckXOR})
	var tubes []wire.Device
	for n := range o.Windows {
		t := display.NewLED485(display.OptsLED485{Unit: byte(n + 1)})
		h.Tubes, tubes = append(h.Tubes, t), append(tubes, t)
	}
	bus := wire.Opts{}
	if o.Paced {
		paper.Baud, paper.MMPerSec, bus.Baud = printerBaud, 150, busBaud
	}
	h.Printer = printer.New(paper)
	if o.Pins {
		var err error
		if h.Board, err = newPinDisplay(); err != nil {
			return nil, err
		}
	}
	return h, errors.Join(
		h.plug(o, "reader", h.Reader.Run),
		h.plug(o, "printer", h.Printer.Run),
		h.plug(o, "lockers", wire.New(bus, h.Locker).Run),
		h.plug(o, "displays", wire.New(bus, tubes...).Run),
		h.plug(o, "entrance", wire.New(bus, h.Entrance).Run),
	)
}

func (h *Hall) plug(o Opts, name string, serve server) error {
	if o.Heard != nil {
		serve = serve.tapped(func(b []byte) { o.Heard(name, b) })
	}
	c := &Cable{path: filepath.Join(o.Dir, name), serve: serve, turned: make(chan struct{}, 1)}
	h.Cables[name] = c
	return c.Plug()
}

// Config is a hall.toml for this hardware. The tables of the county, and whatever
// else is wanted, are appended by the caller.
func (h *Hall) Config(dir, listen string) string {
	s := fmt.Sprintf(`data_dir = %q
socket   = %q

[hall]
county     = "140321"
code       = "01"
name       = "平定县零工市场"
operator   = "平定县公共就业服务中心"
hotline    = "0353-6060000"
complaints = "12333"

[[service]]
key = "match"
name = "快速对接"
prefix = "A"
first = 1
last = 499
[[service]]
key = "training"
name = "创业培训"
prefix = "C"
first = 1
last = 99
[[service]]
key = "rights"
name = "权益保护"
prefix = "E"
first = 1
last = 99

[reader]
driver = "sdt"
port   = "serial:%s?baud=%d"

[printer]
driver = "escpos"
port   = "serial:%s?baud=%d"
paper  = "80mm"

[[locker]]
name    = "A"
driver  = "lock8a"
port    = "serial:%s?baud=%d"
board   = 1
doors   = %d
contact = "closed-when-locked"

[[display]]
name     = "entrance"
entrance = true
driver   = "strip-xor"
port     = "serial:%s?baud=%d"

[[staff]]
id = "01"
name = "王"
roles = ["counter", "keeper"]
[[staff]]
id = "02"
name = "刘"
roles = ["keeper", "approver", "finance", "head"]

[console]
listen = %q
`, filepath.Join(dir, "data"), filepath.Join(dir, "halld.sock"),
		h.path("reader"), readerBaud, h.path("printer"), printerBaud, h.path("lockers"), busBaud, Doors, h.path("entrance"), busBaud, listen)
	if h.Board != nil {
		s += h.Board.config()
	}
	for n := range h.Tubes {
		s += fmt.Sprintf(`
[[window]]
number = %d
name = %q
services = %s

[[display]]
name    = "window-%d"
window  = %d
driver  = "led485"
port    = "serial:%s?baud=%d"
address = %d
digits  = 6
`, n+1, windowNames[n%len(windowNames)], h.services(n), n+1, n+1, h.path("displays"), busBaud, n+1)
	}
	return s
}

// services are what a window does: the first of several gives itself to whoever
// looks for work.
func (h *Hall) services(window int) string {
	if window == 0 && len(h.Tubes) > 1 {
		return `["match"]`
	}
	return `["match", "training", "rights"]`
}

func (h *Hall) path(cable string) string { return h.Cables[cable].path }

// server serves one wire until ctx ends or the wire is gone.
type server func(ctx context.Context, rw io.ReadWriter) error

// tapped tells heard what the device is about to read.
func (s server) tapped(heard func([]byte)) server {
	return func(ctx context.Context, rw io.ReadWriter) error {
		if f, ok := rw.(*os.File); ok { // the far end of a pseudo-terminal
			rw = tap{f, heard}
		}
		return s(ctx, rw)
	}
}

type tap struct {
	*os.File
	heard func([]byte)
}

func (t tap) Read(p []byte) (int, error) {
	n, err := t.File.Read(p)
	if n > 0 {
		t.heard(p[:n])
	}
	return n, err
}
