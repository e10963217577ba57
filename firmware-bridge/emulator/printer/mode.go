package printer

// The mode is what commands set and ESC @ sets back.
type mode struct {
	page           byte // ESC t
	fontB          bool
	width, height  int // of half-width characters
	hanziW, hanziH int
	bold, double   bool
	reverse        bool
	underline      int
	hanziUnderline int
	gap            int // ESC SP
	hanziLeft      int // FS S
	hanziRight     int
	align          int
	spacing        int // line spacing in dots
	left, area     int // GS L, GS W
	tabs           []int

	qrSize   int
	qrLevel  byte
	qrData   string
	barHigh  int
	barWide  int
	barText  byte // GS H
	graphics *Bitmap

	asb byte
}

// reset is power-on and ESC @.
func (p *Printer) reset() {
	p.line = line{}
	p.mode = mode{
		width: 1, height: 1, hanziW: 1, hanziH: 1,
		hanziRight: p.o.HanziGap, spacing: 30, area: p.o.dots(),
		qrSize: 3, qrLevel: '0', barHigh: 162, barWide: 3,
	}
	p.parser.charset = p.o.Charset
	p.parser.chinese = p.o.ChineseDefaultOn && p.o.Charset != NoHanzi
}

// areaWidth is the dots between the margins.
func (p *Printer) areaWidth() int {
	return max(min(p.mode.area, p.o.dots()-p.mode.left), column)
}

// indent is where something w dots wide begins on paper.
func (p *Printer) indent(w int) int {
	free := max(p.areaWidth()-w, 0)
	switch p.mode.align {
	case 1:
		return p.mode.left + free/2
	case 2:
		return p.mode.left + free
	}
	return p.mode.left
}

// scale reads one nibble of GS !, at most what the printer can.
func (p *Printer) scale(n byte) int { return min(int(n&7)+1, p.o.MaxScale) }

func on(n byte) bool { return n&1 != 0 }

func double(yes bool) int {
	if yes {
		return 2
	}
	return 1
}

func (p *Printer) setSize(n byte) {
	p.mode.width, p.mode.height = p.scale(n>>4), p.scale(n)
	p.mode.hanziW, p.mode.hanziH = p.mode.width, p.mode.height
}

// printMode is ESC !: bit 0 font B, 3 bold, 4 high, 5 wide, 7 underlined.
func (p *Printer) printMode(n byte) {
	m := &p.mode
	m.fontB, m.bold = on(n), on(n>>3)
	m.height, m.width = double(on(n>>4)), double(on(n>>5))
	m.underline = int(bit(0, on(n>>7)))
	if p.o.EscBangHanzi {
		m.hanziW, m.hanziH, m.hanziUnderline = m.width, m.height, m.underline
	}
}

// hanziMode is FS !: bit 2 wide, 3 high, 7 underlined.
func (p *Printer) hanziMode(n byte) {
	m := &p.mode
	m.hanziW, m.hanziH = double(on(n>>2)), double(on(n>>3))
	m.hanziUnderline = int(bit(0, on(n>>7)))
}

// choice reads a parameter that may be a number or its digit.
func choice(n byte) int {
	if n >= '0' {
		n -= '0'
	}
	return int(n)
}
