package printer

import (
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// lead tells whether the byte begins a character of two bytes. GBK printers
// take 80 for one too, which eats the byte behind a stray euro sign.
func (c Charset) lead(b byte) bool {
	switch c {
	case NoHanzi:
		return false
	case GB2312:
		return b >= 0xA1 && b <= 0xF7
	}
	return b >= 0x80 && b <= 0xFE
}

// trail tells whether the byte may end a character of two bytes.
func (c Charset) trail(b byte) bool {
	if c == GB2312 {
		return b >= 0xA1 && b <= 0xFE
	}
	return b >= 0x40 && b <= 0xFE && b != 0x7F
}

// hanzi is the character of a two-byte code, or U+FFFD where there is none.
func hanzi(lead, trail byte) rune {
	s, err := simplifiedchinese.GB18030.NewDecoder().Bytes([]byte{lead, trail})
	r := []rune(string(s))
	if err != nil || len(r) != 1 {
		return 0xFFFD
	}
	return r[0]
}

// katakanaFrames are the characters 80 to 9F of page 1, which is used for its
// lines; the katakana behind them are not in the ROM.
const katakanaFrames = "▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├▔─│▕┌┐└┘╭╮╰╯"

// halfWidth is the character of a byte on the page that ESC t selected.
func halfWidth(page, b byte) rune {
	if page == 1 && b >= 0x80 && b < 0xA0 {
		return []rune(katakanaFrames)[b-0x80]
	}
	return codePage(page).DecodeByte(b)
}

// codePage is the table of a page, where it is one of the common ones.
func codePage(n byte) *charmap.Charmap {
	switch n {
	case 2:
		return charmap.CodePage850
	case 16:
		return charmap.Windows1252
	case 17:
		return charmap.CodePage866
	case 18:
		return charmap.CodePage852
	case 19:
		return charmap.CodePage858
	}
	return charmap.CodePage437
}
