package receiver_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

const hall = "140321-01"

// stores runs a test on each database there is.
func stores(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Run("memory", func(t *testing.T) { f(t, "memory:") })
	t.Run("sqlite", func(t *testing.T) { f(t, filepath.Join(t.TempDir(), "county.db")) })
	if server != nil {
		t.Run("postgres", func(t *testing.T) { f(t, server.Database(t)) })
	}
}

func open(t testing.TB, dsn string) receiver.Store {
	t.Helper()
	s, err := receiver.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// chain is a hall's first n records, out of a real ledger.
func chain(t testing.TB, hall string, n int, entry func(i int) ledger.Entry) []ledger.Record {
	t.Helper()
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"), ledger.Opts{Hall: hall})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	entries := make([]ledger.Entry, n)
	for i := range entries {
		entries[i] = entry(i)
	}
	records, err := l.Append(entries)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 8*3600))

func ticket(i int) ledger.Entry {
	return ledger.Entry{Kind: "ticket.issued", Time: noon, Trusted: true, Subject: fmt.Sprintf("A%03d", i)}
}

func commit(t *testing.T, s receiver.Store, records ...ledger.Record) receiver.Outcome {
	t.Helper()
	out, err := s.Commit(context.Background(), records, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func ack(t testing.TB, s receiver.Store, epoch string) ledger.Ack {
	t.Helper()
	return ackOf(t, s, receiver.Stream{Hall: hall, Epoch: epoch})
}

func ackOf(t testing.TB, s receiver.Store, st receiver.Stream) ledger.Ack {
	t.Helper()
	list, err := s.Acks(context.Background(), []receiver.Stream{st})
	if err != nil || len(list) != 1 || list[0].Hall != st.Hall {
		t.Fatalf("Acks of %v = %+v, %v, want one", st, list, err)
	}
	return list[0].Ack
}

func TestCommit(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		r := chain(t, hall, 10, ticket)
		epoch := r[0].Epoch
		steps := []struct {
			what  string
			batch []ledger.Record
			isNew int
			want  ledger.Ack
		}{
			{"the first two", r[0:2], 2, ledger.Ack{Upto: 2}},
			{"both again", r[0:2], 0, ledger.Ack{Upto: 2}},
			{"with a gap", r[3:5], 2, ledger.Ack{Upto: 5, Holes: []ledger.Range{{3, 3}}}},
			{"a second gap, out of order", []ledger.Record{r[8], r[6]}, 2, ledger.Ack{Upto: 9, Holes: []ledger.Range{{3, 3}, {6, 6}, {8, 8}}}},
			{"the second gap closes", r[5:6], 1, ledger.Ack{Upto: 9, Holes: []ledger.Range{{3, 3}, {8, 8}}}},
			{"the first gap closes, with repeats", []ledger.Record{r[2], r[2], r[0], r[4]}, 1, ledger.Ack{Upto: 9, Holes: []ledger.Range{{8, 8}}}},
			{"the rest", r, 2, ledger.Ack{Upto: 10}},
		}
		for _, st := range steps {
			out := commit(t, s, st.batch...)
			if out.New != st.isNew || len(out.Alarms) > 0 {
				t.Errorf("%s: outcome is %+v, want %d new and no alarm", st.what, out, st.isNew)
			}
			st.want.Epoch, st.want.Holes = epoch, append([]ledger.Range{}, st.want.Holes...)
			st.want.Head = r[st.want.Upto-1].Hash
			if diff := cmp.Diff(ack(t, s, epoch), st.want); diff != "" {
				t.Errorf("%s: acknowledgement (-got +want):\n%s", st.what, diff)
			}
		}
	})
}

