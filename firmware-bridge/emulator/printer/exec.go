package printer

import "fmt"

// actions are the commands that do something here. Others are taken note of
// and passed over.
var actions = map[string]func(p *Printer, t token){
	"text":  func(p *Printer, t token) { p.putHalf(t.par[0]) },
	"hanzi": func(p *Printer, t token) { p.putHanzi(t.par[0], t.par[1]) },
	"LF":    func(p *Printer, _ token) { p.printLine() },
	"FF":    func(p *Printer, _ token) { p.printRest() },
	"HT":    func(p *Printer, _ token) { p.tab() },
	"CR":    nothing, "CAN": nothing, "control": nothing,
	"DLE EOT": nothing, "DLE ENQ": nothing, "DLE DC4": nothing, // done on receipt

	"ESC @":  func(p *Printer, _ token) { p.reset() },
	"FS &":   func(p *Printer, _ token) { p.parser.chinese = p.o.Charset != NoHanzi },
	"FS .":   func(p *Printer, _ token) { p.parser.chinese = false },
	"ESC t":  func(p *Printer, t token) { p.mode.page = t.par[0] },
	"ESC R":  nothing,
	"ESC M":  func(p *Printer, t token) { p.mode.fontB = choice(t.par[0]) == 1 },
	"GS !":   func(p *Printer, t token) { p.setSize(t.par[0]) },
	"ESC !":  func(p *Printer, t token) { p.printMode(t.par[0]) },
	"FS !":   func(p *Printer, t token) { p.hanziMode(t.par[0]) },
	"FS W":   func(p *Printer, t token) { p.mode.hanziW, p.mode.hanziH = double(on(t.par[0])), double(on(t.par[0])) },
	"ESC E":  func(p *Printer, t token) { p.mode.bold = on(t.par[0]) },
	"ESC G":  func(p *Printer, t token) { p.mode.double = on(t.par[0]) },
	"ESC -":  func(p *Printer, t token) { p.mode.underline = min(choice(t.par[0]), 2) },
	"FS -":   func(p *Printer, t token) { p.mode.hanziUnderline = min(choice(t.par[0]), 2) },
	"GS B":   func(p *Printer, t token) { p.mode.reverse = on(t.par[0]) },
	"ESC SP": func(p *Printer, t token) { p.mode.gap = int(t.par[0]) },
	"FS S":   func(p *Printer, t token) { p.mode.hanziLeft, p.mode.hanziRight = int(t.par[0]), int(t.par[1]) },
	"ESC 2":  func(p *Printer, _ token) { p.mode.spacing = 30 },
	"ESC 3":  func(p *Printer, t token) { p.mode.spacing = int(t.par[0]) },

	"ESC a":  func(p *Printer, t token) { p.atStart(t, func() { p.mode.align = choice(t.par[0]) }) },
	"GS L":   func(p *Printer, t token) { p.atStart(t, func() { p.mode.left = min(le16(t.par), p.o.dots()-column) }) },
	"GS W":   func(p *Printer, t token) { p.atStart(t, func() { p.mode.area = le16(t.par) }) },
	"ESC $":  func(p *Printer, t token) { p.moveTo(le16(t.par)) },
	"ESC \\": func(p *Printer, t token) { p.moveTo(p.line.x + int(int16(le16(t.par)))) },
	"ESC D":  func(p *Printer, t token) { p.setTabs(t.data) },

	"ESC d": func(p *Printer, t token) { p.feedLines(int(t.par[0])) },
	"ESC J": func(p *Printer, t token) { p.feedDots(int(t.par[0])) },
	"GS V":  func(p *Printer, t token) { p.cutCommand(t) },
	"ESC i": func(p *Printer, t token) { p.cutCommand(t) },
	"ESC m": func(p *Printer, t token) { p.cutCommand(t) },

	"GS v 0": func(p *Printer, t token) { p.beginRaster(t) },
	"row":    func(p *Printer, t token) { p.rasterRow(t.data) },
	"GS ( L": func(p *Printer, t token) { p.graphics(t.data) },
	"GS 8 L": func(p *Printer, t token) { p.graphics(t.data) },
	"GS ( k": func(p *Printer, t token) { p.symbol(t.data) },
	"GS h":   func(p *Printer, t token) { p.mode.barHigh = max(int(t.par[0]), 1) },
	"GS w":   func(p *Printer, t token) { p.mode.barWide = min(max(int(t.par[0]), 2), 6) },
	"GS H":   func(p *Printer, t token) { p.mode.barText = byte(choice(t.par[0])) & 3 },
	"GS f":   nothing,
	"GS k":   func(p *Printer, t token) { p.barcode(t.par[0], t.data) },

	"GS a":   func(p *Printer, t token) { p.enableASB(t.par[0]) },
	"GS r":   func(p *Printer, t token) { p.transmitStatus(t.par[0]) },
	"ESC v":  func(p *Printer, _ token) { p.transmitStatus(1) },
	"GS I":   func(p *Printer, t token) { p.identify(t.par[0]) },
	"GS ( H": func(p *Printer, t token) { p.processID(t.data) },
	"ESC p":  nothing, "ESC c": nothing, "GS ( D": nothing, "GS P": nothing, "ESC {": nothing,
}

func nothing(*Printer, token) {}

// exec does one token.
func (p *Printer) exec(t token) {
	if f, ok := actions[t.name]; ok {
		f(p, t)
		return
	}
	p.o.Log.Debug("command passed over", "command", t.name, "bytes", fmt.Sprintf("% x", t.par))
}

// atStart does what works only while the line is empty.
func (p *Printer) atStart(t token, f func()) {
	if !p.line.empty() {
		p.o.Log.Debug("ignored off the line's start", "command", t.name)
		return
	}
	f()
}

func (p *Printer) moveTo(x int) {
	if x >= 0 && x < p.areaWidth() {
		p.line.x = x
	}
}

// setTabs reads ESC D: columns in ascending order.
func (p *Printer) setTabs(columns []byte) {
	p.mode.tabs = []int{}
	for _, c := range columns[:min(len(columns), 32)] {
		p.mode.tabs = append(p.mode.tabs, int(c)*column)
	}
}

// tab goes to the next stop, every eight columns unless ESC D said otherwise.
func (p *Printer) tab() {
	if p.mode.tabs == nil {
		p.moveTo((p.line.x/(8*column) + 1) * 8 * column)
		return
	}
	for _, x := range p.mode.tabs {
		if x > p.line.x {
			p.moveTo(x)
			return
		}
	}
}

func (p *Printer) enableASB(n byte) {
	if !p.o.ASB {
		return
	}
	p.mode.asb = n
	if n != 0 {
		p.sendASB()
	}
}

// processID is GS ( H function 48: the answer waits in the print buffer behind
// what is to be printed.
func (p *Printer) processID(d []byte) {
	if p.o.ProcessID && len(d) == 6 && d[0] == 0x30 && d[1] == 0x30 {
		p.push(job{answer: append(append([]byte{0x37, 0x22}, d[2:]...), 0)})
	}
}
