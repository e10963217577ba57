package idcard

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// ErrNumber is wrapped by every error about a number that cannot be one. The
// message never repeats the number.
var ErrNumber = errors.New("not a valid identity number")

// Identity is what a number alone tells about a person.
type Identity struct {
	Kind   Kind
	Number string // normalised: no spaces, letters upper case
	Birth  Date
	Sex    Sex // SexUnknown for the 15-character number, which does not tell
}

// ParseNumber checks a number that staff typed, or that a card holds, and says
// what it tells: the 18 characters of GB 11643 for residents, for residents of
// Hong Kong, Macao and Taiwan (81, 82, 83) and for foreigners (9), and the 15
// characters of a foreigner's card of 2017. Spaces, hyphens, full-width forms
// and a small x are accepted. Errors wrap [ErrNumber].
//
// The year of birth in a 15-character number has two digits. The last such card
// was issued in 2023, so 24 to 99 are read as 19xx and 00 to 23 as 20xx.
func ParseNumber(s string) (Identity, error) {
	n := normalise(s)
	switch {
	case len(n) == 18:
		return parse18(n)
	case len(n) == 15 && n[0] >= 'A':
		return parse15(n)
	case len(n) == 15:
		return Identity{}, fmt.Errorf("%w: a citizen's number has 18 characters since 1999", ErrNumber)
	default:
		return Identity{}, fmt.Errorf("%w: %d characters", ErrNumber, len(n))
	}
}

// normalise drops blanks and hyphens, narrows full-width forms and raises
// letters. A character that no number has becomes a question mark.
func normalise(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case unicode.IsSpace(r) || r == '-':
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		default:
			return '?'
		}
	}, s)
}

func parse18(n string) (Identity, error) {
	if !digits(n[:17]) {
		return Identity{}, fmt.Errorf("%w: a letter where a digit belongs", ErrNumber)
	}
	if n[17] != check18(n) {
		return Identity{}, fmt.Errorf("%w: wrong check character", ErrNumber)
	}
	kind, ok := kindOf(n)
	if !ok {
		return Identity{}, fmt.Errorf("%w: no such area", ErrNumber)
	}
	birth, err := ParseDate(n[6:14])
	if err != nil {
		return Identity{}, fmt.Errorf("%w: birth: %w", ErrNumber, err)
	}
	sex := Female
	if (n[16]-'0')%2 == 1 {
		sex = Male
	}
	return Identity{Kind: kind, Number: n, Birth: birth, Sex: sex}, nil
}

// kindOf goes by the first digits: 1 to 6 are the regions of the mainland.
func kindOf(n string) (Kind, bool) {
	switch {
	case n[0] >= '1' && n[0] <= '6':
		return Resident, true
	case n[:2] == "81", n[:2] == "82", n[:2] == "83":
		return ResidencePermit, true
	case n[0] == '9':
		return Foreigner2023, true
	default:
		return 0, false
	}
}

func parse15(n string) (Identity, error) {
	if !letters(n[:3]) || !digits(n[3:]) {
		return Identity{}, fmt.Errorf("%w: wants three letters and twelve digits", ErrNumber)
	}
	if n[14] != check15(n) {
		return Identity{}, fmt.Errorf("%w: wrong check digit", ErrNumber)
	}
	century := "19"
	if n[7:9] <= "23" {
		century = "20"
	}
	birth, err := ParseDate(century + n[7:13])
	if err != nil {
		return Identity{}, fmt.Errorf("%w: birth: %w", ErrNumber, err)
	}
	return Identity{Kind: Foreigner2017, Number: n, Birth: birth}, nil
}

// check18 is the check character of GB 11643 (ISO 7064, MOD 11-2) for the first
// 17 digits.
func check18(n string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(n[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// check15 is the check digit of ICAO 9303 (weights 7 3 1) for the first 14
// characters, A counting 10.
func check15(n string) byte {
	weights := [3]int{7, 3, 1}
	sum := 0
	for i := range 14 {
		v := int(n[i] - '0')
		if n[i] >= 'A' {
			v = int(n[i]-'A') + 10
		}
		sum += weights[i%3] * v
	}
	return byte('0' + sum%10)
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func letters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}