func TestAlarms(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		r := chain(t, hall, 4, ticket)
		// Another card, written on from the same image: same epoch and numbers.
		clone := func(seq int) ledger.Record {
			doc := slices.Clone(r[seq-1].Doc)
			doc[slices.Index(doc, 'A')] = 'B'
			rec, err := ledger.Decode(doc)
			if err != nil {
				t.Fatal(err)
			}
			return rec
		}
		what := func(out receiver.Outcome) (list []string) {
			for _, a := range out.Alarms {
				list = append(list, fmt.Sprintf("%s %d", a.What, a.Seq))
			}
			return list
		}
		if got := what(commit(t, s, r[0], clone(2))); got != nil {
			t.Errorf("alarms %v, want none yet", got)
		}
		for _, tt := range []struct {
			batch []ledger.Record
			want  []string
		}{
			{[]ledger.Record{r[1]}, []string{"cloned 2"}},
			{[]ledger.Record{r[1]}, nil}, // known
			{[]ledger.Record{r[2], clone(3)}, []string{"cloned 3", "chain 3"}},
			{[]ledger.Record{r[3]}, nil},
		} {
			if diff := cmp.Diff(what(commit(t, s, tt.batch...)), tt.want); diff != "" {
				t.Errorf("alarms (-got +want):\n%s", diff)
			}
		}
		list, err := s.Alarms(t.Context(), 10)
		if err != nil || len(list) != 3 {
			t.Errorf("Alarms = %v, %v, want 3", list, err)
		}
		if a := ack(t, s, r[0].Epoch); a.Upto != 4 || len(a.Holes) > 0 {
			t.Errorf("acknowledgement is %+v, want 4: an alarm holds nothing up", a)
		}
	})
}

// TestAnyOrder: whatever the order, the repeats and the batches, every record
// is there once and the acknowledgement says exactly what is there.
func TestAnyOrder(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		checks := 0
		rapid.Check(t, func(rt *rapid.T) {
			if checks++; checks > 10 {
				return // a database is slow; 10 orders say enough
			}
			r := chain(t, hall, rapid.IntRange(1, 40).Draw(rt, "records"), ticket)
			there := map[uint64]bool{}
			for _, n := range rapid.SliceOfN(rapid.IntRange(1, 8), 1, 10).Draw(rt, "batches") {
				var batch []ledger.Record
				fresh := 0
				for range n {
					rec := rapid.SampledFrom(r).Draw(rt, "record")
					if !there[rec.Seq] {
						fresh++
					}
					there[rec.Seq] = true
					batch = append(batch, rec)
				}
				out, err := s.Commit(context.Background(), batch, time.Now())
				if err != nil || out.New != fresh || len(out.Alarms) > 0 {
					rt.Fatalf("outcome %+v, %v; want %d new", out, err, fresh)
				}
				a := ack(t, s, r[0].Epoch)
				for _, rec := range r {
					held := rec.Seq <= a.Upto && !slices.ContainsFunc(a.Holes, func(h ledger.Range) bool { return h[0] <= rec.Seq && rec.Seq <= h[1] })
					if held != there[rec.Seq] {
						rt.Fatalf("acknowledgement %+v is wrong about record %d", a, rec.Seq)
					}
				}
			}
		})
	})
}

// TestManyHoles: an acknowledgement lists few holes and says less instead. As
// holes close it says more, until it says all.
func TestManyHoles(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		r := chain(t, hall, 400, ticket)
		var odd []ledger.Record
		for i := 0; i < len(r); i += 2 {
			odd = append(odd, r[i])
		}
		commit(t, s, odd...)
		a := ack(t, s, r[0].Epoch)
		if len(a.Holes) != county.MaxHoles || a.Upto != 2*county.MaxHoles+1 {
			t.Errorf("upto %d with %d holes, want %d with %d", a.Upto, len(a.Holes), 2*county.MaxHoles+1, county.MaxHoles)
		}
		there := map[uint64]bool{}
		for _, rec := range odd {
			there[rec.Seq] = true
		}
		order := rand.New(rand.NewPCG(1, 2)).Perm(len(r))
		for len(order) > 0 {
			n := min(7, len(order))
			var batch []ledger.Record
			for _, i := range order[:n] {
				batch = append(batch, r[i])
				there[r[i].Seq] = true
			}
			order = order[n:]
			commit(t, s, batch...)
			a := ack(t, s, r[0].Epoch)
			for seq := uint64(1); seq <= a.Upto; seq++ {
				if a.Has(seq) != there[seq] {
					t.Fatalf("with %d to come: acknowledgement %+v is wrong about record %d", len(order), a, seq)
				}
			}
			if len(a.Holes) < county.MaxHoles && a.Upto < slices.Max(slices.Collect(maps.Keys(there))) {
				t.Fatalf("with %d to come: %d holes up to %d; it could say more", len(order), len(a.Holes), a.Upto)
			}
		}
		if a := ack(t, s, r[0].Epoch); a.Upto != 400 || len(a.Holes) > 0 {
			t.Errorf("acknowledgement is %+v, want all", a)
		}
	})
}

