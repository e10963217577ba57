// Package segment reads seven-segment digits as a person does.
package segment

// shapes is what each segment byte looks like: bit 0 is segment A, bit 6 is
// G. 5 is also S, 0 is also O.
var shapes = [...]struct {
	segments byte
	glyph    byte
}{
	{0x3F, '0'},
	{0x06, '1'},
	{0x5B, '2'},
	{0x4F, '3'},
	{0x66, '4'},
	{0x6D, '5'},
	{0x7D, '6'},
	{0x07, '7'},
	{0x7F, '8'},
	{0x6F, '9'},
	{0x77, 'A'},
	{0x7C, 'b'},
	{0x39, 'C'},
	{0x58, 'c'},
	{0x5E, 'd'},
	{0x79, 'E'},
	{0x71, 'F'},
	{0x76, 'H'},
	{0x74, 'h'},
	{0x1E, 'J'},
	{0x38, 'L'},
	{0x54, 'n'},
	{0x5C, 'o'},
	{0x73, 'P'},
	{0x50, 'r'},
	{0x78, 't'},
	{0x3E, 'U'},
	{0x1C, 'u'},
	{0x6E, 'y'},
	{0x40, '-'},
	{0x08, '_'},
	{0x00, ' '},
}

// Point is the bit of the point behind a digit.
const Point = 0x80

// Glyph is the character that segments show, with its point. A pattern that
// is none reads as a question mark.
func Glyph(segments byte) string {
	s := "?"
	for _, shape := range shapes {
		if shape.segments == segments&^Point {
			s = string(rune(shape.glyph))
		}
	}
	if segments&Point != 0 {
		s += "."
	}
	return s
}

// FromMAX turns the MAX7219's order of bits, point A B C D E F G from the
// high one, into that of [Glyph].
func FromMAX(b byte) byte {
	out := b & Point
	for i := range 7 {
		if b>>i&1 != 0 {
			out |= 1 << (6 - i)
		}
	}
	return out
}
