package printer

import (
	"fmt"

	"rsc.io/qr"
)

// symbol is GS ( k for QR codes (cn 49); other symbols are passed over.
// Settings and data stay until ESC @.
func (p *Printer) symbol(d []byte) {
	if !p.o.NativeQR || len(d) < 3 || d[0] != 49 {
		return
	}
	switch fn, m := d[1], d[2]; fn {
	case 67:
		p.mode.qrSize = min(max(int(m), 1), 16)
	case 69:
		p.mode.qrLevel = m
	case 80:
		p.mode.qrData = string(d[3:])
	case 81:
		p.printQR()
	case 82:
		p.tellQRSize()
	}
}

// qrCode draws the stored data, one dot a module.
func (p *Printer) qrCode() (*qr.Code, bool) {
	level, ok := map[byte]qr.Level{'0': qr.L, '1': qr.M, '2': qr.Q, '3': qr.H}[p.mode.qrLevel]
	if !ok || p.mode.qrData == "" {
		return nil, false
	}
	c, err := qr.Encode(p.mode.qrData, level)
	return c, err == nil
}

// printQR prints the symbol, or silently nothing: when it is wider than the
// area, or text waits in the line. The quiet zone is the sender's business.
func (p *Printer) printQR() {
	c, ok := p.qrCode()
	if !ok {
		return
	}
	size := c.Size * p.mode.qrSize
	if size > p.areaWidth() || !p.line.empty() {
		p.o.Log.Debug("qr code not printed", "dots", size, "area", p.areaWidth())
		return
	}
	b := newBitmap(p.o.dots(), size)
	left := p.indent(size)
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				b.fill(left+x*p.mode.qrSize, y*p.mode.qrSize, p.mode.qrSize, p.mode.qrSize)
			}
		}
	}
	p.push(job{dots: b, text: "[QR " + p.mode.qrData + "]", write: true})
}

func (p *Printer) tellQRSize() {
	c, ok := p.qrCode()
	if !ok {
		return
	}
	n := c.Size * p.mode.qrSize
	printable := byte('0') + bit(0, n > p.areaWidth())
	p.answer(fmt.Appendf([]byte{0x37, 0x36}, "%d\x1f%d\x1f1\x1f%c\x00", n, n, printable))
}

// barcode is GS k. CODE128 (m 73) is drawn; of the other kinds only the text
// shows what was asked for.
func (p *Printer) barcode(m byte, data []byte) {
	if !p.line.empty() {
		return
	}
	if m != 73 {
		p.push(job{feed: p.mode.barHigh, text: fmt.Sprintf("[barcode %d %q]", m, data), write: true})
		return
	}
	modules, label, ok := code128(data)
	w := len(modules) * p.mode.barWide
	if !ok || w > p.areaWidth() {
		p.o.Log.Debug("barcode not printed", "dots", w, "area", p.areaWidth())
		return
	}
	above, below := 0, 0
	if p.mode.barText&1 != 0 {
		above = 24
	}
	if p.mode.barText&2 != 0 {
		below = 24
	}
	left := p.indent(w)
	b := newBitmap(p.o.dots(), above+p.mode.barHigh+below)
	for i, black := range modules {
		if black {
			b.fill(left+i*p.mode.barWide, above, p.mode.barWide, p.mode.barHigh)
		}
	}
	textAt := left + (w-len(label)*column)/2
	if above > 0 {
		p.drawText(b, textAt, 0, label)
	}
	if below > 0 {
		p.drawText(b, textAt, above+p.mode.barHigh, label)
	}
	p.push(job{dots: b, text: "[CODE128 " + label + "]", write: true})
}
