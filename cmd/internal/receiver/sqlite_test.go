package receiver

import (
	"os"
	"path/filepath"
	"testing"
)

// The county's database holds sealed identities and refs: its owner alone reads
// it, and its log.
func TestDatabaseIsItsOwnersOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "county.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, f := range []string{path, path + "-wal"} { // beside them, -shm holds only where pages are
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has rights %o, want 600", filepath.Base(f), got)
		}
	}
}
