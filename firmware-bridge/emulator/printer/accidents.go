package printer

import "time"

// overrun is how many bytes get lost when the receive buffer is missed once.
const overrun = 64

// faults are the accidents that have happened.
type faults struct {
	low, paperOut bool
	cover         bool
	jam           bool // the blade is blocked
	jamAtCut      bool // it will be, at the next cut
	cutterError   bool // the printer knows; only DLE ENQ or power clears it
	stuck         bool // something else is blocked
	stuckError    bool // the printer knows; only DLE ENQ or power clears it
	broken        bool
	hot           bool
	feeding       bool
	waits         bool
	off, mute     bool

	echo, half bool
	late       time.Duration

	countdown bool // the roll ends after rowsLeft rows
	rowsLeft  int
	losing    bool // bytes get lost after loseIn more
	loseIn    int
	loseN     int
}

// PaperLow is the near-end sensor. The printer prints on.
func (p *Printer) PaperLow(yes bool) {
	p.with(func() {
		p.faults.low = yes
		p.changed("paper low")
	})
}

// PaperOut ends the roll, or puts in a new one. What hung from the old roll
// falls out as a ticket that was not cut, and what is buffered prints on the
// new one, unless the printer forgets it at the paper's end.
func (p *Printer) PaperOut(yes bool) {
	p.with(func() {
		if !yes && p.faults.paperOut {
			p.deliver(p.strip.h, false, p.takeParsed())
			p.strip.load(p.o.BladeDots)
		}
		p.faults.countdown = false
		p.setPaperOut(yes)
		p.work()
	})
}

func (p *Printer) setPaperOut(yes bool) {
	p.faults.paperOut = yes
	if p.o.LoseBuffer {
		p.forget()
	}
	p.changed("paper end")
}

// PaperOutAfter ends the roll after so many more rows (8 a millimetre), in the
// middle of a line or a picture if it comes so.
func (p *Printer) PaperOutAfter(rows int) {
	p.with(func() {
		p.faults.countdown, p.faults.rowsLeft = rows > 0, rows
		if rows <= 0 {
			p.setPaperOut(true)
		}
	})
}

// countDown is told of each row.
func (p *Printer) countDown() {
	if !p.faults.countdown {
		return
	}
	p.faults.rowsLeft--
	if p.faults.rowsLeft <= 0 {
		p.faults.countdown = false
		p.setPaperOut(true)
	}
}

// CoverOpen opens or shuts the paper cover. Printing stops and goes on.
func (p *Printer) CoverOpen(yes bool) {
	p.with(func() {
		p.faults.cover = yes
		p.changed("cover")
		p.work()
	})
}

// CutterJam blocks the blade, which the printer notices at once. Freed, the
// printer still waits for DLE ENQ or for its power switch.
func (p *Printer) CutterJam(yes bool) {
	p.with(func() {
		p.faults.jam = yes
		p.faults.jamAtCut = false
		if yes {
			p.faults.cutterError = true
		}
		p.changed("cutter jam")
	})
}

// CutterJamAtCut blocks the blade at the next cut: the ticket is printed and
// not cut. CutterJam(false) frees it.
func (p *Printer) CutterJamAtCut() { p.with(func() { p.faults.jamAtCut = true }) }

// Stuck blocks the mechanism elsewhere, a recoverable error. Freed, the printer
// waits as after [Printer.CutterJam].
func (p *Printer) Stuck(yes bool) {
	p.with(func() {
		p.faults.stuck = yes
		p.faults.stuckError = p.faults.stuckError || yes
		p.changed("stuck")
	})
}

// Broken is an error that no command and no power switch clears.
func (p *Printer) Broken(yes bool) {
	p.with(func() {
		p.faults.broken = yes
		p.changed("broken")
	})
}

// Feed holds the FEED button down, or lets it go. The printer prints on.
func (p *Printer) Feed(yes bool) {
	p.with(func() {
		p.faults.feeding = yes
		p.changed("feed button")
	})
}

// Overheat makes the print head too hot, or lets it cool; then the printer
// goes on by itself.
func (p *Printer) Overheat(yes bool) {
	p.with(func() {
		p.faults.hot = yes
		p.changed("overheat")
		p.work()
	})
}

// TicketWaits says that the last ticket hangs in the mouth; bit 7 of the first
// real-time status, as kiosk printers have it.
func (p *Printer) TicketWaits(yes bool) {
	p.with(func() {
		p.faults.waits = yes
		p.changed("ticket waits")
	})
}

// PowerOff loses everything buffered and every setting. The printer neither
// hears nor answers until PowerOn. The paper stays where it is.
func (p *Printer) PowerOff() {
	p.with(func() {
		if p.motor != nil {
			p.motor.Stop()
		}
		p.moving = false
		p.forget()
		p.faults.off, p.held = true, false
		p.changed("power off")
		p.flowControl()
	})
}

// PowerOn starts the printer anew. An error that could be recovered from is gone
// if its cause is.
func (p *Printer) PowerOn() {
	p.with(func() {
		p.faults.off = false
		p.faults.cutterError, p.faults.stuckError = p.faults.jam, p.faults.stuck
		p.parser = parser{}
		p.tail = nil
		p.reset()
		p.changed("power on")
	})
}

// Tear feeds what is printed to the tear bar, by the FEED button, and tears it
// off: a ticket that was not cut.
func (p *Printer) Tear() {
	p.with(func() {
		for range p.o.BladeDots {
			p.strip.feed(nil)
		}
		p.deliver(p.strip.h-p.o.BladeDots, false, p.takeParsed())
	})
}
