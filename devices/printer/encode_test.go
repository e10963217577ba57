package printer

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func job(t testing.TB, p Profile, lines ...Line) ([]token, []byte) {
	t.Helper()
	data, _ := Encode(Doc{lines}, p)
	tokens, err := tokenize(data)
	if err != nil {
		t.Fatal(err)
	}
	return tokens, data
}

// What has four bytes must never reach a printer that would print them as
// digits, and a lone lead byte must never reach any.
func TestTextTraps(t *testing.T) {
	v := vectors(t)
	tests := []struct{ name, text, want string }{
		{"trap_yen_u00a5", "¥", "\xa3\xa4\n"},
		{"trap_nbsp_4b", "a\u00a0b", "a b\n"},
		{"trap_sup2_4b", "²", "2\n"},
		{"trap_euro_gbk", "€", "\xa2\xe3\n"},
		{"trap_euro_ok", "€", "\xa2\xe3\n"},
		{"trap_replace_sub", "\x1a", "\n"},
		{"trap_lone_lead", "\xb6", "?\n"},
		{"trap_astral_4b", "𠮷", ""}, // drawn
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if v[tt.name] == nil {
				t.Fatal("no such vector")
			}
			tokens, _ := job(t, profile(t, "generic", "80mm"), Text{Text: tt.text})
			if got := string(printedText(tokens)); got != tt.want {
				t.Errorf("%q is % x, want % x", tt.text, got, tt.want)
			}
		})
	}
}

func TestCharsets(t *testing.T) {
	tests := []struct {
		charset Charset
		native  string // what the printer's own font prints
		drawn   string // what is drawn
	}{
		{GB18030, "张喆镕堃䶮€①ⅰ", "𠮷㸚鿍"},
		{GB18030Four, "张喆䶮𠮷㸚鿍", ""},
		{GB2312, "张三·，￥①Ⅰ", "喆镕堃䶮€ⅰ𠮷"},
		{ASCII, "A015", "张·，"},
	}
	for _, tt := range tests {
		c := newCoder(tt.charset)
		for _, r := range tt.native {
			if c.encode(r) == nil {
				t.Errorf("charset %d does not encode %c", tt.charset, r)
			}
		}
		for _, r := range tt.drawn {
			if code := c.encode(r); code != nil {
				t.Errorf("charset %d encodes %c as % x, want it drawn", tt.charset, r, code)
			}
			if f := (&font{}); !f.has(r) {
				t.Errorf("the embedded font lacks %c", r)
			}
		}
	}
}

// GB 2312 has 6763 hanzi and 682 other characters.
func TestInGB2312(t *testing.T) {
	c := newCoder(GB2312)
	hanzi, signs := 0, 0
	for r := rune(0x80); r < 0x10000; r++ {
		switch code := c.encode(r); {
		case code == nil:
		case code[0] >= 0xb0:
			hanzi++
		default:
			signs++
		}
	}
	if hanzi != 6763 || signs != 682 {
		t.Errorf("%d hanzi and %d signs, want 6763 and 682", hanzi, signs)
	}
}

func TestDrawnReverse(t *testing.T) {
	st := style{width: 1, height: 1}
	plain := (&font{}).line("A𠮷B ", st)
	st.reverse = true
	for i, b := range (&font{}).line("A𠮷B ", st).Bits {
		if want := ^plain.Bits[i]; i%8 != 7 && b != want {
			t.Fatalf("byte %d is %08b, want %08b", i, b, want)
		}
	}
	if odd := (&font{}).line("ABC", st); odd.Bits[4]&0x0f != 0 {
		t.Error("the bits past the width are black")
	}
}

// The embedded font can draw a whole line: every hanzi, sign and letter that a
// two-byte printer has, and all hanzi of Extension A.
func TestFontCovers(t *testing.T) {
	f := &font{}
	gb := simplifiedchinese.GB18030.NewEncoder()
	lacking := 0
	for r := rune(0x20); r < 0x10000; r++ {
		if unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cs, r) || clean(string(r)) != string(r) {
			continue
		}
		code, err := gb.Bytes([]byte(string(r)))
		extA := r >= 0x3400 && r <= 0x4db5
		if (err == nil && len(code) <= 2 || extA) && !f.has(r) {
			lacking++
			if unicode.Is(unicode.Han, r) {
				t.Errorf("no picture of %c %U", r, r)
			}
		}
	}
	if lacking > 40 { // some box and phonetic signs that no slip has
		t.Errorf("%d signs without a picture", lacking)
	}
}

func TestGlyph(t *testing.T) {
	const want = `
........................
...........##...........
...........##...........
...........##...........
...##################...
...##################...
...........##...........
...........##...........
...........##...........
.######################.
.######################.
........................
........................
.....##############.....
....################....
....###...........##....
....##............##....
....##............##....
....##............##....
....##............##....
....################....
....################....
....##............##....
........................
`
	img := (&font{}).line("𠮷", style{width: 1, height: 1})
	var got strings.Builder
	got.WriteByte('\n')
	for y := range img.Height {
		for x := range img.Width {
			got.WriteByte(".#"[img.Bits[y*3+x/8]>>(7-x%8)&1])
		}
		got.WriteByte('\n')
	}
	if got.String() != want {
		t.Errorf("𠮷 is%s", got.String())
	}
}