// TestWorkersCross: several workers with the same records in their batches.
func TestWorkersCross(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		var all []ledger.Record
		const halls, each = 4, 30
		for n := range halls {
			all = append(all, chain(t, fmt.Sprintf("140321-0%d", n+1), each, ticket)...)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		isNew := 0
		for w := range 4 {
			wg.Go(func() {
				for i := range len(all) / 10 {
					from := (i*10*(w+1) + 7*w) % len(all)
					batch := append(slices.Clone(all[from:min(from+10, len(all))]), all[(from+50)%len(all)])
					out, err := s.Commit(context.Background(), batch, time.Now())
					if err != nil {
						t.Errorf("worker %d: %v", w, err)
						return
					}
					mu.Lock()
					isNew += out.New
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		isNew += commit(t, s, all...).New
		if isNew != len(all) {
			t.Errorf("%d records were new, want %d", isNew, len(all))
		}
		days, err := s.Days(t.Context(), "2026-03-01", "2026-03-01")
		if err != nil || len(days) != halls || days[0].Tickets != each {
			t.Errorf("Days = %+v, %v", days, err)
		}
	})
}

func TestDays(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		person := func(ref string) map[string]any { return map[string]any{"person": map[string]string{"ref": ref}} }
		amount := func(yuan string) map[string]any { return map[string]any{"amount": yuan} }
		list := []struct {
			kind string
			data any
		}{
			{"checkin.recorded", person("aa")},
			{"checkin.recorded", person("aa")},
			{"checkin.recorded", person("bb")},
			{"checkin.refused", nil},
			{"ticket.issued", nil},
			{"rental.requested", nil},
			{"rental.out", nil},
			{"rental.returned", nil},
			{"deposit.taken", amount("200.00")},
			{"deposit.refunded", amount("180.50")},
			{"deposit.forfeited", amount("19.50")},
			{"deposit.taken", amount("-0.50")},
			{"rental.settled", map[string]any{"fee": "10.05"}},
			{"rental.settled", map[string]any{"bill": map[string]string{"fee": "5"}}},
			{"locker.forced", nil},
			{"deposit.taken", amount("nonsense")},
			{"payment.taken", amount("3.00")},
			{"rental.settled", map[string]any{"fee": "7.00"}},
			{"rental.corrected", map[string]any{"what": "settlement", "bill": map[string]string{"fee": "7.00"}}},
			{"rental.settled", map[string]any{"fee": "0.00"}},
			{"rental.corrected", map[string]any{"what": "settlement", "bill": map[string]string{"fee": "0.00"}}},
			{"rental.corrected", map[string]any{"what": "deposit"}},
			{"rental.corrected", map[string]any{"what": "inspection", "tool": "DR-01"}},
			{"tool.requested", map[string]any{"amount": 7, "person": "last", "bill": []int{1}}}, // other things by the same names
		}
		r := chain(t, hall, len(list), func(i int) ledger.Entry {
			return ledger.Entry{Kind: list[i].kind, Time: noon, Trusted: i > 0, Data: list[i].data}
		})
		commit(t, s, r...)
		commit(t, s, r...)
		want := []receiver.Day{{
			Hall: hall, Day: "2026-03-01", Records: 24, Unsure: 1, Persons: 2, Checkins: 3, Refusals: 1, Tickets: 1,
			Requested: 1, Out: 1, Returned: 1, Settled: 2, Taken: 19950, Refunded: 18050, Forfeited: 1950, Paid: 300, Fees: 1505, Urgent: 1,
		}}
		got, err := s.Days(t.Context(), "2026-01-01", "2026-12-31")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("days (-got +want):\n%s", diff)
		}
	})
}

