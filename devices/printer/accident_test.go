package printer

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"halld/devices"
	emulator "halld/firmware-bridge/emulator/printer"
)

// names are all profiles.
var names = []string{"generic", "epson", "xprinter", "sprt", "cashino", "simple", "ascii"}

// A port at whose end nothing but an echo is: no job is sent, and no profile
// takes it for a printer.
func TestEcho(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			opts := Opts{Profile: profile(t, name, "80mm")}
			emulated(t, opts, emulator.Opts{}, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
				p.PowerOff()
				p.Echo(true)
				got, err := d.Print(t.Context(), slip)
				wantResult(t, got, err, NotSent, devices.WrongDevice)
				_, err = d.Identify(t.Context())
				wantResult(t, NotSent, err, NotSent, devices.WrongDevice)
				if d.Answers() {
					t.Error("the echo counts as an answer")
				}
				r.want(t, devices.WrongDevice)
			})
		})
	}
}

// An adapter that echoes in front of a printer is told too, and forgotten once it
// is put right.
func TestEchoMended(t *testing.T) {
	emulated(t, Opts{}, tm80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
		p.Echo(true)
		go d.Run(t.Context())
		time.Sleep(3 * time.Second)
		p.Echo(false)
		time.Sleep(3 * time.Second)
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Printed, devices.OK)
		r.want(t, devices.WrongDevice, devices.OK)
	})
}

// A stray byte behind the cut is no confirmation, whatever it is but the answer
// itself.
func TestNoiseConfirmsNothing(t *testing.T) {
	for _, noise := range []byte{0x01, 0x02, 0x04, 0x08, 0x20, 0x41, 0x60, 0x63, 0x6f, 0x80, 0xff} {
		bubble(t, newFar, Opts{Profile: profile(t, "xprinter", "80mm")}, func(t *testing.T, d *Dev, f *far, r *reports) {
			f.on = func(tok token) {
				if tok.name == "GS V" {
					f.set(func() { f.gsR = false })
					time.AfterFunc(time.Second, func() { f.conn.Write([]byte{noise}) })
				}
			}
			got, err := d.Print(t.Context(), slip)
			if got != Unknown || !errors.Is(err, devices.ErrNoAnswer) {
				t.Errorf("after %02x the slip is %q, %v, want unknown", noise, got, err)
			}
		})
	}
}

// Late answers are those of the question that they answer, however the printer
// is: none is taken for another one's.
func TestLateAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		happen func(*emulator.Printer)
		want   devices.Fault
	}{
		{"well", func(*emulator.Printer) {}, devices.OK},
		{"paper low", func(p *emulator.Printer) { p.PaperLow(true) }, devices.PaperLow},
		{"paper out", func(p *emulator.Printer) { p.PaperOut(true) }, devices.PaperOut},
		{"cover", func(p *emulator.Printer) { p.CoverOpen(true) }, devices.CoverOpen},
		{"hot", func(p *emulator.Printer) { p.Overheat(true) }, devices.Overheat},
	} {
		for _, late := range []time.Duration{600 * time.Millisecond, 1500 * time.Millisecond} {
			for _, pin := range []bool{false, true} {
				far := tm80()
				far.DrawerPinHigh, far.ASB = pin, false
				emulated(t, Opts{}, far, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
					tt.happen(p)
					p.Late(late)
					go d.Run(t.Context())
					time.Sleep(time.Minute)
					synctest.Wait()
					for _, f := range r.list {
						if f != tt.want && f != devices.NoStatus {
							t.Errorf("%s, %v late, drawer %v: reported %q, want %q", tt.name, late, pin, r.list, tt.want)
							return
						}
					}
				})
			}
		}
	}
}

// How the printer is, as the driver reports it while nothing is printed.
func TestFaultsAreSeen(t *testing.T) {
	for _, tt := range []struct {
		name   string
		happen func(*emulator.Printer)
		want   []devices.Fault
	}{
		{"unrecoverable", func(p *emulator.Printer) { p.Broken(true) }, []devices.Fault{devices.OK, devices.Broken}},
		{"recoverable", func(p *emulator.Printer) { p.Stuck(true) }, []devices.Fault{devices.OK, devices.NotReady}},
		{"freed", func(p *emulator.Printer) {
			p.Stuck(true)
			time.Sleep(20 * time.Second)
			p.Stuck(false)
		}, []devices.Fault{devices.OK, devices.NotReady, devices.OK}},
		{"feed button", func(p *emulator.Printer) { p.Feed(true) }, []devices.Fault{devices.OK}},
		{"half answers", func(p *emulator.Printer) { p.Half(true) }, []devices.Fault{devices.OK, devices.NoAnswer}},
		{"noise", func(p *emulator.Printer) { p.Noise(0x00, 0x1c, 0x37, 0xff, 0x12) }, []devices.Fault{devices.OK}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			emulated(t, epson(t), tm80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
				go d.Run(t.Context())
				time.Sleep(10 * time.Second)
				tt.happen(p)
				time.Sleep(30 * time.Second)
				r.want(t, tt.want...)
			})
		})
	}
}

