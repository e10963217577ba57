//go:build ignore

// Gen makes glyphs.bin from Noto Sans Mono CJK SC (Debian package
// fonts-noto-cjk). Run it with the path of NotoSansCJK-Regular.ttc:
//
//	go run gen.go /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
//
// The file begins with the number of blocks (uint16), then one entry a block:
// code point / 256 (uint16) and compressed length (uint16), big endian. The
// blocks follow in the same order. A block is a DEFLATE stream of 32 bytes
// which say what code points are there (bit 7 of the first byte is the first)
// and then one glyph for each: the left 8 dots of its 24 rows, then the middle
// 8 dots, then the right 8 dots, left dot in the high bit. Of the orders tried
// this is the one that packs best.
package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"log"
	"os"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/unicode/norm"
)

const (
	side     = 24   // dots of a Chinese character cell
	baseline = 21   // dots from the top of the cell
	ink      = 0x60 // coverage from which a dot is black
)

func main() {
	face, err := open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var index, body bytes.Buffer
	blocks := 0
	for block := range 0x324 {
		glyphs := pack(face, rune(block)<<8)
		if glyphs == nil {
			continue
		}
		blocks++
		n := body.Len()
		w, _ := flate.NewWriter(&body, flate.BestCompression)
		w.Write(glyphs)
		w.Close()
		binary.Write(&index, binary.BigEndian, [2]uint16{uint16(block), uint16(body.Len() - n)})
	}
	out := binary.BigEndian.AppendUint16(nil, uint16(blocks))
	out = append(append(out, index.Bytes()...), body.Bytes()...)
	if err := os.WriteFile("glyphs.bin", out, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println(blocks, "blocks,", len(out), "bytes")
}

func open(path string) (font.Face, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	fonts, err := opentype.ParseCollection(data)
	if err != nil {
		return nil, err
	}
	for i := range fonts.NumFonts() {
		f, err := fonts.Font(i)
		if err != nil {
			return nil, err
		}
		name, _ := f.Name(nil, sfnt.NameIDFull)
		if name == "Noto Sans Mono CJK SC" {
			return opentype.NewFace(f, &opentype.FaceOptions{Size: side, DPI: 72})
		}
	}
	return nil, errors.New("no Noto Sans Mono CJK SC in the collection")
}

// pack is one uncompressed block, nil if the font has nothing in it that a
// printer could be asked for.
func pack(face font.Face, first rune) []byte {
	have := make([]byte, 32)
	var glyphs []byte
	for i := range 256 {
		r := first + rune(i)
		if !wanted(r) {
			continue
		}
		if g := draw(face, r); g != nil {
			have[i/8] |= 0x80 >> (i % 8)
			glyphs = append(glyphs, g...)
		}
	}
	if glyphs == nil {
		return nil
	}
	return append(have, glyphs...)
}

// wanted is true for ASCII, what GB 18030 codes in two bytes, and all Han that
// normal form C leaves alone.
func wanted(r rune) bool {
	if r < 0x7f {
		return r > ' '
	}
	if !norm.NFC.IsNormalString(string(r)) {
		return false
	}
	if unicode.Is(unicode.Han, r) {
		return true
	}
	b, err := simplifiedchinese.GB18030.NewEncoder().String(string(r))
	return err == nil && len(b) == 2 && !unicode.Is(unicode.Co, r)
}

func draw(face font.Face, r rune) []byte {
	dot := fixed.P(0, baseline)
	adv, ok := face.GlyphAdvance(r)
	if !ok {
		return nil
	}
	if r > 0x7f && adv < fixed.I(side) { // half-width symbols stand in the middle
		dot.X += (fixed.I(side) - adv) / 2
	}
	rect, mask, at, _, ok := face.Glyph(dot, r)
	if !ok {
		return nil
	}
	g := make([]byte, side*3)
	for y := rect.Min.Y; y < rect.Max.Y; y++ {
		for x := rect.Min.X; x < rect.Max.X; x++ {
			if !(image.Point{x, y}).In(image.Rect(0, 0, side, side)) {
				continue
			}
			if _, _, _, a := mask.At(at.X+x-rect.Min.X, at.Y+y-rect.Min.Y).RGBA(); a>>8 >= ink {
				g[x/8*side+y] |= 0x80 >> (x % 8)
			}
		}
	}
	return g
}
