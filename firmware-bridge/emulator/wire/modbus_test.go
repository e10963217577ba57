package wire_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"halld/firmware-bridge/emulator/wire"
)

func TestCutRTU(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
		want int
	}{
		{"flash", []byte{0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D, 0xB0}, 8},
		{"and more behind", []byte{0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D, 0xB0, 0x01}, 8},
		{"not whole", []byte{0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D}, 0},
		{"wrong check", []byte{0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D, 0xB1}, -1},
		{"many", wire.RTU(1, 16, 0, 0x70, 0, 1, 2, 'A', '1'), 11},
		{"many, counts disagree", wire.RTU(1, 16, 0, 0x70, 0, 2, 2, 'A', '1'), -1},
		{"bits", wire.RTU(1, 15, 0, 0, 0, 9, 2, 0xFF, 1), 11},
		{"strange, short", wire.RTU(1, 17), 4},
		{"strange, long", wire.RTU(1, 8, 0, 0, 1, 2), 8},
		{"an answer", wire.Exception(1, 5, 3), -1},
		{"text", []byte("$002,81&"), -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := wire.CutRTU(test.in); got != test.want {
				t.Errorf("cut at %d, want %d", got, test.want)
			}
		})
	}
}

func TestChecks(t *testing.T) {
	nine := []byte("123456789")
	if got := wire.CRC16(nine); got != 0x4B37 {
		t.Errorf("CRC-16/MODBUS %04X, want 4B37", got)
	}
	if got := wire.CRC16From(0, nine); got != 0xBB3D {
		t.Errorf("CRC-16/ARC %04X, want BB3D", got)
	}
	if wire.XOR(nine) != 0x31 || wire.Sum(nine) != 0xDD {
		t.Errorf("XOR %02X, sum %02X", wire.XOR(nine), wire.Sum(nine))
	}
	if diff := cmp.Diff([]byte{0x01, 0x85, 0x03, 0x02, 0x91}, wire.Exception(1, 5, 3)); diff != "" {
		t.Errorf("exception (-want +got):\n%s", diff)
	}
}

// TestScannerFindsFramesAnywhere cuts a stream of good frames and noise in
// random places; every frame must come out, whole and in order.
func TestScannerFindsFramesAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		var want [][]byte
		for range rapid.IntRange(0, 6).Draw(t, "frames") {
			// 0xFF is no function, so this noise can start no frame.
			stream = append(stream, bytes.Repeat([]byte{0xFF}, rapid.IntRange(0, 5).Draw(t, "noise"))...)
			f := wire.RTU(rapid.ByteRange(1, 14).Draw(t, "unit"), 6, 0, rapid.Byte().Draw(t, "reg"), 0, rapid.Byte().Draw(t, "value"))
			stream, want = append(stream, f...), append(want, f)
		}
		s := wire.Scanner{Cut: wire.CutRTU, Gap: time.Hour}
		var got [][]byte
		for len(stream) > 0 {
			n := rapid.IntRange(1, len(stream)).Draw(t, "piece")
			s.Feed(stream[:n], func(req []byte) { got = append(got, bytes.Clone(req)) })
			stream = stream[n:]
		}
		if diff := cmp.Diff(want, got); diff != "" || s.Pending() > 0 {
			t.Fatalf("%d bytes left, frames (-want +got):\n%s", s.Pending(), diff)
		}
	})
}

func FuzzScanner(f *testing.F) {
	f.Add([]byte{0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D, 0xB0}, 3)
	f.Fuzz(func(t *testing.T, b []byte, piece int) {
		s := wire.Scanner{Cut: wire.CutRTU, Gap: time.Hour}
		for piece = 1 + piece&15; len(b) > 0; b = b[min(piece, len(b)):] {
			s.Feed(b[:min(piece, len(b))], func(req []byte) {
				if len(req) < 4 || wire.CRC16(req) != 0 {
					t.Fatalf("cut out % X", req)
				}
			})
		}
		if s.Pending() > 265 {
			t.Fatalf("%d bytes wait for more", s.Pending())
		}
	})
}
