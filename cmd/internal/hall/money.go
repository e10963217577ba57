package hall

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Fen is a sum of money in 分, a hundredth of a yuan. It is written and read as
// yuan in a decimal string: "12.50".
type Fen int64

// MaxFen is the largest sum the hall handles, one million yuan; more is a typing
// mistake.
const MaxFen Fen = 100_000_000

// ParseFen reads yuan as a person writes them: "200", "200.5" or "200.00". More
// than two decimals, a sign, spaces or a sum above [MaxFen] are errors.
func ParseFen(s string) (Fen, error) {
	whole, frac, dot := strings.Cut(s, ".")
	if whole == "" || !digits(whole) || dot && (frac == "" || len(frac) > 2 || !digits(frac)) {
		return 0, fmt.Errorf("%q is not a sum in yuan such as 12.50", s)
	}
	yuan, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || Fen(yuan) > MaxFen/100 {
		return 0, fmt.Errorf("%q is more than the %s yuan the hall handles", s, MaxFen)
	}
	fen, _ := strconv.ParseInt((frac + "00")[:2], 10, 64)
	sum := Fen(yuan*100 + fen)
	if sum > MaxFen {
		return 0, fmt.Errorf("%q is more than the %s yuan the hall handles", s, MaxFen)
	}
	return sum, nil
}

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// String gives yuan with two decimals.
func (f Fen) String() string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	return fmt.Sprintf("%s%d.%02d", sign, f/100, f%100)
}

// MarshalJSON writes a decimal string.
func (f Fen) MarshalJSON() ([]byte, error) { return json.Marshal(f.String()) }

// UnmarshalJSON reads a decimal string; a negative sum is read back too, since
// the ledger's reversals are negative.
func (f *Fen) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("a sum of money is a decimal string in yuan: %w", err)
	}
	abs, minus := strings.CutPrefix(s, "-")
	sum, err := ParseFen(abs)
	if err != nil {
		return err
	}
	if *f = sum; minus {
		*f = -sum
	}
	return nil
}
