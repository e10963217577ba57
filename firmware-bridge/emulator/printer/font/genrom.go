//go:build ignore

// Genrom draws the character ROM of the emulated printer from free fonts and
// writes it to rom.bin. It is run once, by hand, when the ROM must change:
//
//	apt-get install fonts-noto-cjk
//	cd firmware-bridge/emulator/printer/font && go run genrom.go
//
// Hanzi and symbols come from Noto Sans CJK SC (SIL OFL 1.1), half-width
// characters from Go Mono of golang.org/x/image (BSD-3-Clause). The layout of
// rom.bin is told in font.go.
package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"flag"
	"image"
	"image/color"
	"log"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	firstLead = 0x81
	leads     = 126 // 0x81 to 0xFE
	trails    = 191 // 0x40 to 0xFE
	slots     = leads + 2
)

// cut is how dark a pixel must be to become a dot.
const cut = 0x70

func main() {
	path := flag.String("font", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "OpenType collection `file` with the hanzi")
	index := flag.Int("index", 2, "`number` of the font in the collection; 2 is SC")
	out := flag.String("o", "rom.bin", "output `file`")
	flag.Parse()

	ttc, err := os.ReadFile(*path)
	if err != nil {
		log.Fatal(err)
	}
	hanzi, mono := parse(ttc, *index), parse(gomono.TTF, 0)
	han := pen{hanzi, face(hanzi, 23.5), 24, 24, 21}
	frame := pen{hanzi, face(hanzi, 24), 24, 24, 21} // lines that must meet
	wide := pen{mono, face(mono, 20), 24, 24, 19}
	chunks := make([][]byte, slots)
	drawn, missing := 0, []rune{}
	for lead := range leads {
		for trail := range trails {
			r := runeOf(byte(firstLead+lead), byte(0x40+trail))
			glyph := make([]byte, 72)
			switch {
			case r == 0:
			case r >= 0x2500 && r < 0x2580 && frame.has(r):
				glyph = frame.dots(r)
				drawn++
			case han.has(r):
				glyph = han.dots(r)
				drawn++
			case wide.has(r):
				glyph = wide.dots(r)
				drawn++
			default:
				missing = append(missing, r)
			}
			chunks[lead] = append(chunks[lead], glyph...)
		}
	}
	a := pen{mono, face(mono, 20), 12, 24, 19}
	b := pen{mono, face(mono, 15), 9, 17, 13}
	for i := range 256 {
		r := charmap.CodePage437.DecodeByte(byte(i))
		chunks[leads] = append(chunks[leads], a.dots(r)...)
		chunks[leads+1] = append(chunks[leads+1], b.dots(r)...)
	}
	data := pack(chunks)
	log.Printf("%d glyphs, %d not in the font, %d bytes: %s", drawn, len(missing), len(data), string(missing))
	if err := os.WriteFile(*out, data, 0o644); err != nil {
		log.Fatal(err)
	}
}

// runeOf is the character of a two-byte code, or 0 where the table is empty
// or for private use.
func runeOf(lead, trail byte) rune {
	s, err := simplifiedchinese.GB18030.NewDecoder().Bytes([]byte{lead, trail})
	rs := []rune(string(s))
	if err != nil || len(rs) != 1 || rs[0] == 0xFFFD || rs[0] >= 0xE000 && rs[0] < 0xF900 {
		return 0
	}
	return rs[0]
}

func parse(b []byte, index int) *sfnt.Font {
	c, err := opentype.ParseCollection(b)
	if err != nil {
		log.Fatal(err)
	}
	f, err := c.Font(index)
	if err != nil {
		log.Fatal(err)
	}
	return f
}

func face(f *sfnt.Font, size float64) font.Face {
	fc, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		log.Fatal(err)
	}
	return fc
}

// A pen draws glyphs of one face into cells of w by h dots.
type pen struct {
	f        *sfnt.Font
	face     font.Face
	w, h     int
	baseline int
}

func (p pen) has(r rune) bool {
	g, err := p.f.GlyphIndex(nil, r)
	return err == nil && g != 0
}

// dots is the glyph as rows of whole bytes, most significant bit left, centred
// in its cell.
func (p pen) dots(r rune) []byte {
	img := image.NewGray(image.Rect(0, 0, p.w, p.h))
	adv, ok := p.face.GlyphAdvance(r)
	stride := (p.w + 7) / 8
	out := make([]byte, stride*p.h)
	if !ok || !p.has(r) {
		return out
	}
	x := (fixed.I(p.w) - adv) / 2
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.White), Face: p.face, Dot: fixed.Point26_6{X: x, Y: fixed.I(p.baseline)}}
	d.DrawString(string(r))
	for y := range p.h {
		for x := range p.w {
			if img.GrayAt(x, y).Y >= cut {
				out[y*stride+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return out
}

// pack writes the table of chunk ends and the compressed chunks.
func pack(chunks [][]byte) []byte {
	var body bytes.Buffer
	ends := make([]byte, 0, 4*len(chunks))
	for _, c := range chunks {
		w, _ := flate.NewWriter(&body, flate.BestCompression)
		w.Write(c)
		w.Close()
		ends = binary.BigEndian.AppendUint32(ends, uint32(body.Len()))
	}
	return append(ends, body.Bytes()...)
}
