package county_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
)

const hall = "140321-01"

// newLedger is an empty ledger of the test's own.
func newLedger(t *testing.T) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"), ledger.Opts{Hall: hall})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// record appends n records of a kind.
func record(t *testing.T, l *ledger.Ledger, n int, kind string) {
	t.Helper()
	entries := make([]ledger.Entry, n)
	for i := range entries {
		entries[i] = ledger.Entry{Kind: kind, Time: time.Now(), Trusted: true, Data: map[string]int{"n": i}}
	}
	if _, err := l.Append(entries); err != nil {
		t.Fatal(err)
	}
}

// options of a reporter whose pauses are short. Its patience with the broker is
// not: on a busy machine a session must not end by itself.
func options(l *ledger.Ledger, brokers ...string) county.Opts {
	return county.Opts{
		Hall: hall, Link: county.Link{Brokers: brokers},
		Ledger: l, Inbox: county.LedgerInbox{Ledger: l},
		AckWait: 50 * time.Millisecond, Backoff: [2]time.Duration{10 * time.Millisecond, 50 * time.Millisecond},
		Version: "test", Boot: "boot-1", Started: time.Now(),
	}
}

// run runs a reporter until the test ends, and gives what ends it earlier.
func run(t *testing.T, o county.Opts) (*county.Reporter, func()) {
	t.Helper()
	r := county.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	var once sync.Once
	stop := func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					t.Errorf("Run = %v, want nil", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("Run does not return after its context ended")
			}
		})
	}
	t.Cleanup(stop)
	return r, stop
}

// until waits for a condition that must come true.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited 60 s for this: %s", what)
		}
	}
}

// peer is a county written for the test: it notes what comes and says what the
// test wants.
type peer struct {
	t     *testing.T
	s     *county.Session
	acked int // of records, when ackCame acknowledged last

	mu       sync.Mutex
	messages []county.Message
	records  []ledger.Record // in the order of arrival, repeats too
}

func newPeer(t *testing.T, broker string) *peer {
	t.Helper()
	p := &peer{t: t}
	link := county.Link{Brokers: []string{broker}, ClientID: "county"}
	s, err := link.Dial(context.Background(), 0, nil, p.take)
	if err != nil {
		t.Fatal(err)
	}
	p.s = s
	t.Cleanup(s.Close)
	if err := s.Subscribe(context.Background(), county.AllUp); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *peer) take(m county.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = append(p.messages, m)
	if _, name, _ := county.SplitTopic(m.Topic); name == county.UpRecord {
		r, err := ledger.Decode(m.Payload)
		if err != nil {
			p.t.Errorf("a record does not decode: %v", err)
		}
		p.records = append(p.records, r)
	}
}

// seqs are the sequences that came, repeats too.
func (p *peer) seqs() (s []uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.records {
		s = append(s, r.Seq)
	}
	return s
}

// last is the payload of the last message of a topic, decoded into v.
func (p *peer) last(name string, v any) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range slices.Backward(p.messages) {
		if m.Topic == county.Topic(hall, name) {
			return json.Unmarshal(m.Payload, v) == nil
		}
	}
	return false
}

func (p *peer) say(name string, retained bool, payload any) {
	p.t.Helper()
	b, err := json.Marshal(payload)
	if err != nil {
		p.t.Fatal(err)
	}
	p.sayRaw(name, retained, b)
}

func (p *peer) sayRaw(name string, retained bool, payload []byte) {
	p.t.Helper()
	m := county.Message{Topic: county.Topic(hall, name), Payload: payload, Retained: retained}
	if err := p.s.Deliver(context.Background(), m); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) ack(epoch string, upto uint64, holes ...ledger.Range) {
	p.t.Helper()
	p.say(county.DnAck, true, ledger.Ack{Epoch: epoch, Upto: upto, Holes: append([]ledger.Range{}, holes...)})
}

