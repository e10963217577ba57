package bridge

import (
	"bytes"
	"fmt"
)

// Mask renders a message for a trace. It gets the first bytes of it, 256 at
// most, and the length of the whole.
type Mask func(head []byte, length int) string

// Hex shows every byte. It is for wires on which nothing personal can run:
// locks and number displays.
func Hex(head []byte, length int) string {
	return fmt.Sprintf("% X", head) + more(length-len(head))
}

const (
	maskWhole = 16 // a message of at most so many bytes has no room for a person
	maskHead  = 10 // of a longer one, the head with length and status word
)

// sdtSync begins every frame of an identity card module; four bytes of length
// and status follow it, and then may come the card's text and photo.
var sdtSync = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// commandBytes begin the commands of printers and the frames of panels: STX,
// DLE, ESC, FS and GS.
var commandBytes = []byte{0x02, 0x10, 0x1B, 0x1C, 0x1D}

// MaskPersonal shows short messages and the heads of identity card frames. Of
// anything else, a slip above all, it shows the byte that begins a command, if
// it is one, and how much follows. It gives no hash of the rest: identity
// numbers are too few to hide behind one.
func MaskPersonal(head []byte, length int) string {
	switch {
	case length == len(head) && length <= maskWhole && !hasText(head):
		return Hex(head, length)
	case bytes.HasPrefix(head, sdtSync) && length > maskHead:
		return Hex(head[:maskHead], length)
	case len(head) > 0 && bytes.IndexByte(commandBytes, head[0]) >= 0:
		return Hex(head[:1], length)
	default:
		return fmt.Sprintf("%d bytes", length)
	}
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" +%d bytes", n)
}

// hasText tells whether a short message holds a run that may be a part of
// somebody's number or name: four digits, two at either end, which may have
// been cut there, or two Chinese characters. Digits of UTF-16 count too. One
// digit at an end is not told from a checksum.
func hasText(b []byte) bool {
	return hasNumber(bytes.ReplaceAll(b, []byte{0}, nil)) ||
		run(b, 2, func(c []byte) bool { return c[1] >= 0x4E && c[1] <= 0x9F }) >= 2 || // CJK in UTF-16LE
		run(b, 2, isHanzi) >= 2
}

func hasNumber(b []byte) bool {
	digit := func(c []byte) bool { return isDigit(c[0]) }
	n := len(b)
	return run(b, 1, digit) >= 4 ||
		n >= 2 && (isDigit(b[0]) && isDigit(b[1]) || isDigit(b[n-2]) && isDigit(b[n-1]))
}

// run is the longest run of characters of width bytes, at any offset.
func run(b []byte, width int, is func(c []byte) bool) int {
	longest := 0
	for from := range b {
		n := 0
		for i := from; i+width <= len(b) && is(b[i:i+width]); i += width {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// isDigit includes the X that may end an identity number.
func isDigit(b byte) bool { return b >= '0' && b <= '9' || b == 'X' || b == 'x' }

// isHanzi tells whether c is a Chinese character in GB2312, which is where
// GB18030 has nearly all that occur in names.
func isHanzi(c []byte) bool { return c[0] >= 0xB0 && c[0] <= 0xF7 && c[1] >= 0xA1 && c[1] != 0xFF }
