package printer

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/devices"
)

// reports records what the driver reported.
type reports struct {
	mu   sync.Mutex
	list []devices.Fault
}

func (r *reports) report(f devices.Fault, _ error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, f)
}

func (r *reports) want(t *testing.T, want ...devices.Fault) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if diff := cmp.Diff(want, r.list); diff != "" {
		t.Errorf("reported faults, -want +got:\n%s", diff)
	}
}

// bubble runs a test with a driver and its far end in a bubble of its own
// time.
func bubble(t *testing.T, printer func(testing.TB) *far, opts Opts, f func(*testing.T, *Dev, *far, *reports)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &reports{}
		end := printer(t)
		opts.Report = r.report
		d := New(end.near, opts)
		go end.run()
		f(t, d, end, r)
	})
}

var slip = Doc{[]Line{Text{Text: "A015", Width: 4, Height: 4, Align: Center}, Text{Text: "前面还有 3 人"}}}

func wantResult(t *testing.T, got Result, err error, want Result, fault devices.Fault) {
	t.Helper()
	if got != want {
		t.Errorf("result %q (%v), want %q", got, err, want)
	}
	var state *StateError
	switch {
	case fault == devices.OK && err != nil:
		t.Errorf("unexpected error: %v", err)
	case fault != devices.OK && !errors.As(err, &state):
		t.Errorf("error %v, want one for %q", err, fault)
	case fault != devices.OK && state.Fault != fault:
		t.Errorf("fault %q, want %q", state.Fault, fault)
	}
}

func TestPrintConfirmed(t *testing.T) {
	tests := []struct {
		name   string
		change func(*far)
		want   Result
		ids    int // process IDs asked: probe, and the end
	}{
		{"process ID", func(*far) {}, Printed, 2},
		{"GS r", func(f *far) { f.processID = false }, Printed, 1},
		{"neither", func(f *far) { f.processID, f.gsR = false, false }, Unconfirmed, 2},
		{"no real-time status", func(f *far) { f.realTime = false }, Printed, 2},
		{"paper status only", func(f *far) { f.eot = [5]byte{0, 0, 0, 0, 0x12}; f.asb = false }, Printed, 2},
		{"GS r only", func(f *far) { f.realTime, f.asb, f.processID = false, false, false }, Printed, 1},
		{"process ID only", func(f *far) { f.realTime, f.asb, f.gsR = false, false, false }, Printed, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
				tt.change(f)
				got, err := d.Print(t.Context(), slip)
				wantResult(t, got, err, tt.want, devices.OK)
				synctest.Wait()
				if n := f.count("GS ( H"); n != tt.ids {
					t.Errorf("%d process IDs asked, want %d", n, tt.ids)
				}
				if !strings.HasSuffix(f.text(), "A015\n\xc7\xb0\xc3\xe6\xbb\xb9\xd3\xd0 3 \xc8\xcb\n") {
					t.Errorf("printed %q", f.text())
				}
				if f.count("GS V") != 1 {
					t.Error("not cut once")
				}
			})
		})
	}
}

// A second job is not probed again.
func TestProbedOnce(t *testing.T) {
	bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		for range 3 {
			got, err := d.Print(t.Context(), slip)
			wantResult(t, got, err, Printed, devices.OK)
		}
		if n := f.count("GS ( H"); n != 4 {
			t.Errorf("%d process IDs, want a probe and three ends", n)
		}
		r.want(t, devices.OK)
	})
}

