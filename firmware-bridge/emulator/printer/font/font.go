// Package font is the character ROM of the emulated receipt printer: hanzi of
// 24 by 24 dots for every two-byte code of GB18030, half-width characters of
// 12 by 24 dots (font A) and 9 by 17 dots (font B) in the order of code page
// 437.
//
// rom.bin begins with a table of big-endian 32-bit numbers, the ends of its
// 128 chunks counted from the end of the table, and then holds the chunks, each
// compressed by itself with deflate. Chunks 0 to 125 are the lead bytes 81 to
// FE with 191 glyphs of 72 bytes for the trail bytes 40 to FE; chunk 126 is
// font A with 256 glyphs of 48 bytes, chunk 127 font B with 256 glyphs of 34
// bytes. Rows are whole bytes, the most significant bit is the left dot.
//
// genrom.go draws rom.bin; LICENSE.txt tells whose letters they are.
package font

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"io"
)

//go:embed rom.bin
var rom []byte

const (
	chunks    = 128
	fontA     = 126
	fontB     = 127
	firstLead = 0x81
	lastLead  = 0xFE
	firstTail = 0x40
)

// Glyph is one character's dots: H rows of (W+7)/8 bytes, most significant bit
// left, 1 is black.
type Glyph struct {
	W, H int
	Dots []byte
}

// Dot tells whether the dot at column x of row y is black.
func (g Glyph) Dot(x, y int) bool {
	i := y*((g.W+7)/8) + x/8
	return x >= 0 && x < g.W && i >= 0 && i < len(g.Dots) && g.Dots[i]&(0x80>>(x%8)) != 0
}

// ROM reads glyphs out of the compressed data and remembers those it was asked
// for. A ROM is not for concurrent use; the zero ROM is ready.
type ROM struct {
	seen map[uint16]Glyph
	last int    // number of the chunk that data holds, from 1
	data []byte // neighbours are often asked for next
}

// Hanzi is the glyph of a two-byte code. Codes without a character give a blank
// of the same size.
func (r *ROM) Hanzi(lead, trail byte) Glyph {
	if lead < firstLead || lead > lastLead || trail < firstTail {
		return Glyph{W: 24, H: 24}
	}
	return r.glyph(int(lead-firstLead), int(trail-firstTail), 24, 24)
}

// A is the half-width glyph of 12 by 24 dots at this place of code page 437.
func (r *ROM) A(c byte) Glyph { return r.glyph(fontA, int(c), 12, 24) }

// B is the small glyph of 9 by 17 dots at this place of code page 437.
func (r *ROM) B(c byte) Glyph { return r.glyph(fontB, int(c), 9, 17) }

func (r *ROM) glyph(chunk, n, w, h int) Glyph {
	key := uint16(chunk<<8 | n)
	if g, ok := r.seen[key]; ok {
		return g
	}
	size := (w + 7) / 8 * h
	dots := make([]byte, size)
	if r.last != chunk+1 {
		r.last, r.data = chunk+1, unpack(chunk)
	}
	if len(r.data) >= (n+1)*size {
		copy(dots, r.data[n*size:])
	}
	if r.seen == nil {
		r.seen = make(map[uint16]Glyph)
	}
	g := Glyph{W: w, H: h, Dots: dots}
	r.seen[key] = g
	return g
}

// unpack gives one chunk, or nothing when the data is damaged: a printer with a
// bad ROM prints blanks.
func unpack(chunk int) []byte {
	if len(rom) < 4*chunks {
		return nil
	}
	end := func(i int) int {
		if i < 0 {
			return 0
		}
		return int(binary.BigEndian.Uint32(rom[4*i:]))
	}
	body := rom[4*chunks:]
	from, to := end(chunk-1), end(chunk)
	if from > to || to > len(body) {
		return nil
	}
	b, err := io.ReadAll(flate.NewReader(bytes.NewReader(body[from:to])))
	if err != nil {
		return nil
	}
	return b
}
