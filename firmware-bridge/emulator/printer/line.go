package printer

import (
	"math"
	"strings"

	"halld/firmware-bridge/emulator/printer/font"
)

// column is the width of a half-width character of font A in dots.
const column = 12

// A cell is one character in the line buffer.
type cell struct {
	x, w      int // place and width, in dots from the left of the area
	glyph     font.Glyph
	inset     int // dots left of the glyph, before scaling
	sx, sy    int
	bold      bool
	reverse   bool
	underline int
	text      string
}

func (c cell) height() int { return c.glyph.H * c.sy }

// The line is the line buffer: characters that are not on paper yet.
type line struct {
	cells []cell
	x     int // where the next character goes
}

func (l *line) empty() bool { return len(l.cells) == 0 }

func (l *line) height() int {
	h := 0
	for _, c := range l.cells {
		h = max(h, c.height())
	}
	return h
}

// end is the right edge of the line.
func (l *line) end() int {
	end := 0
	for _, c := range l.cells {
		end = max(end, c.x+c.w)
	}
	return end
}

// dots draws the line on a row of paper w dots wide, characters standing on
// the lower edge.
func (l *line) dots(w, left int) *Bitmap {
	b := newBitmap(w, l.height())
	for _, c := range l.cells {
		c.draw(b, left)
	}
	return b
}

func (c cell) draw(b *Bitmap, left int) {
	x0, y0 := left+c.x, b.h-c.height()
	if c.reverse {
		b.fill(x0, y0, c.w, c.height())
	}
	ink := b.set
	if c.reverse {
		ink = b.clear
	}
	wide := c.sx
	if c.bold {
		wide++
	}
	for y := range c.glyph.H {
		for x := range c.glyph.W {
			if !c.glyph.Dot(x, y) {
				continue
			}
			for j := range c.sy {
				for i := range wide {
					ink(x0+(c.inset+x)*c.sx+i, y0+y*c.sy+j)
				}
			}
		}
	}
	if !c.reverse {
		b.fill(x0, b.h-c.underline, c.w, c.underline)
	}
}

// text is the line as a grid of half-width columns. A gap becomes spaces; an
// enlarged character is still written once.
func (l *line) text(left int) string {
	var s strings.Builder
	end := -left
	for _, c := range l.cells {
		if gap := c.x - end; gap > 0 {
			s.WriteString(strings.Repeat(" ", int(math.Round(float64(gap)/column))))
		}
		s.WriteString(c.text)
		end = max(end, c.x+c.w)
	}
	return strings.TrimRight(s.String(), " ")
}
