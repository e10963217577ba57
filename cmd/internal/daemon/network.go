package daemon

import (
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/hall"
)

// Faults of the line to the county, which is reported like a device.
const (
	netOffline = "offline" // no session with a broker
	netSilent  = "silent"  // records go out and no acknowledgement comes back
	netFrozen  = "frozen"  // the county has other records under this ledger's numbers
	netTwin    = "twin"    // another box seems to use this hall's name
)

func networkFault(s county.Status) string {
	switch {
	case s.Frozen:
		return netFrozen
	case s.Twin:
		return netTwin
	case !s.Connected:
		return netOffline
	case s.Silent:
		return netSilent
	}
	return ""
}

// network follows the line to the county.
type network struct {
	steady time.Duration // how long it must be otherwise to be worth a record: a mobile line comes and goes

	told  string    // fault that was reported last
	seen  string    // fault that is seen now
	since time.Time // since when it is
	known bool      // told is what the rules know
}

// look takes the fault of this moment, and gives what is to be reported, if
// anything is.
func (n *network) look(fault string, now time.Time) (report hall.DeviceReport, ok bool) {
	if fault != n.seen || n.since.IsZero() {
		n.seen, n.since = fault, now
	}
	if n.known && n.seen == n.told || now.Sub(n.since) < n.steady {
		return report, false
	}
	n.told, n.known = n.seen, true
	return hall.DeviceReport{Device: hall.NetworkName, Fault: n.told}, true
}
