package idcard

import (
	"bytes"
	"errors"
	"testing"
	"time"
	"unicode"

	"halld/firmware-bridge/emulator/cardreader"
)

// FuzzScanner: what comes out is whole and checked, the buffer stays bounded,
// and it does not matter how the bytes were cut on their way.
func FuzzScanner(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.bytes, uint8(7))
	}
	f.Fuzz(func(t *testing.T, b []byte, piece uint8) {
		whole, bad := frames(b, max(1, len(b)))
		cut, badCut := frames(b, int(piece)+1)
		if len(whole) != len(cut) || bad != badCut {
			t.Fatalf("in one piece %d frames and %d bad, in pieces %d and %d", len(whole), bad, len(cut), badCut)
		}
		for i, fr := range whole {
			if !bytes.Equal(fr, cut[i]) || xor(fr[5:]) != 0 || len(fr) < headLen+minLen || len(fr) > maxAnswer {
				t.Fatalf("frame %d: % X", i, fr)
			}
			parseAnswer(fr)
		}
	})
}

// FuzzCard: any data gives a card that holds together, or one of the package's
// errors.
func FuzzCard(f *testing.F) {
	for _, v := range vectors(f) {
		if v.Dir == "response" && len(v.bytes) > 1000 {
			f.Add(parseAnswer(v.bytes).data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decode(data)
		if err != nil {
			if !isCardError(err) {
				t.Fatalf("error %v wraps none of the package's", err)
			}
			if c != (Card{}) {
				t.Fatal("an error comes with half a card")
			}
			return
		}
		if _, err := ParseNumber(c.Number); err != nil || c.Birth.IsZero() || c.To.IsZero() != c.LongTerm {
			t.Fatalf("card does not hold together: number %v, birth %v, to %v", err, c.Birth, c.To)
		}
		for _, r := range c.Name + c.EnglishName + c.Issuer {
			if r == unicode.ReplacementChar || unicode.In(r, unicode.Cc, unicode.Cf) {
				t.Fatalf("U+%04X in a text", r)
			}
		}
	})
}

// FuzzNumber: a number that passes is normalised, and passes again unchanged.
func FuzzNumber(f *testing.F) {
	f.Add("11010519491231002X")
	f.Add(" kaz1100-90123105")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseNumber(s)
		if err != nil {
			if !errors.Is(err, ErrNumber) {
				t.Fatalf("error %v does not wrap ErrNumber", err)
			}
			return
		}
		if again, err := ParseNumber(id.Number); err != nil || again != id {
			t.Fatalf("%q passes once and then fails: %v", s, err)
		}
	})
}

// BenchmarkRead is a card from the find that sees it to the parsed card, in real
// time on a wire of 115200 baud. wire-share is the part of it that the bytes take
// on their way; ours-ms is the rest, which the hall and this machine's timers
// add, and which may be 20 ms.
func BenchmarkRead(b *testing.B) {
	r := cardreader.New(cardreader.Opts{})
	var p plug
	p.insert(r)
	defer p.remove()
	read := 0
	w := &watch{dev: New(&p, Opts{}), emit: func(got Reading) {
		if got.Event == CardRead {
			read++
		}
	}}
	const sent, answered = 3 * 10, 15 + 19 + 1295
	wire := (sent + answered) * 10 * time.Second / 115200
	for b.Loop() {
		w.selected, w.told = false, false
		r.Lay(zhang)
		if err := w.look(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	if read != b.N {
		b.Fatalf("%d of %d cards were read", read, b.N)
	}
	took := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(wire)/float64(took), "wire-share")
	b.ReportMetric(float64(took-wire)/float64(time.Millisecond), "ours-ms")
}

func BenchmarkParse(b *testing.B) {
	v := vectors(b)["resp_read_base_resident_longterm"]
	b.ReportAllocs()
	b.SetBytes(int64(len(v.bytes)))
	for b.Loop() {
		got, _ := frames(v.bytes, readSize)
		if len(got) != 1 {
			b.Fatal("no frame")
		}
		if _, err := decode(parseAnswer(got[0]).data); err != nil {
			b.Fatal(err)
		}
	}
}
