package config

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadPNG(t *testing.T) {
	picture := func(w, h int) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	good := picture(384, 96)
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"good":  {good, ""},
		"cut":   {good[:len(good)-20], "PNG"},
		"wide":  {picture(4097, 1), "4097×1"},
		"other": {[]byte("GIF89a"), "PNG"},
		"empty": {nil, "PNG"},
	} {
		path := filepath.Join(t.TempDir(), "logo.png")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := readPNG(path); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