// ackAll acknowledges exactly what has come.
func (p *peer) ackAll(epoch string) {
	p.t.Helper()
	seen := p.seqs()
	slices.Sort(seen)
	var holes []ledger.Range
	next := uint64(1)
	for _, s := range seen {
		if s > next {
			holes = append(holes, ledger.Range{next, s - 1})
		}
		next = max(next, s+1)
	}
	p.ack(epoch, next-1, holes...)
}

// ackCame acknowledges, if something has come since the last time, what came
// without a gap: as a county does, once for each batch that it commits.
func (p *peer) ackCame(epoch string) {
	p.t.Helper()
	seen := p.seqs()
	if len(seen) == p.acked {
		return
	}
	p.acked = len(seen)
	slices.Sort(seen)
	upto := uint64(0)
	for _, s := range seen {
		if s == upto+1 {
			upto = s
		}
	}
	p.ack(epoch, upto)
}

func upTo(n uint64) (s []uint64) {
	for i := range n {
		s = append(s, i+1)
	}
	return s
}

// brokers are the brokers that a test of the normal course runs against.
func brokers(t *testing.T, f func(t *testing.T, url string)) {
	t.Run("embedded", func(t *testing.T) { f(t, countytest.StartEmbedded(t)) })
	t.Run("mosquitto", func(t *testing.T) { f(t, countytest.StartMosquitto(t).URL()) })
}

func TestRecordsArriveInOrderAndAreConfirmed(t *testing.T) {
	brokers(t, func(t *testing.T, url string) {
		l := newLedger(t)
		record(t, l, 100, "ticket.issued")
		p := newPeer(t, url)
		r, _ := run(t, options(l, url))
		until(t, "100 records came", func() bool { return len(p.seqs()) >= 100 })
		if n := l.UnconfirmedCount(); n != 100 {
			t.Errorf("%d records are unconfirmed after the PUBACKs alone, want all 100", n)
		}
		p.ack(l.Epoch(), 100)
		until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
		record(t, l, 1, "ticket.called")
		until(t, "a later record came", func() bool { return len(p.seqs()) >= 101 })
		if diff := cmp.Diff(p.seqs(), upTo(101)); diff != "" {
			t.Errorf("sequences (-got +want):\n%s", diff)
		}
		got := r.Status()
		if !got.Connected || got.Upto != 100 || got.Unconfirmed != 1 || got.Oldest != 101 || got.LastAck.IsZero() {
			t.Errorf("status is %+v", got)
		}
	})
}

func TestResendsAreTheSameBytes(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 5, "ticket.issued")
	p := newPeer(t, url)
	o := options(l, url)
	o.ResendAfter = 50 * time.Millisecond
	r, _ := run(t, o)
	until(t, "each record came twice", func() bool { return len(p.seqs()) >= 10 })
	hashes := map[uint64]string{}
	p.mu.Lock()
	for _, r := range p.records {
		if h, ok := hashes[r.Seq]; ok && h != r.Hash {
			t.Errorf("record %d came with other bytes the second time", r.Seq)
		}
		hashes[r.Seq] = r.Hash
	}
	p.mu.Unlock()
	if !r.Status().Silent {
		t.Error("the status does not say that the county acknowledges nothing")
	}
	p.ack(l.Epoch(), 5)
	until(t, "the status says that the county acknowledges", func() bool { return !r.Status().Silent })
}

func TestHolesAreSentAgain(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 20, "ticket.issued")
	p := newPeer(t, url)
	p.ack(l.Epoch(), 18, ledger.Range{3, 4}, ledger.Range{9, 9})
	o := options(l, url)
	o.AckWait = 5 * time.Second
	run(t, o)
	until(t, "holes and tail came", func() bool { return len(p.seqs()) >= 5 })
	if diff := cmp.Diff(p.seqs(), []uint64{3, 4, 9, 19, 20}); diff != "" {
		t.Errorf("sequences (-got +want):\n%s", diff)
	}
}

