package identity

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Alg names how a field is sealed to the county: HPKE of RFC 9180, base mode,
// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. It leads the key id,
// so that another suite (SM2-SM3-SM4 where 国密 is asked for) can stand beside
// it without a new format.
const Alg = "HPKE-X25519-HKDF-SHA256-AES256GCM"

// ErrNoKey says that the field was sealed to a key that is not at hand.
var ErrNoKey = errors.New("no private key of that id")

// ErrAlg says that the field was sealed in a way this program does not know.
var ErrAlg = errors.New("unknown way of sealing")

// Place is where a sealed field stands. It is bound to the ciphertext: moved
// to another hall, record or field, it does not open.
type Place struct {
	Hall  string // "<county>-<code>"
	Seq   uint64 // of the record
	Field string // name of the field in the record's data, as in "person"
}

// info is HPKE's info: the text below, hall and field each after its length in
// 4 bytes, and the sequence in 8 bytes, big-endian, so that no two places give
// the same bytes.
func (p Place) info() []byte {
	b := []byte("halld sealed field v1")
	for _, s := range []string{p.Hall, p.Field} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return binary.BigEndian.AppendUint64(b, p.Seq)
}

// Sealed is a person as a record holds it.
type Sealed struct {
	Ref    string `json:"ref"`
	Last4  string `json:"last4"`
	Sealed string `json:"sealed,omitempty"` // base64url without padding of enc, ciphertext and tag
	Key    string `json:"key,omitempty"`    // Alg, a colon, and the id of the county's key
}

// Seal encrypts a person to the county's key for one place in the ledger.
func (k *PublicKey) Seal(at Place, p Person) (sealed, key string, err error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return "", "", fmt.Errorf("sealing to the county: %w", err)
	}
	b, err := hpke.Seal(k.key, hpke.HKDFSHA256(), hpke.AES256GCM(), at.info(), plain)
	if err != nil {
		return "", "", fmt.Errorf("sealing to the county: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), Alg + ":" + k.ID(), nil
}

// Open is the inverse of Seal with whichever of the keys it was sealed to; a
// county that changes its key keeps the old ones to read old records. Errors:
// ErrAlg, ErrNoKey, ErrSealed.
func Open(keys []*PrivateKey, at Place, sealed, key string) (Person, error) {
	alg, id, _ := strings.Cut(key, ":")
	if alg != Alg {
		return Person{}, fmt.Errorf("opening a sealed field: %w", ErrAlg)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return Person{}, fmt.Errorf("opening a sealed field: %w: not base64url", ErrSealed)
	}
	for _, k := range keys {
		if k.Public().ID() != id {
			continue
		}
		plain, err := hpke.Open(k.key, hpke.HKDFSHA256(), hpke.AES256GCM(), at.info(), b)
		if err != nil {
			return Person{}, fmt.Errorf("opening a sealed field: %w", ErrSealed)
		}
		return parsePerson(plain)
	}
	return Person{}, fmt.Errorf("opening a sealed field: %w", ErrNoKey)
}

// suite is the key encapsulation of Alg.
func suite() hpke.KEM { return hpke.DHKEM(ecdh.X25519()) }
