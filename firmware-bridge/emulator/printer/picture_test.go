package printer

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// paper prints bytes and gives the picture of the ticket.
func paper(t *testing.T, o Opts, b string) *Bitmap {
	t.Helper()
	p := New(o)
	p.receive([]byte(b + cut))
	all := p.Tickets()
	if len(all) != 1 {
		t.Fatalf("%d tickets, want 1", len(all))
	}
	return all[0].Image.(*Bitmap)
}

// TestPictures compares whole tickets with pictures that a person has looked
// at.
func TestPictures(t *testing.T) {
	for _, tc := range []struct {
		name string
		o    Opts
		in   string
	}{
		{"sizes", TM80(), "\x1c&\x1d!\x00A015" + hall + "\n\x1d!\x11A015" + hall + "\n\x1d!\x22A015" + hall[:8] + "\n\x1d!\x33A015" + hall[:6] + "\n\x1d!\x01A015" + hall + "\n\x1d!\x10A015" + hall + "\n\x1d!\x00\x1b!\x01font B 0123\x1b!\x00 A\n"},
		{"styles", Clone58(), "\x1bE\x01" + hall + "Bold\n\x1bE\x00\x1b-\x01\x1c-\x02" + hall + "line\n\x1b-\x00\x1c-\x00\x1dB\x01 " + hall + " white \n\x1dB\x00" + "\x1b3\x00\xa9\xb0\xa9\xa4\xa9\xb4\n\xa9\xa6A0\xa9\xa6\n\xa9\xb8\xa9\xa4\xa9\xbc\n\x1b2\xa2\xd9\xa1\xef\xa1\xe6\xa3\xa4\xa1\xf5 #$%&@~{|}\n"},
		{"ticket", with(TM80(), func(o *Opts) { o.Paper = Paper58 }), string(vectorBytes(t, "job_ticket_gsv0"))[:825-4]},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got bytes.Buffer
			img := paper(t, tc.o, tc.in)
			if err := WritePNG(&got, img); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", tc.name+".png")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			want, err := png.Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			if n := different(img, want); n != 0 {
				t.Errorf("%d dots differ from %s", n, file)
			}
		})
	}
}

// different counts the dots that are not alike.
func different(a *Bitmap, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return a.w * a.h
	}
	n := 0
	for y := range a.h {
		for x := range a.w {
			r, _, _, _ := b.At(x, y).RGBA()
			if a.Black(x, y) != (r == 0) {
				n++
			}
		}
	}
	return n
}

// scan reads a symbol as a telephone does, from a picture with a white frame.
func scan(t *testing.T, r gozxing.Reader, img *Bitmap) string {
	t.Helper()
	framed := newBitmap(img.w+80, img.h+80)
	for y := range img.h {
		for x := range img.w {
			if img.Black(x, y) {
				framed.set(x+40, y+40)
			}
		}
	}
	bmp, err := gozxing.NewBinaryBitmapFromImage(framed)
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Decode(bmp, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("reading the symbol: %v", err)
	}
	return res.GetText()
}

func TestQRIsReadable(t *testing.T) {
	for _, tc := range []struct {
		name string
		o    Opts
		in   string
		want string
	}{
		{"native", TM80(), string(vectorBytes(t, "qr_full_M6")), "https://example.org/t/A015"},
		{"native, highest correction, centred", TM80(), "\x1ba\x01\x1d(k\x03\x001E3" + string(vectorBytes(t, "qr_store_26")) + "\x1d(k\x03\x001Q0", "https://example.org/t/A015"},
		{"raster of receiptline", TM80(), string(vectorBytes(t, "job_receiptline_generic"))[:1904-300], "https://example.org/t/A015"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := scan(t, qrcode.NewQRCodeReader(), paper(t, tc.o, tc.in+"\n")); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestCode128IsReadable(t *testing.T) {
	for _, tc := range []struct{ name, data, want string }{
		{"set B", "{BA015", "A015"},
		{"set B with braces and small letters", "{Bab{{z~ 09", "ab{z~ 09"},
		{"set C", "{C\x14\x1a\x01\x63", "20260199"},
		{"set A", "{AR-2026", "R-2026"},
		{"B to C and back", "{BR{C\x14\x1a{BX", "R2026X"},
		{"all of set B", "{B !\"#$%&'()*+,-./0123456789:;<=>?@", " !\"#$%&'()*+,-./0123456789:;<=>?@"},
		{"letters", "{BABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`", "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"},
		{"small letters", "{Babcdefghijklmnopqrstuvwxyz|}~", "abcdefghijklmnopqrstuvwxyz|}~"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			modules, _, ok := code128([]byte(tc.data))
			if !ok {
				t.Fatal("refused")
			}
			b := newBitmap(2*len(modules), 80)
			for i, black := range modules {
				if black {
					b.fill(2*i, 0, 2, 80)
				}
			}
			if got := scan(t, oned.NewCode128Reader(), b); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestCode128Refuses(t *testing.T) {
	for _, data := range []string{"", "A015", "{B", "{", "{BA{", "{BA{9", "{C\x64", "{Aa", "{B\xb6", "{1A"} {
		if _, _, ok := code128([]byte(data)); ok {
			t.Errorf("%q was accepted", data)
		}
	}
}

func TestBarcodeOnPaper(t *testing.T) {
	img := paper(t, TM80(), "\x1ba\x01\x1dh\x50\x1dw\x02\x1dH\x02\x1dkI\x06{BA015")
	if got := scan(t, oned.NewCode128Reader(), img); got != "A015" {
		t.Errorf("%q, want A015", got)
	}
}

func TestBitmapIsAPicture(t *testing.T) {
	b := newBitmap(10, 2)
	b.set(9, 1)
	if b.ColorIndexAt(9, 1) != 1 || b.ColorIndexAt(8, 1) != 0 || b.At(9, 1) == b.At(0, 0) {
		t.Error("the dot is not where it was set")
	}
	b.set(10, 1)
	b.set(-1, 0)
	b.clear(9, 1)
	if !b.blank() {
		t.Error("dots outside were set")
	}
}