// TestManyHoles: a county that lists more than ours would is believed as well.
func TestManyHoles(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	const pairs = 3 * county.MaxHoles
	record(t, l, 2*pairs, "ticket.issued")
	var holes []ledger.Range
	var missing []uint64
	for i := uint64(1); i < 2*pairs; i += 2 {
		holes, missing = append(holes, ledger.Range{i, i}), append(missing, i)
	}
	p := newPeer(t, url)
	p.ack(l.Epoch(), 2*pairs, holes...)
	o := options(l, url)
	o.AckWait = 5 * time.Second
	run(t, o)
	until(t, "the missing ones came", func() bool { return len(p.seqs()) >= pairs })
	if diff := cmp.Diff(p.seqs(), missing); diff != "" {
		t.Errorf("sequences (-got +want):\n%s", diff)
	}
}

// TestCountyRestored: the county went back to yesterday's database and says so
// with a lower acknowledgement. It is not made to wait until records are sent
// again for want of one.
func TestCountyRestored(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 20, "ticket.issued")
	p := newPeer(t, url)
	o := options(l, url)
	o.ResendAfter = time.Hour
	run(t, o)
	until(t, "all came", func() bool { return len(p.seqs()) >= 20 })
	p.ack(l.Epoch(), 20)
	until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
	p.ack(l.Epoch(), 5) // one program of several was late
	p.ack(l.Epoch(), 20)
	p.ack(l.Epoch(), 12)
	until(t, "the lost ones came", func() bool { return len(p.seqs()) >= 28 })
	if diff := cmp.Diff(p.seqs()[20:], []uint64{13, 14, 15, 16, 17, 18, 19, 20}); diff != "" {
		t.Errorf("sequences (-got +want):\n%s", diff)
	}
}

func TestAheadIsAWindow(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 50, "ticket.issued")
	p := newPeer(t, url)
	o := options(l, url)
	o.Ahead = 10
	run(t, o)
	for upto := uint64(10); upto <= 50; upto += 10 {
		until(t, fmt.Sprintf("%d records came", upto), func() bool { return len(p.seqs()) >= int(upto) })
		if n := len(p.seqs()); n > int(upto) {
			t.Fatalf("%d records were sent %d ahead of the acknowledgement", n, o.Ahead)
		}
		p.ack(l.Epoch(), upto)
	}
	until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
}

func TestBrokerConfirms(t *testing.T) {
	brokers(t, func(t *testing.T, url string) {
		l := newLedger(t)
		record(t, l, 200, "ticket.issued")
		o := options(l, url)
		o.Confirm = county.ConfirmBroker
		run(t, o)
		until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
	})
}

func TestBirthWillAndGoodbye(t *testing.T) {
	brokers(t, func(t *testing.T, url string) {
		l := newLedger(t)
		record(t, l, 3, "ticket.issued")
		p := newPeer(t, url)
		proxy := countytest.StartProxy(t, url[len("tcp://"):])
		o := options(l, proxy.URL())
		o.Heartbeat = 50 * time.Millisecond
		o.Health = func() county.Health {
			return county.Health{Devices: []county.Device{{Name: "printer", Fault: "paper-out"}}}
		}
		_, stop := run(t, o)
		var birth, will, again, bye county.State
		until(t, "the birth came", func() bool { return p.last(county.UpState, &birth) && birth.Online })
		seq, head := l.Head()
		want := county.State{
			Online: true, Session: birth.Session, Version: "test", Epoch: l.Epoch(), LastSeq: seq, Head: head,
			OldestUnconfirmed: 1, Clock: "trusted", Boot: "boot-1", Started: birth.Started,
		}
		if diff := cmp.Diff(birth, want); diff != "" {
			t.Errorf("birth (-got +want):\n%s", diff)
		}
		var h county.Health
		until(t, "a heartbeat came", func() bool { return p.last(county.UpHealth, &h) })
		if h.LastSeq != 3 || h.Unconfirmed != 3 || len(h.Devices) != 1 || h.Session != birth.Session {
			t.Errorf("health is %+v", h)
		}
		until(t, "a wire was cut", func() bool { return proxy.Cut() > 0 })
		until(t, "another birth came", func() bool {
			return p.last(county.UpState, &again) && again.Online && again.Session != birth.Session
		})
		p.mu.Lock()
		for _, m := range p.messages {
			var s county.State
			if m.Topic == county.Topic(hall, county.UpState) && json.Unmarshal(m.Payload, &s) == nil && !s.Online {
				will = s
			}
		}
		p.mu.Unlock()
		if will.Session != birth.Session {
			t.Errorf("the will's session is %q, want that of the first birth, %q", will.Session, birth.Session)
		}
		stop()
		until(t, "the goodbye came", func() bool { return p.last(county.UpState, &bye) && !bye.Online })
		if bye.Session != again.Session {
			t.Errorf("the goodbye's session is %q, want %q", bye.Session, again.Session)
		}
	})
}

