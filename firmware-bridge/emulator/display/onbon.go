package display

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"halld/firmware-bridge/emulator/wire"
)

// Frames of the Onbon BX-5K/6K font cards: eight or so A5, the escaped body,
// 5A. The body is a header, the command and a CRC-16/ARC, low byte first.
const (
	onbonStart = 0xA5
	onbonEnd   = 0x5A
	onbonEsc   = 0xA6 // A5 is sent as A6 02, A6 as A6 01
	onbonEsc2  = 0x5B // 5A is sent as 5B 02, 5B as 5B 01

	onbonHeader = 14   // dst 2, src 2, 3 reserved, barcode, check mode, display mode, device, version, length 2
	onbonMax    = 2048 // of an escaped frame

	onbonGroupAck  = 0xA0
	onbonGroupScan = 0xA2
	onbonGroupText = 0xA3
	onbonUpdate    = 0x06

	onbonAll = 0xFFFE // destination of any screen
)

// OptsOnbon describes a font card. The zero value is screen 1.
type OptsOnbon struct {
	Screen uint16        // zero means 1
	Delay  time.Duration // before every answer
	Baud   int           // of Run's wire; zero sends at once
}

// Onbon is an emulated font card.
type Onbon struct {
	screen
	opts  OptsOnbon
	areas map[byte]area // dynamic areas by number; mu
	said  []string      // mu
}

// NewOnbon makes an empty card.
func NewOnbon(opts OptsOnbon) *Onbon {
	if opts.Screen == 0 {
		opts.Screen = 1
	}
	d := &Onbon{opts: opts, areas: map[byte]area{}}
	d.scan.Cut, d.hear, d.baud = cutOnbon, d.serve, opts.Baud
	return d
}

// String names the device.
func (d *Onbon) String() string { return "display Onbon BX" }

// Shown is what can be read in the dynamic areas, in the order of their numbers,
// a line each: all of a text that moves, and of one that stands still in a
// single row what fits.
func (d *Onbon) Shown() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var lines []string
	for n := range 256 {
		if a, ok := d.areas[byte(n)]; ok {
			lines = append(lines, a.readable())
		}
	}
	return strings.Join(lines, "\n")
}

// Said is what the card's voice was given, oldest first.
func (d *Onbon) Said() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.said...)
}

func cutOnbon(b []byte) int {
	if b[0] != onbonStart {
		return -1
	}
	if i := bytes.IndexByte(b, onbonEnd); i >= 0 {
		return i + 1
	}
	if len(b) > onbonMax {
		return -1
	}
	return 0
}

func (d *Onbon) serve(req []byte) {
	body, err := unescape(bytes.TrimLeft(req[:len(req)-1], string([]byte{onbonStart})))
	if err != nil || len(body) < onbonHeader+4 || crcARC(body) != 0 {
		return
	}
	dst, cmd := binary.LittleEndian.Uint16(body), body[onbonHeader:len(body)-2]
	if dst != d.opts.Screen && dst != onbonAll || int(binary.LittleEndian.Uint16(body[12:])) != len(cmd) {
		return
	}
	var refuse byte
	if cmd[0] == onbonGroupText && cmd[1] == onbonUpdate {
		if d.update(cmd[2:]) != nil {
			refuse = 1
		}
	} else if cmd[0] != onbonGroupScan {
		refuse = 1
	}
	if len(cmd) > 2 && cmd[2] != 0 {
		d.Answer(req, frameOnbon(body[2:4], body[:2], onbonGroupAck, refuse, refuse, 0, 0), d.opts.Delay)
	}
}

var errOnbonShort = errors.New("command ends early")

