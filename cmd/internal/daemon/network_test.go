package daemon

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/hall"
)

// TestNetworkIsReportedWhenSteady: a line that comes and goes makes no records.
func TestNetworkIsReportedWhenSteady(t *testing.T) {
	n := network{steady: time.Minute}
	at := time.Unix(0, 0)
	var got []string
	for second := range 600 {
		fault := ""
		switch {
		case second < 30: // it takes a while to connect
			fault = netOffline
		case second >= 200 && second < 400 && second%50 < 40: // never well for long enough
			fault = netOffline
		case second >= 200 && second < 400:
		case second >= 400 && second < 480:
			fault = netOffline
		}
		if report, ok := n.look(fault, at.Add(time.Duration(second)*time.Second)); ok {
			got = append(got, fmt.Sprintf("%d %s %s", second, report.Device, report.Fault))
		}
	}
	want := []string{"90 county ", "460 county offline", "540 county "}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("reports (-got +want):\n%s", diff)
	}
	for s, want := range map[county.Status]string{
		{Connected: true}: "", {}: netOffline, {Connected: true, Silent: true}: netSilent,
		{Connected: true, Frozen: true}: netFrozen, {Twin: true}: netTwin,
	} {
		if got := networkFault(s); got != want {
			t.Errorf("fault of %+v is %q, want %q", s, got, want)
		}
	}
}

// TestNetworkIsADevice: the clerk learns of the line to the county as of any
// other device, and the public that work goes on.
func TestNetworkIsADevice(t *testing.T) {
	broker := countytest.StartEmbedded(t)
	proxy := countytest.StartProxy(t, broker[len("tcp://"):])
	s := &stage{more: fmt.Sprintf("\n[county]\nbrokers = [%q]\n", proxy.URL()), steady: 50 * time.Millisecond}
	s.stand(t)
	fault := func(want string) func(*hall.Hall) bool {
		return func(h *hall.Hall) bool {
			for _, d := range h.Health() {
				if d.Name == hall.NetworkName {
					return d.Fault == want
				}
			}
			return want == ""
		}
	}
	connected := func() bool { return s.d.county.Status().Connected }
	for deadline := time.Now().Add(60 * time.Second); !connected(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the hall does not connect")
		}
	}
	proxy.Refuse(true)
	proxy.Cut()
	s.until("the line is reported to be down", fault(netOffline))
	proxy.Refuse(false)
	s.until("the line is reported to be well", fault(""))
}
