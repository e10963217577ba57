package config

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"
)

func TestListsKey(t *testing.T) {
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.StdEncoding.EncodeToString(public)
	for _, tt := range []struct {
		name, text string
		ok         bool
	}{
		{"base64", b64, true},
		{"hexadecimal", hex.EncodeToString(public), true},
		{"as Windows saves it", strings.ToUpper(hex.EncodeToString(public)) + "\r\n", true},
		{"two keys", b64 + "\n" + b64 + "\n", false},
		{"the private key", base64.StdEncoding.EncodeToString(make([]byte, ed25519.PrivateKeySize)), false},
		{"cut short", b64[:40], false},
		{"64 characters that are no digits", strings.Repeat("zz", 32), false},
		{"empty", "\n", false},
	} {
		path := filepath.Join(t.TempDir(), "lists.pub")
		write(t, path, tt.text)
		key, err := LoadListsKey(path)
		if tt.ok != (err == nil) || tt.ok && !public.Equal(key) {
			t.Errorf("%s: got %x, %v", tt.name, key, err)
		}
		_, err = Parse("hall.toml", []byte(minimal+"[county]\nlists_key = \""+path+"\"\n"))
		if tt.ok != (err == nil) || err != nil && !strings.Contains(err.Error(), "county.lists_key") {
			t.Errorf("%s: the check says %v", tt.name, err)
		}
	}
	if _, err := LoadListsKey(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no file is taken for a key")
	}
	if _, err := Parse("hall.toml", []byte(minimal+"[county]\nlists_key = \"/none/lists.pub\"\n")); err == nil {
		t.Error("the check takes a file that is not there")
	}
}

func FuzzListsKey(f *testing.F) {
	f.Add(strings.Repeat("d7", 32))
	f.Add("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := parseListsKey(text)
		if (err == nil) != (len(key) == ed25519.PublicKeySize) {
			t.Errorf("got %d bytes and %v", len(key), err)
		}
	})
}
