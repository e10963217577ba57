package lockboard

import (
	"slices"
	"time"

	"halld/firmware-bridge/emulator/wire"
)

// Frames of the 8A/80 boards: head, board, lock, function or state, and the
// XOR of all of them. Query-all answers have status bytes in place of the lock.
const (
	head8AOpen    = 0x8A
	head8AQuery   = 0x80
	head8AMany    = 0x90
	head8AHold    = 0x9A
	head8ACut     = 0x9B
	head8AVersion = 0x82

	func8AOpen  = 0x11
	func8AQuery = 0x33
	sense8A     = 0x11 // contact closed; open is 00
)

// Report8A is the head of the frames that a board sends by itself when a
// contact changes.
type Report8A byte

// The heads known.
const (
	Silent8A Report8A = 0
	Report81 Report8A = 0x81
	Report82 Report8A = 0x82
)

// Opts8A describes a board of the 8A/80 family. The zero value is board 1
// with 24 locks, contacts closed when locked, high channels first.
type Opts8A struct {
	Board       byte // DIP address 1 to 32; zero means 1
	Ways        int  // locks: 8, 12, 24, 36 or 50; zero means 24
	Contact     Contact
	LowFirst    bool // query-all sends locks 1 to 8 first instead of last
	StatusBytes int  // of query-all; zero means as the known boards do
	Report      Report8A
	Pulse       time.Duration // default pulse; zero means 300 ms
	NoTimed     bool          // firmware without the 6-byte form of open
	ManyAnswers bool          // firmware that answers the open of many
	Delay       time.Duration // before every answer
	Baud        int           // of Run's wire; zero sends at once, boards have 9600
}

// Board8A is an emulated board of the 8A/80 family.
type Board8A struct {
	board
	opts Opts8A
}

// New8A makes a board with all doors locked.
func New8A(opts Opts8A) *Board8A {
	if opts.Board == 0 {
		opts.Board = 1
	}
	if opts.Ways == 0 {
		opts.Ways = 24
	}
	if opts.Pulse == 0 {
		opts.Pulse = 300 * time.Millisecond
	}
	if opts.StatusBytes == 0 {
		opts.StatusBytes = max(3, (opts.Ways+7)/8)
	}
	b := &Board8A{opts: opts}
	b.scan.Cut, b.hear, b.baud = b.cut, b.serve, opts.Baud
	b.setUp(opts.Ways, b.report)
	return b
}

// String names the device.
func (b *Board8A) String() string { return "lockboard 8A" }

// cut is the board's [wire.Cut].
func (b *Board8A) cut(in []byte) int {
	sizes := []int{5}
	switch in[0] {
	case head8AOpen:
		if !b.opts.NoTimed {
			sizes = []int{5, 6}
		}
	case head8AMany:
		sizes = []int{3 + b.opts.StatusBytes}
	case head8AQuery, head8AHold, head8ACut, head8AVersion:
	default:
		return -1
	}
	for _, n := range sizes {
		if len(in) < n {
			return 0
		}
		if wire.XOR(in[:n]) == 0 {
			return n
		}
	}
	return -1
}

func (b *Board8A) serve(req []byte) {
	if req[1] != b.opts.Board {
		return
	}
	if req[0] == head8AMany {
		b.openMany(req)
		return
	}
	lock, fn := int(req[2]), req[3]
	if lock > b.opts.Ways {
		return
	}
	switch {
	case req[0] == head8AQuery && fn == func8AQuery && lock == 0:
		b.answer(req, append(b.states(), func8AQuery))
	case req[0] == head8AQuery && fn == func8AQuery:
		b.answer(req, []byte{req[2], b.sense(lock)})
	case req[0] == head8AOpen && fn == func8AOpen:
		b.open(req, lock)
	case req[0] == head8AHold && lock > 0:
		b.energise(hold, lock)
		b.answer(req, []byte{req[2], b.sense(lock)})
	case req[0] == head8ACut && lock > 0:
		b.cutOff(lock)
		b.answer(req, []byte{req[2], b.sense(lock)})
	}
}

// open pulses one lock, or all of them for lock 0, and acknowledges with what
// the contact says then.
func (b *Board8A) open(req []byte, lock int) {
	pulse := b.opts.Pulse
	if len(req) == 6 {
		if req[4] < 1 || req[4] > 9 {
			return
		}
		pulse = time.Duration(req[4]) * time.Second
	}
	doors := []int{lock}
	if lock == 0 {
		doors = b.all()
	}
	b.energise(pulse, doors...)
	if !b.noAcks.Load() {
		b.answer(req, []byte{req[2], b.sense(doors[0])})
	}
}

func (b *Board8A) openMany(req []byte) {
	bits := slices.Clone(req[2 : len(req)-1])
	if !b.opts.LowFirst {
		slices.Reverse(bits)
	}
	b.energise(b.opts.Pulse, picked(bits)...)
	if b.opts.ManyAnswers && !b.noAcks.Load() {
		b.answer(req, req[2:len(req)-1])
	}
}

// states is the status bytes of query-all.
func (b *Board8A) states() []byte {
	bits := b.bitmap(b.opts.StatusBytes, b.opts.Contact)
	if !b.opts.LowFirst {
		slices.Reverse(bits)
	}
	return bits
}

func (b *Board8A) sense(lock int) byte {
	if b.opts.Contact.closed(b.Locked(lock)) {
		return sense8A
	}
	return 0
}

// answer sends the request's head, the board, body and the check.
func (b *Board8A) answer(req, body []byte) {
	b.Answer(req, frame8A(req[0], b.address(b.opts.Board), body...), b.opts.Delay)
}

func (b *Board8A) report(lock int) {
	if b.opts.Report != Silent8A {
		b.Speak(frame8A(byte(b.opts.Report), b.opts.Board, byte(lock), b.sense(lock)))
	}
}

func frame8A(head, board byte, body ...byte) []byte {
	f := append([]byte{head, board}, body...)
	return append(f, wire.XOR(f))
}
