package sim_test

import (
	"testing"

	"halld/cmd/internal/sim"
	"halld/firmware-bridge/emulator/wire"
)

// Every accident that a page offers can be caused and taken back, and no other.
func TestAccidents(t *testing.T) {
	h, err := sim.New(sim.Opts{Dir: t.TempDir(), Windows: 2})
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]bool{"wrong-board": true, "stuck-bolt": true, "jammed": true}
	for line := range h.Cables {
		for _, a := range h.Accidents(line) {
			if wire.Named(a.Name) == nil && !own[a.Name] {
				t.Errorf("%s: %s is no accident", line, a.Name)
			}
			if err := h.Happen(line, a.Name); err != nil || h.Happens(line) != a.Name || a.Text == "" {
				t.Errorf("%s: %s: happens %q, %v", line, a.Name, h.Happens(line), err)
			}
		}
		if n := len(h.Accidents(line)); (n == 0) != (line == "printer") { // which has switches of its own
			t.Errorf("%s has %d accidents", line, n)
		} else if err := h.Happen(line, ""); n > 0 && (err != nil || h.Happens(line) != "") {
			t.Errorf("%s is not mended: %v", line, err)
		}
	}
	for _, no := range [][2]string{{"reader", "stuck-bolt"}, {"reader", "earthquake"}, {"toaster", "mute"}, {"toaster", ""}} {
		if err := h.Happen(no[0], no[1]); err == nil {
			t.Errorf("%s happened to %s", no[1], no[0])
		}
	}
}
