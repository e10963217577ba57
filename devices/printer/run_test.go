package printer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"halld/devices"
)

// running runs the driver for as long as f takes, and sees that it stops soon.
func running(t *testing.T, printer func(testing.TB) *far, opts Opts, f func(*testing.T, *Dev, *far, *reports)) {
	t.Helper()
	bubble(t, printer, opts, func(t *testing.T, d *Dev, end *far, r *reports) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		synctest.Wait()
		f(t, d, end, r)
		cancel()
		start := time.Now()
		if err := <-done; err != nil {
			t.Errorf("Run returned %v", err)
		}
		if took := time.Since(start); took > tick {
			t.Errorf("Run took %v to stop", took)
		}
	})
}

// What the printer says by itself is reported at once.
func TestRunHears(t *testing.T) {
	running(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		say := func(b ...byte) {
			f.conn.Write(b)
			synctest.Wait()
		}
		say(0x3c, 0, 0, 0)
		r.want(t, devices.OK, devices.CoverOpen)
		say(0x14, 0, 0x13, 0x03, 0) // XOFF inside
		r.want(t, devices.OK, devices.CoverOpen, devices.PaperLow)
		say(0x18, 0)
		say(0x0c, 0) // in two parts
		r.want(t, devices.OK, devices.CoverOpen, devices.PaperLow, devices.PaperOut)
	})
}

// A printer that says nothing by itself is asked, and asked more often while
// something is wrong.
func TestRunAsks(t *testing.T) {
	running(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		time.Sleep(time.Minute)
		if n := f.count("DLE 04"); n < 4*7 || n > 4*9 {
			t.Errorf("%d requests in a minute, want about 32", n)
		}
		if n := f.count("GS a"); n != 1 {
			t.Errorf("GS a %d times, want once", n)
		}
		f.set(func() { f.eot[4] = 0x72 })
		time.Sleep(9 * time.Second)
		r.want(t, devices.OK, devices.PaperOut)
		f.set(func() { f.eot[4] = 0x12 })
		time.Sleep(1100 * time.Millisecond)
		r.want(t, devices.OK, devices.PaperOut, devices.OK)
	})
}

func TestRunSeesSwitch(t *testing.T) {
	running(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.set(func() { f.realTime, f.asb = false, false })
		time.Sleep(10 * time.Second)
		r.want(t, devices.OK, devices.NoAnswer)
		f.set(func() { f.realTime, f.asb = true, true })
		time.Sleep(3 * time.Second)
		r.want(t, devices.OK, devices.NoAnswer, devices.OK)
		if n := f.count("GS a"); n != 2 {
			t.Errorf("GS a %d times, want again after the switch", n)
		}
	})
}

func TestRunSeesPulledCable(t *testing.T) {
	running(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.conn.Close()
		time.Sleep(9 * time.Second)
		r.want(t, devices.OK, devices.Offline)
	})
}

// Whoever knows that the line is gone, or back, need not wait for the next look.
func TestWake(t *testing.T) {
	running(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		time.Sleep(5 * time.Second) // between two looks
		f.conn.Close()
		d.Wake()
		d.Wake() // never waits
		synctest.Wait()
		r.want(t, devices.OK, devices.Offline)
	})
}

// The cutter is told to go on, but never into a hand in the open cover.
func TestRunRecoversCutter(t *testing.T) {
	running(t, newFar, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		f.set(func() { f.eot = [5]byte{0, 0x1a, 0x56, 0x1a, 0x12} })
		time.Sleep(30 * time.Second)
		if n := f.count("DLE 05"); n != 0 {
			t.Errorf("DLE ENQ %d times with the cover open", n)
		}
		f.set(func() {
			f.eot[2] = 0x52
			f.on = func(tok token) {
				if tok.name == "DLE 05" {
					f.set(func() { f.eot = [5]byte{0, 0x12, 0x12, 0x12, 0x12} })
				}
			}
		})
		time.Sleep(15 * time.Second)
		r.want(t, devices.OK, devices.CutterJam, devices.OK)
	})
}

func TestRunMute(t *testing.T) {
	running(t, newMute, Opts{}, func(t *testing.T, d *Dev, f *far, r *reports) {
		time.Sleep(time.Minute)
		r.want(t, devices.NoStatus)
	})
}
