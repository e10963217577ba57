package locker

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"halld/devices/internal/ask"
	"halld/devices/internal/modbus"
)

type vector struct {
	Family, Name, Dir, Hex, Meaning string
}

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
		var v vector
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all[v.Family+" "+v.Name] = unhex(t, v.Hex)
	}
	return all
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func codec(t testing.TB, driver string, o Opts) protocol {
	t.Helper()
	o.Doors, o.Contact = max(o.Doors, 8), ClosedWhenLocked
	o.fill()
	p, err := newProtocol(driver, &o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// never are the commands that hold a lock, open many, or change a board. They
// stand in the vectors and must not be reachable.
var never = []string{
	"lock-8A-bcc open-many-2-10-18", "lock-8A-bcc hold-off-1", "lock-8A-bcc open-all-9D-variant",
	"lock-8A-bcc firmware-query", "lock-8A-bcc query-1",
	"lock-kerong-cu16 status-all-boards", "lock-kerong-cu16 unlock-all-b0", "lock-kerong-cu16 set-unlock-time-300ms",
	"lock-wkly open-simultaneous-1-2-3", "lock-wkly open-sequential-1-2-3", "lock-wkly query-1", "lock-wkly open-all",
	"relay-modbus-waveshare-d relay1-off", "relay-modbus-waveshare-d read-relays",
}

func off(p protocol) []byte {
	req, _ := p.off()
	return req
}

func TestRequestVectors(t *testing.T) {
	board := func(driver string, n int) protocol { return codec(t, driver, Opts{Board: n}) }
	timed := codec(t, "lock8a", Opts{Board: 1, Pulse: time.Second})
	relay := codec(t, "modbus-relay", Opts{Board: 1, Pulse: 700 * time.Millisecond})
	three := bcc(0x8A, 1, 1, 0x11, 3)
	one := bcc(0x8A, 1, 1, 0x11, 1)
	made := map[string][]byte{
		"lock-8A-bcc open-1":                      board("lock8a", 1).open(1),
		"lock-8A-bcc open-7":                      board("lock8a", 1).open(7),
		"lock-8A-bcc open-board32-lock1":          board("lock8a", 32).open(1),
		"lock-8A-bcc open-1-for-3s":               three, // the form; the driver itself stays at 1 s
		"lock-8A-bcc query-all":                   board("lock8a", 1).query(),
		"lock-kerong-cu16 status-board0":          board("kerong", 0).query(),
		"lock-kerong-cu16 unlock-b0-l1":           board("kerong", 0).open(1),
		"lock-kerong-cu16 unlock-b1-l1":           board("kerong", 1).open(1),
		"lock-wkly open-1":                        board("wkly", 0).open(1),
		"lock-wkly open-1-board10":                board("wkly", 10).open(1),
		"lock-wkly query-all":                     board("wkly", 0).query(),
		"relay-modbus-waveshare-d all-off":        off(relay),
		"relay-modbus-waveshare-d flash-on-reply": relay.open(1),
	}
	all := vectors(t)
	for name, frame := range made {
		if diff := cmp.Diff(all[name], frame); diff != "" {
			t.Errorf("%s (-published +made):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(one, timed.open(1)); diff != "" {
		t.Errorf("timed opening (-want +got):\n%s", diff)
	}
	for _, name := range never {
		if all[name] == nil {
			t.Errorf("no vector %q", name)
		}
		for made, frame := range made {
			if slices.Equal(frame, all[name]) {
				t.Errorf("%s is the forbidden %s", made, name)
			}
		}
	}
}

// shown writes bits as a technician does, door 1 first, in groups of eight.
func shown(bits []Bit) string {
	var s strings.Builder
	for i, b := range bits {
		if i > 0 && i%8 == 0 {
			s.WriteByte(' ')
		}
		s.WriteString(b.String())
	}
	return s.String()
}

func TestStatusVectors(t *testing.T) {
	const none = "00000000"
	tests := []struct{ driver, order, name, want string }{
		{"lock8a", HighFirst, "lock-8A-bcc query-all-reply-bit1-last", "01000000 " + none + " " + none},
		{"lock8a", LowFirst, "lock-8A-bcc query-all-reply-bit1-last", none + " " + none + " 01000000"},
		{"lock8a", HighFirst, "lock-8A-bcc query-all-reply-bit5-last", "00000100 " + none + " " + none},
		{"lock8a", HighFirst, "lock-8A-bcc query-all-reply-32ch", "10000000 " + none + " " + none + " " + none},
		{"lock8a", LowFirst, "lock-8A-bcc query-all-reply-50ch", strings.Repeat("11111111 ", 6) + "11000000"},
		{"kerong", "", "lock-kerong-cu16 status-reply-all-locked", "11111111 11111111"},
		{"kerong", "", "lock-kerong-cu16 status-reply-lock1-open", "01111111 11111111"},
		{"wkly", "", "lock-wkly query-all-reply-24", none + " " + none + " " + none},
		{"wkly", "", "lock-wkly query-all-reply-4", "0110"},
		{"modbus-relay", "", "relay-modbus-waveshare-d read-inputs-reply-ch1", "10000000"},
	}
	all := vectors(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bits, err := codec(t, tt.driver, Opts{Board: first(tt.driver), Order: tt.order}).status(all[tt.name])
			if got := shown(bits); err != nil || got != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// first is the board whose frames the vectors hold.
func first(driver string) int {
	if driver == "kerong" || driver == "wkly" {
		return 0
	}
	return 1
}

// What is no status answer must not be taken for one, alone or before one.
func TestOtherVectorsAreNoStatus(t *testing.T) {
	families := map[string]string{
		"lock-8A-bcc": "lock8a", "lock-kerong-cu16": "kerong", "lock-wkly": "wkly", "relay-modbus-waveshare-d": "modbus-relay",
	}
	for name, frame := range vectors(t) {
		family, rest, _ := strings.Cut(name, " ")
		driver := families[family]
		if driver == "" || strings.Contains(rest, "query-all-reply") || strings.Contains(rest, "status-reply") || strings.Contains(rest, "inputs-reply") {
			continue
		}
		p := codec(t, driver, Opts{Board: first(driver)})
		if bits, err := p.status(frame); err == nil {
			t.Errorf("%s reads as status %s", name, shown(bits))
		}
		want := status(driver, first(driver), 0b10)
		bits, err := p.status(append(append([]byte{0xFA, 0xFD, 0x99, 0x99}, frame...), want...))
		if err != nil || bits[0] != Apart || bits[1] != Touches {
			t.Errorf("status behind %s: got %s, %v", name, shown(bits), err)
		}
	}
}

// status is a board's answer with up to eight closed contacts; written down
// again here, so that the test does not lean on the codec.
func status(driver string, board int, closed byte) []byte {
	b := byte(board)
	switch driver {
	case "lock8a":
		return bcc(0x80, b, 0, 0, closed, 0x33)
	case "kerong":
		f := []byte{0x02, b << 4, 0x35, closed, 0, 0, 0, 0x03}
		return append(f, sum(f))
	case "wkly":
		f := []byte{0x57, 0x4B, 0x4C, 0x59, 18, b, 0x84, 0, 8}
		for i := range 8 {
			f = append(f, closed>>i&1)
		}
		return bcc(f...)
	default:
		f := []byte{b, 0x02, 1, closed}
		crc := modbus.CRC16(0xFFFF, f)
		return append(f, byte(crc), byte(crc>>8))
	}
}

func TestNews(t *testing.T) {
	all := vectors(t)
	for driver, names := range map[string][]string{
		"lock8a": {"lock-8A-bcc unsolicited-81-pressed", "lock-8A-bcc unsolicited-81-released", "lock-8A-bcc unsolicited-82-open"},
		"wkly":   {"lock-wkly unsolicited-1-closed", "lock-wkly unsolicited-2-open"},
	} {
		for _, name := range names {
			mine := codec(t, driver, Opts{Board: first(driver)})
			other := codec(t, driver, Opts{Board: 5})
			if found, _ := mine.news(all[name]); !found {
				t.Errorf("%s was not heard", name)
			}
			if found, _ := other.news(all[name]); found {
				t.Errorf("%s was heard by another board", name)
			}
			broken := slices.Clone(all[name])
			broken[len(broken)-1] ^= 0x40
			if found, _ := mine.news(broken); found {
				t.Errorf("%s was heard with a bad sum", name)
			}
		}
	}
}

func TestNoNews(t *testing.T) {
	p := codec(t, "lock8a", Opts{Board: 1})
	for name, frame := range map[string][]byte{
		"lock 0": bcc(0x81, 1, 0, 0x11), "lock 51": bcc(0x81, 1, 51, 0x11), "no state": bcc(0x81, 1, 2, 0x10),
		"another head": bcc(0x83, 1, 2, 0x11), "an answer": bcc(0x8A, 1, 2, 0x11),
	} {
		if found, _ := p.news(frame); found {
			t.Errorf("%s: % X is no news", name, frame)
		}
	}
	if found, _ := codec(t, "wkly", Opts{}).news(bcc(0x57, 0x4B, 0x4C, 0x59, 0x0A, 0, 0x85, 1, 2)); found {
		t.Error("wkly: a state that is neither is no news")
	}
}

// News that arrives a byte at a time, behind noise and the board's other
// frames, is heard exactly when its last byte comes.
func TestNewsInPieces(t *testing.T) {
	all := vectors(t)
	stream := slices.Concat([]byte{0xFA, 0x81}, all["lock-8A-bcc open-1-reply-00"], all["lock-8A-bcc unsolicited-81-released"])
	heard := 0
	b := &serialBoard{protocol: codec(t, "lock8a", Opts{Board: 1}), stirs: func() { heard++ }}
	listen := b.ear()
	for i, v := range stream {
		listen([]byte{v})
		if want := i == len(stream)-1; want != (heard == 1) {
			t.Fatalf("after byte %d: heard %d", i, heard)
		}
	}
}

// The traps of the 8A board: sums that look like heads, echoes that look like
// states, and answers that hold other frames.
func TestLock8aTraps(t *testing.T) {
	const none = "00000000"
	tests := []struct{ name, in, want string }{
		{"query echoed alone", "80 01 00 33 B2", ""},
		{"query echoed before the answer", "80 01 00 33 B2 80 01 00 00 02 33 B0", "01000000 " + none + " " + none},
		{"echo and an answer that together pass as one", "80 01 00 33 B2 80 01 33 B2 00 33 33", none + " 01001101 11001100"},
		{"answer that begins like an echo", "80 01 00 33 B2 33 33", "01001101 11001100 " + none},
		{"answer that begins like a single state", "80 01 01 00 80 33 33", "00000001 " + none + " 10000000"},
		{"short status inside a long one", "80 01 81 00 00 33 33 00", "11001100 " + none + " " + none + " 10000001"},
		{"state other than 00 and 11", "80 01 01 33 B3", ""},
		{"another board", "80 02 00 00 02 33 B3", ""},
		{"bad BCC", "80 01 00 00 02 33 B1", ""},
		{"half", "80 01 00 00 02", ""},
		{"news before the answer", "81 01 02 00 82 80 01 00 00 02 33 B0", "01000000 " + none + " " + none},
		{"news behind the answer", "80 01 00 00 02 33 B0 82 01 02 11 90", "01000000 " + none + " " + none},
		{"the later of two answers", "80 01 00 00 02 33 B0 80 01 00 00 00 33 B2", none + " " + none + " " + none},
		{"junk that ends like a head", "FA FD 99 99 80 01 80 01 00 00 02 33 B0", "01000000 " + none + " " + none},
	}
	p := codec(t, "lock8a", Opts{Board: 1})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bits, err := p.status(unhex(t, tt.in))
			if got := shown(bits); got != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// A spoiled LEN must not swallow the frames behind it.
func TestWKLYTraps(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"LEN that promises too much", "57 4B 4C 59 FF 00 84 57 4B 4C 59 0E 00 84 00 04 00 01 01 00 87", "0110"},
		{"LEN too short for a frame", "57 4B 4C 59 01 57 4B 4C 59 0E 00 84 00 04 00 01 01 00 87", "0110"},
		{"head begun twice", "57 4B 57 4B 4C 59 0E 00 84 00 04 00 01 01 00 87", "0110"},
		{"query echoed alone", "57 4B 4C 59 08 00 84 85", ""},
		{"count that does not fit", "57 4B 4C 59 0E 00 84 00 05 00 01 01 00 86", ""},
		{"state that is neither", "57 4B 4C 59 0B 00 84 00 01 07 80", "?"},
	}
	p := codec(t, "wkly", Opts{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bits, err := p.status(unhex(t, tt.in))
			if got := shown(bits); got != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	w, r := codec(t, "wkly", Opts{}), codec(t, "modbus-relay", Opts{Board: 1})
	if err := w.refused(bcc(0x57, 0x4B, 0x4C, 0x59, 0x0B, 0, 0x82, 0xFF, 1, 0)); err == nil {
		t.Error("wkly: a failed opening was not heard")
	}
	if err := w.refused(bcc(0x57, 0x4B, 0x4C, 0x59, 0x0B, 0, 0x82, 0x00, 1, 0)); err != nil {
		t.Errorf("wkly: good opening: %v", err)
	}
	if _, err := w.status(bcc(0x57, 0x4B, 0x4C, 0x59, 0x0A, 0, 0x84, 0xFF, 0)); err == nil || errors.Is(err, ask.ErrMore) {
		t.Errorf("wkly: failed query: got %v", err)
	}
	var no *modbus.Exception
	if err := r.refused(vectors(t)["relay-modbus-waveshare-d exception-illegal-value"]); !errors.As(err, &no) || no.Code != 3 {
		t.Errorf("relay: got %v, want exception 3", err)
	}
	if err := r.refused(r.open(1)); err != nil {
		t.Errorf("relay: accepted opening: %v", err)
	}
}

// Whatever bits a board sends, they are read as sent, in both byte orders and
// with noise around the frame that holds no head.
func TestStatusRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packed := rapid.SliceOfN(rapid.Byte(), minStatus8a, maxStatus8a).Draw(t, "status")
		order := rapid.SampledFrom([]string{HighFirst, LowFirst}).Draw(t, "order")
		noise := rapid.SliceOfN(rapid.ByteRange(0, 0x7F), 0, 6).Draw(t, "noise")
		board := rapid.ByteRange(1, 32).Draw(t, "board")
		frame := bcc(append(append([]byte{0x80, board}, packed...), 0x33)...)
		l := &lock8a{board: board, high: order == HighFirst}
		if order == HighFirst {
			slices.Reverse(packed)
		}
		bits, err := l.status(append(noise, frame...))
		if diff := cmp.Diff(bitsOf(packed), bits); err != nil || diff != "" {
			t.Fatalf("%v (-sent +read):\n%s", err, diff)
		}
	})
}

// fuzzStatus throws bytes at everything that reads a board's answers.
func fuzzStatus(f *testing.F, driver string) {
	for name, frame := range vectors(f) {
		if strings.HasPrefix(name, "lock") || strings.HasPrefix(name, "relay") {
			f.Add(frame)
		}
	}
	board := first(driver)
	p := codec(f, driver, Opts{Board: board})
	want := status(driver, board, 0b101)
	blanks := make([]byte, 255)
	f.Fuzz(func(t *testing.T, in []byte) {
		if bits, err := p.status(in); err == nil && len(bits) == 0 && driver != "wkly" {
			t.Error("a status without doors")
		}
		if err := p.refused(in); errors.Is(err, ask.ErrMore) {
			t.Error("more is no refusal")
		}
		if _, rest := p.news(in); len(rest) > len(in) || len(rest) >= 255 {
			t.Errorf("%d bytes kept of %d", len(rest), len(in))
		}
		// No frame is longer than the blanks, so none can swallow the answer.
		bits, err := p.status(slices.Concat(in, blanks, want))
		_, before := p.status(in)
		if driver == "modbus-relay" && !errors.Is(before, ask.ErrMore) {
			return // it takes the first answer
		}
		if err != nil || shown(bits[:8]) != "10100000" {
			t.Errorf("a good answer behind it: %s, %v", shown(bits), err)
		}
	})
}

func FuzzLock8a(f *testing.F) { fuzzStatus(f, "lock8a") }
func FuzzWKLY(f *testing.F)   { fuzzStatus(f, "wkly") }
func FuzzKerong(f *testing.F) { fuzzStatus(f, "kerong") }
func FuzzRelay(f *testing.F)  { fuzzStatus(f, "modbus-relay") }

func BenchmarkLock8aStatus(b *testing.B) {
	p := codec(b, "lock8a", Opts{Board: 1})
	in := slices.Concat([]byte{0xFA, 0xFD, 0x99, 0x99}, p.query(), status("lock8a", 1, 0xA5))
	for b.Loop() {
		if _, err := p.status(in); err != nil {
			b.Fatal(err)
		}
	}
}
