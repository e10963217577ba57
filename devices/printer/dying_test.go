package printer

import (
	"errors"
	"testing"
	"testing/synctest"

	"halld/devices"
)

// dyingRun prints one slip on a printer that dies after limit bytes. It gives
// the result and how many bytes the printer has read.
func dyingRun(t *testing.T, p Profile, limit int, unplug bool) (result Result, total int, err error) {
	synctest.Test(t, func(t *testing.T) {
		f := newFar(t)
		f.limit = limit
		f.die = func() {
			if unplug {
				f.conn.Close()
				return
			}
			f.realTime, f.asb, f.processID, f.gsR, f.clear = false, false, false, false, false
		}
		d := New(f.near, Opts{Profile: p, Answered: true})
		done := make(chan struct{})
		go func() { f.run(); close(done) }()
		result, err = d.Print(t.Context(), slip)
		f.conn.Close()
		<-done
		total = f.total
	})
	return result, total, err
}

// span is where the job begins in all that is sent, and from where on the
// printer has answered enough for the job to be printed.
func span(t *testing.T, p Profile) (begin, end, total int) {
	t.Helper()
	result, total, err := dyingRun(t, p, -1, false)
	if result != Printed {
		t.Fatalf("without an accident the result is %q: %v", result, err)
	}
	const status = len(dleStatus) + 1
	job, _ := Encode(slip, p)
	if p.ProcessID {
		begin = total - len(job) - len(gsProcessID) - 4
		return begin, total, total
	}
	// GS r, and then the whole status, of which the first answer is enough
	begin = total - len(job) - len(gsPaper) - 4*status
	return begin, total - 3*status, total
}

// A printer is pulled after each byte in turn. What nobody has seen may be
// sent again, and nothing counts as printed before the last byte.
func TestUnpluggedAtEachByte(t *testing.T) {
	for _, name := range []string{"epson", "xprinter"} {
		p := profile(t, name, "58mm")
		begin, end, total := span(t, p)
		for limit := range end {
			result, _, err := dyingRun(t, p, limit, true)
			want := Unknown
			if limit <= begin {
				want = NotSent
			}
			if result != want || !errors.Is(err, devices.ErrOffline) {
				t.Errorf("%s pulled after %d of %d+%d bytes: %q (%v), want %q", name, limit, begin, total-begin, result, err, want)
			}
		}
	}
}

// A printer loses its power after each byte in turn: the line stays, and
// swallows everything.
func TestSilentAtEachByte(t *testing.T) {
	for _, name := range []string{"epson", "xprinter"} {
		p := profile(t, name, "58mm")
		begin, end, total := span(t, p)
		for limit := range end {
			result, _, err := dyingRun(t, p, limit, false)
			switch {
			case result == Printed || result == Unconfirmed:
				t.Errorf("%s switched off after %d of %d+%d bytes: %q", name, limit, begin, total-begin, result)
			case result == NotSent && limit > begin:
				t.Errorf("%s switched off after %d of %d+%d bytes: not sent, but it had seen the job", name, limit, begin, total-begin)
			case err == nil:
				t.Errorf("%s switched off after %d bytes: %q without an error", name, limit, result)
			}
		}
	}
}
