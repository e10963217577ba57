package daemon

import (
	"database/sql"
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver" // to damage the file behind the ledger's back

	"halld/cmd/internal/hall"
)

// TestAuditFindsWhatAStartDoesNotLookAt: of a ledger too large to be looked at
// whole, a record in the middle has changed.
func TestAuditFindsWhatAStartDoesNotLookAt(t *testing.T) {
	s := onStage(t)
	for range 150 {
		s.do(hall.Pause{Window: 1, Staff: "01"})
		s.do(hall.Resume{Window: 1, Staff: "01"})
	}
	s.stop()
	db, err := sql.Open("sqlite3", "file:"+s.d.ledgerPath())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`DROP TRIGGER records_stay; UPDATE records SET doc = x'00' WHERE seq = 9`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s.whole = 1
	s.start()
	s.until("the damage is told", func(h *hall.Hall) bool {
		d := h.Devices[ledgerName]
		return d != nil && d.Fault == faultDamaged
	})
}
