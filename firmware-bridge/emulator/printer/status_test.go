package printer

import (
	"strings"
	"testing"
)

func eot(n byte) string { return string([]byte{0x10, 0x04, n}) }

// TestStatusVectors brings the printer into the state that a response vector
// describes and asks. No response vector is left out.
func TestStatusVectors(t *testing.T) {
	pin := func(o *Opts) { o.DrawerPinHigh = true }
	const asb = "\x1da\xff"
	left := map[string]bool{}
	for name, v := range readVectors(t) {
		left[name] = strings.HasPrefix(v.Meaning, "RESPONSE")
	}
	for _, tc := range []struct {
		vector   string
		ask      string
		opts     func(*Opts)
		accident func(*Printer)
	}{
		{"eot1_12", eot(1), nil, nil},
		{"eot1_16", eot(1), pin, nil},
		{"eot1_3a", eot(1), nil, func(p *Printer) { p.Stuck(true); p.Stuck(false) }},
		{"eot1_52", eot(1), nil, func(p *Printer) { p.Feed(true) }},
		{"eot1_kp628_92", eot(1), nil, func(p *Printer) { p.TicketWaits(true) }},
		{"eot2_12", eot(2), nil, nil},
		{"eot2_16", eot(2), nil, func(p *Printer) { p.CoverOpen(true) }},
		{"eot2_32", eot(2), nil, func(p *Printer) { p.PaperOut(true) }},
		{"eot2_52", eot(2), nil, func(p *Printer) { p.CutterJam(true) }},
		{"eot2_52", eot(2), nil, func(p *Printer) { p.Broken(true) }},
		{"eot3_12", eot(3), nil, nil},
		{"eot3_16", eot(3), nil, func(p *Printer) { p.Stuck(true) }},
		{"eot3_32", eot(3), nil, func(p *Printer) { p.Broken(true) }},
		{"eot3_52", eot(3), nil, func(p *Printer) { p.Overheat(true) }},
		{"eot4_72", eot(4), nil, func(p *Printer) { p.PaperOut(true) }},
		{"gsr1_00", "\x1dr\x01", nil, nil},
		{"gsr1_00", "\x1dr1", nil, nil},
		{"gsr1_00", "\x1bv", nil, nil},
		{"gsr1_03", "\x1dr\x01", nil, func(p *Printer) { p.PaperLow(true) }},
		{"asb_14000000", asb, pin, nil},
		{"asb_14000300", asb, pin, func(p *Printer) { p.PaperLow(true) }},
		{"asb_54000000", asb, pin, func(p *Printer) { p.Feed(true) }},
		{"clear_resp", string(clearFn8), nil, nil},
		{"maker_resp", "\x1dIB", nil, nil},
		{
			// 26 bytes at level L are version 2, 25 modules; 4 dots each are 100.
			"qr_size_resp", "\x1d(k\x03\x001C\x04\x1d(k\x03\x001E0" + string(vectorBytes(t, "qr_store_26")) +
				string(vectorBytes(t, "qr_size_query")), nil, nil,
		},
		{
			"xoff", strings.Repeat("A", 60), func(o *Opts) { o.XonXoff, o.BufferBytes = true, 64 },
			func(p *Printer) { p.CoverOpen(true) },
		},
	} {
		delete(left, tc.vector)
		t.Run(tc.vector, func(t *testing.T) {
			o := TM80()
			if tc.opts != nil {
				tc.opts(&o)
			}
			withPrinter(t, o, func(t *testing.T, p *Printer, h *host) {
				if tc.accident != nil {
					tc.accident(p)
				}
				want(t, "answer", h.say(tc.ask), string(vectorBytes(t, tc.vector)))
			})
		})
	}
	for name, accident := range map[string]func(*Printer){
		"asb_3c000000": func(p *Printer) { p.CoverOpen(true) },
		"asb_1c080000": func(p *Printer) { p.CutterJam(true) },
		"asb_1c200000": func(p *Printer) { p.Broken(true) },
	} {
		delete(left, name)
		o := TM80()
		o.DrawerPinHigh = true
		withPrinter(t, o, func(t *testing.T, p *Printer, h *host) {
			h.say(asb)
			accident(p)
			want(t, name, h.hear(), string(vectorBytes(t, name)))
		})
	}
	for name, is := range left {
		if is {
			t.Errorf("no state gives the response %s", name)
		}
	}
}

