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
