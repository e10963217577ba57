package county

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Lists is what the county decides for its halls: who comes first, who may not
// rent, which trades there are. One version replaces the one before whole.
type Lists struct {
	Version  uint64    `json:"version"` // rises with each pack
	County   string    `json:"county"`  // GB/T 2260 code
	Issued   time.Time `json:"issued"`
	Priority []Listed  `json:"priority"`
	Block    []Listed  `json:"block"`
	Trades   []Trade   `json:"trades"`

	Hash string `json:"-"` // SHA-256 of the signed bytes in hexadecimal
}

// Listed is one person of a list, known by the keyed hash only.
type Listed struct {
	Ref    string `json:"ref"`
	Class  int    `json:"class,omitempty"` // of priority, from 1
	Reason string `json:"reason"`
	Until  string `json:"until"` // last day, as in 2027-01-01
}

// Trade is a kind of work, and whom the law keeps from it (附件2 第七条第二项).
type Trade struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Women  bool   `json:"women,omitempty"`  // 女职工禁忌
	Minors bool   `json:"minors,omitempty"` // 未成年工禁忌, 16 and 17
	Basis  string `json:"basis,omitempty"`  // the law
}

// What OpenLists refuses.
var (
	// ErrSignature: the pack is not signed by the county's key.
	ErrSignature = errors.New("the pack is not signed by the county")
	// ErrOlder: the hall has this version or a later one.
	ErrOlder = errors.New("the pack is not newer")
)

// signed is what a lists command holds: the exact bytes of a Lists document in
// base64, and the Ed25519 signature over them after the context below, so that
// a signature for lists can't be used for anything else.
type signed struct {
	Pack string `json:"pack"`
	Sig  string `json:"sig"`
}

const listsContext = "halld lists v1\n"

// SignLists makes the fields of a lists command.
func SignLists(key ed25519.PrivateKey, l Lists) (pack, sig string) {
	b := encode(l)
	return base64.StdEncoding.EncodeToString(b),
		base64.StdEncoding.EncodeToString(ed25519.Sign(key, append([]byte(listsContext), b...)))
}

// LoadSigner reads the private key that `hallctl county keygen --lists` made: one
// line with the seed (RFC 8032, 32 bytes) in base64.
func LoadSigner(path string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the key for lists: %w", err)
	}
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("reading the key for lists: %s is not one line of base64 with 32 bytes; make one by hallctl county keygen --lists", path)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// OpenLists checks the pack in a lists command and reads it. The hall holds
// version have. Errors: ErrSignature, ErrOlder, ErrInvalid.
func OpenLists(key ed25519.PublicKey, c Command, have uint64) (Lists, error) {
	var s signed
	var l Lists
	if err := json.Unmarshal(c.Body, &s); err != nil {
		return l, fmt.Errorf("opening lists: %w: pack and sig are not strings", ErrInvalid)
	}
	pack, errPack := base64.StdEncoding.DecodeString(s.Pack)
	sig, errSig := base64.StdEncoding.DecodeString(s.Sig)
	switch {
	case errPack != nil || errSig != nil || len(pack) == 0:
		return l, fmt.Errorf("opening lists: %w: pack or sig is not base64", ErrInvalid)
	case len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, append([]byte(listsContext), pack...), sig):
		return l, fmt.Errorf("opening lists: %w", ErrSignature)
	case json.Unmarshal(pack, &l) != nil:
		return Lists{}, fmt.Errorf("opening lists: %w: the pack is not JSON of lists", ErrInvalid)
	case l.Version <= have:
		return Lists{}, fmt.Errorf("opening lists: %w: it is version %d, the hall has %d", ErrOlder, l.Version, have)
	}
	sum := sha256.Sum256(pack)
	l.Hash = hex.EncodeToString(sum[:])
	return l, nil
}
