package printer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	xon  = 0x11
	xoff = 0x13
)

// maxUnread bounds the answers that nobody fetches.
const maxUnread = 64 << 10

// Run serves one wire, the master of a pty, a socket or an end of a pipe, until
// it or ctx ends, and then returns nil; its error says that the wire broke. The
// printer lives on without a wire: what is buffered prints, and a later Run goes
// on where this one stopped. A pseudo-terminal breaks when its last opener
// closes it, so keep the terminal's own end open where the host comes and goes.
//
// A wire without SetDeadline must have Close, or Run cannot leave a blocked
// Read; the same holds for an os.File whose Fd was called, which makes it
// blocking.
func (p *Printer) Run(ctx context.Context, rw io.ReadWriter) error {
	setDeadline(rw, time.Time{})
	stop := context.AfterFunc(ctx, func() { unblock(rw) })
	defer stop()
	p.out.attach(rw)
	defer p.out.detach(func() { unblock(rw) })
	buf := make([]byte, 256)
	for {
		n, err := rw.Read(buf[:p.waitRoom(ctx, len(buf))])
		p.receive(buf[:n])
		switch {
		case ctx.Err() != nil || errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading the printer's wire: %w", err)
		}
		p.pace(ctx, n)
	}
}

// waitRoom waits until the receive buffer takes at least a byte and tells how
// many it takes. Meanwhile the sender is held up by its line.
func (p *Printer) waitRoom(ctx context.Context, most int) int {
	for {
		p.mu.Lock()
		room := p.o.BufferBytes - len(p.rx)
		drop := p.o.DropOnFull || p.o.XonXoff || p.faults.off
		p.mu.Unlock()
		if drop {
			return most
		}
		if room > 0 {
			return min(room, most)
		}
		select {
		case <-ctx.Done():
			return most // the wire is unblocked, Read returns at once
		case <-p.room:
		}
	}
}

// pace takes the time that n bytes need at the wire's speed.
func (p *Printer) pace(ctx context.Context, n int) {
	if p.o.Baud <= 0 {
		return
	}
	t := time.NewTimer(onWire(n, p.o.Baud))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// onWire is how long n bytes of ten bits take.
func onWire(n, baud int) time.Duration {
	if baud <= 0 {
		return 0
	}
	return time.Duration(n) * 10 * time.Second / time.Duration(baud)
}

// flowControl tells Run that there is room, and the host by XON and XOFF.
func (p *Printer) flowControl() {
	free := p.o.BufferBytes - len(p.rx)
	if free > 0 {
		select {
		case p.room <- struct{}{}:
		default:
		}
	}
	if !p.o.XonXoff {
		return
	}
	switch {
	case !p.held && free < p.o.BufferBytes/4:
		p.held = true
		p.answer([]byte{xoff})
	case p.held && free > p.o.BufferBytes/2:
		p.held = false
		p.answer([]byte{xon})
	}
}

func setDeadline(rw io.ReadWriter, t time.Time) bool {
	d, ok := rw.(interface{ SetDeadline(time.Time) error })
	return ok && d.SetDeadline(t) == nil
}

// unblock makes a Read and a Write that are under way return.
func unblock(rw io.ReadWriter) {
	if setDeadline(rw, time.Unix(1, 0)) {
		return
	}
	if c, ok := rw.(io.Closer); ok {
		c.Close()
	}
}

// A transmitter sends answers while data still comes in, like a UART. Without
// it, a printer that answers and a host that writes could wait for each other.
type transmitter struct {
	baud int

	mu    sync.Mutex
	w     io.Writer
	queue []byte
	busy  chan struct{} // closed when the sending under way ends; nil when idle
}

func (t *transmitter) attach(w io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.w, t.queue = w, nil
}

// detach takes the wire away and waits until nobody writes to it.
func (t *transmitter) detach(unblock func()) {
	t.mu.Lock()
	t.w, t.queue = nil, nil
	busy := t.busy
	t.mu.Unlock()
	if busy != nil {
		unblock()
		<-busy
	}
}

func (t *transmitter) send(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.w == nil || len(b) == 0 || len(t.queue)+len(b) > maxUnread {
		return
	}
	t.queue = append(t.queue, b...)
	if t.busy == nil {
		t.busy = make(chan struct{})
		time.AfterFunc(onWire(len(t.queue), t.baud), t.flush)
	}
}

// flush writes what is queued, and comes back for what was queued meanwhile.
func (t *transmitter) flush() {
	t.mu.Lock()
	w, b := t.w, t.queue
	t.queue = nil
	t.mu.Unlock()
	if w != nil && len(b) > 0 {
		// A wire that does not take the answer is noticed by Read.
		_, _ = w.Write(b)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) > 0 && w != nil {
		time.AfterFunc(onWire(len(t.queue), t.baud), t.flush)
		return
	}
	close(t.busy)
	t.busy = nil
}
