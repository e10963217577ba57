package printer

import (
	"strings"
	"time"
)

// dotsPerMM is the rows of one millimetre at 203 dpi.
const dotsPerMM = 8

// step is how many rows the motor moves between two looks at the sensors.
const step = 16

// maxQueue is the print buffer in rows. When it is full, the printer leaves
// further data in the receive buffer.
const maxQueue = 512

// maxTickets is how many tickets lie on the floor before the oldest is swept
// away.
const maxTickets = 200

// maxFloor is how many rows all of them may have, about 36 MB of 80 mm paper.
const maxFloor = 500_000

// maxFeed is the longest feed of one command, 1016 mm.
const maxFeed = 8128

// A job is one thing that the mechanism has to do.
type job struct {
	dots   *Bitmap // rows to print, nil for none
	feed   int     // rows to feed after them
	text   string  // what the rows say
	write  bool    // text is a line, even if empty
	imageW int     // the rows are part of an image this wide
	cut    bool
	bytes  int    // data that came since the cut before
	answer []byte // sent when everything before has been printed
}

func (j *job) rows() int {
	if j.dots == nil {
		return j.feed
	}
	return j.dots.h + j.feed
}

// push hands work to the mechanism.
func (p *Printer) push(j job) {
	p.jobs = append(p.jobs, j)
	p.queued += j.rows()
}

// runJobs does what can be done now. A printer with a speed does a step and comes
// back by its timer.
func (p *Printer) runJobs() {
	for len(p.jobs) > 0 && !p.moving && p.ready() {
		j := &p.jobs[0]
		n := j.rows() - p.fed
		if p.o.MMPerSec > 0 {
			n = min(n, step)
		}
		moved := p.moveRows(j, n)
		if len(p.jobs) > 0 && p.fed >= j.rows() && !(j.cut && p.jams()) {
			p.finish(*j)
		}
		if p.o.MMPerSec > 0 && moved > 0 {
			p.moving = true
			p.motor = time.AfterFunc(time.Duration(moved)*time.Second/time.Duration(dotsPerMM*p.o.MMPerSec), p.motorDone)
		}
	}
}

func (p *Printer) motorDone() {
	p.with(func() {
		p.moving = false
		p.work()
	})
}

// moveRows feeds up to n rows of the job, fewer when the paper ends meanwhile.
func (p *Printer) moveRows(j *job, n int) int {
	for i := range n {
		if !p.ready() {
			return i
		}
		var dots []byte
		if j.dots != nil && p.fed < j.dots.h {
			dots = j.dots.row(p.fed)
		}
		p.strip.feed(dots)
		p.fed++
		p.queued--
		p.noteRow(j)
		p.countDown()
		if len(p.jobs) == 0 {
			return i + 1 // paper end threw the buffer away
		}
	}
	return n
}

// noteRow writes into the strip's text what the row just fed completes.
func (p *Printer) noteRow(j *job) {
	if j.imageW > 0 && p.fed <= j.dots.h {
		p.strip.draw(j.imageW, 1)
	}
	if j.write && j.dots != nil && p.fed == j.dots.h {
		p.strip.write(j.text)
	}
	if p.strip.h > maxStrip {
		p.deliver(p.strip.h, false, 0)
	}
}

// finish takes a job that is done off the queue.
func (p *Printer) finish(j job) {
	p.jobs = p.jobs[1:]
	p.fed = 0
	if j.write && j.dots == nil {
		p.strip.write(j.text)
	}
	if j.cut {
		p.cut(j.bytes)
	}
	p.answer(j.answer)
}

// cut cuts at the blade, which stands above the head: what was printed last is
// still below it.
func (p *Printer) cut(bytes int) {
	p.deliver(p.strip.h-p.o.BladeDots, true, bytes)
}

// jams tells whether the blade gets stuck now. The cut then stays to be done.
func (p *Printer) jams() bool {
	if !p.faults.jamAtCut {
		return false
	}
	p.faults.jamAtCut = false
	p.faults.jam, p.faults.cutterError = true, true
	p.changed("cutter jam")
	return true
}

// takeParsed is the data since the last ticket's.
func (p *Printer) takeParsed() int {
	n := p.parsed
	p.parsed = 0
	return n
}

// deliver makes a ticket of the upper rows and lets it fall.
func (p *Printer) deliver(rows int, cut bool, bytes int) {
	if rows <= 0 {
		return
	}
	img, text := p.strip.take(rows)
	if strings.TrimSpace(text) == "" && img.blank() && !cut {
		return
	}
	t := Ticket{Text: text, Image: img, Bytes: bytes, Lost: p.lost, Cut: cut, At: time.Now()}
	p.lost = 0
	p.tickets = append(p.tickets, t)
	p.floor += rows
	for len(p.tickets) > maxTickets || p.floor > maxFloor {
		p.floor -= p.tickets[0].Image.Bounds().Dy()
		p.tickets = p.tickets[1:]
	}
	if p.o.OnTicket != nil {
		p.calls = append(p.calls, func() { p.o.OnTicket(t) })
	}
}
