package printer

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func wantTexts(t *testing.T, p *Printer, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, texts(p)); diff != "" {
		t.Error(diff)
	}
}

func TestPaperLowPrintsOn(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.PaperLow(true)
		want(t, "paper and printer", h.say(eot(4)+eot(1)), "\x1e\x12")
		want(t, "confirmation", h.say("A015\n"+cut+processID), printed)
		wantTexts(t, p, "A015")
	})
}

func TestStaleTicketsPrintAfterReload(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.PaperOut(true)
		want(t, "confirmation without paper", h.say("A015\n"+cut+processID), "")
		wantTexts(t, p)
		p.PaperOut(false)
		want(t, "confirmation after reload", h.hear(), printed)
		wantTexts(t, p, "A015")
	})
}

func TestBufferLostAtPaperEnd(t *testing.T) {
	o := TM80()
	o.LoseBuffer = true
	withPrinter(t, o, func(t *testing.T, p *Printer, h *host) {
		p.PaperOutAfter(10)
		h.say("first\nsecond\n" + cut + processID)
		p.PaperOut(false)
		want(t, "confirmation", h.hear(), "")
		h.say("third\n" + cut)
		for _, s := range texts(p) {
			if strings.Contains(s, "second") {
				t.Errorf("%q printed though the buffer was lost", s)
			}
		}
	})
}

func TestPaperEndsInAPicture(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.PaperOutAfter(20)
		want(t, "confirmation", h.say("\x1dv0\x00\x01\x00\x40\x00"+strings.Repeat("\xff", 64)+cut+processID), "")
		want(t, "offline cause", h.say(eot(2)), "\x32")
		p.PaperOut(false)
		want(t, "confirmation after reload", h.hear(), printed)
		wantTexts(t, p, "[image 8x20]", "[image 8x44]")
		half, rest := p.Tickets()[0], p.Tickets()[1]
		if half.Cut || !rest.Cut {
			t.Errorf("cut %v and %v, want only the second", half.Cut, rest.Cut)
		}
		if got := half.Image.Bounds().Dy(); got != 96+20 {
			t.Errorf("half ticket has %d rows, want 116", got)
		}
	})
}

func TestCoverStopsAndGoesOn(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.CoverOpen(true)
		want(t, "open", h.say("A015\n"+cut+processID), "")
		p.CoverOpen(false)
		want(t, "shut", h.hear(), printed)
	})
}

func TestCutterNeedsRecovery(t *testing.T) {
	for _, tc := range []struct {
		name, recovery string
		want           []string
	}{
		{"going on", "\x10\x05\x01", []string{"A015"}},
		{"clearing", "\x10\x05\x02", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
				p.CutterJamAtCut()
				want(t, "jammed", h.say("A015\n"+cut+processID), "")
				want(t, "status", h.say(eot(1)+eot(2)+eot(3)), "\x1a\x52\x1a")
				want(t, "recovery before the cause is gone", h.say(tc.recovery+eot(3)), "\x1a")
				p.CutterJam(false)
				want(t, "cause gone, not recovered", h.say(eot(3)), "\x1a")
				h.say(tc.recovery)
				want(t, "recovered", h.say(eot(3)), "\x12")
				wantTexts(t, p, tc.want...)
			})
		})
	}
}

func TestHeadCoolsByItself(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.Overheat(true)
		want(t, "hot", h.say("A\n"+cut+processID+eot(1)+eot(2)+eot(3)), "\x1a\x52\x52")
		p.Overheat(false)
		want(t, "cool", h.hear(), printed)
	})
}

func TestPowerLosesBufferAndSettings(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		h.say("\x1b3\x00\x1da\xff")
		p.PaperOut(true)
		h.hear()
		h.say("buffered\n" + cut)
		p.PowerOff()
		want(t, "off", h.say(eot(1)+"unheard\n"), "")
		p.PaperOut(false)
		p.PowerOn()
		want(t, "no ASB after power-on", h.hear(), "")
		want(t, "on", h.say("fresh\n"+cut+eot(1)), "\x12")
		wantTexts(t, p, "fresh")
		if p.mode.spacing != 30 {
			t.Errorf("line spacing %d survived", p.mode.spacing)
		}
	})
}

func TestPowerCycleEndsACutterError(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.CutterJam(true)
		p.PowerOff()
		p.PowerOn()
		want(t, "still blocked", h.say(eot(3)), "\x1a")
		p.PowerOff()
		p.CutterJam(false)
		p.PowerOn()
		want(t, "freed", h.say(eot(3)), "\x12")
	})
}

func TestMutePrintsSilently(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.Mute(true)
		want(t, "mute", h.say(eot(1)+"A015\n"+cut+processID), "")
		wantTexts(t, p, "A015")
		p.Mute(false)
		want(t, "speaking", h.say(eot(1)), "\x12")
	})
}

func TestOverrunLosesBytes(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.LoseBytesAfter(3)
		h.say("abc" + strings.Repeat("x", 64) + "def\n" + cut)
		wantTexts(t, p, "abcdef")
		if got := p.Tickets()[0].Lost; got != 64 {
			t.Errorf("%d bytes lost, want 64", got)
		}
	})
}

func TestTear(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.Tear()
		wantTexts(t, p)
		h.say("by hand\n")
		p.Tear()
		wantTexts(t, p, "by hand")
		if k := p.Tickets()[0]; k.Cut || k.Bytes != 8 {
			t.Errorf("cut %v, %d bytes; want torn, 8", k.Cut, k.Bytes)
		}
	})
}

func TestStuckMechanism(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.Stuck(true)
		want(t, "DLE ENQ while it is stuck", h.say("\x10\x05\x02"+eot(1)+eot(3)), "\x1a\x16")
		p.Stuck(false)
		want(t, "once it is free", h.say(eot(1)), "\x3a")
		want(t, "after DLE ENQ", h.say("\x10\x05\x02"+eot(1)+eot(3)), "\x12\x12")
	})
}

func TestBrokenStaysBroken(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.Broken(true)
		h.say("\x10\x05\x02")
		p.PowerOff()
		p.PowerOn()
		want(t, "after power and DLE ENQ", h.say(eot(3)), "\x32")
	})
}

func TestWireAccidents(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.Late(1500 * time.Millisecond)
		want(t, "within a second", h.say(eot(1)), "")
		want(t, "late", h.hear(), "\x12")
		p.Late(0)
		p.Half(true)
		want(t, "half a byte", h.say(eot(1)), "")
		want(t, "half of four", h.say("\x1da\xff"), "\x10\x00")
		p.Half(false)
		p.Noise(0x41, 0x00)
		want(t, "noise", h.hear(), "\x41\x00")
		p.Echo(true)
		want(t, "echo and answer", h.say(eot(1)), eot(1)+"\x12")
		p.PowerOff()
		want(t, "echo without a printer", h.say("AB"), "AB")
	})
}
