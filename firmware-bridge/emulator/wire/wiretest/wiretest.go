// Package wiretest runs emulated devices without a wire: what they send is
// recorded at once, and vectors are read from a test's files.
package wiretest

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	"halld/firmware-bridge/emulator/wire"
)

// Recorder is a [wire.Sender] that keeps what was sent.
type Recorder struct {
	mu   sync.Mutex
	sent []wire.Answer
	baud int
}

// Send implements [wire.Sender].
func (r *Recorder) Send(a wire.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, a)
}

// SetBaud implements [wire.Sender].
func (r *Recorder) SetBaud(baud int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.baud = baud
}

// Baud is the speed the device last set, or zero.
func (r *Recorder) Baud() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.baud
}

// Take returns the bytes sent since the last Take, without their pauses.
func (r *Recorder) Take() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b []byte
	for _, a := range r.sent {
		for _, p := range a.Pieces {
			b = append(b, p.Bytes...)
		}
	}
	r.sent = nil
	return b
}

// Ask attaches d to a fresh wire, lets it hear request and returns what it
// says at once.
func Ask(d wire.Device, request []byte) []byte {
	r := &Recorder{}
	d.Attach(r)
	d.Hear(request)
	return r.Take()
}

// Vector is one known frame.
type Vector struct {
	Family, Name, Dir, Meaning string
	Bytes                      []byte
}

// Vectors reads testdata/vectors.jsonl, by name.
func Vectors(t testing.TB) map[string]Vector {
	t.Helper()
	f, err := os.Open("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	vectors := map[string]Vector{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var v struct {
			Vector
			Hex string
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if v.Bytes, err = hex.DecodeString(strings.ReplaceAll(v.Hex, " ", "")); err != nil {
			t.Fatal(err)
		}
		name := v.Name
		if v.Family != "" {
			name = v.Family + "/" + name
		}
		vectors[name] = v.Vector
	}
	if err := lines.Err(); err != nil || len(vectors) == 0 {
		t.Fatalf("reading vectors: %d read, %v", len(vectors), err)
	}
	return vectors
}
