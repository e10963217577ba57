package bridge

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
)

const sampleNumber = "11010519491231002X" // of the standard GB 11643

func utf16le(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func gb18030(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMaskPersonal(t *testing.T) {
	card := append([]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x05, 0x08, 0x00, 0x00, 0x90}, utf16le("张三")...)
	card = append(card, make([]byte, 1280)...)
	for _, tt := range []struct {
		name string
		in   []byte
		want string
	}{
		{"lock board", []byte{0x8A, 1, 1, 0x11, 0x9B}, "8A 01 01 11 9B"},
		{"Kerong status", []byte{2, 0, 0x30, 3, 0x35}, "02 00 30 03 35"},
		{"no card", []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, 4, 0, 0, 0x80, 0x84}, "AA AA AA 96 69 00 04 00 00 80 84"},
		{"card", card, "AA AA AA 96 69 05 08 00 00 90 +1284 bytes"},
		{"slip", append([]byte{0x1B, '@', 0x1C, '&'}, gb18030(t, "零工市场 张三 您好")...), "1B +21 bytes"},
		{"name", gb18030(t, "张三"), "4 bytes"},
		{"name in UTF-16", utf16le("张三"), "4 bytes"},
		{"four digits", []byte("\x021234\x03"), "02 +5 bytes"},
		{"end of a number", []byte("2X\r\n"), "4 bytes"},
		{"beginning of one in UTF-16", []byte("\x01\x02\x031\x001"), "6 bytes"},
	} {
		if diff := cmp.Diff(tt.want, MaskPersonal(tt.in[:min(len(tt.in), traceKeep)], len(tt.in))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

var hexByte = regexp.MustCompile(`\b[0-9A-F]{2}\b`)

// shownDigits are the bytes in a trace that are not filler.
func shownDigits(trace string) []string {
	counts := regexp.MustCompile(`\+?\d+ bytes`)
	return slices.DeleteFunc(hexByte.FindAllString(counts.ReplaceAllString(trace, ""), -1),
		func(b string) bool { return b == "07" || b == "00" })
}

// However the number is coded, cut in pieces and placed, no digit of it is in
// the trace. When a turn ends in the middle of it and what came so far is
// shown, a single digit can't be told from a checksum.
func TestNoDigitOfAnIdentityNumberSurvives(t *testing.T) {
	for coding, number := range map[string][]byte{"ASCII": []byte(sampleNumber), "UTF-16": utf16le(sampleNumber)} {
		for before := range 24 {
			in := append(bytes.Repeat([]byte{0x07}, before), number...)
			for piece := 1; piece < 40; piece += 3 {
				for turnEnd := 0; turnEnd <= len(in); turnEnd += piece { // 0: not before all is there
					var shown strings.Builder
					tr := newTracer("reader", Opts{Mask: MaskPersonal, Trace: func(e TraceEvent) { shown.WriteString(e.Show + "\n") }})
					for i := 0; i < len(in); i += piece {
						if turnEnd > 0 && i == turnEnd {
							tr.flush()
						}
						tr.add(Received, in[i:min(i+piece, len(in))])
					}
					tr.flush()
					allowed := min(turnEnd, 1)
					if digits := shownDigits(shown.String()); len(digits) > allowed {
						t.Fatalf("%s behind %d bytes in pieces of %d, turn over after %d: the trace shows %v", coding, before, piece, turnEnd, digits)
					}
				}
			}
		}
	}
}

func TestTraceOfALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out, logged bytes.Buffer
		write, log := WriteTrace(&out), LogTrace(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
		p := newFakePort()
		p.answer = func([]byte) []byte { return []byte{0x80, 0x11} }
		l := started(t, Opts{Mask: Hex, Trace: func(e TraceEvent) { write(e); log(e) }}, p)
		if _, err := ask(t.Context(), l, 0x80, 0x33); err != nil {
			t.Fatal(err)
		}
		p.arrive(0x81)
		synctest.Wait()
		time.Sleep(2 * traceGap)
		p.arrive(0x82, 0x83)
		synctest.Wait()
		l.lose(errStopped)

		stamp := func(d time.Duration) string {
			return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).In(time.Local).Format("15:04:05.000")
		}
		want := fmt.Sprintf(`%[1]s %[3]s > 80 33
%[1]s %[3]s < 80 11
%[1]s %[3]s < +1 bytes
%[2]s %[3]s < 82 83
`, stamp(0), stamp(2*traceGap), fakeAddr)
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("trace (-want +got):\n%s", diff)
		}
		if n := strings.Count(logged.String(), "msg=trace"); n != 4 {
			t.Errorf("%d messages in the log, want 4:\n%s", n, &logged)
		}
	})
}
