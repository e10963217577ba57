package printer

import (
	"image"
	"image/color"
	"image/png"
	"io"
)

// Bitmap is a picture of dots, one bit each; 1 is black. It is an image.Image
// of two colours, so that png writes it with one bit a dot.
type Bitmap struct {
	w, h   int
	stride int
	bits   []byte
}

var _ image.PalettedImage = (*Bitmap)(nil)

func newBitmap(w, h int) *Bitmap {
	stride := (w + 7) / 8
	return &Bitmap{w: w, h: h, stride: stride, bits: make([]byte, stride*h)}
}

// ColorModel is white and black.
func (b *Bitmap) ColorModel() color.Model { return color.Palette{color.White, color.Black} }

// Bounds is the paper: the width in dots and the rows, from 0,0.
func (b *Bitmap) Bounds() image.Rectangle { return image.Rect(0, 0, b.w, b.h) }

// At is the colour of one dot.
func (b *Bitmap) At(x, y int) color.Color {
	if b.Black(x, y) {
		return color.Black
	}
	return color.White
}

// ColorIndexAt is 1 for a black dot and 0 for a white one.
func (b *Bitmap) ColorIndexAt(x, y int) uint8 {
	if b.Black(x, y) {
		return 1
	}
	return 0
}

// Black tells whether a dot is printed; outside the paper none is.
func (b *Bitmap) Black(x, y int) bool {
	return x >= 0 && x < b.w && y >= 0 && y < b.h && b.bits[y*b.stride+x/8]&(0x80>>(x%8)) != 0
}

func (b *Bitmap) set(x, y int) {
	if x >= 0 && x < b.w && y >= 0 && y < b.h {
		b.bits[y*b.stride+x/8] |= 0x80 >> (x % 8)
	}
}

func (b *Bitmap) clear(x, y int) {
	if x >= 0 && x < b.w && y >= 0 && y < b.h {
		b.bits[y*b.stride+x/8] &^= 0x80 >> (x % 8)
	}
}

// fill blackens a rectangle.
func (b *Bitmap) fill(x, y, w, h int) {
	for j := range h {
		for i := range w {
			b.set(x+i, y+j)
		}
	}
}

func (b *Bitmap) row(y int) []byte { return b.bits[y*b.stride : (y+1)*b.stride] }

// blank tells whether nothing is printed.
func (b *Bitmap) blank() bool {
	for _, v := range b.bits {
		if v != 0 {
			return false
		}
	}
	return true
}

// WritePNG writes a ticket's picture as PNG.
func WritePNG(w io.Writer, img image.Image) error { return png.Encode(w, img) }
