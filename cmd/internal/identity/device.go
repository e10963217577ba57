package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Names of the keys a device makes for itself in its data folder.
const (
	RefKeyFile    = "ref.key"
	DeviceKeyFile = "device.key"
)

// ErrSealed is wrapped by every error that means that something sealed does
// not open: it was changed, or it was sealed for another key, person, record
// or field.
var ErrSealed = errors.New("sealed data does not open")

// LoadRefKey reads the county's reference key, a file of 64 hexadecimal
// digits.
func LoadRefKey(path string) ([]byte, error) {
	key, err := readHexKey(path)
	if err != nil {
		return nil, fmt.Errorf("loading the reference key: %w", err)
	}
	return key, nil
}

// DeviceRefKey is the reference key of a hall that the county gave none. It is
// made in dir at the first call. References then match in this hall only.
func DeviceRefKey(dir string) ([]byte, error) {
	key, err := loadOrMake(filepath.Join(dir, RefKeyFile))
	if err != nil {
		return nil, fmt.Errorf("loading the device's reference key: %w", err)
	}
	return key, nil
}

// DeviceKey seals what the hall itself must show again.
type DeviceKey struct {
	aead cipher.AEAD
}

// LoadDeviceKey reads the device key of dir and makes it at the first call.
// Whoever has that file and the ledger can open the vault: it protects a
// ledger that is copied or backed up, not a stolen device.
func LoadDeviceKey(dir string) (*DeviceKey, error) {
	key, err := loadOrMake(filepath.Join(dir, DeviceKeyFile))
	if err != nil {
		return nil, fmt.Errorf("loading the device key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("loading the device key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("loading the device key: %w", err)
	}
	return &DeviceKey{aead}, nil
}

// Seal encrypts a person with AES-256-GCM, bound to the reference: the value
// opens for no other. The result is the nonce (12 bytes), the ciphertext and
// the tag.
func (k *DeviceKey) Seal(ref string, p Person) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("sealing an identity: %w", err)
	}
	return k.aead.Seal(nil, nil, plain, []byte(ref)), nil
}

// Open is the inverse of Seal. Any change gives ErrSealed.
func (k *DeviceKey) Open(ref string, sealed []byte) (Person, error) {
	plain, err := k.aead.Open(nil, nil, sealed, []byte(ref))
	if err != nil {
		return Person{}, fmt.Errorf("opening an identity with the device key: %w", ErrSealed)
	}
	return parsePerson(plain)
}

func parsePerson(plain []byte) (p Person, err error) {
	// The decoder's error may quote what it read.
	if json.Unmarshal(plain, &p) != nil {
		return Person{}, fmt.Errorf("%w: what was sealed is no person", ErrSealed)
	}
	return p, nil
}

// loadOrMake reads a key, or makes one when there is no such file.
func loadOrMake(path string) ([]byte, error) {
	key, err := readHexKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = make([]byte, KeySize)
	rand.Read(key) // crypto/rand.Read never returns an error
	if err := writeSynced(path, hex.EncodeToString(key)+"\n", 0o600); err != nil {
		return nil, err
	}
	return key, nil
}

func readHexKey(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := ParseRefKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// ParseRefKey reads 64 hexadecimal digits with white space around them. A key
// of one digit repeated, as a template may hold, is refused.
func ParseRefKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != KeySize {
		return nil, errors.New("not a key of 64 hexadecimal digits")
	}
	if strings.Trim(text, text[:1]) == "" {
		return nil, errors.New("not a secret: one digit repeated")
	}
	return key, nil
}

// writeSynced writes a new file so that it is there whole, or not at all,
// after a power cut. A file of that name is an error, never overwritten.
func writeSynced(path, text string, mode os.FileMode) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("writing %s: %w", path, fs.ErrExist)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