func TestNotReady(t *testing.T) {
	tests := []struct {
		name string
		eot  [5]byte
		want devices.Fault
	}{
		{"paper end", [5]byte{0, 0x1a, 0x32, 0x12, 0x72}, devices.PaperOut},
		{"stopped", [5]byte{0, 0x1a, 0x32, 0x12, 0x12}, devices.PaperOut},
		{"cover", [5]byte{0, 0x1a, 0x16, 0x12, 0x72}, devices.CoverOpen},
		{"cutter", [5]byte{0, 0x1a, 0x52, 0x1a, 0x12}, devices.CutterJam},
		{"broken", [5]byte{0, 0x1a, 0x52, 0x32, 0x12}, devices.Broken},
		{"hot", [5]byte{0, 0x1a, 0x52, 0x52, 0x12}, devices.Overheat},
		{"offline", [5]byte{0, 0x1a, 0x12, 0x12, 0x12}, devices.NotReady},
		{"waiting", [5]byte{0, 0x3a, 0x12, 0x12, 0x12}, devices.NotReady},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
				f.eot = tt.eot
				got, err := d.Print(t.Context(), slip)
				wantResult(t, got, err, NotSent, tt.want)
				if f.count("ESC @") != 0 || f.text() != "" {
					t.Error("a job was sent to a printer that is not ready")
				}
				r.want(t, tt.want)

				f.set(func() { f.eot = [5]byte{0, 0x12, 0x12, 0x12, 0x12} })
				time.Sleep(recoverEvery)
				got, err = d.Print(t.Context(), slip)
				wantResult(t, got, err, Printed, devices.OK)
				r.want(t, tt.want, devices.OK)
			})
		})
	}
}

func TestPrintsWithWarning(t *testing.T) {
	kp628 := profile(t, "cashino", "80mm")
	tests := []struct {
		name string
		opts Opts
		eot  [5]byte
		asb  []byte
		want devices.Fault
	}{
		{"near end", Opts{}, [5]byte{0, 0x12, 0x12, 0x12, 0x1e}, []byte{0x10, 0, 3, 0}, devices.PaperLow},
		{"ticket not taken", Opts{Profile: kp628}, [5]byte{0, 0x92, 0x12, 0x12, 0x12}, []byte{0x10, 0, 0, 0}, devices.TicketWaits},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, newFar, tt.opts, func(t *testing.T, d *Dev, f *far, r *reports) {
				f.eot, f.asbIs = tt.eot, tt.asb
				got, err := d.Print(t.Context(), slip)
				wantResult(t, got, err, Printed, devices.OK)
				r.want(t, tt.want)
			})
		})
	}
}

// A printer that never said anything may have no return line: it gets its
// time to speak once, and then the job.
func TestMutePrinter(t *testing.T) {
	bubble(t, newMute, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		start := time.Now()
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Unconfirmed, devices.OK)
		if took := time.Since(start); took < 4*time.Second || took > 6*time.Second {
			t.Errorf("the first job took %v, want the 4 s of grace", took)
		}
		r.want(t, devices.NoStatus)
		start = time.Now()
		got, err = d.Print(t.Context(), slip)
		wantResult(t, got, err, Unconfirmed, devices.OK)
		if took := time.Since(start); took > time.Second {
			t.Errorf("the second job took %v", took)
		}
		if d.Answers() {
			t.Error("a mute printer counts as one that answers")
		}
		synctest.Wait()
		if f.count("GS V") != 2 {
			t.Errorf("%d cuts, want 2", f.count("GS V"))
		}
	})
}

// A printer that wakes up during the grace is treated as one that answers.
func TestLatePrinter(t *testing.T) {
	bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.realTime, f.asb = false, false
		time.AfterFunc(2*time.Second, func() { f.set(func() { f.realTime, f.asb = true, true }) })
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Printed, devices.OK)
	})
}

// A printer that has answered once and is silent now is off.
func TestSilentPrinterIsOff(t *testing.T) {
	bubble(t, newMute, Opts{Answered: true}, func(t *testing.T, d *Dev, f *far, r *reports) {
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, NotSent, devices.NoAnswer)
		if !errors.Is(err, devices.ErrNoAnswer) {
			t.Errorf("error %v is not devices.ErrNoAnswer", err)
		}
		if f.count("ESC @") != 0 {
			t.Error("a job was sent to a printer that is off")
		}
		r.want(t, devices.NoAnswer)
	})
}

func TestConfirmNone(t *testing.T) {
	bubble(t, newMute, Opts{Confirm: ConfirmNone}, func(t *testing.T, d *Dev, f *far, r *reports) {
		start := time.Now()
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Unconfirmed, devices.OK)
		if took := time.Since(start); took != 0 {
			t.Errorf("a file took %v", took)
		}
		synctest.Wait()
		if n := f.count("DLE 04") + f.count("GS r") + f.count("GS ( H"); n != 0 {
			t.Errorf("%d questions to a file", n)
		}
	})
}

