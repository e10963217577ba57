package county_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/ncruces/go-sqlite3/driver"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
)

// TestGoodbyeFromTheFirstMoment: a hall that stops while its birth is still on
// the way says goodbye all the same.
func TestGoodbyeFromTheFirstMoment(t *testing.T) {
	var mu sync.Mutex
	var states []county.State
	liar := &countytest.Liar{NoPuback: county.UpState, Take: func(topic string, payload []byte) {
		var s county.State
		if topic == county.Topic(hall, county.UpState) && json.Unmarshal(payload, &s) == nil {
			mu.Lock()
			defer mu.Unlock()
			states = append(states, s)
		}
	}}
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(states)
	}
	o := options(newLedger(t), liar.Start(t))
	o.Link.AnswerTimeout = time.Minute
	_, stop := run(t, o)
	until(t, "the birth came", func() bool { return count() > 0 })
	stop()
	until(t, "the goodbye came", func() bool { return count() > 1 })
	mu.Lock()
	defer mu.Unlock()
	if last := states[len(states)-1]; last.Online || last.Session != states[0].Session {
		t.Errorf("the last state is %+v, want the goodbye of session %s", last, states[0].Session)
	}
}

// TestEveryAckIsHeldToTheLedger: the one that shows an old card may be followed
// at once by one that shows nothing.
func TestEveryAckIsHeldToTheLedger(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 12, "ticket.issued")
	p := newPeer(t, url)
	r, _ := run(t, options(l, url))
	until(t, "every record came", func() bool { return len(p.seqs()) >= 12 })
	for upto := uint64(10); upto <= 12; upto++ {
		a := ledger.Ack{Epoch: l.Epoch(), Upto: upto, Holes: []ledger.Range{}}
		if upto == 10 {
			a.Head = ledger.Hash([]byte("another card's record"))
		}
		p.say(county.DnAck, true, a)
	}
	until(t, "the hall freezes", func() bool { return r.Status().Frozen })
	if n := l.UnconfirmedCount(); n != 12 {
		t.Errorf("%d records are unconfirmed, want 12", n)
	}
}

// TestResendsLeaveNothingBehind: the county asks for records as often as it
// takes, and each answer kept would be a write on the card.
func TestResendsLeaveNothingBehind(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 3, "ticket.issued")
	p := newPeer(t, url)
	r, _ := run(t, options(l, url))
	until(t, "the hall is connected", func() bool { return r.Status().Connected })
	for _, to := range []int{3, 99} {
		p.say(county.DnCommand, false, command("r1", county.CmdResend, r.Status().Session, time.Now().Add(time.Minute), map[string]any{"from": 1, "to": to}))
		until(t, "it was answered", func() bool {
			var res county.Result
			return p.last(county.UpResult, &res) && res.ID == "r1" && res.OK == (to == 3)
		})
	}
	if items, err := l.List(ledger.Inbox); err != nil || len(items) > 0 {
		t.Errorf("the inbox holds %d answers, %v, want none", len(items), err)
	}
}

// TestClockThatIsNotTrusted: a hall that does not know the time judges commands
// by the county's, and never says for good that one has expired before it knows.
func TestClockThatIsNotTrusted(t *testing.T) {
	for _, tt := range []struct {
		name    string
		clock   time.Duration // against the true time
		trusted bool
		tells   bool // the county tells the time
		expires time.Duration
		want    string // error; empty if it is done
	}{
		{"ahead, and the county tells the time", 48 * time.Hour, false, true, time.Hour, ""},
		{"behind, and the county tells the time", -48 * time.Hour, false, true, -time.Hour, county.RefusedExpired},
		{"ahead, and nobody tells the time", 48 * time.Hour, false, false, time.Hour, county.RefusedLater},
		{"behind, and nobody tells the time", -48 * time.Hour, false, false, time.Hour, ""},
		{"trusted", 0, true, false, -time.Hour, county.RefusedExpired},
		{"trusted, but behind the county's", -48 * time.Hour, true, true, -time.Hour, county.RefusedExpired},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := countytest.StartEmbedded(t)
			l := newLedger(t)
			record(t, l, 1, "ticket.issued")
			o := options(l, url)
			o.Clock = func() (time.Time, bool) { return time.Now().Add(tt.clock), tt.trusted }
			o.Command = func(context.Context, county.Command) (any, error) { return nil, nil }
			p := newPeer(t, url)
			a := county.Ack{Ack: ledger.Ack{Epoch: l.Epoch(), Upto: 1, Holes: []ledger.Range{}}}
			if tt.tells {
				a.Time = time.Now()
			}
			p.say(county.DnAck, true, a)
			r, _ := run(t, o)
			until(t, "all is confirmed", func() bool { return r.Status().Connected && l.UnconfirmedCount() == 0 })
			p.say(county.DnCommand, false, command("c1", county.CmdApprove, r.Status().Session, time.Now().Add(tt.expires), nil))
			if res := answered(t, p, "c1"); res.Error != tt.want {
				t.Errorf("result is %+v, want error %q", res, tt.want)
			}
		})
	}
}

// TestUnreadableRecordIsToldOnce: every pass over the ledger meets it again.
func TestUnreadableRecordIsToldOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Open(path, ledger.Opts{Hall: hall})
	if err != nil {
		t.Fatal(err)
	}
	record(t, l, 300, "ticket.issued") // more than a start looks at
	l.Close()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`DROP TRIGGER records_stay; UPDATE records SET doc = x'00' WHERE seq IN (5, 9)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if l, err = ledger.Open(path, ledger.Opts{Hall: hall}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	url := countytest.StartEmbedded(t)
	p := newPeer(t, url)
	var log safeBuffer
	o := quick(options(l, url))
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	_, stop := run(t, o)
	until(t, "three passes went by", func() bool { return len(p.seqs()) >= 3*298 })
	stop()
	if n := strings.Count(log.String(), "can't be reported"); n != 2 {
		t.Errorf("two records were complained of %d times:\n%s", n, log.String())
	}
}

// safeBuffer is a buffer that a reporter writes and a test reads.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
