package display

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"halld/devices/internal/ask"
	"halld/devices/internal/modbus"
)

// vectors reads the published frames, by family and name.
func vectors(t testing.TB) map[string][]byte {
	t.Helper()
	f, err := os.Open("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string][]byte{}
	for s := bufio.NewScanner(f); s.Scan(); {
		var v struct{ Family, Name, Hex string }
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if all[v.Family+" "+v.Name], err = hex.DecodeString(strings.ReplaceAll(v.Hex, " ", "")); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func codecOf(t testing.TB, driver string, o Opts) codec {
	t.Helper()
	o.fill()
	c, err := newCodec(driver, &o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// frames are what a codec sends for a content.
func frames(t testing.TB, c codec, content Content) [][]byte {
	t.Helper()
	msgs, err := c.show(content)
	if err != nil {
		t.Fatal(err)
	}
	return sent(msgs)
}

func sent(msgs []message) (out [][]byte) {
	for _, m := range msgs {
		out = append(out, m.frame)
	}
	return out
}

func TestVectors(t *testing.T) {
	call := Content{Ticket: "A012", Window: 3}
	tube := func(driver string, o Opts, ticket string) [][]byte {
		return frames(t, codecOf(t, driver, o), Content{Ticket: ticket})
	}
	armfly := tube("led485", Opts{Brightness: 5}, "P2.3")
	xor := codecOf(t, "strip-xor", Opts{})
	xorCall := frames(t, xor, call)
	card := &onbon{screen: 1, width: 64, height: 16}
	made := map[string][]byte{
		"led485-modbus ascii-P2.3":            armfly[1],
		"led485-modbus brightness-5":          armfly[0],
		"led485-046-modbus ascii-__A012":      tube("led485", Opts{Map: Map046, Digits: 6}, "A012")[0],
		"led485-ascii number-12":              tube("ledascii", Opts{Digits: 3}, "12")[1],
		"led485-ascii test":                   codecOf(t, "ledascii", Opts{}).hello(Content{})[0].frame,
		"led-AA-BB-5154-sum hall-call":        frames(t, codecOf(t, "strip-sum", Opts{Hall: true}), call)[0],
		"led-AA-BB-5154-xor screen-on":        xorCall[0],
		"led-AA-BB-5154-xor volatile-call":    xorCall[1],
		"led-AA-BB-5154-xor screen-off":       xor.off()[0].frame,
		"led-onbon-bx-font ping":              card.hello(Content{})[0].frame,
		"led-onbon-bx-font dynamic-area-A012": bxFrame(1, 0x8001, card.area([]byte("A012"))),
	}
	all := vectors(t)
	for name, frame := range made {
		if diff := cmp.Diff(all[name], frame); diff != "" {
			t.Errorf("%s (-published +made):\n%s", name, diff)
		}
	}
}

// What a display is sent, seen as whole frames, where no vector says it.
func TestShow(t *testing.T) {
	tests := []struct {
		name, driver string
		opts         Opts
		content      Content
		want         []string
	}{
		{"brightness before the number", "ledascii", Opts{Digits: 4, Brightness: 5}, Content{Ticket: "A12"}, []string{"$001,5%", "$001, A12#"}},
		{"blank", "ledascii", Opts{Digits: 4, Address: 12}, Content{}, []string{"$012,0%", "$012,    #"}},
		{"tube ignores the sentence", "ledascii", Opts{}, Content{Ticket: "A012", Text: "请稍候"}, []string{"$001,0%", "$001,A012#"}},
		{"dot shares a tube", "ledascii", Opts{Digits: 2}, Content{Ticket: "1.2"}, []string{"$001,0%", "$001,1.2#"}},
		{"odd 046 is filled to whole registers", "led485", Opts{Map: Map046, Digits: 5}, Content{Ticket: "A012"}, []string{
			"\x01\x10\x00\x70\x00\x03\x06  A012\xE2\x7A",
		}},
		{"window strip", "strip-sum", Opts{}, Content{Text: "A"}, []string{"\xAA\x01\xBB\x51\x54\x3D\x01\x00\x99\x00\x63A\xFF"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range frames(t, codecOf(t, tt.driver, tt.opts), tt.content) {
				got = append(got, string(f))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%q", diff)
			}
		})
	}
}

func TestSentence(t *testing.T) {
	tests := []struct {
		in   Content
		want string
	}{
		{Content{Ticket: "A012", Window: 3}, "请A012号到3号窗口"},
		{Content{Ticket: "A012"}, "请A012号"},
		{Content{Ticket: "A012", Window: 3, Text: "暂停服务"}, "暂停服务"},
		{Content{Window: 3}, ""},
	}
	for _, tt := range tests {
		if got := tt.in.sentence(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.in, got, tt.want)
		}
	}
}

// A content that a display cannot show is refused before anything is sent.
func TestShowRefuses(t *testing.T) {
	tests := []struct {
		name, driver string
		content      Content
	}{
		{"illegible letter", "led485", Content{Ticket: "K012"}},
		{"illegible letter", "ledascii", Content{Ticket: "M1"}},
		{"end of an ASCII frame", "ledascii", Content{Ticket: "1#2"}},
		{"too long", "led485", Content{Ticket: "A0123"}},
		{"not in GBK", "strip-sum", Content{Text: "🔨"}},
		{"control character", "strip-xor", Content{Text: "A\n"}},
		{"too long", "onbon", Content{Text: strings.Repeat("请", 101)}},
	}
	for _, tt := range tests {
		t.Run(tt.driver+" "+tt.name, func(t *testing.T) {
			if msgs, err := codecOf(t, tt.driver, Opts{}).show(tt.content); err == nil {
				t.Errorf("got %q, want an error", sent(msgs))
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name, driver string
		opts         Opts
	}{
		{"unknown driver", "led486", Opts{}},
		{"broadcast", "led485", Opts{Address: 255}},
		{"map", "led485", Opts{Map: "044"}},
		{"digits", "led485", Opts{Digits: 13}},
		{"brightness", "led485", Opts{Brightness: 8}},
		{"brightness", "ledascii", Opts{Brightness: 8}},
		{"address", "strip-sum", Opts{Address: 256}},
		{"address", "strip-xor", Opts{Address: -1}},
		{"size", "onbon", Opts{Width: 4}},
	}
	for _, tt := range tests {
		tt.opts.fill()
		if _, err := newCodec(tt.driver, &tt.opts); err == nil {
			t.Errorf("%s with a wrong %s was accepted", tt.driver, tt.name)
		}
	}
	if _, err := New("led485", nil, Opts{}); err == nil {
		t.Error("a display without a line was accepted")
	}
}

func TestLegible(t *testing.T) {
	for _, s := range []string{"", "A012", "b7", "C", "d", "E", "F", "H", "J", "L", "P", "U", "P2.3", "-5", " 12", "a", "B"} {
		if !Legible(s) {
			t.Errorf("%q should be legible", s)
		}
	}
	for _, s := range []string{"K", "M", "V", "W", "X", "k1", ".", "请", "1,2", "A#", "\x10"} {
		if Legible(s) {
			t.Errorf("%q should not be legible", s)
		}
	}
}

// No two characters of the font look the same.
func TestFontIsDistinct(t *testing.T) {
	seen := map[byte]rune{}
	for r, s := range font {
		if other, dup := seen[s]; dup {
			t.Errorf("%c and %c look the same", r, other)
		}
		seen[s] = r
	}
}

// A strip's XOR that equals the end mark would end the frame before its time: a
// blank behind the text changes it.
func TestStripEndsOnce(t *testing.T) {
	text := []byte{0xCE, 0xD2, 0xD2} // 31 of the style ^ CE = FF
	got := (&stripXOR{1}).frame(text)[10:]
	if want := append(text, ' ', 0xDF, stripEnd); !bytes.Equal(got, want) {
		t.Errorf("got % X, want % X", got, want)
	}
}

// Whatever stands in a body, no mark stands inside its frame, and the answer
// reader finds it behind any noise.
func TestOnbonRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "body")
		noise := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "noise")
		f := bxFrame(7, bxHost, body)
		if bytes.IndexByte(f[8:len(f)-1], bxStart) >= 0 || bytes.IndexByte(f[:len(f)-1], bxEnd) >= 0 {
			t.Fatalf("a mark inside % X", f)
		}
		got, rest, ok := bxNext(append(noise, f...))
		if !ok || len(rest) > 0 || !bytes.Equal(got[bxHeader:], body) {
			t.Fatalf("sent % X, read % X", body, got)
		}
	})
}

func TestOnbonAnswers(t *testing.T) {
	o := &onbon{screen: 1}
	ack := []byte{0xA0, 0x00, 0, 0, 0}
	nack := []byte{0xA0, 0x01, 0, 0, 0}
	good := bxFrame(bxHost, 1, ack)
	broken := slices.Clone(good)
	broken[len(broken)-2] ^= 1
	tests := []struct {
		name string
		in   []byte
		want error
	}{
		{"answer", good, nil},
		{"refusal", bxFrame(bxHost, 1, nack), errRefused},
		{"another screen", bxFrame(bxHost, 2, ack), ask.ErrMore},
		{"own echo", bxFrame(1, bxHost, []byte{0xA2, 0, 1, 0, 0}), ask.ErrMore},
		{"bad sum", broken, ask.ErrMore},
		{"half", good[:20], ask.ErrMore},
		{"answer behind an echo", slices.Concat(bxFrame(1, bxHost, []byte{0xA2, 0, 1, 0, 0}), good), nil},
		{"answer behind a half frame", slices.Concat(good[:20], good), nil},
	}
	for _, tt := range tests {
		if err := o.answer(tt.in); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
}

func FuzzOnbonAnswer(f *testing.F) {
	o := &onbon{screen: 1}
	good := bxFrame(bxHost, 1, []byte{0xA0, 0x00, 0, 0, 0})
	f.Add(good)
	f.Add([]byte{bxStart, 0xA6, bxEnd})
	f.Add(vectors(f)["led-onbon-bx-font dynamic-area-A012"])
	f.Fuzz(func(t *testing.T, in []byte) {
		if body, rest, ok := bxNext(in); ok && (len(body) < bxHeader || len(rest) >= len(in)) {
			t.Errorf("body % X, rest % X", body, rest)
		}
		if errors.Is(o.answer(in), ask.ErrMore) && o.answer(append(in, good...)) != nil {
			t.Error("a good answer behind it is not found")
		}
	})
}

func FuzzLED485Answer(f *testing.F) {
	l := &led485{unit: 1, digits: 4}
	read := l.characters("A012").read
	good := modbus.Frame(1, modbus.WriteRegisters, regASCII, 6)
	f.Add(good)
	f.Add([]byte{1, 0x90, 2, 0xCD, 0xC1})
	f.Add(l.characters("A012").frame)
	f.Fuzz(func(t *testing.T, in []byte) {
		if errors.Is(read(in), ask.ErrMore) && errors.Is(read(append(in, good...)), ask.ErrMore) {
			t.Error("a good answer behind it is not found")
		}
	})
}

func FuzzStripAnswers(f *testing.F) {
	f.Add([]byte{stripDone})
	f.Add([]byte("+OK\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if got, want := readDone(in) == nil, bytes.Contains(in, []byte{stripDone}); got != want {
			t.Errorf("1B: got %v, want %v", got, want)
		}
		if got, want := readOK(in) == nil, bytes.Contains(in, []byte("OK")); got != want {
			t.Errorf("OK: got %v, want %v", got, want)
		}
	})
}

func BenchmarkShowLED485(b *testing.B) {
	c := codecOf(b, "led485", Opts{})
	for b.Loop() {
		if _, err := c.show(Content{Ticket: "A012"}); err != nil {
			b.Fatal(err)
		}
	}
}