func TestStopsWithinJob(t *testing.T) {
	tests := []struct {
		name string
		stop func(*far) // on the first cut, before the confirmation
		want devices.Fault
	}{
		{"automatic status", func(f *far) { f.processID = false; f.conn.Write([]byte{0x18, 0, 0x0c, 0}) }, devices.PaperOut},
		{"asked", func(f *far) { f.processID, f.eot[2] = false, 0x32 }, devices.PaperOut},
		{"cover", func(f *far) { f.processID, f.eot[2] = false, 0x16 }, devices.CoverOpen},
		{"cutter", func(f *far) { f.processID, f.eot[3] = false, 0x1a }, devices.CutterJam},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := profile(t, "epson", "80mm")
			bubble(t, newFar, Opts{Profile: p}, func(t *testing.T, d *Dev, f *far, r *reports) {
				f.on = func(tok token) {
					if tok.name == "GS V" {
						tt.stop(f)
					}
				}
				got, err := d.Print(t.Context(), slip)
				wantResult(t, got, err, Unknown, tt.want)
				if f.count("DLE 14") != 1 {
					t.Error("the printer's buffers were not cleared")
				}
				r.want(t, tt.want)
			})
		})
	}
}

// Some printers answer GS r even without paper.
func TestCloneAnswersWithoutPaper(t *testing.T) {
	p := profile(t, "xprinter", "80mm")
	bubble(t, newFar, Opts{Profile: p}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.clone0F = true
		f.on = func(tok token) {
			if tok.name == "GS V" {
				f.set(func() { f.eot[4] = 0x72 })
			}
		}
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Unknown, devices.StaleTicket)
	})
}

// After an interrupted job the next one is led in by as many zeros as a strip
// can swallow.
func TestResync(t *testing.T) {
	p := profile(t, "xprinter", "80mm")
	bubble(t, newFar, Opts{Profile: p}, func(t *testing.T, d *Dev, f *far, r *reports) {
		once := true
		f.on = func(tok token) {
			if tok.name == "GS V" && once {
				once = false
				f.set(func() { f.gsR = false })
			}
		}
		got, err := d.Print(t.Context(), slip)
		if got != Unknown || !errors.Is(err, devices.ErrNoAnswer) {
			t.Fatalf("%q and %v, want unknown and no answer", got, err)
		}
		f.set(func() { f.gsR = true })
		got, err = d.Print(t.Context(), slip)
		wantResult(t, got, err, Printed, devices.OK)
		if n := f.count("NUL"); n != 64*72 {
			t.Errorf("%d zeros, want %d", n, 64*72)
		}
	})
}

// On a line that does not hold the sender back, those zeros do not overrun the
// printer: what it drops would be the beginning of the next job.
func TestResyncPaced(t *testing.T) {
	const buffer, perSecond = 1024, 19200 / 10
	opts := Opts{Profile: profile(t, "xprinter", "80mm"), Baud: 19200, Buffer: buffer}
	bubble(t, newFar, opts, func(t *testing.T, d *Dev, f *far, r *reports) {
		var first time.Time
		zeros, most := 0, 0.0
		f.on = func(tok token) {
			if tok.name == "NUL" {
				if zeros++; zeros == 1 {
					first = time.Now()
				}
				most = max(most, float64(zeros)-perSecond*time.Since(first).Seconds())
			}
		}
		d.wire.dirty = true
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Printed, devices.OK)
		if zeros != 64*72 || most > buffer {
			t.Errorf("%d zeros, up to %.0f ahead of a buffer of %d", zeros, most, buffer)
		}
	})
}

// A printer that still waits for the rest of a picture, from before a restart
// of the program, is found by its silence to the probes.
func TestResyncAfterRestart(t *testing.T) {
	bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.processID, f.gsR = false, false
		f.on = func(tok token) {
			if tok.name == "NUL" {
				f.set(func() { f.processID = true })
			}
		}
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, Printed, devices.OK)
	})
}

