package slip

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// picture writes a PNG with one colour in a part of it.
func picture(t *testing.T, w, h int, part image.Rectangle, c color.Color) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			img.Set(x, y, c)
		}
	}
	path := filepath.Join(t.TempDir(), "logo.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLogoSize(t *testing.T) {
	tests := []struct {
		name               string
		w, h, wantW, wantH int
	}{
		{"fits", 100, 50, 100, 50},
		{"one dot", 1, 1, 1, 1},
		{"as large as may be", 384, 96, 384, 96},
		{"too wide", 768, 96, 384, 48},
		{"too high", 192, 192, 96, 96},
		{"too large", 400, 200, 192, 96},
		{"a line", 1000, 2, 384, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			logo, err := LoadLogo(picture(t, tt.w, tt.h, image.Rect(0, 0, tt.w, tt.h), color.Black))
			if err != nil {
				t.Fatal(err)
			}
			if logo.Width != tt.wantW || logo.Height != tt.wantH || len(logo.Bits) != (tt.wantW+7)/8*tt.wantH {
				t.Errorf("it is %d×%d with %d bytes, want %d×%d", logo.Width, logo.Height, len(logo.Bits), tt.wantW, tt.wantH)
			}
		})
	}
}

// The left upper dot is the high bit of the first byte, and what is grey,
// coloured or transparent becomes black or white.
func TestLogoDots(t *testing.T) {
	tests := []struct {
		name string
		c    color.Color
		want byte
	}{
		{"black", color.Black, 0xc0},
		{"dark grey", color.Gray{100}, 0xc0},
		{"blue", color.NRGBA{0, 80, 200, 255}, 0xc0},
		{"light grey", color.Gray{200}, 0},
		{"black, hardly there", color.NRGBA{0, 0, 0, 60}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img := image.NewNRGBA(image.Rect(0, 0, 12, 1))
			img.Set(0, 0, tt.c)
			img.Set(1, 0, tt.c)
			img.Set(11, 0, color.Black)
			logo, black := dots(img)
			if logo.Bits[0] != tt.want || logo.Bits[1] != 0x10 || !black {
				t.Errorf("dots are %08b, want %08b 00010000", logo.Bits, tt.want)
			}
		})
	}
}

func TestBadLogos(t *testing.T) {
	text := filepath.Join(t.TempDir(), "logo.txt")
	if err := os.WriteFile(text, []byte("零工市场"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile("testdata/logo.png")
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(t.TempDir(), "half.png")
	if err := os.WriteFile(half, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, path, want string }{
		{"no file", filepath.Join(t.TempDir(), "none.png"), "no such file"},
		{"no picture", text, "not a PNG picture"},
		{"half a picture", half, "not a whole PNG picture"},
		{"too large", picture(t, 4097, 1, image.Rect(0, 0, 9, 1), color.Black), "at most 4096"},
		{"blank", picture(t, 40, 40, image.Rect(0, 0, 40, 40), color.White), "nothing black"},
		{"transparent", picture(t, 40, 40, image.Rectangle{}, color.White), "nothing black"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := LoadLogo(tt.path)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "loading the logo") {
				t.Errorf("got error %v, want %q", err, tt.want)
			}
		})
	}
}
