package printer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Doc is what stands on one piece of paper, from top to bottom, independent
// of any printer's bytes.
type Doc struct{ Lines []Line }

// Line is one element of a [Doc]: [Text], [Columns], [Rule], [Feed], [QR],
// [Image], [Signature] or [Cut].
type Line interface {
	// rows lays the element out on paper that is columns half-width
	// characters wide.
	rows(columns int) []row
}

// Align is where a line stands between the margins.
type Align byte

// The values of Align are the arguments of ESC a.
const (
	Left Align = iota
	Center
	Right
)

// Text is a paragraph. It is wrapped at the paper's width; a newline starts a
// new row. Width and Height are whole multiples of the normal size, 1 to 8; 0
// is taken for 1.
type Text struct {
	Text          string
	Align         Align
	Width, Height int
	Bold, Reverse bool
}

// Columns is a row with one text at the left margin and one that ends at the
// right margin, such as a word and an amount. If both do not fit side by side
// the left text is wrapped and the right one stands in the last row. Width and
// Height are as in [Text].
type Columns struct {
	Left, Right   string
	Width, Height int
	Bold, Reverse bool
}

// Rule is a horizontal line over the whole width.
type Rule struct{}

// Feed is blank paper, in text lines; 0 is taken for 1.
type Feed struct{ Lines int }

// QR is a QR code in the middle of the paper, error correction M, with its
// quiet zone, and a caption below. Module is the side of one module in dots; 0
// is taken for 6, and a code that would be too wide gets smaller modules.
type QR struct {
	Payload, Caption string
	Module           int
}

// Image is a picture in the middle of the paper. Bits holds Height rows of
// (Width+7)/8 bytes, left dot in the high bit, 1 is black. What is wider than
// the paper is cut off.
type Image struct {
	Width, Height int // dots
	Bits          []byte
}

// Signature is a line to sign on, with at least 96 dots (12 mm) blank above.
type Signature struct{ Label string }

// Cut ends a copy: what follows stands on a paper of its own, of the same job.
// The end of a [Doc] is cut without it. A printer without a cutter feeds to its
// tear bar instead.
type Cut struct{}

// signatureGap is the blank above a signature line, in dots.
const signatureGap = 96

// style is how a row of text looks.
type style struct {
	align         Align
	width, height int
	bold, reverse bool
}

// row is one row of text, or one graphic, or blank paper.
type row struct {
	text    string // cleaned, no wider than the paper
	style   style
	graphic Line // QR or Image
	feed    int  // dots, instead of text
	cut     bool // instead of text
}

func (t Text) rows(columns int) []row {
	st := style{t.Align, scale(t.Width), scale(t.Height), t.Bold, t.Reverse}
	return textRows(wrap(clean(t.Text), columns/st.width), st)
}

func (c Columns) rows(columns int) []row {
	st := style{width: scale(c.Width), height: scale(c.Height), bold: c.Bold, reverse: c.Reverse}
	columns /= st.width
	right := clean(c.Right)
	lines := wrap(clean(c.Left), columns)
	last := lines[len(lines)-1]
	if last == "" || columnsOf(last)+1+columnsOf(right) <= columns {
		lines = lines[:len(lines)-1]
	} else {
		last = ""
	}
	for i, part := range wrap(right, columns) {
		if i > 0 {
			last = ""
		}
		gap := max(0, columns-columnsOf(last)-columnsOf(part))
		lines = append(lines, last+strings.Repeat(" ", gap)+part)
	}
	return textRows(lines, st)
}

func (Rule) rows(columns int) []row {
	return textRows([]string{strings.Repeat("-", columns)}, style{width: 1, height: 1})
}

func (f Feed) rows(int) []row {
	return []row{{feed: max(1, f.Lines) * lineDots}}
}

func (q QR) rows(columns int) []row {
	return append([]row{{graphic: q}}, caption(q.Caption, columns)...)
}

func (i Image) rows(int) []row { return []row{{graphic: i}} }

func (s Signature) rows(columns int) []row {
	label := clean(s.Label)
	line := label + strings.Repeat("_", max(8, columns-columnsOf(label)))
	return append([]row{{feed: signatureGap}}, textRows(wrap(line, columns), style{width: 1, height: 1})...)
}

func (Cut) rows(int) []row { return []row{{cut: true}} }

func caption(text string, columns int) []row {
	if text == "" {
		return nil
	}
	return Text{Text: text, Align: Center}.rows(columns)
}

func textRows(lines []string, st style) []row {
	rows := make([]row, len(lines))
	for i, line := range lines {
		rows[i] = row{text: line, style: st}
	}
	return rows
}

