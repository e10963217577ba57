package printer

import (
	"image"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"halld/devices"
	"halld/devices/devicestest"
	emulator "halld/firmware-bridge/emulator/printer"
)

// emulated runs a test with the driver on one end of a wire and an emulated
// printer, which reads the same manuals with other eyes, on the other.
func emulated(t *testing.T, opts Opts, far emulator.Opts, f func(*testing.T, *Dev, *emulator.Printer, *reports)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		line, conn := devicestest.Pipe(t)
		p, r := emulator.New(far), &reports{}
		opts.Report = r.report
		d := New(line, opts)
		go p.Run(t.Context(), conn)
		f(t, d, p, r)
	})
}

// tm80 is a printer that knows everything and takes its time.
func tm80() emulator.Opts {
	o := emulator.TM80()
	o.MMPerSec = 150
	return o
}

func epson(t *testing.T) Opts { return Opts{Profile: profile(t, "epson", "80mm")} }

func TestTicketOnPaper(t *testing.T) {
	clone := emulator.Clone58()
	sprt := emulator.TM80()
	sprt.Charset, sprt.ProcessID = emulator.GB2312, false
	plain := emulator.TM80()
	plain.Charset = emulator.NoHanzi
	tests := []struct {
		model, paper string
		far          emulator.Opts
		native       bool // text and QR code are the printer's own
	}{
		{"epson", "80mm", tm80(), true},
		{"generic", "80mm", tm80(), true},
		{"simple", "58mm", clone, false},
		{"sprt", "80mm", sprt, true},
		{"ascii", "80mm", plain, false},
	}
	for _, tt := range tests {
		t.Run(tt.model, func(t *testing.T) {
			opts := Opts{Profile: profile(t, tt.model, tt.paper)}
			emulated(t, opts, tt.far, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
				got, err := d.Print(t.Context(), queueTicket())
				wantResult(t, got, err, Printed, devices.OK)
				p.Tear()
				tickets := p.Tickets()
				if len(tickets) == 0 || tickets[0].Lost != 0 || tickets[0].Cut != (opts.Profile.Cut != "") {
					t.Fatalf("tickets: %+v", tickets)
				}
				if tt.native {
					wantText(t, tickets[0].Text, "东湖零工市场", "业务类别 普工·搬运", "A015", "[QR https://example.org/t/A015]")
				}
				if got := decodeQR(t, tickets[0].Image); got != "https://example.org/t/A015" {
					t.Errorf("the QR code on paper says %q", got)
				}
			})
		})
	}
}

func wantText(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("no %q on paper:\n%s", w, got)
		}
	}
}

func decodeQR(t *testing.T, img image.Image) string {
	t.Helper()
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	res, err := qrcode.NewQRCodeReader().Decode(bits, hints)
	if err != nil {
		t.Fatal(err)
	}
	return res.GetText()
}

// The rare name is on the paper dot by dot.
func TestRareNameOnPaper(t *testing.T) {
	emulated(t, epson(t), tm80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
		got, err := d.Print(t.Context(), Doc{[]Line{Text{Text: "𠮷"}}})
		wantResult(t, got, err, Printed, devices.OK)
		img := p.Tickets()[0].Image
		want := (&font{}).line("𠮷", style{width: 1, height: 1})
		top := 0 // the glyph's second row is its first with ink
		for top < img.Bounds().Dy() && !hasInk(img, top+1) {
			top++
		}
		for y := range cell {
			for x := range cell {
				black := want.Bits[y*3+x/8]>>(7-x%8)&1 == 1
				if lum, _, _, _ := img.At(x, top+y).RGBA(); (lum == 0) != black {
					t.Fatalf("dot %d,%d differs from the glyph", x, y)
				}
			}
		}
	})
}

func hasInk(img image.Image, y int) bool {
	for x := range img.Bounds().Dx() {
		if lum, _, _, _ := img.At(x, y).RGBA(); lum == 0 {
			return true
		}
	}
	return false
}