// update serves A3 06: answer flag, two reserved, the areas to delete, and
// the areas to set.
func (d *Onbon) update(b []byte) error {
	r := &reader{b: b}
	r.skip(3)
	deleted := r.take(int(r.byte()))
	set := map[byte]area{}
	for range r.byte() {
		if err := parseArea(r.take(int(r.word())), set); err != nil {
			return err
		}
	}
	if r.short {
		return errOnbonShort
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.frames++
	for _, n := range deleted {
		delete(d.areas, n)
	}
	for n, a := range set {
		d.areas[n] = a
		if a.speech != "" {
			d.said = append(d.said, a.speech)
		}
	}
	return nil
}

type area struct {
	text, speech string
	width        int // dots
	row, moves   bool
}

// halfDots is the width of a letter in the card's own font; a Chinese character
// has twice as much.
const halfDots = 8

func (a area) readable() string {
	text := untagged(a.text)
	if a.moves || !a.row {
		return text
	}
	left := a.width
	for i, r := range text {
		left -= halfDots
		if r > 0x7F {
			left -= halfDots
		}
		if left < 0 {
			return text[:i]
		}
	}
	return text
}

// How an area shows its text.
const (
	onbonSingleLine = 1
	onbonAtOnce     = 2 // display mode; 1 stands still too, those above move
)

// parseArea reads one dynamic area: type, place and size, number, line
// spacing, run mode, time-out, sound, extension, then how to show the text.
func parseArea(b []byte, into map[byte]area) error {
	r := &reader{b: b}
	r.skip(1 + 2*2)
	width := dots(r.word())
	r.skip(2)
	n := r.byte()
	r.skip(1 + 1 + 2)
	var speech []byte
	sound := r.byte()
	if sound != 0 { // 1 says the text, 2 says words of its own
		r.skip(3)
		if sound == 2 {
			speech = r.take(int(r.long()))
		}
	}
	r.skip(int(r.byte()) + 1)
	row := r.byte() == onbonSingleLine
	r.skip(1) // new line
	mode := r.byte()
	r.skip(3) // exit mode, speed, stay
	data := r.take(int(r.long()))
	if r.short {
		return errOnbonShort
	}
	text, err := fromGBK(data)
	if err != nil {
		return err
	}
	said, err := fromGBK(speech)
	if sound == 1 {
		said = untagged(text)
	}
	into[n] = area{text: text, speech: said, width: width, row: row, moves: mode > onbonAtOnce}
	return err
}

// dots is a width: bytes of eight dots, or dots where the highest bit says so.
func dots(w uint16) int {
	if w&0x8000 != 0 {
		return int(w & 0x7FFF)
	}
	return 8 * int(w)
}

// untagged drops \C1 (colour) and \FE000 (font) and turns \n into a space.
func untagged(s string) string {
	var out strings.Builder
	for len(s) > 0 {
		switch {
		case strings.HasPrefix(s, `\C`) && len(s) >= 3:
			s = s[3:]
		case strings.HasPrefix(s, `\F`) && len(s) >= 6:
			s = s[6:]
		case strings.HasPrefix(s, `\n`):
			out.WriteByte(' ')
			s = s[2:]
		default:
			out.WriteByte(s[0])
			s = s[1:]
		}
	}
	return out.String()
}

func unescape(b []byte) ([]byte, error) {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != onbonEsc && b[i] != onbonEsc2 {
			out = append(out, b[i])
			continue
		}
		if i+1 == len(b) || b[i+1] < 1 || b[i+1] > 2 {
			return nil, errors.New("escape without a meaning")
		}
		c := b[i] // 01 stands for the byte itself, 02 for its neighbour
		if b[i+1] == 2 {
			c = map[byte]byte{onbonEsc: onbonStart, onbonEsc2: onbonEnd}[c]
		}
		out = append(out, c)
		i++
	}
	return out, nil
}

// frameOnbon makes a frame of a command between two addresses.
func frameOnbon(dst, src []byte, cmd ...byte) []byte {
	body := append(append([]byte(nil), dst...), src...)
	body = append(body, 0, 0, 0, 0, 0, 0, 0xFE, 0x02)
	body = binary.LittleEndian.AppendUint16(body, uint16(len(cmd)))
	body = append(body, cmd...)
	body = binary.LittleEndian.AppendUint16(body, crcARC(body))
	out := bytes.Repeat([]byte{onbonStart}, 8)
	for _, c := range body {
		switch c {
		case onbonStart:
			out = append(out, onbonEsc, 2)
		case onbonEsc:
			out = append(out, onbonEsc, 1)
		case onbonEnd:
			out = append(out, onbonEsc2, 2)
		case onbonEsc2:
			out = append(out, onbonEsc2, 1)
		default:
			out = append(out, c)
		}
	}
	return append(out, onbonEnd)
}

// crcARC is CRC-16/ARC: that of Modbus with another start.
func crcARC(b []byte) uint16 { return wire.CRC16From(0, b) }

// reader takes little-endian fields off the front of b. After the end it
// gives zeros and is short.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) { // a long of 32 bits is negative on small boards
		r.b, r.short = nil, true
		return nil
	}
	t := r.b[:n]
	r.b = r.b[n:]
	return t
}

func (r *reader) skip(n int) { r.take(n) }

func (r *reader) byte() byte {
	if t := r.take(1); t != nil {
		return t[0]
	}
	return 0
}

func (r *reader) word() uint16 {
	if t := r.take(2); t != nil {
		return binary.LittleEndian.Uint16(t)
	}
	return 0
}

func (r *reader) long() uint32 {
	if t := r.take(4); t != nil {
		return binary.LittleEndian.Uint32(t)
	}
	return 0
}