func TestPresence(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		ctx := t.Context()
		r := chain(t, hall, 3, ticket)
		commit(t, s, r...)
		epoch := r[0].Epoch
		birth := func(session, boot string, last uint64) []string {
			alarms, err := s.Birth(ctx, hall, broker, county.State{Online: true, Session: session, Epoch: epoch, LastSeq: last, Boot: boot}, true, time.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			var what []string
			for _, a := range alarms {
				what = append(what, a.What)
			}
			return what
		}
		death := func(session string) {
			if err := s.Death(ctx, hall, session, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		online := func(want string) {
			t.Helper()
			halls, err := s.Halls(ctx)
			if err != nil {
				t.Fatal(err)
			}
			session := ""
			if len(halls) > 0 && halls[0].Online {
				session = halls[0].Session
			}
			if session != want {
				t.Errorf("session %q is online, want %q", session, want)
			}
		}
		online("")
		if got := birth("s1", "boot-a", 3); got != nil {
			t.Errorf("alarms %v, want none", got)
		}
		online("s1")
		birth("s2", "boot-a", 3)
		death("s1") // late: the will of the session before
		online("s2")
		death("s2")
		online("")
		if got := birth("s3", "boot-a", 2); !slices.Equal(got, []string{receiver.AlarmRollback}) {
			t.Errorf("alarms %v, want a rollback", got)
		}
		kept := county.State{Online: true, Session: "s3", Epoch: epoch, LastSeq: 1, Boot: "boot-a"}
		if alarms, err := s.Birth(ctx, hall, broker, kept, false, time.Now()); err != nil || len(alarms) > 0 {
			t.Errorf("a birth that the broker kept gives %v, %v, want no alarm", alarms, err)
		}
		birth("s4", "boot-b", 3)
		if got := birth("s5", "boot-a", 3); !slices.Equal(got, []string{receiver.AlarmTwin}) {
			t.Errorf("alarms %v, want a twin", got)
		}
		h := county.Health{Session: "s5", Epoch: epoch, LastSeq: 3, Head: r[2].Hash, Devices: []county.Device{}}
		if alarms, err := s.Health(ctx, hall, broker, h, time.Now()); err != nil || len(alarms) > 0 {
			t.Errorf("Health = %v, %v", alarms, err)
		}
		h.Head = r[1].Hash
		if alarms, err := s.Health(ctx, hall, broker, h, time.Now()); err != nil || len(alarms) != 1 || alarms[0].What != receiver.AlarmHead {
			t.Errorf("Health with another head = %v, %v", alarms, err)
		}
		halls, err := s.Halls(ctx)
		if err != nil || len(halls) != 1 || halls[0].Upto != 3 || !halls[0].Online || len(halls[0].Health) == 0 {
			t.Errorf("Halls = %+v, %v", halls, err)
		}
	})
}

// TestTwoLedgersOfOneHall: an epoch that was given up comes back, so there are two
// ledgers, even if they are on one machine.
func TestTwoLedgersOfOneHall(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		one, two := chain(t, hall, 1, ticket), chain(t, hall, 1, ticket)
		now := time.Now()
		birth := func(r ledger.Record, after time.Duration) []string {
			b := county.State{Online: true, Session: "s" + after.String(), Epoch: r.Epoch, LastSeq: 1, Boot: "boot"}
			alarms, err := s.Birth(t.Context(), hall, broker, b, true, now.Add(after))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Commit(t.Context(), []ledger.Record{r}, now.Add(after)); err != nil {
				t.Fatal(err)
			}
			return whats(alarms)
		}
		for after, r := range []ledger.Record{one[0], two[0]} {
			if got := birth(r, time.Duration(after)*time.Minute); len(got) > 0 {
				t.Errorf("alarms %v about an epoch that begins", got)
			}
		}
		if got := birth(one[0], 2*time.Minute); !slices.Equal(got, []string{receiver.AlarmTwin}) {
			t.Errorf("alarms %v, want a twin", got)
		}
	})
}

