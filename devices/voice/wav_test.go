package voice

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

func TestParseWAV(t *testing.T) {
	good := pcm{rate: 16000, samples: []int16{1, -2, 32767, -32768}}
	b := good.wav(100)
	list := slices.Concat(b[:12], []byte("LIST\x03\x00\x00\x00abc\x00"), b[12:])
	stream := bytes.Clone(b)
	copy(stream[40:], "\xff\xff\xff\xff")
	extensible := slices.Concat(b[:16], []byte{40, 0, 0, 0, 0xFE, 0xFF}, b[22:36], make([]byte, 8), []byte{1, 0}, make([]byte, 14), b[36:])
	for name, in := range map[string][]byte{"plain": b, "chunk before": list, "streamed": stream, "extensible": extensible} {
		got, err := parseWAV(in)
		if err != nil || got.rate != good.rate || !slices.Equal(got.samples, good.samples) {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, good)
		}
	}
	change := func(at int, to byte) []byte {
		c := bytes.Clone(b)
		c[at] = to
		return c
	}
	for name, in := range map[string][]byte{
		"empty": nil, "no head": []byte("RIFF"), "not RIFF": change(0, 'X'), "not WAVE": change(8, 'X'),
		"a-law": change(20, 6), "stereo": change(22, 2), "8 bit": change(34, 8), "no rate": change(25, 0),
		"no format": slices.Concat(b[:12], b[36:]), "no data": b[:36], "short format": slices.Concat(b[:16], []byte{2, 0, 0, 0, 1, 0}),
	} {
		if _, err := parseWAV(in); !errors.Is(err, ErrWAV) {
			t.Errorf("%s: %v, want ErrWAV", name, err)
		}
	}
}

// FuzzWAV: what parses, parses again from what it is written to.
func FuzzWAV(f *testing.F) {
	f.Add(pcm{rate: 16000, samples: []int16{1, -2, 3}}.wav(100))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEdata\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parseWAV(b)
		if err != nil {
			if !errors.Is(err, ErrWAV) {
				t.Fatalf("error %v does not wrap ErrWAV", err)
			}
			return
		}
		again, err := parseWAV(p.wav(100))
		if err != nil || again.rate != p.rate || !slices.Equal(again.samples, p.samples) {
			t.Fatalf("written and read: %v", err)
		}
	})
}
