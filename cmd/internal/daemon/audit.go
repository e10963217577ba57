package daemon

import (
	"context"
	"time"

	"halld/cmd/internal/hall"
)

const (
	// auditEvery is how often the whole ledger is read, beginning with the
	// start: a record that went bad on the card should be known before it is
	// asked for.
	auditEvery = 24 * time.Hour
	// auditRest is the pause between two pages of it, which leaves the card and
	// the processor to those who wait.
	auditRest = 100 * time.Millisecond
)

// faultDamaged is a ledger of which not every record is as it was written.
const faultDamaged = "damaged"

// audit reads the whole ledger now and then, and tells when a record is not what
// was written.
func (d *Daemon) audit(ctx context.Context) error {
	told := false
	for ; ctx.Err() == nil; pause(ctx, auditEvery) {
		rep, err := d.ledger.Verify(ctx, func(uint64, uint64) { pause(ctx, auditRest) })
		if err != nil {
			if ctx.Err() == nil {
				d.log.Warn("the ledger could not be read through", "err", err)
			}
			continue
		}
		for _, p := range rep.Bad {
			d.log.Error("the ledger is damaged", "record", p.Seq, "what", p.What)
		}
		if bad := len(rep.Bad) > 0; bad != told {
			told = bad
			report := hall.DeviceReport{Device: ledgerName}
			if bad {
				report.Fault = faultDamaged
			}
			d.health.words.put(report)
		}
	}
	return nil
}