// TestBrokerWithAnOldBirth: a broker was killed while the hall was at it, and
// comes back with the birth of that session. The hall is at another by then.
func TestBrokerWithAnOldBirth(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		const epoch = "3f9c2b7d10a4e586"
		now := time.Now()
		birth := func(broker, session string, fresh bool) {
			b := county.State{Online: true, Session: session, Epoch: epoch, Boot: "b"}
			if _, err := s.Birth(t.Context(), hall, broker, b, fresh, now); err != nil {
				t.Fatal(err)
			}
		}
		beat := func(broker, session string, at time.Time) {
			if _, err := s.Health(t.Context(), hall, broker, county.Health{Session: session, Epoch: epoch}, at); err != nil {
				t.Fatal(err)
			}
		}
		sent := func(broker string, at time.Time) int {
			list, err := s.Due(t.Context(), broker, 0, at)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		o := receiver.Order{ID: "o1", Hall: hall, Name: county.CmdNotice, Expires: now.Add(time.Hour)}
		if err := s.Queue(t.Context(), o, now); err != nil {
			t.Fatal(err)
		}
		birth("near", "s1", true)
		birth("far", "s2", true)
		birth("near", "s1", false)
		beat("far", "s2", now.Add(time.Minute))
		if sent("far", now.Add(time.Minute)) != 0 {
			t.Error("a heartbeat beats a birth that just came; it may be an old session's")
		}
		beat("far", "s2", now.Add(3*time.Minute))
		if n, m := sent("near", now.Add(3*time.Minute)), sent("far", now.Add(3*time.Minute)); n != 0 || m != 1 {
			t.Errorf("the command goes to %d halls at the old broker and %d at the other, want it where the hall is", n, m)
		}
	})
}

// born notes a birth at a broker.
func born(t *testing.T, s receiver.Store, hall, broker, session, epoch string) {
	t.Helper()
	_, err := s.Birth(t.Context(), hall, broker, county.State{Online: true, Session: session, Epoch: epoch}, false, time.Now())
	if err != nil {
		t.Fatal(err)
	}
}

