package printer

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// FuzzPrinter feeds anything to a whole printer: it must not panic, and what it
// keeps must stay within its bounds.
func FuzzPrinter(f *testing.F) {
	for name, v := range vectorSeeds(f) {
		f.Add(v, len(name)%2 == 0)
	}
	f.Add([]byte("\x1b3\xff\x1bd\xff\x1bd\xff"), true)
	f.Fuzz(func(t *testing.T, b []byte, clone bool) {
		o := TM80()
		if clone {
			o = Clone58()
		}
		p := New(o)
		p.PaperOutAfter(2000)
		p.receive(b)
		p.PaperOut(false)
		switch {
		case len(p.rx) > p.o.BufferBytes:
			t.Errorf("%d bytes in the receive buffer", len(p.rx))
		case len(p.parser.data) > maxKept:
			t.Errorf("%d bytes of payload", len(p.parser.data))
		case p.strip.h > maxStrip+1:
			t.Errorf("%d rows of paper", p.strip.h)
		case p.floor > maxFloor:
			t.Errorf("%d rows on the floor", p.floor)
		case p.queued < 0 || p.queued > 0 && len(p.jobs) == 0:
			t.Errorf("%d rows queued in %d jobs", p.queued, len(p.jobs))
		}
	})
}

// vectorSeeds are all known vectors as a corpus.
func vectorSeeds(f *testing.F) map[string][]byte {
	f.Helper()
	seeds := map[string][]byte{}
	for name, v := range readVectors(f) {
		seeds[name] = v.bytes(f)
	}
	return seeds
}

// TestPiecesMakeNoDifference: however the wire cuts a job into pieces, the same
// ticket comes out.
func TestPiecesMakeNoDifference(t *testing.T) {
	job := vectorBytes(t, "job_ticket_gsv0")
	p := New(Clone58())
	p.receive(job)
	whole := p.Tickets()[0]
	rapid.Check(t, func(t *rapid.T) {
		for rest := job; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			p.receive(rest[:n])
			rest = rest[n:]
		}
		all := p.Tickets()
		got := all[len(all)-1]
		// The bytes behind one ticket's cut belong to the next.
		if got.Text != whole.Text || got.Bytes != len(job) || !bytes.Equal(got.Image.(*Bitmap).bits, whole.Image.(*Bitmap).bits) {
			t.Fatalf("another ticket, of %d bytes: %q", got.Bytes, got.Text)
		}
	})
}

// TestAccidentsInAnyOrder: whatever happens, a printer put right again prints.
func TestAccidentsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := New(TM80())
		accidents := []func(){
			func() { p.PaperOut(rapid.Bool().Draw(t, "paper out")) },
			func() { p.PaperLow(rapid.Bool().Draw(t, "paper low")) },
			func() { p.CoverOpen(rapid.Bool().Draw(t, "cover")) },
			func() { p.CutterJam(rapid.Bool().Draw(t, "jam")) },
			func() { p.Overheat(rapid.Bool().Draw(t, "hot")) },
			p.CutterJamAtCut, p.PowerOff, p.PowerOn, p.Tear,
			func() { p.PaperOutAfter(rapid.IntRange(0, 300).Draw(t, "rows")) },
			func() { p.LoseBytesAfter(rapid.IntRange(0, 300).Draw(t, "bytes")) },
			func() { p.receive([]byte("A015\n" + cut)) },
			func() { p.receive([]byte("\x1dv0\x00\x48\x00\x20\x00half")) },
			func() { p.receive([]byte("\x10\x05\x02")) },
		}
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			accidents[rapid.IntRange(0, len(accidents)-1).Draw(t, "accident")]()
		}
		p.PowerOff()
		p.PaperOutAfter(1 << 20)
		p.PaperOut(false)
		p.CoverOpen(false)
		p.CutterJam(false)
		p.Overheat(false)
		p.PowerOn()
		p.Tear()
		before := len(p.Tickets())
		p.receive(make([]byte, overrun+300)) // whatever may still get lost
		p.receive([]byte("\x1b@right\n" + cut))
		all := p.Tickets()
		if len(all) != before+1 || all[before].Text != "right" {
			t.Fatalf("%d tickets after %d: %q", len(all), before, texts(p)[before:])
		}
	})
}
