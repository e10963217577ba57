package daemon

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/hall"
)

// TestStatusTellsWhatWaits: every device with its state, the line to the county,
// and what somebody has to look at, with times as times.
func TestStatusTellsWhatWaits(t *testing.T) {
	s := onStage(t)
	s.stop()
	s.cfg.County.Brokers, s.steady = []string{"tcp://127.0.0.1:1"}, 50*time.Millisecond // nobody is there
	s.start()
	s.hw.Locker.ForceOpen(7)
	s.until("the forced door and the dead line are seen", func(h *hall.Hall) bool { return len(h.Warnings()) > 0 && h.Faults() == 1 })
	answer, err := (backend{s.d}).Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"device":"reader","fault":""`, `"device":"printer","fault":""`, `"device":"locker/A","fault":""`, `"device":"display/window-1","fault":""`,
		`"device":"ledger","fault":""`, `"device":"county","fault":"offline"`, `"code":"door-forced","subject":"A/7"`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the status lacks %s:\n%s", want, b)
		}
	}
	if strings.Contains(string(b), "Uptime") {
		t.Errorf("the status shows a stamp:\n%s", b)
	}
}

// TestRemovedDeviceLeavesNoFault: a device that is taken out of hall.toml is no
// fault any more, here and at the county.
func TestRemovedDeviceLeavesNoFault(t *testing.T) {
	s := onStage(t)
	if err := s.hw.Cables["lockers"].Pull(); err != nil {
		t.Fatal(err)
	}
	s.until("the locker is missed", func(h *hall.Hall) bool {
		return slices.ContainsFunc(h.Health(), func(d hall.Device) bool { return d.Name == "locker/A" && d.Fault != "" })
	})
	s.stop()
	s.cfg.Lockers = nil
	s.start()
	s.until("nothing has a fault", func(h *hall.Hall) bool { return h.Faults() == 0 })
	told := false
	for r, err := range s.d.ledger.Read(t.Context(), 1, 1000) {
		if err != nil {
			t.Fatal(err)
		}
		told = told || strings.Contains(string(r.Data), `"device":"locker/A","removed":true`)
	}
	if !told {
		t.Error("the county is not told that the locker is gone")
	}
}
