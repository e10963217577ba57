package printer

import (
	"strings"
	"testing"
	"time"

	"halld/devices"
	emulator "halld/firmware-bridge/emulator/printer"
)

// busy gives the printer 380 mm of an older job, as the daemon before a restart
// may have left it: nearly 4 s of paper.
func busy(t *testing.T, d *Dev) {
	t.Helper()
	err := d.line.Do(t.Context(), func(c devices.Conn) error {
		_, err := c.Write([]byte(strings.Repeat("\x1bJ\xff", 12) + "\x1dVB\x00"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func slow80() emulator.Opts {
	o := emulator.TM80()
	o.MMPerSec = 100
	return o
}

func onPaper(p *emulator.Printer, text string) bool {
	for _, k := range p.Tickets() {
		if strings.Contains(k.Text, text) {
			return true
		}
	}
	return false
}

// A printer that still prints an older job answers the probe for process IDs
// late. Its next slip does not count as printed before it is on paper.
func TestBusyPrinter(t *testing.T) {
	tests := []struct {
		name  string
		begin func(*testing.T, *Dev) // after the older job was sent
	}{
		{"job at once", func(*testing.T, *Dev) {}},
		{"job under way when the answer comes", func(t *testing.T, d *Dev) {
			go d.Run(t.Context())
			time.Sleep(3 * time.Second)
		}},
		{"answer before the job", func(t *testing.T, d *Dev) {
			go d.Run(t.Context())
			time.Sleep(6 * time.Second)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			emulated(t, epson(t), slow80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
				busy(t, d)
				tt.begin(t, d)
				for _, text := range []string{"A018", "A019"} {
					got, err := d.Print(t.Context(), Doc{[]Line{Text{Text: text}}})
					wantResult(t, got, err, Printed, devices.OK)
					if !onPaper(p, text) {
						t.Errorf("%s is said to be printed and is not on paper", text)
					}
				}
			})
		})
	}
}

// The paper ends in the older job: the slip behind it is not sent.
func TestBusyPrinterRunsOut(t *testing.T) {
	emulated(t, epson(t), slow80(), func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
		p.PaperOutAfter(1500)
		busy(t, d)
		got, err := d.Print(t.Context(), slip)
		wantResult(t, got, err, NotSent, devices.PaperOut)
		p.PaperOut(false)
		time.Sleep(5 * time.Second)
		got, err = d.Print(t.Context(), slip)
		wantResult(t, got, err, Printed, devices.OK)
	})
}

// A printer without process IDs costs the doubt about it once, and nothing if
// it stood idle before the first job.
func TestDoubtCostsOnce(t *testing.T) {
	far := slow80()
	far.ProcessID = false
	for _, idle := range []time.Duration{0, time.Minute} {
		emulated(t, epson(t), far, func(t *testing.T, d *Dev, p *emulator.Printer, r *reports) {
			go d.Run(t.Context())
			time.Sleep(idle)
			for i := range 2 {
				begun := time.Now()
				got, err := d.Print(t.Context(), slip)
				wantResult(t, got, err, Printed, devices.OK)
				took, doubt := time.Since(begun), d.opts.BusyGrace
				if first := i == 0 && idle == 0; took < doubt-time.Second == first || took > doubt+time.Second {
					t.Errorf("after %v idle job %d took %v", idle, i+1, took)
				}
			}
		})
	}
}