func TestOrders(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		ctx, now := t.Context(), time.Now().Truncate(time.Millisecond)
		o := receiver.Order{ID: "o1", Hall: hall, Name: "approve-rental", Body: map[string]any{"rental": "R1"}, Expires: now.Add(time.Hour)}
		second := receiver.Order{ID: "o0", Hall: hall, Name: "notice", Body: map[string]any{"text": "x"}, Expires: now.Add(time.Hour)}
		late := receiver.Order{ID: "o2", Hall: hall, Name: "notice", Expires: now.Add(-time.Hour)}
		for i, o := range []receiver.Order{o, second, late} {
			if err := s.Queue(ctx, o, now.Add(time.Duration(i)*time.Millisecond)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Queue(ctx, o, now); err == nil {
			t.Error("two commands have one id")
		}
		due := func(what, broker string, after time.Duration, session string, want ...receiver.Order) {
			t.Helper()
			got, err := s.Due(ctx, broker, time.Minute, now.Add(after))
			if err != nil {
				t.Fatal(err)
			}
			var sendings []receiver.Sending
			for _, o := range want {
				sendings = append(sendings, receiver.Sending{Order: o, Session: session})
			}
			if diff := cmp.Diff(got, sendings); diff != "" {
				t.Errorf("%s: due (-got +want):\n%s", what, diff)
			}
		}
		due("never heard of", broker, 0, "")
		born(t, s, hall, broker, "s1", "e")
		due("at another broker", "tcp://other", 0, "")
		due("online", broker, 0, "s1", o, second)
		due("just sent", broker, time.Second, "")
		due("without an answer", broker, time.Minute, "s1", o, second)
		born(t, s, hall, broker, "s2", "e")
		due("a new session", broker, time.Minute+time.Second, "s2", o, second)
		answer := func(hall string, after time.Duration, r county.Result) {
			if err := s.Answer(ctx, hall, r, now.Add(after)); err != nil {
				t.Fatal(err)
			}
		}
		answer(hall, 0, county.Result{ID: "o1", Error: county.RefusedSession})
		answer(hall, 0, county.Result{ID: "o1", Error: county.RefusedExpired}) // by a clock that is wrong
		answer("140321-02", 0, county.Result{ID: "o1", OK: true})
		due("not yet answered", broker, 10*time.Minute, "s2", o, second)
		answer(hall, 0, county.Result{ID: "o1", OK: true})
		due("one answered", broker, 20*time.Minute, "s2", second)
		if err := s.Death(ctx, hall, "s2", now); err != nil {
			t.Fatal(err)
		}
		due("offline", broker, 30*time.Minute, "")
		answer(hall, 2*time.Hour, county.Result{ID: "o0", Error: county.RefusedExpired})
		list, err := s.Orders(ctx, 2)
		if err != nil || len(list) != 2 || list[0].ID != "o2" || list[1].ID != "o0" || list[1].Answered.IsZero() || !strings.Contains(string(list[1].Result), `"expired"`) {
			t.Errorf("Orders = %+v, %v", list, err)
		}
	})
}

const broker = "tcp://broker"

func TestGaps(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		r := chain(t, hall, 6, ticket)
		st := receiver.Stream{Hall: hall, Epoch: r[0].Epoch}
		at := time.Now()
		put := func(after time.Duration, rec ...ledger.Record) {
			if _, err := s.Commit(t.Context(), rec, at.Add(after)); err != nil {
				t.Fatal(err)
			}
		}
		gaps := func(what string, after time.Duration, want ...ledger.Range) {
			t.Helper()
			got, alarms, err := s.Gaps(t.Context(), broker, time.Minute, at.Add(after))
			if err != nil || len(alarms) > 0 {
				t.Fatal(alarms, err)
			}
			var list []receiver.Gap
			if want != nil {
				list = []receiver.Gap{{Stream: st, Session: "s1", Holes: want}}
			}
			if diff := cmp.Diff(got, list); diff != "" {
				t.Errorf("%s: gaps (-got +want):\n%s", what, diff)
			}
		}
		put(0, r[0], r[3])
		gaps("from a hall that was never heard of", time.Hour)
		born(t, s, hall, broker, "s1", st.Epoch)
		gaps("too early", 59*time.Second)
		put(10*time.Second, r[1]) // the watermark moves: the hall is at work
		gaps("after the watermark moved", 69*time.Second)
		gaps("due", 70*time.Second, ledger.Range{3, 3})
		gaps("asked for; not again at once", 71*time.Second)
		gaps("due again", 130*time.Second, ledger.Range{3, 3})
		if err := s.Death(t.Context(), hall, "s1", at); err != nil {
			t.Fatal(err)
		}
		gaps("from a hall that is away", time.Hour)
		born(t, s, hall, broker, "s1", st.Epoch)
		put(2*time.Hour, r[2])
		gaps("closed", 3*time.Hour)
	})
}

