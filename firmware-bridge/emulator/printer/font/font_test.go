package font

import (
	"math/bits"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// picture shows a glyph as text.
func picture(g Glyph) string {
	var s strings.Builder
	for y := range g.H {
		for x := range g.W {
			if g.Dot(x, y) {
				s.WriteByte('#')
			} else {
				s.WriteByte(' ')
			}
		}
		s.WriteByte('\n')
	}
	return s.String()
}

// ink counts the black dots.
func ink(g Glyph) int {
	n := 0
	for _, b := range g.Dots {
		n += bits.OnesCount8(b)
	}
	return n
}

func TestSizes(t *testing.T) {
	var r ROM
	for _, tc := range []struct {
		name string
		g    Glyph
		w, h int
	}{
		{"hanzi", r.Hanzi(0xB0, 0xA1), 24, 24},
		{"font A", r.A('A'), 12, 24},
		{"font B", r.B('A'), 9, 17},
	} {
		if tc.g.W != tc.w || tc.g.H != tc.h || len(tc.g.Dots) != (tc.w+7)/8*tc.h {
			t.Errorf("%s: %dx%d in %d bytes", tc.name, tc.g.W, tc.g.H, len(tc.g.Dots))
		}
		if ink(tc.g) < 20 {
			t.Errorf("%s is nearly blank:\n%s", tc.name, picture(tc.g))
		}
	}
}

// TestEveryHanzi looks at all 20,902 hanzi that have two bytes: none is blank
// and, but for two that the font draws alike, none is drawn as another.
func TestEveryHanzi(t *testing.T) {
	var r ROM
	seen := map[string]rune{}
	hanzi, alike := 0, 0
	dec := simplifiedchinese.GB18030.NewDecoder()
	for lead := 0x81; lead <= 0xFE; lead++ {
		for trail := 0x40; trail <= 0xFE; trail++ {
			s, _ := dec.String(string([]byte{byte(lead), byte(trail)}))
			c, _ := utf8.DecodeRuneInString(s)
			if c < 0x4E00 || c > 0x9FA5 {
				continue
			}
			hanzi++
			g := r.Hanzi(byte(lead), byte(trail))
			if ink(g) < 10 {
				t.Errorf("%c is blank", c)
			}
			if _, twice := seen[string(g.Dots)]; twice {
				alike++
			}
			seen[string(g.Dots)] = c
		}
	}
	if hanzi != 20902 || alike > 1 {
		t.Errorf("%d hanzi, %d of them drawn as another; want 20902 and 1", hanzi, alike)
	}
}

func TestEveryHalfWidthCharacter(t *testing.T) {
	var r ROM
	for c := byte(0x21); c < 0x7F; c++ {
		if ink(r.A(c)) == 0 || ink(r.B(c)) == 0 {
			t.Errorf("%q is blank", c)
		}
	}
	if ink(r.A(' ')) != 0 {
		t.Error("the space is not blank")
	}
}

func TestOutside(t *testing.T) {
	var r ROM
	for _, g := range []Glyph{r.Hanzi(0x80, 0xA1), r.Hanzi(0xFF, 0xA1), r.Hanzi(0xB0, 0x20), r.Hanzi(0xB0, 0xFF), r.Hanzi(0xFE, 0xFE)} {
		if g.W != 24 || g.H != 24 || ink(g) != 0 {
			t.Errorf("not a blank of 24 dots:\n%s", picture(g))
		}
	}
}
