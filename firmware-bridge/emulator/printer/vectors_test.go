package printer

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// A vector is one line of testdata/vectors.jsonl: bytes and what they mean.
type vector struct {
	Name     string
	Hex      string
	Meaning  string
	Verified string
}

func (v vector) bytes(t testing.TB) []byte {
	t.Helper()
	b, err := hex.DecodeString(v.Hex)
	if err != nil {
		t.Fatalf("%s: %v", v.Name, err)
	}
	return b
}

func readVectors(t testing.TB) map[string]vector {
	t.Helper()
	f, err := os.Open("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]vector{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var v vector
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all[v.Name] = v
	}
	return all
}

func vectorBytes(t testing.TB, name string) []byte {
	t.Helper()
	v, ok := readVectors(t)[name]
	if !ok {
		t.Fatalf("no vector %q", name)
	}
	return v.bytes(t)
}

// tokens cuts bytes into tokens and tells whether the last one was complete.
func tokens(p *parser, b []byte) ([]token, bool) {
	var all []token
	for _, v := range b {
		if t, ok := p.feed(v); ok {
			all = append(all, t)
			switch t.name {
			case "FS &":
				p.chinese = true
			case "FS .":
				p.chinese = false
			}
		}
	}
	return all, p.idle()
}

// Every vector that goes to a printer is taken, whole or byte by byte, with the
// same paper at the end and a printer that still answers.
func TestVectorsOnPaper(t *testing.T) {
	for name, v := range readVectors(t) {
		if strings.HasPrefix(v.Meaning, "RESPONSE") {
			continue
		}
		var papers [2]string
		for i, piece := range []int{1 << 20, 1} {
			withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
				for b := v.bytes(t); len(b) > 0; b = b[min(piece, len(b)):] {
					p.receive(b[:min(piece, len(b))])
				}
				h.hear()
				p.receive(make([]byte, maxFlush)) // the rest of a picture that never came
				want(t, name+": status behind it", h.say(eot(1)), "\x12")
				h.say("\n" + cut)
				papers[i] = strings.Join(texts(p), "|")
			})
		}
		if papers[0] != papers[1] {
			t.Errorf("%s: whole it prints %q, byte by byte %q", name, papers[0], papers[1])
		}
	}
}

// maxFlush is more than any vector leaves missing.
const maxFlush = 8192

// A lone lead byte swallows whatever comes behind it; SUB means nothing here, but
// cuts on another maker's printers.
func TestTextTrapVectors(t *testing.T) {
	for name, tt := range map[string]struct{ behind, want string }{
		"trap_lone_lead":   {"CA\n", "禖A"},
		"trap_euro_gbk":    {"CA\n", "  A"},
		"trap_replace_sub": {"A\n", "A"},
	} {
		withPrinter(t, TM80(), func(t *testing.T, p *Printer, h *host) {
			h.say("\x1c&" + string(vectorBytes(t, name)) + tt.behind + cut)
			if got := strings.Join(texts(p), "|"); got != tt.want {
				t.Errorf("%s: %q on paper, want %q", name, got, tt.want)
			}
		})
	}
}

func TestVectorsTokenise(t *testing.T) {
	for name, v := range readVectors(t) {
		const by = "tokenised by kunif EscPosUtils as "
		if !strings.HasPrefix(v.Verified, by) || name == "resync_flush" {
			continue
		}
		want := strings.Count(v.Verified, "+") + 1
		got := 0
		all, idle := tokens(&parser{charset: GB18030}, v.bytes(t))
		for _, tok := range all {
			if tok.name == "unknown" || tok.name == "text" {
				t.Errorf("%s: token %q for % x", name, tok.name, tok.par)
			}
			if tok.name != "row" {
				got++
			}
		}
		if got != want || !idle {
			t.Errorf("%s: %d commands, idle %v; want %d and idle", name, got, idle, want)
		}
	}
}
