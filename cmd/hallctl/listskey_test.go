package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	text, err := os.ReadFile(prefix + "-lists.key")
	if err != nil {
		t.Fatal(err)
	}
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(seed) != ed25519.SeedSize {
		t.Fatalf("got a seed of %d bytes, %v", len(seed), err)
	}
	public, err := config.LoadListsKey(prefix + "-lists.pub")
	if err != nil || !public.Equal(ed25519.NewKeyFromSeed(seed).Public()) {
		t.Errorf("got %x, %v", public, err)
	}
	if st, err := os.Stat(prefix + "-lists.key"); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the secret has mode %v, %v", st.Mode(), err)
	}
	if err := keygen(); err == nil {
		t.Error("a key was written over")
	}
}
