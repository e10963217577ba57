package lockboard

import (
	"time"

	"halld/firmware-bridge/emulator/wire"
)

// Frames of the Kerong CU16: STX, address, command, data, ETX and the sum of
// all of them. The high nibble of the address is the board, the low one the
// lock from 0.
const (
	kerongSTX = 0x02
	kerongETX = 0x03

	kerongStatus    = 0x30
	kerongUnlock    = 0x31
	kerongBus       = 0x32 // every board answers
	kerongUnlockAll = 0x33
	kerongTime      = 0x37 // of a pulse, in 10 ms
	kerongWait      = 0x39 // before a pulse, in s

	kerongStatusReply = 0x35
	kerongBusReply    = 0x36

	kerongAll  = 0xF // board nibble of [kerongBus]
	kerongWays = 16
)

// OptsKerong describes a CU16. The zero value is board 0 whose hook bits say
// 1 for locked and that says nothing when it unlocks, as most do.
type OptsKerong struct {
	Board        byte // 0 to 14
	Contact      Contact
	UnlockAnswer bool          // answers an unlock with its status
	Pulse        time.Duration // zero means 300 ms; the host can change it
	Delay        time.Duration // before every answer
	Baud         int           // of Run's wire; zero sends at once, boards have 19200
}

// Kerong is an emulated Kerong CU16.
type Kerong struct {
	board
	opts OptsKerong
	wait time.Duration // owned by the goroutine that calls Hear, as is opts.Pulse
}

// NewKerong makes a board with all 16 doors locked.
func NewKerong(opts OptsKerong) *Kerong {
	if opts.Pulse == 0 {
		opts.Pulse = 300 * time.Millisecond
	}
	b := &Kerong{opts: opts}
	b.scan.Cut, b.hear, b.baud = cutKerong, b.serve, opts.Baud
	b.setUp(kerongWays, func(int) {})
	return b
}

// String names the device.
func (b *Kerong) String() string { return "lockboard Kerong CU16" }

func cutKerong(in []byte) int {
	if in[0] != kerongSTX {
		return -1
	}
	sizes := []int{5}
	if len(in) > 2 {
		switch in[2] {
		case kerongTime:
			sizes = []int{5, 7}
		case kerongWait:
			sizes = []int{5, 6}
		}
	}
	for _, n := range sizes {
		if len(in) < n {
			return 0
		}
		if in[n-2] == kerongETX && in[n-1] == wire.Sum(in[:n-1]) {
			return n
		}
	}
	return -1
}

func (b *Kerong) serve(req []byte) {
	to, lock, cmd, data := req[1]>>4, int(req[1]&0x0F)+1, req[2], req[3:len(req)-2]
	if cmd == kerongBus && to == kerongAll {
		b.bus(req)
		return
	}
	if to != b.opts.Board {
		return
	}
	switch cmd {
	case kerongStatus:
		b.status(req)
	case kerongUnlock:
		b.unlock(req, lock)
	case kerongUnlockAll:
		b.unlock(req, b.all()...)
	case kerongTime:
		if len(data) == 2 {
			b.opts.Pulse = (time.Duration(data[0])<<8 | time.Duration(data[1])) * 10 * time.Millisecond
		}
		ticks := b.opts.Pulse / (10 * time.Millisecond)
		b.answer(req, kerongTime, byte(ticks>>8), byte(ticks))
	case kerongWait:
		if len(data) == 1 {
			b.wait = time.Duration(data[0]) * time.Second
		}
		b.answer(req, kerongWait, byte(b.wait/time.Second))
	}
}

func (b *Kerong) unlock(req []byte, doors ...int) {
	pulse := b.opts.Pulse
	if b.wait > 0 {
		time.AfterFunc(b.wait, func() { b.energise(pulse, doors...) })
	} else {
		b.energise(pulse, doors...)
	}
	if b.opts.UnlockAnswer && !b.noAcks.Load() {
		b.status(req)
	}
}

func (b *Kerong) status(req []byte) { b.answer(req, kerongStatusReply, b.hooks()...) }

// bus answers in the board's turn, so that boards on one wire do not talk at
// the same time.
func (b *Kerong) bus(req []byte) {
	const turn = 20 * time.Millisecond
	f := frameKerong(b.address(b.opts.Board)<<4, kerongBusReply, b.hooks()...)
	b.Answer(req, f, b.opts.Delay+time.Duration(b.opts.Board)*turn)
}

// hooks is the four status bytes: hooks 1 to 16, then infrared, which sees
// nothing.
func (b *Kerong) hooks() []byte { return append(b.bitmap(2, b.opts.Contact), 0, 0) }

func (b *Kerong) answer(req []byte, cmd byte, data ...byte) {
	b.Answer(req, frameKerong(b.address(b.opts.Board)<<4, cmd, data...), b.opts.Delay)
}

func frameKerong(addr, cmd byte, data ...byte) []byte {
	f := append([]byte{kerongSTX, addr, cmd}, data...)
	f = append(f, kerongETX)
	return append(f, wire.Sum(f))
}
