package console_test

import (
	"bytes"
	"testing"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
)

// TestCSVForExcel: the mark of UTF-8 before it, lines as Excel ends them, and a
// text that begins like a formula stays a text.
func TestCSVForExcel(t *testing.T) {
	var b bytes.Buffer
	s := hall.Sheet{
		Columns: []hall.Column{{Name: "单号"}, {Name: "备注"}},
		Rows:    [][]string{{"R1", "a,\"b\""}, {"R2", "=1"}, {"@x", "-5.00"}},
	}
	if err := console.WriteCSV(&b, []hall.Sheet{s}); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "\xef\xbb\xbf单号,备注\r\nR1,\"a,\"\"b\"\"\"\r\nR2,'=1\r\n'@x,-5.00\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
