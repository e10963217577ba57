package printer

import (
	"cmp"
	"fmt"
)

// bit gives a byte with bit n set when on.
func bit(n int, on bool) byte {
	if on {
		return 1 << n
	}
	return 0
}

// offline tells whether anything keeps the printer from printing.
func (p *Printer) offline() bool {
	f := &p.faults
	return f.paperOut || f.cover || f.cutterError || f.stuckError || f.broken || f.hot
}

// recovers tells whether an error is left whose cause is gone: the printer waits
// for DLE ENQ.
func (f *faults) recovers() bool {
	return (f.cutterError || f.stuckError) && !f.jam && !f.stuck
}

func (p *Printer) ready() bool { return !p.faults.off && !p.offline() }

// eot is the answer to DLE EOT n: always of the shape 0xx1xx10, but for bit 7
// of the first, which some kiosk printers use for a ticket not taken.
func (p *Printer) eot(n byte) (byte, bool) {
	f := &p.faults
	const fixed = 0x12
	switch n {
	case 1:
		return fixed | bit(2, p.o.DrawerPinHigh) | bit(3, p.offline()) | bit(5, f.recovers()) |
			bit(6, f.feeding) | bit(7, f.waits), true
	case 2:
		return fixed | bit(2, f.cover) | bit(3, f.feeding) | bit(5, f.paperOut) |
			bit(6, f.cutterError || f.stuckError || f.broken || f.hot), true
	case 3:
		return fixed | bit(2, f.stuckError) | bit(3, f.cutterError) | bit(5, f.broken) | bit(6, f.hot), true
	case 4:
		return fixed | bit(2, f.low) | bit(3, f.low) | bit(5, f.paperOut) | bit(6, f.paperOut), true
	}
	return 0, false
}

// paperBits are the sensors as GS r 1 and the third byte of ASB give them.
func (p *Printer) paperBits() byte {
	var b byte
	if p.faults.low {
		b |= 0x03
	}
	if p.faults.paperOut {
		b |= 0x0C
	}
	return b
}

// asb is the automatic status: four bytes, the first 0xx1xx00.
func (p *Printer) asb() [4]byte {
	f := &p.faults
	return [4]byte{
		0x10 | bit(2, p.o.DrawerPinHigh) | bit(3, p.offline()) | bit(5, f.cover) | bit(6, f.feeding),
		bit(0, f.recovers()) | bit(2, f.stuckError) | bit(3, f.cutterError) | bit(5, f.broken) | bit(6, f.hot),
		p.paperBits(),
		0,
	}
}

// asbMask is the bits whose change a GS a n asks to be told.
func asbMask(n byte) [4]byte {
	var m [4]byte
	if n&0x01 != 0 {
		m[0] |= 0x04
	}
	if n&0x02 != 0 {
		m[0] |= 0x28
	}
	if n&0x04 != 0 {
		m[1] |= 0x6C
	}
	if n&0x08 != 0 {
		m[2] |= 0x0F
	}
	if n&0x40 != 0 {
		m[0] |= 0x40
		m[1] |= 0x02
	}
	return m
}

// tellASB sends the status when a bit that was asked for has changed.
func (p *Printer) tellASB() {
	mask, now := asbMask(p.mode.asb), p.asb()
	for i := range now {
		if (now[i]^p.told[i])&mask[i] != 0 {
			p.sendASB()
			return
		}
	}
}

func (p *Printer) sendASB() {
	p.told = p.asb()
	p.answer(p.told[:])
}

// changed lets a new state have its consequences.
func (p *Printer) changed(what string) {
	p.o.Log.Info("printer changed", "what", what, "status", fmt.Sprintf("% x", p.asb()))
	if !p.faults.off {
		p.tellASB()
	}
}

// transmitStatus answers GS r and ESC v, which stand in the queue of data.
func (p *Printer) transmitStatus(n byte) {
	switch {
	case p.o.GSR == GSRNone:
	case n == 1 || n == 49:
		b := p.paperBits()
		if p.o.GSR == GSRClone && p.faults.paperOut {
			b = 0x0F
		}
		p.answer([]byte{b})
	case n == 2 || n == 50:
		if p.o.GSR == GSRClone {
			p.answer([]byte{0x08})
			return
		}
		p.answer([]byte{bit(0, p.o.DrawerPinHigh)})
	}
}

// identify answers GS I.
func (p *Printer) identify(n byte) {
	hanzi := p.o.Charset != NoHanzi
	fonts := cmp.Or(p.o.Fonts, map[Charset]string{GB2312: "GB2312", GBK: "GBK", GB18030: "GB18030"}[p.o.Charset])
	if p.o.Model == "" {
		return
	}
	switch n {
	case 1, 49:
		p.answer([]byte{0x20})
	case 2, 50:
		p.answer([]byte{bit(0, hanzi) | bit(1, !p.o.NoCutter)})
	case 3, 51:
		p.answer([]byte{0x01})
	case 65:
		p.answerText("1.00 HALL")
	case 66:
		p.answerText(p.o.Maker)
	case 67:
		p.answerText(p.o.Model)
	case 68:
		p.answerText("HALL0001")
	case 69:
		p.answerText(fonts)
	}
}

func (p *Printer) answerText(s string) { p.answer(append(append([]byte{0x5F}, s...), 0)) }
