package identity

import (
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Headers of the key files. A file is comment lines, which begin with #, and
// one line of header, space and the raw key in base64.
const (
	publicHeader  = "halld-county-public-key-v1"
	privateHeader = "halld-county-private-key-v1"
)

// keyIDBytes of the SHA-256 of a public key are its id.
const keyIDBytes = 8

// PublicKey is the county's key that every hall seals to.
type PublicKey struct {
	key hpke.PublicKey
}

// PrivateKey opens what was sealed to its public key. It stays at the county.
type PrivateKey struct {
	key hpke.PrivateKey
}

// GenerateKey makes a key pair.
func GenerateKey() (*PrivateKey, error) {
	key, err := suite().GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("making a county key: %w", err)
	}
	return &PrivateKey{key}, nil
}

// Public is the public key of the pair.
func (k *PrivateKey) Public() *PublicKey { return &PublicKey{k.key.PublicKey()} }

// ID is 16 hexadecimal digits: the first 8 bytes of the key's SHA-256.
func (k *PublicKey) ID() string {
	sum := sha256.Sum256(k.key.Bytes())
	return hex.EncodeToString(sum[:keyIDBytes])
}

// String is the text of PREFIX.pub.
func (k *PublicKey) String() string {
	return fmt.Sprintf("# %s, key %s. Public: give it to every hall as county.seal_to.\n%s %s\n",
		Alg, k.ID(), publicHeader, base64.StdEncoding.EncodeToString(k.key.Bytes()))
}

// Text is the text of PREFIX.key, a secret.
func (k *PrivateKey) Text() (string, error) {
	b, err := k.key.Bytes()
	if err != nil {
		return "", fmt.Errorf("writing a county key: %w", err)
	}
	return fmt.Sprintf("# %s, key %s. Secret: it opens every identity; keep it at the county, with a copy.\n%s %s\n",
		Alg, k.Public().ID(), privateHeader, base64.StdEncoding.EncodeToString(b)), nil
}

// String keeps the secret out of logs.
func (k *PrivateKey) String() string { return "private key " + k.Public().ID() }

// GoString keeps the secret out of %#v too.
func (k *PrivateKey) GoString() string { return k.String() }

// ParsePublicKey reads the text of PREFIX.pub.
func ParsePublicKey(text string) (*PublicKey, error) {
	raw, err := armoured(text, publicHeader)
	if err != nil {
		return nil, fmt.Errorf("reading a county public key: %w", err)
	}
	key, err := suite().NewPublicKey(raw)
	if err != nil {
		return nil, fmt.Errorf("reading a county public key: %w", err)
	}
	// A point of small order gives a secret that everybody knows.
	if k := (&PublicKey{key}); k.usable() {
		return k, nil
	}
	return nil, errors.New("reading a county public key: the key is not usable")
}

func (k *PublicKey) usable() bool {
	_, _, err := hpke.NewSender(k.key, hpke.HKDFSHA256(), hpke.AES256GCM(), nil)
	return err == nil
}

// ParsePrivateKeys reads the text of one or more PREFIX.key files after one
// another, the way a county keeps its older keys.
func ParsePrivateKeys(text string) ([]*PrivateKey, error) {
	var keys []*PrivateKey
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		raw, err := armoured(line, privateHeader)
		if err != nil {
			return nil, fmt.Errorf("reading county private keys: %w", err)
		}
		key, err := suite().NewPrivateKey(raw)
		if err != nil {
			return nil, errors.New("reading county private keys: not an X25519 key")
		}
		keys = append(keys, &PrivateKey{key})
	}
	if len(keys) == 0 {
		return nil, errors.New("reading county private keys: there is none")
	}
	return keys, nil
}

// armoured is the raw key of the only line that is no comment.
func armoured(text, header string) ([]byte, error) {
	var found []byte
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, body, _ := strings.Cut(line, " ")
		switch {
		case found != nil:
			return nil, errors.New("more than one key")
		case name == publicHeader && header == privateHeader:
			return nil, errors.New("this is the public key")
		case name == privateHeader && header == publicHeader:
			return nil, errors.New("this is the private key, which must stay at the county")
		case name != header:
			return nil, errors.New("not a county key file")
		}
		raw, err := base64.StdEncoding.Strict().DecodeString(body)
		if err != nil || len(raw) == 0 {
			return nil, errors.New("the key is not base64")
		}
		found = raw
	}
	if found == nil {
		return nil, errors.New("no key in the file")
	}
	return found, nil
}

// LoadPublicKey reads PREFIX.pub.
func LoadPublicKey(path string) (*PublicKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a county public key: %w", err)
	}
	key, err := ParsePublicKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// LoadPrivateKeys reads one or more PREFIX.key files.
func LoadPrivateKeys(paths ...string) ([]*PrivateKey, error) {
	var keys []*PrivateKey
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading county private keys: %w", err)
		}
		more, err := ParsePrivateKeys(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		keys = append(keys, more...)
	}
	return keys, nil
}

// WriteKeyFiles makes a key pair and writes PREFIX.key, for its owner only,
// and PREFIX.pub. It overwrites neither.
func WriteKeyFiles(prefix string) (*PublicKey, error) {
	key, err := GenerateKey()
	if err != nil {
		return nil, err
	}
	text, err := key.Text()
	if err != nil {
		return nil, err
	}
	if err := writeSynced(prefix+".key", text, 0o600); err != nil {
		return nil, fmt.Errorf("writing a county key: %w", err)
	}
	if err := writeSynced(prefix+".pub", key.Public().String(), 0o644); err != nil {
		return nil, fmt.Errorf("writing a county key: %w", err)
	}
	return key.Public(), nil
}
