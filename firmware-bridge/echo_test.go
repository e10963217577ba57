package bridge

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEcho(t *testing.T) {
	open := []byte{0x8A, 0x01, 0x01, 0x11, 0x9B}
	for _, tt := range []struct {
		name string
		sent [][]byte
		in   string
		want string
	}{
		{"echo and answer", [][]byte{open}, "\x8A\x01\x01\x11\x9B\x8A\x01\x01\x00\x8A", "\x8A\x01\x01\x00\x8A"},
		{"answer like the request after its echo", [][]byte{open}, "\x8A\x01\x01\x11\x9B\x8A\x01\x01\x11\x9B", "\x8A\x01\x01\x11\x9B"},
		{"no echo, the answer begins like the request", [][]byte{open}, "\x8A\x01\x01\x00\x8A", "\x8A\x01\x01\x00\x8A"},
		{"two writes", [][]byte{open, {0x80}}, "\x8A\x01\x01\x11\x9B\x80\x07", "\x07"},
		{"the first echo was lost", [][]byte{open, {0x80, 0x01}}, "\x80\x01\x07", "\x07"},
		{"nothing was sent", nil, "\x81\x01", "\x81\x01"},
	} {
		e := echo{on: true}
		for _, b := range tt.sent {
			e.expect(b)
		}
		var got []byte
		for _, b := range []byte(tt.in) { // as a slow line hands them over
			got = append(got, e.strip([]byte{b})...)
		}
		if diff := cmp.Diff([]byte(tt.want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestWhatTheWireEchoesIsTakenOutHoweverItIsCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bytesGen := rapid.SliceOfN(rapid.Byte(), 1, 8)
		e := echo{on: true}
		var got, want []byte
		for range rapid.IntRange(1, 5).Draw(t, "turns") {
			request, answer := bytesGen.Draw(t, "request"), bytesGen.Draw(t, "answer")
			e.expect(request)
			in := append(bytes.Clone(request), answer...)
			for len(in) > 0 {
				n := rapid.IntRange(1, len(in)).Draw(t, "piece")
				got = append(got, e.strip(in[:n])...)
				in = in[n:]
			}
			want = append(want, answer...)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("got % X, want % X", got, want)
		}
	})
}

func TestEchoDoesNotGrowOnAWireWithoutOne(t *testing.T) {
	e := echo{on: true}
	for range 10 * maxEchoes {
		e.expect([]byte{1, 2, 3})
	}
	if len(e.expected) != maxEchoes {
		t.Errorf("%d echoes are waited for, want %d", len(e.expected), maxEchoes)
	}
}

// A whole turn: the echo arrives in the middle of the write, and in another
// turn only the beginning of what looks like one does.
func TestEchoIsDiscardedWithinATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFakePort()
		a := fakeAddr
		a.Echo = true
		l := newLine(a, Opts{}, opens(p))
		start(t, l)
		open(t, l)
		p.answer = func(b []byte) []byte { return append(bytes.Clone(b), 0x07) }
		if got, err := ask(t.Context(), l, 0x80, 0x01); err != nil || !bytes.Equal(got, []byte{0x07}) {
			t.Errorf("got % X, %v, want 07", got, err)
		}
		p.answer = func(b []byte) []byte { return b[:1] }
		begun := time.Now()
		got, err := ask(t.Context(), l, 0x80, 0x01)
		if err != nil || !bytes.Equal(got, []byte{0x80}) || time.Since(begun) != time.Second {
			t.Errorf("got % X, %v after %v, want 80 at the deadline", got, err, time.Since(begun))
		}
	})
}