func TestDrawnLine(t *testing.T) {
	p := profile(t, "generic", "58mm")
	tokens, data := job(t, p, Text{Text: "借用人 𠮷", Height: 2})
	if n := count(tokens, "text"); n != 0 {
		t.Errorf("%d characters beside the drawn line", n)
	}
	// 9 columns of 12 dots are 108 dots, 14 bytes; 48 rows.
	if want := []byte{0x1d, 'v', '0', 0, 14, 0, 48, 0}; !bytes.Contains(data, want) {
		t.Errorf("no raster of 14 bytes by 48 rows in % x", data)
	}
}

func TestUnprintable(t *testing.T) {
	const text = "a\ue000b" // private use: two bytes in GB 18030, but no character
	got, missing := Encode(Doc{[]Line{Text{Text: text}}}, profile(t, "generic", "80mm"))
	if missing != 1 || !bytes.Contains(got, []byte("a\xa1\xf5b")) {
		t.Errorf("got % x with %d missing, want □ and 1", got, missing)
	}
	_, missing = Encode(Doc{[]Line{Text{Text: text + "𠮷"}}}, profile(t, "generic", "80mm"))
	if missing != 1 {
		t.Errorf("%d missing in a drawn line, want 1", missing)
	}
}

func TestLargeTextIsDrawnBySimplePrinters(t *testing.T) {
	line := Text{Text: "A015", Width: 4, Height: 4}
	for name, drawn := range map[string]bool{"generic": false, "simple": true} {
		tokens, _ := job(t, profile(t, name, "58mm"), line)
		if got := count(tokens, "GS v") > 0; got != drawn {
			t.Errorf("%s draws it: %v, want %v", name, got, drawn)
		}
	}
}

func TestStripsAndTraps(t *testing.T) {
	img := newImage(384, 150)
	for i := range img.Bits {
		img.Bits[i] = []byte{0x10, 0x04, 0x10, 0x05, 0x10, 0x14}[i%6]
	}
	tokens, _ := job(t, profile(t, "generic", "58mm"), img)
	if n := count(tokens, "GS v"); n != 3 {
		t.Errorf("150 rows in %d strips, want 3", n)
	}
	for _, tok := range tokens {
		if tok.name != "GS v" {
			continue
		}
		for _, trap := range []string{"\x10\x04", "\x10\x05", "\x10\x14"} {
			if bytes.Contains(tok.data[8:], []byte(trap)) {
				t.Errorf("a strip holds % x, which printers execute", trap)
			}
		}
	}
}

func TestImageEdges(t *testing.T) {
	p := profile(t, "generic", "58mm")
	for name, img := range map[string]Image{
		"wider than the paper": newImage(1000, 10),
		"too few bits":         {Width: 100, Height: 10, Bits: make([]byte, 3)},
		"empty":                {},
		"negative":             {Width: -9, Height: 5},
	} {
		t.Run(name, func(t *testing.T) {
			for _, tok := range first(job(t, p, img)) {
				if tok.name == "GS v" && int(tok.data[4]) > p.Dots/8 {
					t.Errorf("a raster of %d bytes on paper of %d", tok.data[4], p.Dots/8)
				}
			}
		})
	}
}

func first[A, B any](a A, _ B) A { return a }

func TestQRFits(t *testing.T) {
	p := profile(t, "generic", "58mm")
	long := strings.Repeat("https://example.org/", 20)
	_, data := job(t, p, QR{Payload: long, Module: 6})
	if !bytes.Contains(data, []byte("\x1d(k\x03\x001C\x04")) { // 81 modules and quiet zone
		t.Error("a long code does not get modules of 4 dots")
	}
	tokens, _ := job(t, p, QR{Payload: strings.Repeat("x", 5000)})
	if got := count(tokens, "text"); got != 5000 {
		t.Errorf("a payload that no code holds gives %d characters of text, want 5000", got)
	}
}

func TestSignatureLeavesRoom(t *testing.T) {
	_, data := job(t, profile(t, "generic", "58mm"), Signature{Label: "签字："})
	if !bytes.Contains(data, []byte{0x1b, 'J', 96}) {
		t.Errorf("no 96 dots of blank in % x", data)
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("东湖零工市场 A015\n¥100", uint8(0), uint8(2))
	f.Add("借用人 𠮷㸚鿍\u0301\u202e", uint8(1), uint8(9))
	f.Add("\x1b@\x10\x04\x01\xff\xfe", uint8(3), uint8(0))
	names := []string{"generic", "sprt", "simple", "ascii", "cashino"}
	f.Fuzz(func(t *testing.T, text string, model, size uint8) {
		p := profile(t, names[int(model)%len(names)], "58mm")
		if len(text) > 1<<10 {
			return
		}
		doc := Doc{[]Line{
			Text{Text: text, Width: int(size), Height: int(size >> 4)},
			Columns{Left: text, Right: text},
			QR{Payload: text, Caption: text},
			Signature{text},
		}}
		doc.Plain(p.Columns)
		data, _ := Encode(doc, p)
		tokens, err := tokenize(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, tok := range tokens {
			if len(tok.name) > 3 && tok.name[:3] == "DLE" {
				t.Fatalf("a real-time command % x in a job", tok.data)
			}
		}
	})
}
