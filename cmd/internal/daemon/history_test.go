package daemon

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
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

// A record that does not read any more is named to whoever asks for it, and keeps
// nobody from the books.
func TestDamagedRecordIsNamed(t *testing.T) {
	s := newShelf(t)
	for _, id := range []string{"DR-01", "DR-02", "DR-03"} {
		s.put(&hall.ToolLifecycle{Tool: hall.Tool{ID: id, State: hall.ToolIn}, Action: hall.ActionAdd})
	}
	log, err := os.ReadFile(s.path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path+"-wal", bytes.ReplaceAll(log, []byte("DR-02"), []byte("DR-07")), 0o600); err != nil {
		t.Fatal(err)
	}
	b := backend{&Daemon{cfg: &config.Config{}, book: s.book, ledger: s.ledger}}
	v, err := b.Verify(t.Context(), nil)
	if err != nil || len(v.(Verified).Bad) != 1 {
		t.Fatalf("Verify gives %+v, %v", v, err)
	}
	var no *hall.Refusal
	if _, err := b.Records(t.Context(), 1, 10); !errors.As(err, &no) || no.Code != faultDamaged || !strings.Contains(no.Text, "第 2 条") {
		t.Errorf("got %v, want a refusal that names record 2", err)
	}
	sheet, err := b.Sheet(t.Context(), "life", hall.Period{})
	if err != nil || len(sheet.Rows) != 3 || sheet.Rows[0][2] != "DR-01" || sheet.Rows[1][2] != "DR-03" || !strings.Contains(sheet.Rows[2][0], "第 2 条") {
		t.Errorf("got %q, %v, want the book without record 2 and a row that says so", sheet.Rows, err)
	}
}

// A backup is whole while records go on being written, and leaves nothing
// behind, not even of one that a power cut ended.
func TestBackupBesideTheWriter(t *testing.T) {
	s := newShelf(t)
	dir := t.TempDir()
	b := backend{&Daemon{cfg: &config.Config{DataDir: dir}, ledger: s.ledger}}
	if err := os.MkdirAll(filepath.Join(dir, "backup", "half"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.put(&hall.DayOpened{Day: "2026-03-02"})
	for range 2 {
		copied, size, err := b.Backup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.put(&hall.DayOpened{Day: "2026-03-03"})
		blob, err := io.ReadAll(copied)
		if err != nil || int64(len(blob)) != size {
			t.Fatalf("got %d of %d bytes, %v", len(blob), size, err)
		}
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := errors.Join(copied.Close(), os.WriteFile(path, blob, 0o600)); err != nil {
			t.Fatal(err)
		}
		last, _ := s.ledger.Head()
		if rep, err := ledger.VerifyFile(t.Context(), path, nil); err != nil || rep.Records != last-1 || len(rep.Bad) > 0 {
			t.Errorf("the copy holds %+v, %v; want %d sound records", rep, err, last-1)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
