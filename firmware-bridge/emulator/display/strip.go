package display

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"halld/firmware-bridge/emulator/wire"
)

// Frames of the window strips that start with AA, address, BB. The two
// makers differ in where the check is and what it is over:
//
//	sum  AA addr BB 51 54  CK  08 02 99 00 63  text  FF
//	xor  AA addr BB 51 54  mode speed delay colour valid  text  CK  FF
//
// CK is the sum from behind CK to FF, or the XOR from mode to the end of the
// text. 51 44 in place of 51 54 is kept over a power cut and has no valid.
const (
	stripHead  = 0xAA
	stripMark  = 0xBB
	stripEnd   = 0xFF // no byte of GBK
	stripText  = 0x51
	stripShow  = 0x54
	stripSave  = 0x44
	stripPower = 0x4F
	stripOn    = 0x41
	stripOff   = 0x46
	stripReply = 0x1B

	stripMax    = 256
	stripHeader = 5 // AA addr BB and two bytes of command
)

// Check is how a strip checks its frames.
type Check int

// The two makers.
const (
	CheckSum Check = iota
	CheckXOR
)

// OptsStrip describes a strip. The zero value is address 1 with the sum.
type OptsStrip struct {
	Address byte // zero means 1
	Check   Check
	Delay   time.Duration // before every answer; only CheckXOR answers
	Baud    int           // of Run's wire; zero sends at once
}

// Strip is an emulated window strip.
type Strip struct {
	screen
	opts  OptsStrip
	saved string // mu
	off   bool   // mu
}

// NewStrip makes an empty strip that is on.
func NewStrip(opts OptsStrip) *Strip {
	if opts.Address == 0 {
		opts.Address = 1
	}
	d := &Strip{opts: opts}
	d.scan.Cut, d.hear, d.baud = d.cut, d.serve, opts.Baud
	return d
}

// String names the device.
func (d *Strip) String() string { return "display strip" }

// Attach implements [wire.Device]: a strip that gets power shows what it
// has kept.
func (d *Strip) Attach(to wire.Sender) {
	d.mu.Lock()
	if d.text == "" {
		d.text = d.saved
	}
	d.mu.Unlock()
	d.screen.Attach(to)
}

// Shown is the text that a person reads; empty while the strip is off.
func (d *Strip) Shown() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return ""
	}
	return d.text
}

// PowerCut takes the strip's power and gives it back.
func (d *Strip) PowerCut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text, d.off = d.saved, false
}

// cut is the strip's [wire.Cut].
func (d *Strip) cut(b []byte) int {
	switch {
	case b[0] != stripHead, len(b) > 2 && b[2] != stripMark:
		return -1
	case len(b) < stripHeader:
		return 0
	case b[3] == stripPower && (b[4] == stripOn || b[4] == stripOff):
		return stripHeader
	case b[3] != stripText || b[4] != stripShow && b[4] != stripSave:
		return -1
	}
	// The parameters may hold FF; the text cannot.
	from := min(len(b), stripHeader+d.params(b[4]))
	if i := bytes.IndexByte(b[from:], stripEnd); i >= 0 {
		return from + i + 1
	}
	if len(b) > stripMax {
		return -1
	}
	return 0
}

// params is the number of bytes before the text, with a check that may be
// there.
func (d *Strip) params(cmd byte) int {
	switch {
	case d.opts.Check == CheckSum:
		return 6
	case cmd == stripSave:
		return 4
	}
	return 5
}

func (d *Strip) serve(req []byte) {
	if req[1] != d.opts.Address {
		return
	}
	if req[3] == stripPower {
		d.mu.Lock()
		d.off = req[4] == stripOff
		d.frames++
		d.mu.Unlock()
		d.confirm(req)
		return
	}
	text, err := d.content(req)
	if err != nil {
		return
	}
	d.show(text)
	if req[4] == stripSave {
		d.mu.Lock()
		d.saved = text
		d.mu.Unlock()
	}
	d.confirm(req)
}

func (d *Strip) confirm(req []byte) {
	if d.opts.Check == CheckXOR {
		d.Answer(req, []byte{stripReply}, d.opts.Delay)
	}
}

var errStripCheck = errors.New("wrong check")

// content checks a frame and returns its text.
func (d *Strip) content(req []byte) (string, error) {
	body := req[stripHeader:]
	n := d.params(req[4])
	if d.opts.Check == CheckSum {
		if body[0] != wire.Sum(body[1:]) {
			return "", errStripCheck
		}
		return fromGBK(body[n : len(body)-1])
	}
	if len(body) < n+2 || wire.XOR(body[:len(body)-1]) != 0 {
		return "", errStripCheck
	}
	return fromGBK(body[n : len(body)-2])
}

// fromGBK reads text as a Chinese display does.
func fromGBK(b []byte) (string, error) {
	s, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	if err != nil {
		return "", fmt.Errorf("reading GBK: %w", err)
	}
	return string(s), nil
}
