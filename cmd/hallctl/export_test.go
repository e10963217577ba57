package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestWhatDoesNotReachTheDiskReplacesNothing: the export or backup of before
// stays where the new one can't be made whole.
func TestWhatDoesNotReachTheDiskReplacesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, []byte("of before"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := wholeFile(path, 0o600, func(f *os.File) error { return f.Close() }) // it can't be synced
	if err == nil {
		t.Error("a file that is not on disk is called written")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "of before" {
		t.Errorf("got %q, %v, want the file of before", got, err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v, want one", len(left), err)
	}
}
