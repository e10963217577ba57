package voice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// ErrUnspeakable is wrapped by the error for a text that has no words to be
// spoken by: empty, too long, or with a character that no clip speaks.
var ErrUnspeakable = errors.New("text cannot be spoken")

// maxText is the longest text, in characters.
const maxText = 60

// Call is a number that is called to a window.
type Call struct {
	Ticket string // letters and digits, such as A012
	Window int    // 1 to 99
}

// spoken is the call as it is read out: the ticket digit by digit, the window
// as a number. 请A零一二号到十二号窗口.
func (c Call) spoken() (string, error) {
	bad := strings.ContainsFunc(c.Ticket, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z')
	})
	if bad || c.Ticket == "" || c.Window < 1 || c.Window > 99 {
		return "", fmt.Errorf("%w: no such call", ErrUnspeakable)
	}
	return fmt.Sprintf("请%s号到%s号窗口", digitwise(c.Ticket), counted(c.Window)), nil
}

const numerals = "零一二三四五六七八九"

// digitwise replaces every digit by its word and raises letters; 012 becomes
// 零一二.
func digitwise(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return []rune(numerals)[r-'0']
		}
		return unicode.ToUpper(r)
	}, s)
}

// counted reads 1 to 99 as a number; 12 becomes 十二.
func counted(n int) string {
	s := ""
	if n >= 20 {
		s = digitwise(strconv.Itoa(n / 10))
	}
	if n >= 10 {
		s += "十"
	}
	if n%10 != 0 {
		s += digitwise(strconv.Itoa(n % 10))
	}
	return s
}

// pauses are the characters that are a short silence.
const pauses = " ，。、！？,.!?：:；;"

// split cuts a text into the longest words that know accepts, from the left.
// A pause comes out as "".
func split(text string, know func(word string) bool) ([]string, error) {
	var words []string
	for rest := []rune(text); len(rest) > 0; {
		if strings.ContainsRune(pauses, rest[0]) {
			words, rest = append(words, ""), rest[1:]
			continue
		}
		n := len(rest)
		for n > 0 && !know(string(rest[:n])) {
			n--
		}
		if n == 0 {
			return nil, fmt.Errorf("%w: no clip for %q", ErrUnspeakable, string(rest[0]))
		}
		words, rest = append(words, string(rest[:n])), rest[n:]
	}
	return words, nil
}
