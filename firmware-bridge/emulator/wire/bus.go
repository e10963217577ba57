package wire

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Device is one emulated device on a wire.
type Device interface {
	// Attach gives the device the wire to speak on. A device that is
	// attached again has lost what it had heard before.
	Attach(s Sender)
	// Hear is given what the host sent, in pieces of any size. It must not
	// block and must not keep b.
	Hear(b []byte)
}

// Sender is the direction from the devices to the host.
type Sender interface {
	// Send queues an answer and returns at once.
	Send(a Answer)
	// SetBaud changes the speed at which the devices talk and listen.
	SetBaud(baud int)
}

// Opts describes a wire.
type Opts struct {
	// Baud is the speed of the devices at 8N1, in bits a second. Zero sends
	// everything at once.
	Baud int
	// Echo returns every byte that the host sends, as an adapter does that
	// listens while it talks.
	Echo bool
	// HostBaud, when set, tells the speed of the host's side. While it
	// differs from that of the devices they understand nothing.
	HostBaud func() int
}

// Bus is a wire with one or more devices.
type Bus struct {
	opts    Opts
	devices []Device
}

// New wires devices together. A device sits on one bus only.
func New(opts Opts, devices ...Device) *Bus {
	return &Bus{opts: opts, devices: devices}
}

// Run serves the wire until ctx ends, and then returns nil. Its error says
// that the host's side is gone; a pseudo-terminal says so when its last
// opener closes it, so keep the terminal's own end open where the host may
// come and go.
//
// rw needs SetDeadline or Close for Run to end while nothing arrives.
func (b *Bus) Run(ctx context.Context, rw io.ReadWriter) error {
	if d, ok := rw.(deadliner); ok {
		if err := d.SetDeadline(time.Time{}); err != nil {
			return fmt.Errorf("readying the wire: %w", err)
		}
	}
	p := newPort(rw, b.opts)
	defer p.close()
	defer context.AfterFunc(ctx, func() { unblock(rw) })()
	for _, d := range b.devices {
		d.Attach(p)
	}
	buf := make([]byte, 4096)
	for {
		n, err := rw.Read(buf)
		b.hear(p, buf[:n])
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("listening to the host: %w", err)
		}
	}
}

func (b *Bus) hear(p *port, in []byte) {
	if len(in) == 0 || !p.heard(len(in)) {
		return
	}
	if b.opts.Echo {
		p.Send(Answer{Pieces: []Piece{{Bytes: append([]byte(nil), in...)}}})
	}
	for _, d := range b.devices {
		d.Hear(in)
	}
}

type deadliner interface{ SetDeadline(t time.Time) error }

// unblock ends a Read or Write that waits. What it returns does not matter:
// a wire that can do neither is let go when its far end closes.
func unblock(rw io.ReadWriter) {
	if d, ok := rw.(deadliner); ok && d.SetDeadline(time.Unix(1, 0)) == nil {
		return
	}
	if c, ok := rw.(io.Closer); ok {
		_ = c.Close()
	}
}