// layout is the whole document on paper of that many columns.
func (d Doc) layout(columns int) []row {
	var rows []row
	for _, l := range d.Lines {
		rows = append(rows, l.rows(columns)...)
	}
	return rows
}

// Plain is the document as text, laid out as on paper of that many columns
// (32 on 58 mm, 48 on 80 mm), for a screen or a terminal. Text of double width
// breaks where it breaks on paper but is shown in normal size.
func (d Doc) Plain(columns int) string {
	var out strings.Builder
	for _, r := range d.layout(columns) {
		switch {
		case r.graphic != nil:
			r.style.align = Center
			r.text = plainGraphic(r.graphic)
		case r.feed > 0:
			r.text = strings.Repeat("\n", max(1, r.feed/lineDots)-1)
		case r.cut:
			r.text = strings.Repeat("=", columns)
		}
		gap := max(0, columns-columnsOf(r.text))
		switch r.style.align {
		case Center:
			out.WriteString(strings.Repeat(" ", gap/2))
		case Right:
			out.WriteString(strings.Repeat(" ", gap))
		}
		out.WriteString(strings.TrimRight(r.text, " ") + "\n")
	}
	return out.String()
}

func plainGraphic(l Line) string {
	if q, ok := l.(QR); ok {
		return "[二维码 " + clean(q.Payload) + "]"
	}
	return "[图]"
}

func scale(n int) int { return min(max(n, 1), 8) }

// columnOf is the width of a rune in half-width columns. On paper it is the
// length of its code in bytes, and what is not ASCII never has one byte.
func columnOf(r rune) int {
	if r < 0x80 {
		return 1
	}
	return 2
}

// columnsOf is the width of a cleaned text in columns.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		n += columnOf(r)
	}
	return n
}

// wrap breaks a cleaned text into rows. A hanzi that does not fit moves whole,
// and a number or a Latin word moves whole if it fits into a row at all.
func wrap(s string, columns int) []string {
	columns = max(columns, 2)
	var rows []string
	for line := range strings.SplitSeq(s, "\n") {
		for columnsOf(line) > columns {
			n := breakAt(line, columns)
			rows = append(rows, strings.TrimRight(line[:n], " "))
			line = strings.TrimLeft(line[n:], " ")
		}
		rows = append(rows, line)
	}
	return rows
}

// The marks that must not begin a row, and those that must not end one.
const (
	noStart = "，。、；：？！）》」』”’％,.;:?!)%"
	noEnd   = "（《「『“‘￥("
)

// breakAt is how many bytes of s, which is too wide, go into this row: at
// least one rune.
func breakAt(s string, columns int) int {
	end := fitting(s, columns)
	for at := end; at > 0; {
		if mayBreak(s, at) {
			return at
		}
		_, n := utf8.DecodeLastRuneInString(s[:at])
		at -= n
	}
	return end
}

// fitting is how many bytes of s have room in a row: at least one rune.
func fitting(s string, columns int) int {
	used := 0
	for i, r := range s {
		if used += columnOf(r); i > 0 && used > columns {
			return i
		}
	}
	return len(s)
}

// mayBreak reports whether a row may end before s[at:]. A word stays whole, and
// so does a number with the unit behind it.
func mayBreak(s string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	after, _ := utf8.DecodeRuneInString(s[at:])
	switch {
	case strings.ContainsRune(noStart, after), strings.ContainsRune(noEnd, before):
		return false
	case before == ' ', after == ' ':
		return true
	case before < 0x7f && after < 0x7f:
		return false
	}
	return before < '0' || before > '9'
}

// clean brings text into the form that is laid out and encoded: normal form
// C, and no rune that only looks like one the printer has.
func clean(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, "?"))
	return strings.Map(printable, strings.ReplaceAll(s, "\r\n", "\n"))
}

// printable replaces what a two-byte printer lacks by what a reader takes for
// the same. It drops what has no picture.
func printable(r rune) rune {
	switch r {
	case '\n':
		return r
	case '\r':
		return '\n'
	case '\t', '\u00a0', '\u2002', '\u2003', '\u2009', '\u202f':
		return ' '
	case '¥':
		return '￥' // the half-width sign has four bytes, clones print digits
	case '–', '‑', '−':
		return '-'
	case '²':
		return '2'
	case '³':
		return '3'
	}
	switch {
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector), r >= 0xe0000:
		return -1 // controls, writing directions, tags and private planes
	case r >= 0x1f000 && r < 0x20000:
		return '?' // emoji
	}
	return r
}
