package display

import (
	"context"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"halld/firmware-bridge/emulator/wire"
)

// Frames of the SYN6288: FD, the length of the rest in two bytes, command,
// parameter and text, and the XOR of all before it.
const (
	synHead   = 0xFD
	synSpeak  = 0x01
	synStop   = 0x02
	synPause  = 0x03
	synResume = 0x04
	synQuery  = 0x21

	synReady    = 0x4A // after power-up
	synAccepted = 0x41
	synRefused  = 0x45
	synBusy     = 0x4E
	synIdle     = 0x4F // also said at the end of a text

	synMaxText = 200
	synGBK     = 1 // of the parameter's low three bits; 0 is GB 2312, a part of GBK
)

// OptsVoice describes a voice chip.
type OptsVoice struct {
	PerRune time.Duration // to say one character; zero means 250 ms
	Hello   bool          // says 4A when it gets power, as the real one does
	Delay   time.Duration // before every answer
	Baud    int           // of Run's wire; zero sends at once, the chip has 9600
}

// Voice is an emulated SYN6288.
type Voice struct {
	wire.Station
	opts OptsVoice
	scan wire.Scanner // owned by the goroutine that calls Hear

	mu   sync.Mutex
	said []string
	end  *time.Timer // of the text that is being said, or nil
}

// NewVoice makes a silent chip.
func NewVoice(opts OptsVoice) *Voice {
	if opts.PerRune == 0 {
		opts.PerRune = 250 * time.Millisecond
	}
	return &Voice{opts: opts, scan: wire.Scanner{Cut: cutSYN}}
}

// String names the device.
func (v *Voice) String() string { return "voice SYN6288" }

// Run serves a wire of the chip's own until ctx ends; see [wire.Bus.Run].
func (v *Voice) Run(ctx context.Context, rw io.ReadWriter) error {
	return wire.New(wire.Opts{Baud: v.opts.Baud}, v).Run(ctx, rw)
}

// Attach implements [wire.Device].
func (v *Voice) Attach(s wire.Sender) {
	v.scan.Reset()
	v.hush()
	v.Station.Attach(s)
	if v.opts.Hello {
		v.Speak([]byte{synReady})
	}
}

// Hear implements [wire.Device].
func (v *Voice) Hear(b []byte) { v.scan.Feed(b, v.serve) }

// Said is every text that the chip began to say, oldest first. A new text
// cuts off the one before.
func (v *Voice) Said() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.said...)
}

// Busy tells whether the chip is talking.
func (v *Voice) Busy() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.end != nil
}

func cutSYN(b []byte) int {
	if b[0] != synHead {
		return -1
	}
	if len(b) < 3 {
		return 0
	}
	n := int(b[1])<<8 | int(b[2])
	if n < 2 || n > synMaxText+3 {
		return -1
	}
	if len(b) < 3+n {
		return 0
	}
	return 3 + n
}

func (v *Voice) serve(req []byte) {
	v.Answer(req, []byte{v.do(req)}, v.opts.Delay)
}

// do carries out a frame and returns the answer.
func (v *Voice) do(req []byte) byte {
	if wire.XOR(req) != 0 {
		return synRefused
	}
	switch body := req[4 : len(req)-1]; req[3] {
	case synSpeak:
		return v.say(body)
	case synStop:
		v.hush()
	case synQuery:
		if v.Busy() {
			return synBusy
		}
		return synIdle
	case synPause, synResume:
	default:
		return synRefused
	}
	return synAccepted
}

func (v *Voice) say(body []byte) byte {
	if len(body) < 2 || body[0]&7 > synGBK {
		return synRefused
	}
	text, err := fromGBK(body[1:])
	if err != nil {
		return synRefused
	}
	v.hush()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.said = append(v.said, text)
	v.end = time.AfterFunc(time.Duration(utf8.RuneCountInString(text))*v.opts.PerRune, v.finish)
	return synAccepted
}

// hush cuts off what is being said.
func (v *Voice) hush() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.end != nil {
		v.end.Stop()
		v.end = nil
	}
}

func (v *Voice) finish() {
	v.mu.Lock()
	v.end = nil
	v.mu.Unlock()
	v.Speak([]byte{synIdle})
}
