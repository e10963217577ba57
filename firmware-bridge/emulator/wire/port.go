package wire

import (
	"io"
	"slices"
	"sync"
	"time"
)

// bitsPerByte is a start bit, eight data bits and a stop bit.
const bitsPerByte = 10

// slice is how much wire time goes out in one write. Shorter would ask more
// of the timers than they can give at 115200 baud.
const slice = 5 * time.Millisecond

// port sends answers, oldest due time first, from the function of one timer.
type port struct {
	rw   io.ReadWriter
	opts Opts

	mu     sync.Mutex
	baud   int
	quiet  time.Time // when the last byte heard has really arrived
	queue  []due
	busy   bool // pump is writing
	closed bool
	timer  *time.Timer
}

type due struct {
	at    time.Time
	bytes []byte
}

func newPort(rw io.ReadWriter, opts Opts) *port {
	p := &port{rw: rw, opts: opts, baud: opts.Baud}
	p.timer = time.AfterFunc(time.Hour, p.pump)
	p.timer.Stop()
	return p
}

func (p *port) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed, p.queue = true, nil
	p.timer.Stop()
}

// SetBaud implements [Sender].
func (p *port) SetBaud(baud int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.baud = baud
}

// heard counts n bytes of the host in, and reports whether they can be
// understood.
func (p *port) heard(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.quiet.Before(now) {
		p.quiet = now
	}
	p.quiet = p.quiet.Add(wireTime(n, p.baud))
	return p.opts.HostBaud == nil || p.opts.HostBaud() == p.baud
}

// Send implements [Sender]. Delays count from the end of the request.
func (p *port) Send(a Answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	at := time.Now()
	if p.quiet.After(at) {
		at = p.quiet
	}
	for _, piece := range a.Pieces {
		at = at.Add(piece.After)
		i, _ := slices.BinarySearchFunc(p.queue, at, func(d due, t time.Time) int {
			if d.at.After(t) {
				return 1
			}
			return -1
		})
		p.queue = slices.Insert(p.queue, i, due{at, piece.Bytes})
	}
	if !p.busy && len(p.queue) > 0 {
		p.timer.Reset(time.Until(p.queue[0].at))
	}
}

func (p *port) pump() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy {
		return
	}
	p.busy = true
	defer func() { p.busy = false }()
	for len(p.queue) > 0 {
		if wait := time.Until(p.queue[0].at); wait > 0 {
			p.timer.Reset(wait)
			return
		}
		b, baud := p.queue[0].bytes, p.baud
		p.queue = p.queue[1:]
		p.mu.Unlock()
		err := pace(p.rw, b, baud)
		p.mu.Lock()
		if err != nil { // Run learns from its own Read that the wire is gone
			p.queue = nil
		}
	}
}

// pace writes b no faster than the wire carries it.
func pace(w io.Writer, b []byte, baud int) error {
	step := len(b)
	if baud > 0 {
		step = max(1, int(slice*time.Duration(baud)/bitsPerByte/time.Second))
	}
	for part := range slices.Chunk(b, max(1, step)) {
		time.Sleep(wireTime(len(part), baud))
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func wireTime(n, baud int) time.Duration {
	if baud <= 0 {
		return 0
	}
	return time.Duration(n) * bitsPerByte * time.Second / time.Duration(baud)
}
