package receiver_test

import (
	"bytes"
	"context"
	"log/slog"
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

func checkin(ref string) ledger.Entry {
	return ledger.Entry{Kind: "checkin.recorded", Time: noon, Trusted: true, Data: map[string]any{"person": map[string]string{"ref": ref}}}
}

func whats(alarms []receiver.Alarm) (list []string) {
	for _, a := range alarms {
		list = append(list, a.What)
	}
	return list
}

// TestHostileFacts: whatever a record says of persons and sums, it is kept, and
// what is no person and no sum stands in no report.
func TestHostileFacts(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		amount := func(a any) ledger.Entry {
			return ledger.Entry{Kind: "deposit.taken", Time: noon, Trusted: true, Data: map[string]any{"amount": a}}
		}
		list := []ledger.Entry{
			checkin("aa"), checkin("a\x00b"), checkin("\n"), checkin("张三"), checkin("\xff"), checkin(strings.Repeat("a", 65)),
			checkin(strings.Repeat("b", 64)),
			amount("9000000000000000.00"), amount("-9000000000000000.00"), amount("90071992547409.91"), amount("1e9"), amount(7),
			amount([]int{}), amount(nil), amount(""), amount("-"), amount("10000000.01"), amount("10000000.00"), amount("-0.01"),
			{Kind: "rental.settled", Time: noon, Trusted: true, Data: map[string]any{"fee": "1 ", "bill": 3}},
			{Kind: "deposit.taken", Time: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), Data: "\x00"},
		}
		const odd = 5 + 10 + 2
		r := chain(t, hall, len(list), func(i int) ledger.Entry { return list[i] })
		out := commit(t, s, r...)
		if n := strings.Count(strings.Join(whats(out.Alarms), " "), receiver.AlarmData); n != odd || len(out.Alarms) != odd {
			t.Errorf("got %d alarms of %d about data: %v, want %d", n, len(out.Alarms), out.Alarms, odd)
		}
		if a := ack(t, s, r[0].Epoch); a.Upto != uint64(len(r)) || len(a.Holes) > 0 {
			t.Errorf("acknowledgement is %+v, want all %d", a, len(r))
		}
		days, err := s.Days(t.Context(), "2026-03-01", "2026-03-01")
		if err != nil || len(days) != 1 || days[0].Persons != 2 || days[0].Checkins != 7 || days[0].Taken != 999_999_999 {
			t.Errorf("Days = %+v, %v, want 2 persons, 7 check-ins and 9999999.99 yuan", days, err)
		}
	})
}

// refuse makes a database refuse what it took before: every row about a person,
// and if nothing is kept also what is left of the row without the person.
func refuse(t *testing.T, dsn, ref string, nothing bool) {
	t.Helper()
	when := "NEW.ref = '" + ref + "'"
	if nothing {
		when += " OR NEW.seq = 2 AND NEW.hall = '140321-66'"
	}
	if strings.HasPrefix(dsn, "postgres") {
		execute(t, "pgx", dsn, `ALTER TABLE records ADD CHECK (NOT (`+strings.ReplaceAll(when, "NEW.", "")+`))`)
		return
	}
	execute(t, "sqlite3", "file:"+dsn, `CREATE TRIGGER refuse BEFORE INSERT ON records WHEN `+when+` BEGIN SELECT RAISE(ABORT, 'no'); END`)
}

// TestRecordTheDatabaseRefuses: it holds up no other record and no other hall.
func TestRecordTheDatabaseRefuses(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		if dsn == "memory:" { // nobody else can open it
			return
		}
		for name, tt := range map[string]struct {
			nothing bool
			alarm   string
			want    ledger.Ack
		}{
			"its bytes are kept":    {false, receiver.AlarmAside, ledger.Ack{Upto: 3, Holes: []ledger.Range{}}},
			"nothing of it is kept": {true, "", ledger.Ack{Upto: 3, Holes: []ledger.Range{{2, 2}}}},
		} {
			t.Run(name, func(t *testing.T) {
				dsn := filepath.Join(t.TempDir(), "county.db")
				if server != nil && strings.Contains(t.Name(), "/postgres/") {
					dsn = server.Database(t)
				}
				store := open(t, dsn)
				refuse(t, dsn, "bad", tt.nothing)
				refs := []string{"aa", "bad", "bb"}
				bad := chain(t, "140321-66", len(refs), func(i int) ledger.Entry { return checkin(refs[i]) })
				if _, err := store.Commit(t.Context(), bad, time.Now()); err == nil {
					t.Fatal("the database takes the record")
				}
				url := countytest.StartEmbedded(t)
				listen(t, url, store)
				s := dial(t, url)
				for _, r := range bad {
					deliver(t, s, county.Message{Topic: county.Topic("140321-66", county.UpRecord), Payload: r.Doc})
				}
				l := newLedger(t, hall)
				add(t, l, 5)
				background(t, newReporter(l, hall, url).Run)
				until(t, "an honest hall is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
				tt.want.Epoch, tt.want.Head = bad[0].Epoch, bad[2].Hash
				st := receiver.Stream{Hall: "140321-66", Epoch: bad[0].Epoch}
				until(t, "the others are committed", func() bool { return cmp.Equal(ackOf(t, store, st), tt.want) })
				alarms, err := store.Alarms(t.Context(), 10)
				if got := strings.Join(whats(alarms), " "); err != nil || got != tt.alarm {
					t.Errorf("alarms are %q, %v, want %q", got, err, tt.alarm)
				}
				days, err := store.Days(t.Context(), "2026-03-01", "2026-03-01")
				if err != nil || len(days) != 2 || days[1].Persons != 2 || days[1].Checkins != 2 {
					t.Errorf("Days = %+v, %v, want two persons of the other hall", days, err)
				}
			})
		}
	})
}

