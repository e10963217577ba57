package printer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func names(all []token) string {
	var s []string
	for _, t := range all {
		s = append(s, t.name)
	}
	return strings.Join(s, " ")
}

func TestParser(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"text", "A0\n", "text text LF"},
		{"high bytes are single off Chinese mode", "\xb6\xab", "text text"},
		{"high bytes are pairs in it", "\x1c&\xb6\xabA", "FS & hanzi text"},
		{"lone lead byte swallows the line end", "\x1c&\xb6\nA", "FS & hanzi text"},
		{"stray euro swallows too", "\x1c&\x80A", "FS & hanzi"},
		{"argument that looks like a real-time command", "\x1b3\x10\x04\x01", "ESC 3 control control"},
		{"real-time command at a boundary", "\x10\x04\x01A", "DLE EOT text"},
		{"clear", string(clearFn8) + "A", "DLE DC4 text"},
		{"cut with and without feed", "\x1dV\x01\x1dVB\x00\x1dV0", "GS V GS V GS V"},
		{"barcode form A ends with NUL", "\x1dk\x02123456789012\x00A", "GS k text"},
		{"barcode form B has a length", "\x1dkI\x06{BA015A", "GS k text"},
		{"barcode form B of nothing", "\x1dkI\x00A", "GS k text"},
		{"raster rows", "\x1dv0\x00\x02\x00\x02\x00abcdX", "GS v 0 row row text"},
		{"raster without width", "\x1dv0\x00\x00\x00\x02\x00A", "GS v 0 text"},
		{"column image", "\x1b*\x21\x01\x00abcA", "ESC * text"},
		{"tabs", "\x1bD\x08\x10\x00A", "ESC D text"},
		{"long graphics", "\x1d8L\x03\x00\x00\x00abcA", "GS 8 L text"},
		{"empty block", "\x1d(k\x00\x00A", "GS ( k text"},
		{"unknown", "\x1b\x7fA", "unknown text"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := &parser{charset: GB18030}
			got, idle := tokens(p, []byte(tc.in))
			if names(got) != tc.want || !idle {
				t.Errorf("%s, idle %v; want %s and idle", names(got), idle, tc.want)
			}
		})
	}
}

func TestParserKeepsParameters(t *testing.T) {
	p := &parser{charset: GB18030}
	got, _ := tokens(p, []byte("\x1dv0\x01\x01\x00\x01\x00\xaa\x1dVB\x18\x1d(H\x06\x0000A015\x1dkI\x04{BA1"))
	want := []token{
		{"GS v 0", []byte{'0', 1, 1, 0, 1, 0}, nil},
		{"row", nil, []byte{0xAA}},
		{"GS V", []byte{'B'}, []byte{0x18}},
		{"GS ( H", []byte{6, 0}, []byte("00A015")},
		{"GS k", []byte{73, 4}, []byte("{BA1")},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(token{})); diff != "" {
		t.Error(diff)
	}
}

func TestTruncatedRasterEatsTheNextJob(t *testing.T) {
	p := &parser{charset: GB18030}
	got, idle := tokens(p, vectorBytes(t, "trap_raster_truncated"))
	if names(got) != "GS v 0 row" || idle {
		t.Fatalf("%s, idle %v; want one row of 72 bytes and more to come", names(got), idle)
	}
	got, _ = tokens(p, []byte("\x1b@"+hall+"\n"))
	if len(got) != 0 {
		t.Errorf("%s came out of an unfinished raster", names(got))
	}
	got, idle = tokens(p, make([]byte, 8192))
	if !strings.HasPrefix(names(got), "row row") || !idle {
		t.Errorf("NULs did not bring the parser back")
	}
}

func TestResyncVector(t *testing.T) {
	got, idle := tokens(&parser{charset: GB18030}, vectorBytes(t, "resync_flush"))
	if s := names(got); !strings.HasSuffix(s, "control ESC @ GS a") || !idle {
		t.Errorf("%s, idle %v", s, idle)
	}
}

func TestPayloadIsBounded(t *testing.T) {
	p := &parser{charset: GB18030}
	tokens(p, []byte("\x1d8L\xff\xff\xff\xff"))
	tokens(p, make([]byte, 2*maxKept))
	if len(p.data) != maxKept {
		t.Errorf("%d bytes kept, want %d", len(p.data), maxKept)
	}
}
