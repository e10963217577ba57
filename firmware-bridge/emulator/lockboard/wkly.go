package lockboard

import (
	"time"

	"halld/firmware-bridge/emulator/wire"
)

// Commands of the WKLY boards. A frame is these four letters, the length of
// the whole frame, the board, the command, data, and the XOR of all of them.
const (
	wklyOpenAtOnce = 0x80
	wklyFlash      = 0x81
	wklyOpen       = 0x82
	wklyQuery      = 0x83
	wklyQueryAll   = 0x84
	wklyChange     = 0x85 // unsolicited
	wklyOpenAll    = 0x86
	wklyOpenInTurn = 0x87
	wklyHold       = 0x88
	wklyCut        = 0x89

	wklyOK     = 0x00
	wklyFailed = 0xFF
	wklyClosed = 0x01 // state; open is 00
)

const wklyHead = "WKLY"

// OptsWKLY describes a WKLY board. The zero value is board 0 with 24 locks
// that says 01 for a closed contact.
type OptsWKLY struct {
	Board    byte // 0 to 31
	Ways     int  // zero means 24
	Contact  Contact
	Inverted bool          // says 00 for a closed contact
	Reports  bool          // tells changes by itself, with command 85
	Pulse    time.Duration // zero means 300 ms
	Delay    time.Duration // before every answer
	Baud     int           // of Run's wire; zero sends at once, boards have 9600
}

// WKLY is an emulated WKLY board.
type WKLY struct {
	board
	opts OptsWKLY
}

// NewWKLY makes a board with all doors locked.
func NewWKLY(opts OptsWKLY) *WKLY {
	if opts.Ways == 0 {
		opts.Ways = 24
	}
	if opts.Pulse == 0 {
		opts.Pulse = 300 * time.Millisecond
	}
	b := &WKLY{opts: opts}
	b.scan.Cut, b.hear, b.baud = cutWKLY, b.serve, opts.Baud
	b.setUp(opts.Ways, b.report)
	return b
}

// String names the device.
func (b *WKLY) String() string { return "lockboard WKLY" }

func cutWKLY(in []byte) int {
	n := min(len(in), len(wklyHead))
	if string(in[:n]) != wklyHead[:n] {
		return -1
	}
	if len(in) < 5 {
		return 0
	}
	size := int(in[4])
	if size < 8 {
		return -1
	}
	if len(in) < size {
		return 0
	}
	if wire.XOR(in[:size]) != 0 {
		return -1
	}
	return size
}

func (b *WKLY) serve(req []byte) {
	if req[5] != b.opts.Board {
		return
	}
	cmd, data := req[6], req[7:len(req)-1]
	switch cmd {
	case wklyOpenAtOnce, wklyOpenInTurn:
		b.openList(req, data)
	case wklyOpenAll:
		b.inTurn(b.all())
		b.acknowledge(req, wklyOK)
	case wklyQueryAll:
		b.answer(req, append([]byte{wklyOK, byte(b.opts.Ways)}, b.states()...)...)
	case wklyFlash, wklyOpen, wklyQuery, wklyHold, wklyCut:
		b.one(req, data)
	}
}

// one serves the commands about one channel.
func (b *WKLY) one(req, data []byte) {
	if len(data) != 1 || data[0] < 1 || int(data[0]) > b.opts.Ways {
		b.answer(req, append([]byte{wklyFailed}, data...)...)
		return
	}
	ch := int(data[0])
	switch req[6] {
	case wklyQuery:
		b.answer(req, wklyOK, data[0], b.state(ch))
		return
	case wklyOpen:
		b.energise(b.opts.Pulse, ch)
		b.acknowledge(req, wklyOK, data[0], b.state(ch))
		return
	case wklyHold:
		b.energise(hold, ch)
	case wklyCut:
		b.cutOff(ch)
	}
	b.answer(req, wklyOK, data[0])
}

// openList serves the commands that carry a count and a list of channels.
func (b *WKLY) openList(req, data []byte) {
	if len(data) < 1 || int(data[0]) != len(data)-1 {
		b.answer(req, wklyFailed)
		return
	}
	doors := make([]int, 0, len(data))
	for _, ch := range data[1:] {
		doors = append(doors, int(ch))
	}
	if req[6] == wklyOpenAtOnce {
		b.energise(b.opts.Pulse, doors...)
	} else {
		b.inTurn(doors)
	}
	b.acknowledge(req, wklyOK)
}

// inTurn opens one door after the other.
func (b *WKLY) inTurn(doors []int) {
	if len(doors) == 0 {
		return
	}
	b.energise(b.opts.Pulse, doors[0])
	time.AfterFunc(b.opts.Pulse, func() { b.inTurn(doors[1:]) })
}

func (b *WKLY) states() []byte {
	s := make([]byte, b.opts.Ways)
	for i := range s {
		s[i] = b.state(i + 1)
	}
	return s
}

func (b *WKLY) state(ch int) byte {
	if b.opts.Contact.closed(b.Locked(ch)) != b.opts.Inverted {
		return wklyClosed
	}
	return 0
}

// acknowledge answers a command that opened something.
func (b *WKLY) acknowledge(req []byte, data ...byte) {
	if !b.noAcks.Load() {
		b.answer(req, data...)
	}
}

func (b *WKLY) answer(req []byte, data ...byte) {
	b.Answer(req, frameWKLY(b.address(b.opts.Board), req[6], data...), b.opts.Delay)
}

func (b *WKLY) report(ch int) {
	if b.opts.Reports {
		b.Speak(frameWKLY(b.opts.Board, wklyChange, byte(ch), b.state(ch)))
	}
}

func frameWKLY(board, cmd byte, data ...byte) []byte {
	f := append([]byte(wklyHead), byte(8+len(data)), board, cmd)
	f = append(f, data...)
	return append(f, wire.XOR(f))
}
