package daemon

import (
	"slices"
	"testing"
	"time"

	"halld/cmd/internal/hall"
	"halld/config"
)

// What happened before a ledger was set aside, and before that, is part of the
// hall and of its books.
func TestSecondRecoveryKeepsTheFirst(t *testing.T) {
	s := newShelf(t)
	cfg := hall.Config{Zone: time.UTC}
	for _, id := range []string{"DR-01", "DR-02", "DR-03"} {
		s.put(&hall.ToolLifecycle{Tool: hall.Tool{ID: id, State: hall.ToolIn}, Action: hall.ActionAdd})
		if id == "DR-03" {
			break
		}
		if err := s.ledger.NewEpoch("for the test"); err != nil {
			t.Fatal(err)
		}
		s.restart()
	}
	want := []string{"DR-01", "DR-02", "DR-03"}
	var got []string
	for _, tool := range s.replayAll(cfg).ListTools() {
		got = append(got, tool.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the hall has %v, want %v", got, want)
	}
	sheet, err := backend{&Daemon{cfg: &config.Config{}, book: s.book}}.Sheet(t.Context(), "life", hall.Period{})
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, row := range sheet.Rows {
		got = append(got, row[2])
	}
	if !slices.Equal(got, want) {
		t.Errorf("the book has %v, want %v", got, want)
	}
}
