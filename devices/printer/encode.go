package printer

import "bytes"

// lineDots is the height of a row of normal text with its leading, as printers
// have it at power-on: 24 dots and a gap.
const (
	lineDots = 30
	leading  = lineDots - cell
)

// The commands, by their names in the ESC/POS reference.
const (
	escInit     = "\x1b@"                                    // ESC @
	fsChinese   = "\x1c&"                                    // FS &: two-byte characters on
	fsSpacing   = "\x1cS\x00\x00"                            // FS S 0 0: no gaps between them
	gsASB       = "\x1da\x0e"                                // GS a: tell changes of online, error and paper
	gsProcessID = "\x1d(H\x06\x0000"                         // GS ( H fn 48, then four bytes
	gsPaper     = "\x1dr\x01"                                // GS r 1
	gsID        = "\x1dI"                                    // GS I, then what to tell
	dleStatus   = "\x10\x04"                                 // DLE EOT, then 1 to 4
	dleRecover  = "\x10\x05\x02"                             // DLE ENQ 2
	dleClear    = "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08" // DLE DC4 fn 8
	maxFeed     = 255                                        // dots of one ESC J
)

// piece is a part of a job after which the printer stands between two
// commands, so that a real-time request may follow it.
type piece struct {
	data []byte
	dots int // paper that it moves
}

// encoder turns rows into pieces for one printer.
type encoder struct {
	p      Profile
	coder  coder
	font   font
	buf    bytes.Buffer // the piece being made
	dots   int
	pieces []piece

	align, size, bold, reverse byte // what the printer is set to
	missing                    int  // characters that became □
}

// Encode is the whole job of a document for a printer, from ESC @ to the cut,
// and how many characters neither the printer nor the embedded font could draw
// and so stand as □.
func Encode(d Doc, p Profile) (job []byte, missing int) {
	pieces, missing := encode(d, p)
	for _, part := range pieces {
		job = append(job, part.data...)
	}
	return job, missing
}

func encode(d Doc, p Profile) ([]piece, int) {
	e := &encoder{p: p, coder: newCoder(p.Charset)}
	e.begin()
	for _, r := range d.layout(p.Columns) {
		switch {
		case r.graphic != nil:
			e.graphic(r.graphic)
		case r.feed > 0:
			e.feed(r.feed)
		case r.cut:
			e.cut()
		default:
			e.text(r.text, r.style)
		}
		e.flush(textPiece)
	}
	e.cut()
	e.flush(0)
	return e.pieces, e.missing
}

// textPiece is from what length on text is a piece of its own.
const textPiece = 256

// flush ends a piece if it is longer than over bytes.
func (e *encoder) flush(over int) {
	if e.buf.Len() > over {
		e.pieces = append(e.pieces, piece{bytes.Clone(e.buf.Bytes()), e.dots})
		e.buf.Reset()
		e.dots = 0
	}
}

func (e *encoder) put(b ...byte)    { e.buf.Write(b) }
func (e *encoder) puts(s string)    { e.buf.WriteString(s) }
func (e *encoder) advance(dots int) { e.dots += dots }

// begin resets the printer. Only here: at the end of a job ESC @ would race
// with what is still being printed.
func (e *encoder) begin() {
	e.puts(escInit)
	if e.p.Charset != ASCII {
		e.puts(fsChinese + fsSpacing)
	}
	if e.p.ASB {
		e.puts(gsASB)
	}
}

// cut feeds the text past the blade and cuts, from a line's start.
func (e *encoder) cut() {
	e.setAlign(Left)
	e.feed(e.p.Tail)
	e.puts(e.p.Cut)
}

// feed moves the paper, ESC J.
func (e *encoder) feed(dots int) {
	e.advance(dots)
	for ; dots > 0; dots -= maxFeed {
		e.put(0x1b, 'J', byte(min(dots, maxFeed)))
	}
}

// text prints a row in the printer's own characters, or draws it if it must.
func (e *encoder) text(s string, st style) {
	if max(st.width, st.height) > e.p.MaxScale || e.mustDraw(s) {
		e.drawText(s, st)
		return
	}
	e.setAlign(st.align)
	e.setStyle(st)
	for _, r := range s {
		code := e.coder.encode(r)
		if code == nil {
			e.missing++
			code = e.coder.encode(missing)
		}
		if code == nil {
			code = []byte{'?', '?'} // no Chinese font; keeps the columns
		}
		e.put(code...)
	}
	e.put('\n')
	e.advance(cell*st.height + leading)
}

// mustDraw reports whether a row has a character that only the embedded font
// can show. Text and pictures can't share a line, so all of it is drawn then.
func (e *encoder) mustDraw(s string) bool {
	for _, r := range s {
		if e.coder.encode(r) == nil && e.font.has(r) {
			return true
		}
	}
	return false
}

func (e *encoder) drawText(s string, st style) {
	for _, r := range s {
		if !e.font.has(r) {
			e.missing++
		}
	}
	e.setAlign(st.align)
	e.raster(e.font.line(s, st))
	e.feed(leading)
}

// setAlign sends ESC a.
func (e *encoder) setAlign(a Align) {
	if e.align != byte(a) {
		e.align = byte(a)
		e.put(0x1b, 'a', byte(a))
	}
}

// setStyle sends what differs from the style the printer is set to.
func (e *encoder) setStyle(st style) {
	if size := byte(st.width-1)<<4 | byte(st.height-1); size != e.size {
		e.size = size
		e.setSize(st)
	}
	e.flag(&e.bold, st.bold, 0x1b, 'E')
	e.flag(&e.reverse, st.reverse, 0x1d, 'B')
}

// setSize sends FS ! where Chinese characters need it, and then GS !, which is
// the one that counts where both act on them.
func (e *encoder) setSize(st style) {
	var n byte
	switch e.p.KanjiSize {
	case KanjiBits23:
		n = bit(st.width > 1, 2) | bit(st.height > 1, 3)
	case KanjiBits45:
		n = bit(st.width > 1, 5) | bit(st.height > 1, 4)
	}
	if e.p.KanjiSize != NoKanjiSize {
		e.put(0x1c, '!', n)
	}
	e.put(0x1d, '!', e.size)
}

func bit(on bool, n int) byte {
	if on {
		return 1 << n
	}
	return 0
}

func (e *encoder) flag(now *byte, on bool, command ...byte) {
	if want := bit(on, 0); *now != want {
		*now = want
		e.put(append(command, want)...)
	}
}
