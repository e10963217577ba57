package segment

import "testing"

func TestGlyph(t *testing.T) {
	for segments, want := range map[byte]string{0x77: "A", 0x3F: "0", 0x86: "1.", 0x5B: "2", 0x00: " ", 0x49: "?", 0x80: " ."} {
		if got := Glyph(segments); got != want {
			t.Errorf("%02X reads %q, want %q", segments, got, want)
		}
	}
}

// TestFromMAX holds both chips' published shapes against each other.
func TestFromMAX(t *testing.T) {
	raw := []byte{0x7E, 0x30, 0x6D, 0x79, 0x33, 0x5B, 0x5F, 0x70, 0x7F, 0x7B, 0x77, 0x1F, 0x4E, 0x3D, 0x4F, 0x47}
	got := ""
	for _, b := range raw {
		got += Glyph(FromMAX(b))
	}
	if got != "0123456789AbCdEF" {
		t.Errorf("the digits read %q", got)
	}
	if FromMAX(0x80) != Point {
		t.Error("the point is lost")
	}
}
