package lockboard

import (
	"context"
	"io"
	"sync/atomic"

	"halld/firmware-bridge/emulator/wire"
)

// board is what all boards have: a place on the wire, doors, and the bad
// habits that are not the wire's.
type board struct {
	wire.Station
	Cabinet
	scan wire.Scanner // owned by the goroutine that calls Hear
	hear func(request []byte)
	baud int

	wrong  atomic.Int32 // answers still to come from a wrong board
	noAcks atomic.Bool
}

// Run serves a wire of the board's own until ctx ends; see [wire.Bus.Run].
func (b *board) Run(ctx context.Context, rw io.ReadWriter) error {
	return wire.New(wire.Opts{Baud: b.baud}, b).Run(ctx, rw)
}

// Attach implements [wire.Device]. A board that gets power moves no door.
func (b *board) Attach(s wire.Sender) {
	b.scan.Reset()
	b.Station.Attach(s)
}

// Hear implements [wire.Device].
func (b *board) Hear(in []byte) { b.scan.Feed(in, b.hear) }

// WrongBoard lets the next n answers carry the address of another board.
func (b *board) WrongBoard(n int) { b.wrong.Store(int32(n)) }

// NoReplyOnUnlock keeps the board silent about the locks it opens.
func (b *board) NoReplyOnUnlock(on bool) { b.noAcks.Store(on) }

// address is the address to answer with.
func (b *board) address(own byte) byte {
	if b.wrong.Load() > 0 {
		b.wrong.Add(-1)
		return own + 1
	}
	return own
}
