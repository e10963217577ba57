// Package printer is the far end of a receipt printer's wire: an ESC/POS
// thermal printer with a Chinese font, made of software. It reads the bytes of
// a job, draws them dot by dot, cuts tickets off its paper and answers status
// requests; and it can have every accident a printer in a hall has, by name.
//
// Data goes through a receive buffer into the parser, from there into the line
// and the print buffer, and from there onto the paper, which moves at its own
// speed. Status requests of GS r are answered where the parser meets them,
// process IDs when the paper has moved, real-time requests as they come off the
// wire.
//
// It was written from the makers' command references alone and shares no code
// with a driver.
package printer

import (
	"sync"
	"time"

	"halld/firmware-bridge/emulator/printer/font"
)

// Printer is one emulated printer. All its methods may be called at any time
// from anywhere.
type Printer struct {
	o    Opts
	out  transmitter
	room chan struct{} // tells Run that the receive buffer has room again

	mu      sync.Mutex // guards all below
	rx      []byte     // receive buffer
	tail    []byte     // last bytes off the wire, for real-time commands
	held    bool       // XOFF was sent
	parser  parser
	mode    mode
	line    line
	raster  raster
	rom     font.ROM
	parsed  int // bytes since the last cut command
	lost    int // bytes lost since the last ticket
	jobs    []job
	queued  int // rows in jobs
	fed     int // rows of the first job that are done
	moving  bool
	motor   *time.Timer
	strip   strip
	tickets []Ticket
	floor   int // rows of all tickets
	faults  faults
	told    [4]byte  // status as the host knows it
	calls   []func() // to be called once unlocked
}

// New switches a printer on, with paper in it.
func New(o Opts) *Printer {
	o.defaults()
	p := &Printer{o: o, room: make(chan struct{}, 1), strip: strip{w: o.dots()}}
	p.out.baud = o.Baud
	p.strip.load(o.BladeDots)
	p.reset()
	return p
}

// String names the model.
func (p *Printer) String() string { return "emulated printer " + p.o.Model }

// Tickets are the pieces of paper on the floor, the oldest first; the last 200
// are kept.
func (p *Printer) Tickets() []Ticket {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Ticket(nil), p.tickets...)
}

// with does f with the printer locked, and makes the calls it asked for when
// the lock is open again.
func (p *Printer) with(f func()) {
	p.mu.Lock()
	f()
	calls := p.calls
	p.calls = nil
	p.mu.Unlock()
	for _, call := range calls {
		call()
	}
}

// receive takes what came off the wire.
func (p *Printer) receive(b []byte) {
	p.with(func() {
		if p.faults.echo {
			p.out.send(b)
		}
		for _, v := range b {
			p.receiveByte(v)
		}
	})
}

func (p *Printer) receiveByte(b byte) {
	switch {
	case p.faults.off:
		return
	case p.loses():
		p.lost++
		return
	case len(p.rx) < p.o.BufferBytes:
		p.rx = append(p.rx, b)
	default:
		p.lost++
	}
	p.realtime(b)
	p.work()
}

// work takes data out of the receive buffer as long as the print buffer takes
// it, and lets the mechanism run.
func (p *Printer) work() {
	for {
		p.runJobs()
		if len(p.rx) == 0 || p.stalled() {
			break
		}
		b := p.rx[0]
		p.rx = p.rx[1:]
		p.parsed++
		if t, ok := p.parser.feed(b); ok {
			p.exec(t)
		}
	}
	p.flowControl()
}

// stalled tells whether data must wait in the receive buffer. A printer that
// cannot print leaves it there unread; clones read on to the next line.
func (p *Printer) stalled() bool {
	if p.queued > maxQueue || len(p.jobs) > maxQueue {
		return true
	}
	return !p.ready() && (p.o.GSR != GSRClone || len(p.jobs) > 0)
}
