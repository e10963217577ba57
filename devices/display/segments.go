package display

// The segments of a tube: bit 0 is A, the top, clockwise to bit 5, F; bit 6 is
// G, the middle, and bit 7 the dot. Letters that seven segments cannot draw, or
// only so that people take them for another, are missing on purpose.
var font = map[rune]byte{
	' ': 0x00, '-': 0x40,
	'0': 0x3F, '1': 0x06, '2': 0x5B, '3': 0x4F, '4': 0x66,
	'5': 0x6D, '6': 0x7D, '7': 0x07, '8': 0x7F, '9': 0x6F,
	'A': 0x77, 'b': 0x7C, 'C': 0x39, 'd': 0x5E, 'E': 0x79, 'F': 0x71,
	'H': 0x76, 'J': 0x1E, 'L': 0x38, 'P': 0x73, 'U': 0x3E,
}

// dot is added to the character before it.
const dot = 0x80

// glyph finds the segments of a character; a letter in either case.
func glyph(r rune) (byte, bool) {
	s, ok := font[r]
	if letter := r|0x20 >= 'a' && r|0x20 <= 'z'; !ok && letter {
		s, ok = font[r^0x20]
	}
	return s, ok
}

// Legible says whether seven segments can show s: digits, minus, dot, blank and
// the letters A b C d E F H J L P U in either case. A queue's prefix must be
// legible on every tube that shows it.
func Legible(s string) bool {
	for i, r := range s {
		if _, ok := glyph(r); !ok && (r != '.' || i == 0) {
			return false
		}
	}
	return true
}

// draw turns a legible text into segments, one byte for each tube.
func draw(s string) []byte {
	var out []byte
	for _, r := range s {
		if r == '.' && len(out) > 0 {
			out[len(out)-1] |= dot
			continue
		}
		g, _ := glyph(r)
		out = append(out, g)
	}
	return out
}