// A printer whose own list of fonts has no Chinese is told of while it runs, and
// gets no slip, unless the installer knows better.
func TestNoChinese(t *testing.T) {
	far := tm80()
	far.Charset = emulator.NoHanzi
	far.Fonts = "KANJI JAPANESE"
	emulated(t, epson(t), far, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
		go d.Run(t.Context())
		time.Sleep(10 * time.Second)
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, NotSent, devices.NoChinese)
		r.want(t, devices.NoChinese)
		_, err = d.Identify(t.Context())
		if !errors.Is(err, ErrNoChinese) {
			t.Errorf("identified with %v, want ErrNoChinese", err)
		}
	})
	trusted := epson(t)
	trusted.TrustCharset = true
	for _, opts := range []Opts{trusted, {Profile: profile(t, "ascii", "80mm")}} {
		emulated(t, opts, far, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
			go d.Run(t.Context())
			time.Sleep(10 * time.Second)
			got, err := d.Print(t.Context(), slip)
			wantResult(t, got, err, Printed, devices.OK)
			r.want(t, devices.OK)
		})
	}
}

// Who answers is told once while the line stays open.
func TestOpened(t *testing.T) {
	var told []string
	opts := epson(t)
	opts.Opened = func(text string) { told = append(told, text) }
	emulated(t, opts, tm80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
		go d.Run(t.Context())
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(told) != 1 || told[0] != "EPSON TM-T82II, fonts GB18030" {
			t.Errorf("told %q", told)
		}
	})
}

// A printer that was busy when it was asked how it confirms is said to confirm
// nothing only until it is asked again.
func TestUnconfirmedDoesNotStick(t *testing.T) {
	bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.processID, f.gsR = false, false
		go d.Run(t.Context())
		time.Sleep(10 * time.Second)
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Unconfirmed, devices.OK)
		r.want(t, devices.NoStatus)
		f.set(func() { f.processID, f.gsR = true, true })
		time.Sleep(2 * time.Minute)
		got, err = d.Print(t.Context(), slip)
		wantResult(t, got, err, Printed, devices.OK)
		r.want(t, devices.NoStatus, devices.OK)
	})
}

// The power switch makes a printer one that nothing is known of.
func TestPowerCycleResetsConfirmation(t *testing.T) {
	bubble(t, newFar, Opts{Reprobe: time.Hour}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.processID, f.gsR = false, false
		go d.Run(t.Context())
		time.Sleep(10 * time.Second)
		f.set(func() { f.realTime, f.asb = false, false })
		time.Sleep(10 * time.Second)
		f.set(func() { f.realTime, f.asb, f.processID, f.gsR = true, true, true, true })
		time.Sleep(10 * time.Second)
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Printed, devices.OK)
		r.want(t, devices.NoStatus, devices.NoAnswer, devices.OK)
	})
}

// A printer that is off is not fed questions that pile up in front of it. One that
// does not know real-time status and takes its place is found all the same.
func TestAnotherPrinterInItsPlace(t *testing.T) {
	bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		go d.Run(t.Context())
		time.Sleep(10 * time.Second)
		f.set(func() { f.realTime, f.asb, f.processID, f.gsR = false, false, false, false })
		before := f.count("GS ( H") + f.count("GS r") + f.count("GS a")
		time.Sleep(50 * time.Second)
		if after := f.count("GS ( H") + f.count("GS r") + f.count("GS a"); after != before {
			t.Errorf("%d questions in order to a printer that is off", after-before)
		}
		f.set(func() { f.gsR = true })
		time.Sleep(2 * time.Minute)
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Printed, devices.OK)
		r.want(t, devices.OK, devices.NoAnswer, devices.OK)
	})
}