// Long pictures never run further ahead of the paper than the buffer holds.
func TestWindow(t *testing.T) {
	bubble(t, newFar, Opts{Buffer: 4096}, func(t *testing.T, d *Dev, f *far, r *reports) {
		ahead, most := 0, 0
		f.on = func(tok token) {
			switch tok.name {
			case "GS v":
				ahead += len(tok.data)
				most = max(most, ahead)
			case "GS ( H":
				ahead = 0
			}
		}
		got, err := d.Print(t.Context(), Doc{[]Line{newImage(384, 1000)}})
		wantResult(t, got, err, Printed, devices.OK)
		if most > 4096+64*48 {
			t.Errorf("%d bytes ahead of a buffer of 4096", most)
		}
	})
}

// Without flow control and without confirmation the clock paces the job.
func TestPaced(t *testing.T) {
	opts := Opts{Profile: profile(t, "simple", "58mm"), Baud: 9600, Confirm: ConfirmNone}
	bubble(t, newMute, opts, func(t *testing.T, d *Dev, f *far, r *reports) {
		start := time.Now()
		got, err := d.Print(t.Context(), Doc{[]Line{newImage(384, 800)}}) // 10 cm
		wantResult(t, got, err, Unconfirmed, devices.OK)
		if took := time.Since(start); took < 35*time.Second {
			t.Errorf("38 KB at 9600 baud took %v", took)
		}
	})
}

func TestCancel(t *testing.T) {
	bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		ctx, cancel := context.WithCancel(t.Context())
		f.on = func(tok token) {
			if tok.name == "GS V" {
				f.set(func() { f.processID = false })
				cancel()
			}
		}
		start := time.Now()
		got, err := d.Print(ctx, slip)
		if got != Unknown || !errors.Is(err, context.Canceled) {
			t.Errorf("%q and %v, want unknown and cancelled", got, err)
		}
		if took := time.Since(start); took > tick {
			t.Errorf("cancelling took %v", took)
		}
	})
}

func TestIdentify(t *testing.T) {
	bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		got, err := d.Identify(t.Context())
		want := `EPSON TM-T81, fonts GB18030, confirms slips by process ID (GS ( H), profile = "epson" suits it`
		if err != nil || got != want {
			t.Errorf("%q and %v, want %q", got, err, want)
		}
	})
	bubble(t, newFar, epson(t), func(t *testing.T, d *Dev, f *far, r *reports) {
		f.processID, f.eot[4], f.asbIs = false, 0x1e, []byte{0x10, 0, 3, 0}
		got, err := d.Identify(t.Context())
		if want := "EPSON TM-T81, fonts GB18030, confirms slips by paper status (GS r), paper-low"; err != nil || got != want {
			t.Errorf("%q and %v, want %q", got, err, want)
		}
	})
	bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.eot = [5]byte{0, 0x1a, 0x32, 0x12, 0x72}
		got, err := d.Identify(t.Context())
		wantResult(t, NotSent, err, NotSent, devices.PaperOut)
		if !strings.HasPrefix(got, "EPSON TM-T81") || f.count("GS ( H") != 0 {
			t.Errorf("%q, want the name, and no question that waits for paper", got)
		}
		r.want(t, devices.PaperOut)
	})
	bubble(t, newMute, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		got, err := d.Identify(t.Context())
		if got != "" || !errors.Is(err, devices.ErrNoAnswer) {
			t.Errorf("a printer that is off says %q and %v", got, err)
		}
	})
	bubble(t, newMute, Opts{Confirm: ConfirmNone}, func(t *testing.T, d *Dev, f *far, r *reports) {
		if got, err := d.Identify(t.Context()); !errors.Is(err, devices.ErrCannotAnswer) || len(f.seen) != 0 {
			t.Errorf("%q and %v with %d requests, want none", got, err, len(f.seen))
		}
	})
	bubble(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.fonts = "KANJI JAPANESE"
		if _, err := d.Identify(t.Context()); !errors.Is(err, ErrNoChinese) {
			t.Errorf("error %v, want ErrNoChinese", err)
		}
		r.want(t, devices.NoChinese)
	})
}
