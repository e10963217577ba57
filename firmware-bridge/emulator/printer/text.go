package printer

import (
	"golang.org/x/text/encoding/charmap"

	"halld/firmware-bridge/emulator/printer/font"
)

// putHalf puts a half-width character of the selected code page into the line.
func (p *Printer) putHalf(b byte) {
	m := &p.mode
	r := halfWidth(m.page, b)
	if p.o.Charset != NoHanzi && p.parser.chinese && b >= 0x80 {
		r = ' ' // no glyph: FF, or a byte that GB2312 gives no meaning
	}
	place, ok := charmap.CodePage437.EncodeRune(r)
	if !ok {
		place = 0xFE // a small square
	}
	g := p.rom.A(place)
	if m.fontB {
		g = p.rom.B(place)
	}
	p.put(cell{glyph: g, sx: m.width, sy: m.height, underline: m.underline, text: string(r)}, m.gap)
}

// putHanzi puts a character of two bytes into the line. A lead byte with a
// digit behind it is a piece of a four-byte code: the digit is printed. A
// lead byte before anything else that cannot follow it swallows it.
func (p *Printer) putHanzi(lead, trail byte) {
	if trail >= '0' && trail <= '9' {
		p.putHalf(trail)
		return
	}
	if !p.o.Charset.trail(trail) {
		p.o.Log.Debug("lead byte without its trail byte", "lead", lead, "trail", trail)
		return
	}
	m := &p.mode
	c := cell{
		glyph: p.rom.Hanzi(lead, trail), sx: m.hanziW, sy: m.hanziH, inset: m.hanziLeft,
		underline: m.hanziUnderline, text: string(hanzi(lead, trail)),
	}
	if c.text == "\uFFFD" {
		c.text = "  "
	}
	p.put(c, m.hanziRight)
}

// put sets the cell behind the line's end. What does not fit goes to the next
// line whole.
func (p *Printer) put(c cell, gap int) {
	c.w = (c.inset + c.glyph.W + gap) * c.sx
	c.bold, c.reverse = p.mode.bold || p.mode.double, p.mode.reverse
	if p.line.x+c.w-gap*c.sx > p.areaWidth() && !p.line.empty() {
		p.printLine()
	}
	c.x = p.line.x
	p.line.cells = append(p.line.cells, c)
	p.line.x += c.w
}

// printLine prints the line and feeds to the next.
func (p *Printer) printLine() { p.printLineFeeding(p.mode.spacing) }

// printLineFeeding prints the line and feeds at least so many rows in all.
func (p *Printer) printLineFeeding(rows int) {
	if p.line.empty() {
		p.line = line{}
		p.push(job{feed: rows, write: true})
		return
	}
	left := p.indent(p.line.end())
	b := p.line.dots(p.o.dots(), left)
	p.push(job{dots: b, feed: max(rows-b.h, 0), text: p.line.text(left), write: true})
	p.line = line{}
}

// printRest prints what is in the line, if anything.
func (p *Printer) printRest() {
	if !p.line.empty() {
		p.printLine()
	}
}

func (p *Printer) feedLines(n int) {
	if !p.line.empty() {
		p.printLine()
		n--
	}
	for range min(n, maxFeed/max(p.mode.spacing, 1)) {
		p.push(job{feed: p.mode.spacing, write: true})
	}
	p.line = line{}
}

func (p *Printer) feedDots(n int) {
	if !p.line.empty() {
		p.printLineFeeding(n)
		return
	}
	p.push(job{feed: n})
	p.line = line{}
}

// cutCommand is GS V, ESC i and ESC m. The forms 65 and 66 feed the last row
// to the blade first.
func (p *Printer) cutCommand(t token) {
	p.atStart(t, func() {
		if len(t.data) > 0 {
			p.push(job{feed: p.o.BladeDots + int(t.data[0])})
		}
		if p.o.NoCutter {
			return
		}
		p.push(job{cut: true, bytes: p.takeParsed()})
	})
}

// drawText writes a string into a bitmap, for the text under a barcode.
func (p *Printer) drawText(b *Bitmap, x, y int, s string) {
	for i := range len(s) {
		drawGlyph(b, p.rom.A(s[i]), x+i*column, y)
	}
}

func drawGlyph(b *Bitmap, g font.Glyph, x, y int) {
	for j := range g.H {
		for i := range g.W {
			if g.Dot(i, j) {
				b.set(x+i, y+j)
			}
		}
	}
}
