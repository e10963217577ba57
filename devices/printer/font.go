package printer

import (
	"compress/flate"
	_ "embed" // the glyphs
	"encoding/binary"
	"io"
	"math/bits"
	"strings"
)

// Noto Sans Mono CJK SC at 24 dots; see the folder for its licence and for the
// program that makes the file and describes it.
//
//go:embed glyphs/glyphs.bin
var glyphFile string

const (
	cell       = 24              // dots of the side of a Chinese character
	halfCell   = cell / 2        // width of an ASCII character
	glyphBytes = cell * cell / 8 // bytes of one glyph
	blockHead  = 256 / 8         // bytes that say which glyphs a block has
	blank      = '　'             // drawn as nothing
	missing    = '□'             // stands for what can't be printed, A1F5
	boldSmear  = 1               // dots by which bold strokes are wider
)

// font draws characters from the embedded glyphs. It keeps the blocks of 256
// code points that it had to unpack, so it is made for one document and then
// forgotten.
type font struct{ blocks map[rune][]byte }

// has reports whether the font has a picture of r.
func (f *font) has(r rune) bool {
	return r == ' ' || r == blank || f.glyph(r) != nil
}

// glyph is the picture of r: the left 8 dots of 24 rows, then the middle 8,
// then the right 8. It is nil if there is none.
func (f *font) glyph(r rune) []byte {
	block := f.block(r >> 8)
	i := int(r & 0xff)
	if block == nil || block[i/8]&(0x80>>(i%8)) == 0 {
		return nil
	}
	n := 0 // glyphs before this one
	for _, b := range block[:i/8] {
		n += bits.OnesCount8(b)
	}
	n += bits.OnesCount8(block[i/8] &^ (0xff >> (i % 8)))
	at := blockHead + n*glyphBytes
	return block[at : at+glyphBytes]
}

// block unpacks a block, or gives the one it has unpacked before.
func (f *font) block(number rune) []byte {
	if b, ok := f.blocks[number]; ok {
		return b
	}
	var block []byte
	if packed := packedBlock(number); packed != "" {
		b, err := io.ReadAll(flate.NewReader(strings.NewReader(packed)))
		if err == nil {
			block = b
		}
	}
	if f.blocks == nil {
		f.blocks = map[rune][]byte{}
	}
	f.blocks[number] = block
	return block
}

// packedBlock finds a block in the file by its index.
func packedBlock(number rune) string {
	count := int(be16(glyphFile))
	at := 2 + 4*count
	for entry := range count {
		n := int(be16(glyphFile[2+4*entry+2:]))
		if rune(be16(glyphFile[2+4*entry:])) == number {
			return glyphFile[at : at+n]
		}
		at += n
	}
	return ""
}

func be16(s string) uint16 { return binary.BigEndian.Uint16([]byte(s[:2])) }

// line draws a row of text.
func (f *font) line(text string, st style) Image {
	img := newImage(columnsOf(text)*halfCell*st.width, cell*st.height)
	x := 0
	for _, r := range text {
		g := f.glyph(r)
		if g == nil && !f.has(r) {
			g = f.glyph(missing)
		}
		f.stamp(img, g, x, st)
		x += columnOf(r) * halfCell * st.width
	}
	if st.reverse {
		img.invert()
	}
	return img
}

// stamp draws one glyph at x, each dot as large as the style says.
func (f *font) stamp(img Image, g []byte, x int, st style) {
	width := st.width
	if st.bold {
		width += boldSmear
	}
	for i, b := range g {
		for dot := range 8 {
			if b&(0x80>>dot) != 0 {
				img.fill(x+(i/cell*8+dot)*st.width, i%cell*st.height, width, st.height)
			}
		}
	}
}

func newImage(width, height int) Image {
	return Image{Width: width, Height: height, Bits: make([]byte, (width+7)/8*height)}
}

// fill blackens a rectangle, as far as it is inside the image.
func (i Image) fill(x, y, w, h int) {
	stride := (i.Width + 7) / 8
	for row := y; row < min(y+h, i.Height); row++ {
		for col := x; col < min(x+w, i.Width); col++ {
			i.Bits[row*stride+col/8] |= 0x80 >> (col % 8)
		}
	}
}

// invert swaps black and white. The bits past the width of a row stay white:
// a row of text is a whole number of bytes or of half bytes.
func (i Image) invert() {
	stride := (i.Width + 7) / 8
	for n := range i.Bits {
		i.Bits[n] = ^i.Bits[n]
		if spare := stride*8 - i.Width; spare > 0 && n%stride == stride-1 {
			i.Bits[n] &^= 1<<spare - 1
		}
	}
}