func TestUrgentPassesTheBacklog(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 300, "ticket.issued")
	record(t, l, 1, "emergency.raised")
	record(t, l, 10, "ticket.issued")
	p := newPeer(t, url)
	o := options(l, url)
	o.Ahead = 40
	run(t, o)
	until(t, "the first records came", func() bool { return len(p.seqs()) >= 40 })
	if got := p.seqs()[0]; got != 301 {
		t.Errorf("the first record is %d, want the emergency, 301", got)
	}
	record(t, l, 1, "locker.forced")
	until(t, "the forced door passed", func() bool { return slices.Contains(p.seqs(), 312) })
	record(t, l, 2, "emergency.acked") // by the head of the hall, and by that of the market
	until(t, "both acknowledgements passed", func() bool { return slices.Contains(p.seqs(), 314) })
	if slices.Contains(p.seqs(), 100) {
		t.Error("the backlog was not waiting any more")
	}
	until(t, "all is confirmed", func() bool {
		p.ackAll(l.Epoch())
		return l.UnconfirmedCount() == 0
	})
	var plain []uint64
	for _, seq := range p.seqs() {
		if seq != 301 && seq < 312 { // may come again in their place
			plain = append(plain, seq)
		}
	}
	if want := slices.DeleteFunc(upTo(311), func(s uint64) bool { return s == 301 }); !cmp.Equal(plain, want) {
		t.Errorf("the others came as %v, want each once and in order", plain)
	}
}

// TestOldCard: the county has records that this ledger never wrote.
func TestOldCard(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 5, "ticket.issued")
	p := newPeer(t, url)
	p.ack(l.Epoch(), 9)
	ahead := make(chan error, 10)
	o := options(l, url)
	o.AckWait = 5 * time.Second
	o.CountyAhead = func(err error) { ahead <- err }
	r, _ := run(t, o)
	select {
	case <-ahead:
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was told that the county is ahead")
	}
	record(t, l, 5, "ticket.issued")
	p.ack(l.Epoch(), 20)
	var h county.State
	until(t, "the birth came", func() bool { return p.last(county.UpState, &h) })
	if got := p.seqs(); len(got) > 0 || !r.Status().Frozen {
		t.Fatalf("records %v were published with numbers that the county has", got)
	}
	old := l.Epoch()
	if err := l.NewEpoch("old card"); err != nil {
		t.Fatal(err)
	}
	record(t, l, 2, "ticket.issued")
	until(t, "the new epoch is reported", func() bool { return len(p.seqs()) >= 2 })
	p.mu.Lock()
	for _, rec := range p.records {
		if rec.Epoch == old {
			t.Errorf("record %d of the frozen epoch came", rec.Seq)
		}
	}
	p.mu.Unlock()
	if n := len(ahead); n > 0 {
		t.Errorf("the alarm came %d times more", n)
	}
	until(t, "the status is well", func() bool { return !r.Status().Frozen })
}

func TestSecondBroker(t *testing.T) {
	nobody := countytest.Listen(t, func(io.ReadWriter) {})
	refusing := (&countytest.Liar{Refuse: true}).Start(t)
	good := countytest.StartEmbedded(t)
	l := newLedger(t)
	record(t, l, 3, "ticket.issued")
	p := newPeer(t, good)
	r, _ := run(t, options(l, nobody, refusing, good))
	until(t, "the records came over the third broker", func() bool { return len(p.seqs()) >= 3 })
	if got := r.Status().Broker; got != good {
		t.Errorf("broker is %s, want %s", got, good)
	}
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