func TestASBTellsChanges(t *testing.T) {
	o := TM80()
	o.DrawerPinHigh = true
	for _, tc := range []struct {
		name     string
		mask     string
		accident func(*Printer)
		want     string
	}{
		{"cover", "\xff", func(p *Printer) { p.CoverOpen(true) }, "\x3c\x00\x00\x00"},
		{"cutter", "\xff", func(p *Printer) { p.CutterJam(true) }, "\x1c\x08\x00\x00"},
		{"head", "\xff", func(p *Printer) { p.Overheat(true) }, "\x1c\x40\x00\x00"},
		{"paper end", "\xff", func(p *Printer) { p.PaperOut(true) }, "\x1c\x00\x0c\x00"},
		{"paper asked only", "\x08", func(p *Printer) { p.CoverOpen(true) }, ""},
		{"same state again", "\xff", func(p *Printer) { p.CoverOpen(false) }, ""},
		{"mute", "\xff", func(p *Printer) { p.Mute(true); p.PaperOut(true) }, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			withPrinter(t, o, func(t *testing.T, p *Printer, h *host) {
				want(t, "first", h.say("\x1da"+tc.mask), "\x14\x00\x00\x00")
				tc.accident(p)
				want(t, "change", h.hear(), tc.want)
			})
		})
	}
}

func TestASBIsOffAfterReset(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		h.say("\x1da\xff\x1b@")
		p.CoverOpen(true)
		want(t, "change after ESC @", h.hear(), "")
	})
}

func TestOptionsSilenceStatus(t *testing.T) {
	for _, tc := range []struct{ name, ask string }{
		{"DLE EOT", eot(1) + eot(2) + eot(3) + eot(4)},
		{"GS r", "\x1dr\x01\x1dr\x02\x1bv"},
		{"GS a", "\x1da\xff"},
		{"GS I", "\x1dI\x01\x1dIB\x1dIC"},
		{"process ID", processID},
		{"clear", string(clearFn8)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			withPrinter(t, Opts{}, func(t *testing.T, _ *Printer, h *host) {
				want(t, "answer of a printer without it", h.say(tc.ask), "")
			})
		})
	}
}

func TestGSRWhileOutOfPaper(t *testing.T) {
	withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
		p.PaperOut(true)
		want(t, "GS r out of paper", h.say("\x1dr\x01"), "")
		p.PaperOut(false)
		want(t, "GS r after reload", h.hear(), "\x00")
	})
	withPrinter(t, Clone58(), func(t *testing.T, p *Printer, h *host) {
		p.PaperOut(true)
		want(t, "clone's GS r out of paper", h.say("\x1dr\x01"), "\x0f")
		want(t, "behind text that cannot print", h.say("A\n\x1dr\x01"), "")
		p.PaperOut(false)
		want(t, "after reload", h.hear(), "\x00")
		want(t, "clone's GS r 2", h.say("\x1dr\x02"), "\x08")
	})
}

func TestIdentity(t *testing.T) {
	for _, tc := range []struct {
		name, ask, want string
		set             func(*Opts)
	}{
		{"type with hanzi and cutter", "\x1dI\x02", "\x03", nil},
		{"export model", "\x1dI\x02", "\x02", func(o *Opts) { o.Charset = NoHanzi }},
		{"fonts", "\x1dIE", "_GB2312\x00", func(o *Opts) { o.Charset = GB2312 }},
		{"model", "\x1dIC", "_TM-T82II\x00", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := TM80()
			if tc.set != nil {
				tc.set(&o)
			}
			withPrinter(t, o, func(t *testing.T, _ *Printer, h *host) {
				want(t, "answer", h.say(tc.ask), tc.want)
			})
		})
	}
}
