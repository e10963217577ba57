package printer

import "testing"

func TestRealtimeInsideRaster(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		want(t, "answer from inside a picture", h.say(string(vectorBytes(t, "trap_raster_dle"))), "\x12")
		h.say(cut)
		if got := texts(p); len(got) != 1 || got[0] != "[image 8x4]" {
			t.Errorf("tickets %q, want the picture whole", got)
		}
		img := p.Tickets()[0].Image.(*Bitmap)
		if !img.Black(3, 96) || img.Black(0, 96) {
			t.Error("first row is not the byte 10")
		}
	})
}

func TestRealtimeWorksOffline(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.CoverOpen(true)
		want(t, "status", h.say("text that waits\n"+eot(2)), "\x16")
	})
}

func TestRealtimeIsNotData(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		want(t, "status between characters", h.say("A"+eot(1)+"0\n"+cut), "\x12")
		if got := texts(p); len(got) != 1 || got[0] != "A0" {
			t.Errorf("tickets %q, want A0", got)
		}
	})
}

func TestArgumentIsNotPutOff(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		want(t, "status", h.say("\x1b3"+eot(1)), "\x12")
		if p.mode.spacing != 0x10 {
			t.Errorf("line spacing %d, want the DLE taken for it", p.mode.spacing)
		}
	})
}

func TestClearForgetsWhatWaits(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.PaperOut(true)
		h.say("stale\n" + cut)
		want(t, "answer", h.say(string(clearFn8)), "\x37\x25\x00")
		p.PaperOut(false)
		h.say("fresh\n" + cut)
		if got := texts(p); len(got) != 1 || got[0] != "fresh" {
			t.Errorf("tickets %q, want the fresh one alone", got)
		}
	})
}

func TestClearEndsAnUnfinishedRaster(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		h.say(string(vectorBytes(t, "trap_raster_truncated")) + string(clearFn8) + "next\n" + cut)
		if got := texts(p); len(got) != 1 || got[0] != "[image 576x1]\nnext" {
			t.Errorf("tickets %q", got)
		}
	})
}
