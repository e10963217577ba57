package cmd_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"halld/cmd/internal/county"
	"halld/firmware-bridge/emulator/cardreader"
)

// letters are the records that arrived at the broker.
type letters struct {
	mu   sync.Mutex
	seqs []int
	all  []byte
}

func (l *letters) add(payload []byte) {
	var r struct{ Sequence string }
	_ = json.Unmarshal(payload, &r)
	n, _ := strconv.Atoi(r.Sequence)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(append(l.all, payload...), '\n')
	if len(l.seqs) == 0 || n > l.seqs[len(l.seqs)-1] { // a resend is no news
		l.seqs = append(l.seqs, n)
	}
}

// subscribe listens to the hall's records, beside the county.
func (h *theatre) subscribe(t *testing.T) {
	t.Helper()
	link := county.Link{Brokers: []string{h.broker}, ClientID: "watcher"}
	s, err := link.Dial(t.Context(), 0, nil, func(m county.Message) { h.mail.add(m.Payload) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Subscribe(t.Context(), county.Topic("140321-01", "up/record")); err != nil {
		t.Fatal(err)
	}
}

// reported waits for the county to confirm everything, and checks that the
// records came without a gap.
func (h *theatre) reported(t *testing.T) {
	t.Helper()
	var s struct {
		LastSeq     int `json:"last_seq"`
		Unconfirmed int
	}
	until(t, "the county has confirmed everything", func() bool {
		h.ctl(t, &s, "status")
		return s.Unconfirmed == 0
	})
	h.mail.mu.Lock()
	defer h.mail.mu.Unlock()
	for i, n := range h.mail.seqs {
		if n != i+1 {
			t.Fatalf("record %d arrived after %d", n, i)
		}
	}
	if len(h.mail.seqs) < s.LastSeq {
		t.Errorf("%d of %d records arrived", len(h.mail.seqs), s.LastSeq)
	}
}

// private looks for people in everything that was written or sent.
func (h *theatre) private(t *testing.T, people []cardreader.Card) {
	t.Helper()
	places := map[string][]byte{"the log": []byte(h.logs.String())}
	h.mail.mu.Lock()
	places["MQTT"] = bytes.Clone(h.mail.all)
	h.mail.mu.Unlock()
	files, _ := filepath.Glob(filepath.Join(h.dir, "data", "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		places[filepath.Base(f)] = b
	}
	for where, b := range places {
		for _, p := range people {
			if bytes.Contains(b, []byte(p.Number)) || bytes.Contains(b, []byte(p.Name)) {
				t.Errorf("%s holds a name or a number in the clear", where)
			}
		}
	}
}
