package main

import (
	"strings"
	"testing"

	"halld/cmd/internal/county"
)

// TestStrangersDoNotCommandTheTerminal: what halls send is shown as text.
func TestStrangersDoNotCommandTheTerminal(t *testing.T) {
	for _, payload := range []string{
		"\x1b[2J\x1b]0;x\x07evil\r\n", "\xff\xfe", "\u202e",
		`{"time":"2026-03-01T08:31:12+08:00","sequence":"1\u001b[2J","type":"hall.x\u001b[2J","subject":"A001\u001b[2J\n"}`,
	} {
		line := showMessage(county.Message{Topic: county.Topic("140321-01", county.UpRecord), Payload: []byte(payload)})
		if strings.ContainsAny(line, "\x1b\x07\r\u202e") || strings.Count(line, "\n") != 1 || !strings.HasPrefix(line, "140321-01 ") {
			t.Errorf("%q is shown as %q", payload, line)
		}
	}
}