// TestHallOfAnotherMake: what the contract leaves open is taken as it comes, and
// a prev that is no hash of ours is a broken chain and no lost record.
func TestHallOfAnotherMake(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		r := chain(t, hall, 3, ticket)
		theirs := func(i int, old, new string) ledger.Record {
			doc := strings.ReplaceAll(string(r[i].Doc), r[i].Epoch, "Epoch-1")
			if i == 1 {
				doc = strings.Replace(doc, r[i].Prev, ledger.Hash(r[i-1].Doc), 1)
			}
			rec, err := ledger.Decode([]byte(strings.Replace(doc, old, new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			return rec
		}
		r[0] = theirs(0, r[0].Prev, "")
		r[1] = theirs(1, ".000+08:00", "Z")
		r[2] = theirs(2, r[2].Prev, "none")
		out := commit(t, s, r...)
		if a := ack(t, s, "Epoch-1"); a.Upto != 3 || len(a.Holes) > 0 {
			t.Errorf("acknowledgement is %+v, want all 3", a)
		}
		if len(out.Alarms) != 1 || out.Alarms[0].What != receiver.AlarmChain || out.Alarms[0].Seq != 3 {
			t.Errorf("alarms are %+v, want a broken chain at record 3", out.Alarms)
		}
	})
}

// TestOneHallStopsNoOther: a record that no text column takes, over every store.
func TestOneHallStopsNoOther(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		url := countytest.StartEmbedded(t)
		background(t, newReceiver(url, open(t, dsn)).Run)
		bad, good := newLedger(t, "140321-66"), newLedger(t, hall)
		if _, err := bad.Append([]ledger.Entry{checkin("a\x00b")}); err != nil {
			t.Fatal(err)
		}
		background(t, newReporter(bad, "140321-66", url).Run)
		add(t, good, 5)
		background(t, newReporter(good, hall, url).Run)
		until(t, "both halls are confirmed", func() bool { return bad.UnconfirmedCount()+good.UnconfirmedCount() == 0 })
	})
}

// TestHostileStates: a birth or a heartbeat that no database takes is told of
// and changes nothing.
func TestHostileStates(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		url := countytest.StartEmbedded(t)
		store := open(t, dsn)
		listen(t, url, store)
		s := dial(t, url)
		for _, state := range []string{
			`{"online":true,"session":"a\u0000b"}`, `{"online":true,"session":"s","epoch":"张"}`,
			`{"online":true,"session":"s","last_seq":18446744073709551615}`, `{"online":true,"session":"` + strings.Repeat("s", 65) + `"}`,
		} {
			deliver(t, s, county.Message{Topic: county.Topic("140321-66", county.UpState), Payload: []byte(state)})
			deliver(t, s, county.Message{Topic: county.Topic("140321-66", county.UpHealth), Payload: []byte(state)})
		}
		for _, nobody := range []string{"<b>", "零工", "'; DROP TABLE halls;--", "..", strings.Repeat("a", 65)} {
			state := encode(t, county.State{Online: true, Session: "a1b2c3d4e5f60718", Epoch: "3f9c2b7d10a4e586"})
			deliver(t, s, county.Message{Topic: county.Topic(nobody, county.UpState), Payload: state})
		}
		good := county.State{Online: true, Session: "a1b2c3d4e5f60718", Version: "v1.0.0", Epoch: "3f9c2b7d10a4e586", Clock: "trusted", Boot: "b"}
		deliver(t, s, county.Message{Topic: county.Topic(hall, county.UpState), Payload: encode(t, good)})
		until(t, "an honest hall is there", func() bool {
			halls, err := store.Halls(t.Context())
			return err == nil && len(halls) > 0
		})
		if halls, err := store.Halls(t.Context()); err != nil || len(halls) != 1 || halls[0].Hall != hall {
			t.Errorf("Halls = %+v, %v, want the honest one alone", halls, err)
		}
	})
}

// said is a log that is read while it is written.
type said struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(b)
}

func (s *said) count(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.buf.String(), text)
}

// listen runs a county and waits until it hears the halls.
func listen(t *testing.T, url string, store receiver.Store) *said {
	t.Helper()
	log := new(said)
	background(t, receiver.New(receiver.Opts{
		Link: county.Link{Brokers: []string{url}}, Store: store, Log: slog.New(slog.NewTextHandler(log, nil)),
	}).Run)
	until(t, "the county listens", func() bool { return log.count("listening") > 0 })
	return log
}

// TestRubbishIsLoggedOnce: for each hall and topic, however often it comes.
func TestRubbishIsLoggedOnce(t *testing.T) {
	url := countytest.StartEmbedded(t)
	log := listen(t, url, open(t, "memory:"))
	s := dial(t, url)
	for i := range 50 {
		for _, hall := range []string{"140321-66", "140321-67"} {
			deliver(t, s, county.Message{Topic: county.Topic(hall, county.UpRecord), Payload: []byte(strings.Repeat(" ", i) + "x")})
			deliver(t, s, county.Message{Topic: county.Topic(hall, county.UpResult), Payload: []byte("{")})
		}
	}
	l := newLedger(t, hall)
	add(t, l, 1)
	background(t, newReporter(l, hall, url).Run)
	until(t, "an honest hall is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
	if n := log.count("message of a hall not taken"); n != 4 {
		t.Errorf("got %d lines about two halls with two topics each, want 4", n)
	}
}

func dial(t *testing.T, url string) *county.Session {
	t.Helper()
	s, err := county.Link{Brokers: []string{url}, ClientID: "hostile"}.Dial(context.Background(), 0, nil, func(county.Message) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func deliver(t *testing.T, s *county.Session, m county.Message) {
	t.Helper()
	if err := s.Deliver(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}
