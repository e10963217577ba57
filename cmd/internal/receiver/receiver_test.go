package receiver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

// background runs something until the test ends or stop is called.
func background(t testing.TB, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	var once sync.Once
	stop = func() {
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
	return stop
}

func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited 60 s for this: %s", what)
		}
	}
}

func newReceiver(url string, store receiver.Store) *receiver.Receiver {
	return receiver.New(receiver.Opts{
		Link: county.Link{Brokers: []string{url}}, Store: store, Reorder: 300 * time.Millisecond, Backoff: 100 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
}

func newLedger(t testing.TB, hall string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"), ledger.Opts{Hall: hall})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func add(t testing.TB, l *ledger.Ledger, n int) {
	t.Helper()
	entries := make([]ledger.Entry, n)
	for i := range entries {
		entries[i] = ticket(i)
	}
	if _, err := l.Append(entries); err != nil {
		t.Fatal(err)
	}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newReporter(l *ledger.Ledger, hall, url string) *county.Reporter {
	return county.New(county.Opts{
		Hall: hall, Link: county.Link{Brokers: []string{url}}, Ledger: l, Inbox: county.LedgerInbox{Ledger: l},
		Backoff: [2]time.Duration{10 * time.Millisecond, 100 * time.Millisecond}, ResendAfter: time.Second,
	})
}

func TestHallToCounty(t *testing.T) {
	for name, start := range map[string]func(testing.TB) string{
		"embedded": countytest.StartEmbedded, "mosquitto": func(t testing.TB) string { return countytest.StartMosquitto(t).URL() },
	} {
		t.Run(name, func(t *testing.T) {
			url := start(t)
			store := open(t, "memory:")
			rcv := newReceiver(url, store)
			l := newLedger(t, hall)
			add(t, l, 500)
			stopRun := background(t, rcv.Run)
			background(t, rcv.Work)
			stopHall := background(t, newReporter(l, hall, url).Run)
			until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
			add(t, l, 20)
			until(t, "all is confirmed again", func() bool { return l.UnconfirmedCount() == 0 })
			halls, err := store.Halls(t.Context())
			if err != nil || len(halls) != 1 || !halls[0].Online || halls[0].Upto != 520 {
				t.Errorf("Halls = %+v, %v", halls, err)
			}
			stopHall()
			until(t, "the goodbye came", func() bool {
				halls, err := store.Halls(t.Context())
				return err == nil && !halls[0].Online
			})
			if alarms, err := store.Alarms(t.Context(), 10); err != nil || len(alarms) > 0 {
				t.Errorf("Alarms = %v, %v, want none", alarms, err)
			}
			stopRun()
		})
	}
}

// TestMonthOffline: a hall without a line for a month reports it all when the
// line is back, each record on its day and with its clock's quality.
func TestMonthOffline(t *testing.T) {
	const days, visits = 30, 20
	l := newLedger(t, hall)
	first := time.Date(2026, 2, 1, 7, 30, 0, 0, time.FixedZone("", 8*3600))
	want := map[string]receiver.Day{}
	for day := range days {
		var list []ledger.Entry
		at := first.AddDate(0, 0, day)
		d := receiver.Day{Hall: hall, Day: at.Format(time.DateOnly), Records: visits, Persons: visits, Checkins: visits}
		for i := range visits {
			e := checkin(fmt.Sprintf("%064x", i))
			e.Time, e.Trusted = at.Add(time.Duration(i)*time.Minute), day%7 != 0 || i >= 5 // after some weekends the clock takes a while
			if !e.Trusted {
				d.Unsure++
			}
			list = append(list, e)
		}
		if _, err := l.Append(list); err != nil {
			t.Fatal(err)
		}
		want[d.Day] = d
	}
	url := countytest.StartEmbedded(t)
	store := open(t, "memory:")
	background(t, newReceiver(url, store).Run)
	background(t, newReporter(l, hall, url).Run)
	until(t, "the month is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
	list, err := store.Days(t.Context(), "2026-01-01", "2026-12-31")
	if err != nil || len(list) != days {
		t.Fatalf("%d days came, %v, want %d", len(list), err, days)
	}
	for _, d := range list {
		if diff := cmp.Diff(d, want[d.Day]); diff != "" {
			t.Errorf("day (-got +want):\n%s", diff)
		}
	}
	w := httptest.NewRecorder()
	receiver.Pages(store, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?from=2026-02-01&to=2026-02-02", nil))
	if page := w.Body.String(); !strings.Contains(page, "时钟未核准") || !strings.Contains(page, `<td class="off">5<`) {
		t.Errorf("the page does not show 5 records of an unsure clock:\n%s", page)
	}
}

// TestCountySetBack: the county's database is yesterday's; halls learn it from
// the acknowledgement and send what is missing.
func TestCountySetBack(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t, hall)
	add(t, l, 30)
	var first []ledger.Record
	for r, err := range l.Read(t.Context(), 1, 10) {
		if err != nil {
			t.Fatal(err)
		}
		first = append(first, r)
	}
	background(t, newReporter(l, hall, url).Run)
	stop := background(t, newReceiver(url, open(t, "memory:")).Run)
	until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
	stop()
	yesterday := open(t, "memory:")
	commit(t, yesterday, first...)
	background(t, newReceiver(url, yesterday).Run)
	until(t, "the county has everything again", func() bool { return ack(t, yesterday, l.Epoch()).Upto == 30 })
}

// TestGapIsAskedFor: a record that got lost on the way is asked for long before
// the hall would send it again by itself.
func TestGapIsAskedFor(t *testing.T) {
	url := countytest.StartEmbedded(t)
	store := open(t, "memory:")
	l := newLedger(t, hall)
	add(t, l, 10)
	if err := l.Confirm(ledger.Ack{Epoch: l.Epoch(), Upto: 8}); err != nil { // which was never true
		t.Fatal(err)
	}
	background(t, newReceiver(url, store).Run)
	hall := county.New(county.Opts{
		Hall: hall, Link: county.Link{Brokers: []string{url}}, Ledger: l, Inbox: county.LedgerInbox{Ledger: l},
		ResendAfter: time.Hour, AckWait: time.Millisecond, Backoff: [2]time.Duration{10 * time.Millisecond, 100 * time.Millisecond},
	})
	background(t, hall.Run)
	until(t, "the county has everything", func() bool { return ack(t, store, l.Epoch()).Upto == 10 })
	until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
}

// TestCommandReachesTheHall: a command waits in the county's database for a
// hall that is away, and goes at once to one that is there, over the broker
// that the hall is at.
func TestCommandReachesTheHall(t *testing.T) {
	store := open(t, "memory:")
	near, far := countytest.StartEmbedded(t), countytest.StartEmbedded(t)
	queue := func(id, text string) {
		o := receiver.Order{ID: id, Hall: hall, Name: county.CmdNotice, Body: map[string]any{"text": text}, Expires: time.Now().Add(time.Hour)}
		if err := store.Queue(t.Context(), o, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	queue("o1", "放假通知")
	background(t, newReceiver(near, store).Run)
	background(t, newReceiver(far, store).Run)
	l := newLedger(t, hall)
	got := make(chan string, 10)
	o := county.Opts{
		Hall: hall, Link: county.Link{Brokers: []string{far}}, Ledger: l, Inbox: county.LedgerInbox{Ledger: l},
		Backoff: [2]time.Duration{10 * time.Millisecond, 100 * time.Millisecond},
	}
	o.Command = func(_ context.Context, c county.Command) (any, error) {
		var body struct{ Text string }
		err := json.Unmarshal(c.Body, &body)
		got <- body.Text
		return nil, err
	}
	background(t, county.New(o).Run)
	comes := func(want string) {
		t.Helper()
		select {
		case text := <-got:
			if text != want {
				t.Errorf("the notice says %q, want %q", text, want)
			}
		case <-time.After(60 * time.Second):
			t.Fatal("the command did not reach the hall")
		}
	}
	comes("放假通知")
	queue("o2", "明日照常") // while the hall is online
	comes("明日照常")
	until(t, "both answers are noted", func() bool {
		list, err := store.Orders(t.Context(), 10)
		return err == nil && len(list) == 2 && !list[0].Answered.IsZero() && !list[1].Answered.IsZero()
	})
	if n := len(got); n > 0 {
		t.Errorf("%d commands came twice", n)
	}
}

// TestHostileHalls: nothing a hall sends stops the county or another hall.
func TestHostileHalls(t *testing.T) {
	url := countytest.StartEmbedded(t)
	store := open(t, "memory:")
	background(t, newReceiver(url, store).Run)
	s, err := county.Link{Brokers: []string{url}, ClientID: "hostile"}.Dial(t.Context(), 0, nil, func(county.Message) {})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	foreign := chain(t, "140321-02", 1, ticket)[0].Doc
	big := make([]byte, 100<<10)
	for _, topic := range []string{county.UpRecord, county.UpState, county.UpHealth, county.UpResult, "up/other", "up/record/deep"} {
		for _, payload := range [][]byte{nil, []byte("null"), []byte("{"), []byte(`{"online":"x"}`), []byte(`{"sequence":9}`), foreign, big} {
			if err := s.Deliver(t.Context(), county.Message{Topic: county.Topic(hall, topic), Payload: payload}); err != nil {
				t.Fatal(err)
			}
		}
	}
	l := newLedger(t, "140321-03")
	add(t, l, 5)
	background(t, newReporter(l, "140321-03", url).Run)
	until(t, "an honest hall is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
	days, err := store.Days(t.Context(), "0000-01-01", "9999-12-31")
	if err != nil || len(days) != 1 {
		t.Errorf("Days = %+v, %v, want those of the honest hall", days, err)
	}
}

// TestDatabaseAway: what the database can't take is neither lost nor
// acknowledged.
func TestDatabaseAway(t *testing.T) {
	url := countytest.StartEmbedded(t)
	store := &flaky{Store: open(t, "memory:"), fail: 5}
	background(t, newReceiver(url, store).Run)
	l := newLedger(t, hall)
	add(t, l, 50)
	background(t, newReporter(l, hall, url).Run)
	until(t, "all is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
	if store.fail > 0 {
		t.Errorf("%d failures did not happen", store.fail)
	}
}

// flaky is a database that fails a few times.
type flaky struct {
	receiver.Store
	mu   sync.Mutex
	fail int
}

func (f *flaky) Commit(ctx context.Context, batch []ledger.Record, at time.Time) (receiver.Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail > 0 {
		f.fail--
		return receiver.Outcome{}, io.ErrUnexpectedEOF
	}
	return f.Store.Commit(ctx, batch, at)
}
