package printer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"halld/devices"
	emulator "halld/firmware-bridge/emulator/printer"
)

// The roll ends at many places of the ticket, on printers that forget what is
// buffered then, that print it after the reload, and that can be told to drop it;
// with the default profile too. A torn ticket never counts as printed, and of all
// the papers on the floor none but the torn one shows it. A printer that can't be
// told is switched off and on first, as the fault says.
func TestPaperEndsAnywhere(t *testing.T) {
	whole, torn, stale := 0, 0, 0
	for _, model := range []string{"generic", "epson", "xprinter"} {
		for _, forgets := range []bool{true, false} {
			for rows := 1; rows < 1000; rows += 117 {
				far := tm80()
				far.LoseBuffer, far.ClearFn8 = forgets, model != "xprinter"
				far.ProcessID = model != "xprinter"
				opts := Opts{Profile: profile(t, model, "80mm")}
				t.Run(fmt.Sprintf("%s forgets=%v after %d", model, forgets, rows), func(t *testing.T) {
					emulated(t, opts, far, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
						switch paperEnds(t, d, p, rows) {
						case devices.OK:
							whole++
						case devices.StaleTicket:
							stale++
						default:
							torn++
						}
					})
				})
			}
		}
	}
	if whole == 0 || torn == 0 || stale == 0 {
		t.Errorf("%d whole, %d torn and %d stale tickets, want some of each", whole, torn, stale)
	}
}

// paperEnds prints a ticket on a roll that ends after so many rows, and then
// another on a new roll. It gives the fault that the first one ended with.
func paperEnds(t *testing.T, d *Dev, p *emulator.Printer, rows int) devices.Fault {
	t.Helper()
	p.PaperOutAfter(rows)
	got, err := d.Print(t.Context(), queueTicket())
	if got == Printed {
		if last := p.Tickets(); len(last) == 0 || !last[0].Cut {
			t.Errorf("the job counts as printed")
		}
		return devices.OK
	}
	fault := d.Fault()
	if fault != devices.PaperOut && fault != devices.StaleTicket {
		t.Errorf("fault %q at the end of the paper", fault)
	}
	wantResult(t, got, err, Unknown, fault)
	got, err = d.Print(t.Context(), slip)
	wantResult(t, got, err, NotSent, fault)
	before := len(p.Tickets())
	if fault == devices.StaleTicket {
		p.PowerOff()
		p.PowerOn()
	}
	p.PaperOut(false)
	time.Sleep(5 * time.Second)
	got, err = d.Print(t.Context(), slip)
	wantResult(t, got, err, Printed, devices.OK)
	time.Sleep(5 * time.Second) // GS r is answered before the paper has moved
	floor := p.Tickets()[before:]
	for i, paper := range floor {
		old := strings.Contains(paper.Text, "取号时间") || strings.Contains(paper.Text, "当日有效") || strings.Contains(paper.Text, "QR")
		switch {
		case i == 0 && !paper.Cut: // what hung torn from the old roll
		case old:
			t.Errorf("paper %d after the reload shows the old ticket:\n%s", i, paper.Text)
		case i == len(floor)-1 && !paper.Cut:
			t.Errorf("the next ticket is not cut: %q", paper.Text)
		}
	}
	wantText(t, floor[len(floor)-1].Text, "A015", "前面还有 3 人")
	return fault
}

// The default profile drops a stale ticket once the printer has shown that it
// knows process IDs, and asks for the power switch where that does not help.
func TestStaleTicket(t *testing.T) {
	for _, clears := range []bool{true, false} {
		far := tm80()
		far.ClearFn8 = clears
		emulated(t, Opts{}, far, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
			go d.Run(t.Context())
			time.Sleep(5 * time.Second)
			p.PaperOutAfter(60)
			want := devices.StaleTicket
			if clears {
				want = devices.PaperOut
			}
			got, err := d.Print(t.Context(), queueTicket())
			wantResult(t, got, err, Unknown, want)
			time.Sleep(30 * time.Second)
			if d.Fault() != want {
				t.Errorf("fault %q while the paper is out, want %q", d.Fault(), want)
			}
			p.PowerOff()
			time.Sleep(10 * time.Second)
			p.PaperOut(false)
			p.PowerOn()
			time.Sleep(10 * time.Second)
			if d.Fault() != devices.OK {
				t.Errorf("fault %q with fresh paper", d.Fault())
			}
			p.PaperOut(true)
			time.Sleep(10 * time.Second)
			if d.Fault() != devices.PaperOut {
				t.Log(clears, r.list)
				t.Errorf("fault %q when the paper is out once more", d.Fault())
			}
		})
	}
}