// TestLostTail: what is missing behind the last record that came shows in what
// the hall says it has. It is asked for piece by piece, the next as soon as one
// has come.
func TestLostTail(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		ctx, at := t.Context(), time.Now()
		r := chain(t, hall, 1200, ticket)
		b := county.State{Online: true, Session: "s1", Epoch: r[0].Epoch, LastSeq: 5}
		if _, err := s.Birth(ctx, hall, broker, b, false, at); err != nil {
			t.Fatal(err)
		}
		asked := func(after time.Duration, want ...ledger.Range) {
			t.Helper()
			got, _, err := s.Gaps(ctx, broker, time.Minute, at.Add(after))
			if err != nil {
				t.Fatal(err)
			}
			var holes []ledger.Range
			for _, g := range got {
				holes = append(holes, g.Holes...)
			}
			if diff := cmp.Diff(holes, want); diff != "" {
				t.Errorf("after %v: asked for (-got +want):\n%s", after, diff)
			}
		}
		put := func(after time.Duration, rec ...ledger.Record) {
			t.Helper()
			if _, err := s.Commit(ctx, rec, at.Add(after)); err != nil {
				t.Fatal(err)
			}
		}
		asked(59 * time.Second)
		asked(time.Minute, ledger.Range{1, 5})
		put(61*time.Second, r[:5]...)
		asked(time.Hour)
		h := county.Health{Session: "s1", Epoch: r[0].Epoch, LastSeq: 1200, Devices: []county.Device{}}
		if _, err := s.Health(ctx, hall, broker, h, at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		put(time.Hour, r[9])
		asked(time.Hour + time.Second)
		asked(time.Hour+time.Minute, ledger.Range{6, 9}, ledger.Range{11, 506})
		put(time.Hour+time.Minute, r[5:500]...)
		asked(time.Hour + time.Minute + time.Second) // not all of it has come
		put(time.Hour+time.Minute, r[500:506]...)
		asked(time.Hour+time.Minute+time.Second, ledger.Range{507, 1006})
		put(time.Hour+time.Minute, r[506:]...)
		asked(24 * time.Hour)
	})
}

// TestGapNobodyCloses: it is asked for less and less often, and becomes one
// alarm. A gap of an epoch that is over is not asked for at all.
func TestGapNobodyCloses(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		ctx, at := t.Context(), time.Now()
		r, old := chain(t, hall, 3, ticket), chain(t, hall, 3, ticket)
		for _, rec := range []ledger.Record{r[0], r[2], old[0], old[2]} {
			if _, err := s.Commit(ctx, []ledger.Record{rec}, at); err != nil {
				t.Fatal(err)
			}
		}
		born(t, s, hall, broker, "s1", r[0].Epoch)
		asked, raised := 0, map[string]int{}
		for minute := range 24 * 60 {
			gaps, alarms, err := s.Gaps(ctx, broker, time.Minute, at.Add(time.Duration(minute+1)*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range gaps {
				if asked++; g.Epoch != r[0].Epoch {
					t.Fatal("records of an epoch that is over were asked for")
				}
			}
			for _, a := range alarms {
				raised[fmt.Sprintf("%s %s %d", a.What, a.Epoch, a.Seq)]++
				if a.Epoch == r[0].Epoch && asked < 4 {
					t.Errorf("the alarm came after %d requests", asked)
				}
			}
		}
		if asked < 8 || asked > 16 {
			t.Errorf("a day asked %d times, want few and more than a few", asked)
		}
		want := map[string]int{"gap " + r[0].Epoch + " 2": 1, "gap " + old[0].Epoch + " 2": 1}
		if diff := cmp.Diff(raised, want); diff != "" {
			t.Errorf("alarms (-got +want):\n%s", diff)
		}
		commit(t, s, r[1])
		if list, err := s.Alarms(ctx, 10); err != nil || len(list) != 1 || list[0].Epoch != old[0].Epoch {
			t.Errorf("after one gap closed the alarms are %v, %v, want that of the other", list, err)
		}
	})
}

func TestReopen(t *testing.T) {
	dsn := filepath.Join(t.TempDir(), "county.db")
	r := chain(t, hall, 5, ticket)
	s := open(t, dsn)
	commit(t, s, r[:3]...)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dsn)
	if out := commit(t, s, r...); out.New != 2 {
		t.Errorf("%d records were new, want 2", out.New)
	}
	if _, err := receiver.Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder")); err == nil {
		t.Error("a database in no folder opens")
	}
}
