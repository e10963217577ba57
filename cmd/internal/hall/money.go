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

// MaxFen is the largest sum that anybody may enter, one million yuan; more is a
// typing mistake. What the hall adds up itself may grow beyond it.
const MaxFen Fen = 100_000_000

// ParseFen reads yuan as a person writes them: "200", "200.5" or "200.00". More
// than two decimals, a sign, spaces or a sum above [MaxFen] are refused.
func ParseFen(s string) (Fen, error) {
	f, err := parseFen("", s)
	if err == nil && f > MaxFen {
		err = refuse("money", "金额“%s”超过上限%s元，请核对", short(s), MaxFen)
	}
	return f, err
}

// parseFen reads yuan behind a sign, up to what 64 bits hold.
func parseFen(sign, s string) (Fen, error) {
	whole, frac, dot := strings.Cut(s, ".")
	if whole == "" || !digits(whole) || dot && (frac == "" || len(frac) > 2 || !digits(frac)) {
		return 0, refuse("money", "金额“%s”写得不对，请写元，最多两位小数，如 12.50", short(s))
	}
	f, err := strconv.ParseInt(sign+whole+(frac + "00")[:2], 10, 64)
	if err != nil {
		return 0, refuse("money", "金额“%s”太大，请核对", short(s))
	}
	return Fen(f), nil
}

// short is the beginning of what somebody typed, to be told back to them.
func short(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
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
	sign, abs := "", uint64(f)
	if f < 0 {
		sign, abs = "-", -abs
	}
	return fmt.Sprintf("%s%d.%02d", sign, abs/100, abs%100)
}

// MarshalJSON writes a decimal string.
func (f Fen) MarshalJSON() ([]byte, error) { return json.Marshal(f.String()) }

// UnmarshalJSON reads a decimal string, exactly and over the whole range, since
// what is recorded may be negative (a reversal) and large (a running total).
// Whoever takes a sum from a person holds it to [MaxFen]. A text that is no sum
// gives a *[Refusal].
func (f *Fen) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return refuse("money", "金额要写成带引号的元，如 \"12.50\"，不是%s", short(string(b)))
	}
	sign, abs := "", s
	if rest, minus := strings.CutPrefix(s, "-"); minus {
		sign, abs = "-", rest
	}
	sum, err := parseFen(sign, abs)
	if err == nil {
		*f = sum
	}
	return err
}
