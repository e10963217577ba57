package printer

import (
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// coder encodes cleaned text for one printer, rune by rune. It never uses the
// GBK encoder, which turns the euro sign into a lead byte, nor a replacement,
// which some printers take for the cut command.
type coder struct {
	charset Charset
	gb      *encoding.Encoder
}

func newCoder(c Charset) coder {
	return coder{charset: c, gb: simplifiedchinese.GB18030.NewEncoder()}
}

// encode is the printer's code of r, nil if the printer's font lacks it. No
// byte of it is a control byte.
func (c coder) encode(r rune) []byte {
	if r < 0x80 {
		return []byte{byte(r)}
	}
	if c.charset == ASCII || unicode.Is(unicode.Co, r) {
		return nil
	}
	code, err := c.gb.Bytes([]byte(string(r)))
	switch {
	case err != nil:
		return nil
	case len(code) == 2 && (c.charset != GB2312 || inGB2312(code[0], code[1])):
		return code
	case len(code) == 4 && c.charset == GB18030Four && unicode.Is(unicode.Han, r):
		return code
	}
	return nil
}

// inGB2312 reports whether a two-byte code stands in the tables of GB 2312-80.
// Rows 1 to 9 are symbols and letters, some partly filled; hanzi are in rows 16
// to 55 (the last of them short) and 56 to 87.
func inGB2312(lead, trail byte) bool {
	in := func(from, to byte) bool { return from <= trail && trail <= to }
	switch lead {
	case 0xa1, 0xa3:
		return in(0xa1, 0xfe)
	case 0xa2:
		return in(0xb1, 0xe2) || in(0xe5, 0xee) || in(0xf1, 0xfc)
	case 0xa4:
		return in(0xa1, 0xf3)
	case 0xa5:
		return in(0xa1, 0xf6)
	case 0xa6:
		return in(0xa1, 0xb8) || in(0xc1, 0xd8)
	case 0xa7:
		return in(0xa1, 0xc1) || in(0xd1, 0xf1)
	case 0xa8:
		return in(0xa1, 0xba) || in(0xc5, 0xe9)
	case 0xa9:
		return in(0xa4, 0xef)
	case 0xd7:
		return in(0xa1, 0xf9)
	}
	return 0xb0 <= lead && lead <= 0xf7 && in(0xa1, 0xfe)
}
