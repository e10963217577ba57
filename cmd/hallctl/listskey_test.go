package main

import (
	"os"
	"path/filepath"
	"testing"

	"halld/cmd/internal/county"
	"halld/config"
)

// TestListsKeysAreAPair: what keygen writes is what a hall reads, and an old
// key is never written over.
func TestListsKeysAreAPair(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "county")
	keygen := func() error {
		c := root()
		c.SetArgs([]string{"--json", "county", "keygen", "--lists", "--out", prefix})
		c.SetOut(t.Output())
		c.SetErr(t.Output())
		return c.Execute()
	}
	if err := keygen(); err != nil {
		t.Fatal(err)
	}
	signer, err := county.LoadSigner(prefix + "-lists.key")
	if err != nil {
		t.Fatal(err)
	}
	public, err := config.LoadListsKey(prefix + "-lists.pub")
	if err != nil || !public.Equal(signer.Public()) {
		t.Errorf("got %x, %v", public, err)
	}
	if st, err := os.Stat(prefix + "-lists.key"); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the secret has mode %v, %v", st.Mode(), err)
	}
	if err := keygen(); err == nil {
		t.Error("a key was written over")
	}
}