func TestAccidents(t *testing.T) {
	tests := []struct {
		name   string
		happen func(*emulator.Printer)
		result Result
		fault  devices.Fault
		heal   func(*emulator.Printer)
	}{
		{
			"cover", func(p *emulator.Printer) { p.CoverOpen(true) }, NotSent, devices.CoverOpen,
			func(p *emulator.Printer) { p.CoverOpen(false) },
		},
		{
			"paper", func(p *emulator.Printer) { p.PaperOut(true) }, NotSent, devices.PaperOut,
			func(p *emulator.Printer) { p.PaperOut(false) },
		},
		{
			"heat", func(p *emulator.Printer) { p.Overheat(true) }, NotSent, devices.Overheat,
			func(p *emulator.Printer) { p.Overheat(false) },
		},
		{
			"cutter", func(p *emulator.Printer) { p.CutterJam(true) }, NotSent, devices.CutterJam,
			func(p *emulator.Printer) { p.CutterJam(false) },
		},
		{
			"cutter at the cut", func(p *emulator.Printer) { p.CutterJamAtCut() }, Unknown, devices.CutterJam,
			func(p *emulator.Printer) { p.CutterJam(false) },
		},
		{
			"switched off", func(p *emulator.Printer) { p.PowerOff() }, NotSent, devices.NoAnswer,
			func(p *emulator.Printer) { p.PowerOn() },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			emulated(t, epson(t), tm80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
				got, err := d.Print(t.Context(), slip)
				wantResult(t, got, err, Printed, devices.OK)
				tt.happen(p)
				got, err = d.Print(t.Context(), slip)
				wantResult(t, got, err, tt.result, tt.fault)
				tt.heal(p)
				time.Sleep(15 * time.Second)
				got, err = d.Print(t.Context(), slip)
				wantResult(t, got, err, Printed, devices.OK)
			})
		})
	}
}

func TestMuteEmulator(t *testing.T) {
	emulated(t, epson(t), tm80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
		p.Mute(true)
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Unconfirmed, devices.OK)
		time.Sleep(10 * time.Second)
		if n := len(p.Tickets()); n != 1 {
			t.Errorf("%d tickets, want one all the same", n)
		}
		r.want(t, devices.NoStatus)
	})
}

// A printer that drops what it has no room for loses nothing: with answers to
// count on, and by the clock alone.
func TestNoOverrun(t *testing.T) {
	logo := newImage(576, 600)
	logo.fill(8, 8, 560, 580)
	doc := Doc{append([]Line{logo}, queueTicket().Lines...)}
	tests := []struct {
		name   string
		change func(*emulator.Opts, *Opts)
		want   Result
	}{
		{"process ID", func(*emulator.Opts, *Opts) {}, Printed},
		{"GS r", func(f *emulator.Opts, _ *Opts) { f.ProcessID = false }, Printed},
		{"clock", func(f *emulator.Opts, o *Opts) {
			f.ProcessID, f.GSR, f.Baud, o.Baud = false, emulator.GSRNone, 19200, 19200
		}, Unconfirmed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			far, opts := tm80(), Opts{Profile: profile(t, "generic", "80mm"), Buffer: 8192}
			far.MMPerSec, far.BufferBytes, far.DropOnFull = 60, 16384, true
			tt.change(&far, &opts)
			emulated(t, opts, far, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
				got, err := d.Print(t.Context(), doc)
				wantResult(t, got, err, tt.want, devices.OK)
				time.Sleep(time.Minute)
				for _, ticket := range p.Tickets() {
					if ticket.Lost != 0 {
						t.Errorf("%d bytes lost", ticket.Lost)
					}
				}
				if len(p.Tickets()) != 1 {
					t.Errorf("%d tickets, want 1", len(p.Tickets()))
				}
			})
		})
	}
}

func TestRunWithEmulator(t *testing.T) {
	emulated(t, epson(t), tm80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
		go d.Run(t.Context())
		time.Sleep(time.Second)
		p.PaperLow(true)
		time.Sleep(100 * time.Millisecond) // told, not asked
		p.CoverOpen(true)
		time.Sleep(100 * time.Millisecond)
		p.CoverOpen(false)
		time.Sleep(100 * time.Millisecond)
		r.want(t, devices.OK, devices.PaperLow, devices.CoverOpen, devices.PaperLow)
		p.PowerOff()
		time.Sleep(10 * time.Second)
		r.want(t, devices.OK, devices.PaperLow, devices.CoverOpen, devices.PaperLow, devices.NoAnswer)
	})
}

func TestIdentifyEmulator(t *testing.T) {
	far := tm80()
	emulated(t, epson(t), far, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
		name, err := d.Identify(t.Context())
		if err != nil || !strings.Contains(name, far.Model) {
			t.Errorf("%q and %v, want %s", name, err, far.Model)
		}
	})
}

// Copies of one job come out as papers of their own, confirmed together.
func TestCopiesAreCutApart(t *testing.T) {
	doc := Doc{[]Line{Text{Text: "客户联"}, Cut{}, Text{Text: "存根联"}}}
	emulated(t, epson(t), tm80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
		got, err := d.Print(t.Context(), doc)
		wantResult(t, got, err, Printed, devices.OK)
		papers := p.Tickets()
		if len(papers) != 2 || !papers[0].Cut || !papers[1].Cut {
			t.Fatalf("got %d papers, want 2 that are cut", len(papers))
		}
		wantText(t, papers[0].Text, "客户联")
		wantText(t, papers[1].Text, "存根联")
	})
	if got, want := doc.Plain(8), "客户联\n========\n存根联\n"; got != want {
		t.Errorf("as text it is %q, want %q", got, want)
	}
}
