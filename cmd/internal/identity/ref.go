// Package identity keeps personal data out of the clear. A person is known by
// a reference, a keyed hash that is the same in all halls of a county, and by
// the last four characters of the number. The full identity is sealed twice:
// to the county's public key, in a record only the county can read, and with
// the device key for as long as the hall itself must show it.
//
// Nothing here writes a name or a number into an error.
package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// KeySize is the length of the reference key and of the device key in bytes.
const KeySize = 32

// Person is what is sealed: never stored, sent or logged in the clear.
type Person struct {
	Name   string `json:"name"`
	Number string `json:"number"`
	Kind   string `json:"kind"` // kind of document, as the card reader names it
}

// Ref is the reference of the person with this number: HMAC-SHA256 under the
// county's key over the normalised number, 64 hexadecimal digits. The number
// alone decides: a resident's ID number and a foreigner's residence number
// never coincide, so the kind of document is no part of it. Numbers are few
// enough to try them all, hence a key and not a plain hash.
func Ref(refKey []byte, number string) string {
	mac := hmac.New(sha256.New, refKey)
	mac.Write([]byte(Normalise(number)))
	return hex.EncodeToString(mac.Sum(nil))
}

// Normalise is the one spelling of a number: no spaces, letters in upper case
// (the check digit X of GB 11643), full-width characters as plain ones.
func Normalise(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, number)
}

// Last4 is the last four characters of the number, fewer when it has no more
// than four: a short number is not shown whole, but masked to its last one.
func Last4(number string) string {
	runes := []rune(Normalise(number))
	switch n := len(runes); {
	case n > 4:
		return string(runes[n-4:])
	case n > 0:
		return string(runes[n-1:])
	}
	return ""
}

// MaskNumber is the number with all but its [Last4] as asterisks, as a rental
// contract shows it: **************002X.
func MaskNumber(number string) string {
	last := Last4(number)
	hidden := utf8.RuneCountInString(Normalise(number)) - utf8.RuneCountInString(last)
	return strings.Repeat("*", hidden) + last
}

// MaskName is what a number slip shows: the family name and one asterisk,
// which does not tell how long the given name is. 张三丰 is 张*, 欧阳修 is 欧阳*;
// a name in other letters keeps its first word, and a single word its first
// letter.
func MaskName(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	runes := []rune(words[0])
	switch {
	case !unicode.Is(unicode.Han, runes[0]) && len(words) > 1:
		return words[0] + " *"
	case len(runes) > 2 && strings.Contains(compound, string(runes[:2])):
		return string(runes[:2]) + "*"
	}
	return string(runes[:1]) + "*"
}

// compound are the family names of two characters (复姓) still in use.
const compound = "欧阳 上官 司马 司徒 司空 诸葛 东方 皇甫 尉迟 公孙 公羊 公冶 慕容 令狐 夏侯 宇文 长孙 端木 轩辕 钟离 " +
	"闻人 赫连 澹台 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 鲜于 闾丘 亓官 呼延 南宫 东郭 西门 百里 拓跋 独孤 万俟 完颜 " +
	"第五 左丘 梁丘 谷梁 东里 南门"
