package config

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// LoadListsKey reads the file of `[county] lists_key`: one line with the 32
// bytes of an Ed25519 public key (RFC 8032) in base64 or hexadecimal.
func LoadListsKey(path string) (ed25519.PublicKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the key of the county's lists: %w", err)
	}
	key, err := parseListsKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("reading the key of the county's lists: %s: %w", path, err)
	}
	return key, nil
}

// parseListsKey tells the two forms apart by their length: a key in hexadecimal
// is base64 of something else, too.
func parseListsKey(text string) (ed25519.PublicKey, error) {
	text = strings.TrimSpace(text)
	decode := base64.StdEncoding.Strict().DecodeString
	if len(text) == hex.EncodedLen(ed25519.PublicKeySize) {
		decode = hex.DecodeString
	}
	key, err := decode(text)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("not 32 bytes in base64 or hexadecimal")
	}
	return key, nil
}
