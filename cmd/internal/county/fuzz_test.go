package county

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/ledger"
)

// FuzzDown feeds both parsers of what comes down: whatever passes is bounded,
// and an acknowledgement says one thing about each record.
func FuzzDown(f *testing.F) {
	for _, s := range []string{
		`{"epoch":"3f9c2b7d10a4e586","upto":1042,"holes":[[1000,1003]],"time":"2026-03-01T08:32:01+08:00"}`,
		`{"id":"c1","name":"resend","session":"a1b2c3d4e5f60718","expires":"2026-03-01T08:45:00+08:00","from":1,"to":3}`,
		`{}`, `null`, `[[[[`, `{"upto":18446744073709551615,"holes":[[0,0],[5,1]]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if a, err := parseAck(payload); err == nil && len(a.Holes) > maxAck/len("[1,1],") {
			t.Errorf("%d holes pass", len(a.Holes))
		}
		c, err := parseCommand(Message{Payload: payload})
		if err != nil {
			return
		}
		if !validID(c.ID) || !bytes.Equal(c.Body, payload) {
			t.Errorf("command %+v passes", c)
		}
		if _, err := json.Marshal(c); err != nil {
			t.Errorf("an answer can't name the command: %v", err)
		}
		if _, err := parseCommand(Message{Payload: payload, Retained: true}); err == nil {
			t.Error("a retained command passes")
		}
	})
}

// TestWatermark: what covers, oldest and pending say of an acknowledgement.
func TestWatermark(t *testing.T) {
	a := ledger.Ack{Upto: 10, Holes: []ledger.Range{{3, 4}, {7, 7}}}
	for seq, want := range map[uint64]bool{1: true, 2: true, 3: false, 4: false, 5: true, 7: false, 10: true, 11: false} {
		if got := covers(a, seq); got != want {
			t.Errorf("covers(%d) = %v, want %v", seq, got, want)
		}
	}
	for seq, want := range map[uint64]uint64{0: 0, 2: 0, 3: 1, 4: 2, 6: 2, 7: 3, 10: 3, 12: 5} {
		if got := pending(a, seq); got != want {
			t.Errorf("pending(%d) = %d, want %d", seq, got, want)
		}
	}
	if got := oldest(a, 12); got != 3 {
		t.Errorf("oldest = %d, want 3", got)
	}
	if got, none := oldest(ledger.Ack{Upto: 10}, 12), oldest(ledger.Ack{Upto: 10}, 10); got != 11 || none != 0 {
		t.Errorf("oldest = %d and %d, want 11 and 0", got, none)
	}
}

// TestAlarmsAreFew: however many emergencies wait, few are held in memory; the
// pass brings the others.
func TestAlarmsAreFew(t *testing.T) {
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"), ledger.Opts{Hall: "140321-01"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	entries := make([]ledger.Entry, maxAlarms+50)
	for i := range entries {
		entries[i] = ledger.Entry{Kind: "emergency.raised", Time: time.Now()}
	}
	if _, err := l.Append(entries); err != nil {
		t.Fatal(err)
	}
	r := New(Opts{Hall: "140321-01", Ledger: l})
	if n := len(r.scan(t.Context())); n != maxAlarms || len(r.alarms) != maxAlarms {
		t.Errorf("found %d and holds %d, want %d", n, len(r.alarms), maxAlarms)
	}
	if n := len(r.scan(t.Context())); n != 0 {
		t.Errorf("found %d again", n)
	}
}

// TestIDInChinese: the schema counts characters.
func TestIDInChinese(t *testing.T) {
	for n, want := range map[int]bool{0: false, 1: true, maxName: true, maxName + 1: false} {
		if got := validID(strings.Repeat("令", n)); got != want {
			t.Errorf("an id of %d characters: got %v", n, got)
		}
	}
}
