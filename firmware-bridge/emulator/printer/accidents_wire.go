package printer

import "time"

// Mute lets the printer work and say nothing.
func (p *Printer) Mute(yes bool) { p.with(func() { p.faults.mute = yes }) }

// Echo lets the wire send back whatever arrives, as a plug of bridged pins does,
// or an adapter that hears itself. It needs no printer that is switched on.
func (p *Printer) Echo(yes bool) { p.with(func() { p.faults.echo = yes }) }

// Late lets every answer come so much later; 0 is in time again.
func (p *Printer) Late(by time.Duration) { p.with(func() { p.faults.late = by }) }

// Half loses the second half of every answer, and all of one that is a byte long.
func (p *Printer) Half(yes bool) { p.with(func() { p.faults.half = yes }) }

// Noise puts bytes on the wire that nobody asked for.
func (p *Printer) Noise(b ...byte) { p.out.send(b) }

// LoseBytesAfter lets n more bytes arrive and loses the 64 behind them, once:
// a receive buffer that ran over.
func (p *Printer) LoseBytesAfter(n int) {
	p.with(func() { p.faults.losing, p.faults.loseIn, p.faults.loseN = true, n, overrun })
}

// loses tells whether this byte gets lost.
func (p *Printer) loses() bool {
	f := &p.faults
	switch {
	case !f.losing:
		return false
	case f.loseIn > 0:
		f.loseIn--
		return false
	}
	f.loseN--
	f.losing = f.loseN > 0
	return true
}

// answer sends bytes to the host, if the printer can speak.
func (p *Printer) answer(b []byte) {
	if p.faults.off || p.faults.mute {
		return
	}
	if p.faults.half {
		b = b[:len(b)/2]
	}
	if p.faults.late > 0 {
		late := append([]byte(nil), b...)
		time.AfterFunc(p.faults.late, func() { p.out.send(late) })
		return
	}
	p.out.send(b)
}
