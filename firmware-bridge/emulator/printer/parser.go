package printer

const (
	dle = 0x10
	esc = 0x1B
	fs  = 0x1C
	gs  = 0x1D
)

// maxKept bounds what is remembered of one command's payload. What is
// announced beyond it is counted and thrown away.
const maxKept = 256 << 10

// A token is one command or one character.
type token struct {
	name string // as the reference names it; "text" and "hanzi" for characters, "row" for a row of GS v 0
	par  []byte // its fixed parameters, or the character's bytes
	data []byte // what the parameters announced
}

// The parser cuts the byte stream into tokens. It can stop and go on at any
// byte. It knows no more of the printer than whether two bytes make one
// character.
type parser struct {
	charset Charset
	chinese bool

	head   []byte // prefix and parameters so far
	form   form   // the command, named once its prefix is complete
	prefix int    // bytes of head that are not parameters

	inData bool
	rest   int    // payload bytes still to come
	data   []byte // payload so far

	rowBytes, rows int // raster that is coming in: bytes in a row, rows to come
}

// idle tells whether the parser stands between two commands.
func (p *parser) idle() bool { return len(p.head) == 0 && p.rows == 0 }

// reset forgets a command that is not complete.
func (p *parser) reset() { *p = parser{charset: p.charset, chinese: p.chinese} }

// feed takes one byte and gives the token that it completes, if it does.
func (p *parser) feed(b byte) (token, bool) {
	switch {
	case p.rows > 0:
		return p.feedRow(b)
	case p.inData:
		return p.feedData(b)
	}
	p.head = append(p.head, b)
	if p.form.name == "" {
		p.form, p.prefix = p.shape()
	}
	if p.form.name == "" || len(p.head) < p.prefix+p.form.params {
		return token{}, false
	}
	if p.form.payload != nil {
		p.rest = p.form.payload(p.head[p.prefix:])
	}
	if p.form.zero || p.rest > 0 {
		p.inData = true
		return token{}, false
	}
	return p.done(), true
}

// shape finds the form of what begins with head and the length of its prefix.
// Characters have no prefix. A form without a name means that more bytes must
// tell.
func (p *parser) shape() (form, int) {
	first := p.head[0]
	switch {
	case first == esc || first == fs || first == gs || first == dle:
		return p.commandShape()
	case controls[first] != "":
		return form{name: controls[first]}, 1
	case first < 0x20:
		return form{name: "control", params: 1}, 0
	case p.chinese && p.charset.lead(first):
		return form{name: "hanzi", params: 2}, 0
	}
	return form{name: "text", params: 1}, 0
}

func (p *parser) commandShape() (form, int) {
	if len(p.head) < 2 {
		return form{}, 0
	}
	first, second := p.head[0], p.head[1]
	open := second == '(' && first != dle
	long := second == '8' && first == gs
	kind := second == 'k' && first == gs
	if !open && !long && !kind {
		if f, ok := commands[string(p.head)]; ok {
			return f, 2
		}
		return form{name: "unknown", params: 2}, 0
	}
	switch {
	case len(p.head) < 3:
		return form{}, 0
	case long:
		return form{name: "GS 8 L", params: 4, payload: le32}, 3
	case kind:
		return barcodeForm(p.head[2]), 2
	}
	return blockForm(p.head), 3
}

func (p *parser) feedData(b byte) (token, bool) {
	if p.form.zero && b == 0 {
		return p.done(), true
	}
	if len(p.data) < maxKept {
		p.data = append(p.data, b)
	}
	p.rest--
	if p.form.zero || p.rest > 0 {
		return token{}, false
	}
	return p.done(), true
}

// done gives the complete command and begins anew. The rows behind the header
// of GS v 0 follow as tokens of their own.
func (p *parser) done() token {
	t := token{name: p.form.name, par: p.head[p.prefix:], data: p.data}
	p.reset()
	if t.name == "GS v 0" {
		p.rowBytes, p.rows = le16(t.par[2:]), le16(t.par[4:])
		if p.rowBytes == 0 {
			p.rows = 0
		}
	}
	return t
}

func (p *parser) feedRow(b byte) (token, bool) {
	p.data = append(p.data, b)
	if len(p.data) < p.rowBytes {
		return token{}, false
	}
	t := token{name: "row", data: p.data}
	p.data = nil
	p.rows--
	return t, true
}
