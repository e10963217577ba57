package hall

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Every device of the configuration is listed, whether it ever failed or not,
// and none that is no longer there.
func TestHealthIsOfTheConfiguration(t *testing.T) {
	s := begin(t)
	s.h.cfg.Devices = []string{"reader", PrinterName, "locker/A"}
	s.cfg = s.h.cfg
	s.do(DeviceReport{"locker/A", "offline"})
	s.later(time.Minute)
	s.do(DeviceReport{PrinterName, "paper-out"})
	s.do(DeviceReport{PrinterName, ""})
	began := time.Date(2026, 3, 2, 7, 0, 0, 0, shanghai)
	want := []Device{{"locker/A", "offline", began}, {Name: PrinterName, Since: began.Add(time.Minute)}, {Name: "reader"}}
	if diff := cmp.Diff(s.h.Health(), want); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}

	s.h.cfg.Devices = []string{"reader", PrinterName}
	s.cfg = s.h.cfg
	if n := s.h.Faults(); n != 0 {
		t.Errorf("%d faults, of a locker that was taken away", n)
	}
	s.do(Start{})
	if d := lastOf[*DeviceRecovered](t, s); d.Device != "locker/A" || !d.Removed {
		t.Errorf("the county is told %+v, want that the locker is gone", d)
	}
	n := len(s.ledger)
	s.do(Start{})
	if len(s.ledger) != n+1 {
		t.Error("a locker that is gone is told again")
	}
	s.replayed()
}
