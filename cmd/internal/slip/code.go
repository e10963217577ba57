package slip

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"halld/cmd/internal/hall"
)

// ErrForged means that a slip's check code is not the one this hall gives.
var ErrForged = errors.New("check code does not match")

// crockford is base 32 without I, L, O and U, so that a code can be read out
// and typed (Crockford's alphabet).
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// ShortCode gives claims of one hall their check code: the first 30 bits of an
// HMAC-SHA256, six characters. Guessing one takes half a billion tries at a
// counter.
func ShortCode(key []byte, hallID string) func(claim string) string {
	return func(claim string) string {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("halld slip v1\n" + hallID + "\n" + claim))
		return crockford.EncodeToString(mac.Sum(nil))[:6]
	}
}

// Verify checks what a scanner read from a slip's QR code, offline, and gives
// its claim. A code typed in small letters, or with O for 0 or I and L for 1,
// is taken too. It returns [ErrForged] if the code is not ours.
func Verify(code func(claim string) string, scanned string) (claim string, err error) {
	claim, given, ok := strings.Cut(strings.TrimSpace(scanned), "#")
	if !ok {
		return "", fmt.Errorf("reading a slip's code: no check code: %w", ErrForged)
	}
	typed := strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(given))
	if !hmac.Equal([]byte(typed), []byte(code(claim))) {
		return "", fmt.Errorf("reading a slip's code: %w", ErrForged)
	}
	return claim, nil
}

// claim is what the check code of a job's slip stands for: the template, the
// number and what must not be altered, as in "deposit:R20260105-001/300.00". It is
// empty for a slip without a code. Dates stand short, as 260105, so that the QR
// code of a number slip stays small.
func (t template) claim(job hall.Job) string {
	if len(t.proof) == 0 {
		return ""
	}
	var parts []string
	tree := decode(job.Slip.Data)
	for _, path := range t.proof {
		for _, v := range lookup(tree, strings.Split(path, ".")) {
			parts = append(parts, short(path, fmt.Sprint(v)))
		}
	}
	return job.Slip.Template + ":" + strings.Join(parts, "/")
}

func short(path, value string) string {
	if path == "issued" && len(value) >= len("2006-01-02") {
		return strings.ReplaceAll(value[2:10], "-", "")
	}
	return value
}
