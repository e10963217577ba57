package printer

import (
	"fmt"
	"image"
	"strings"
	"time"
)

// maxStrip is how much paper hangs out of the printer at most, 2 m: then its
// weight tears it.
const maxStrip = 16000

// A Ticket is a piece of paper that left the printer.
type Ticket struct {
	Text  string      // the lines, hanzi two columns wide; [QR …], [CODE128 …] and [image 384x96] for what is not text
	Image image.Image // the dots, a *Bitmap
	Bytes int         // data that made it, commands included
	Lost  int         // bytes lost on the way meanwhile
	Cut   bool        // false: torn, or the end of the roll
	At    time.Time
}

// The strip is the paper between the roll and the last cut.
type strip struct {
	w     int
	bits  []byte
	h     int
	lines []stripLine
}

// A stripLine is what stands above one row of the strip: a text, or the lower
// end of an image so many rows high.
type stripLine struct {
	bottom int
	text   string
	imageW int
	imageH int
}

// load puts paper in up to the blade, blank.
func (s *strip) load(rows int) {
	*s = strip{w: s.w}
	for range rows {
		s.feed(nil)
	}
}

// feed moves the paper one row; dots may be shorter than the row or nil.
func (s *strip) feed(dots []byte) {
	stride := (s.w + 7) / 8
	dots = dots[:min(len(dots), stride)]
	s.bits = append(s.bits, dots...)
	s.bits = append(s.bits, make([]byte, stride-len(dots))...)
	s.h++
}

// write notes a text whose last row has just been fed.
func (s *strip) write(text string) {
	s.lines = append(s.lines, stripLine{bottom: s.h, text: text})
}

// draw notes one row of an image w dots wide; rows that follow one another
// make one image.
func (s *strip) draw(w, rows int) {
	if n := len(s.lines); n > 0 {
		last := &s.lines[n-1]
		if last.imageW == w && last.bottom == s.h-rows {
			last.bottom, last.imageH = s.h, last.imageH+rows
			return
		}
	}
	s.lines = append(s.lines, stripLine{bottom: s.h, imageW: w, imageH: rows})
}

// take cuts the upper rows off. A line belongs to the piece its last row is on.
func (s *strip) take(rows int) (*Bitmap, string) {
	rows = min(max(rows, 0), s.h)
	b := newBitmap(s.w, rows)
	copy(b.bits, s.bits)
	s.bits = append([]byte(nil), s.bits[len(b.bits):]...)
	s.h -= rows
	var text []string
	var rest []stripLine
	for _, l := range s.lines {
		if l.bottom > rows {
			l.bottom -= rows
			rest = append(rest, l)
			continue
		}
		text = append(text, l.String())
	}
	s.lines = rest
	return b, strings.Join(text, "\n")
}

func (l stripLine) String() string {
	if l.imageW > 0 {
		return fmt.Sprintf("[image %dx%d]", l.imageW, l.imageH)
	}
	return l.text
}
