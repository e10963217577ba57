package receiver_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

// day is a hall's day: some records and the digest that its ledger makes of
// them, unless change makes it another.
func day(t *testing.T, l *ledger.Ledger, date string, from uint64, change func(*ledger.Digest)) []ledger.Record {
	t.Helper()
	at := noon
	var list []ledger.Entry
	for _, kind := range []string{"hall.opened", "ticket.issued", "checkin.recorded", "ticket.issued", "hall.closed"} {
		list = append(list, ledger.Entry{Kind: kind, Time: at, Trusted: true, Subject: "A001"})
	}
	records, err := l.Append(list)
	if err != nil {
		t.Fatal(err)
	}
	d, err := l.Digest(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&d)
	}
	end, err := l.Append([]ledger.Entry{{Kind: "ledger.digest", Time: at, Trusted: true, Subject: date, Data: struct {
		Day string `json:"day"`
		ledger.Digest
	}{date, d}}})
	if err != nil {
		t.Fatal(err)
	}
	return append(records, end...)
}

// differs lists what the alarms of an outcome say.
func differs(t *testing.T, list []receiver.Alarm) (all []string) {
	t.Helper()
	for _, a := range list {
		all = append(all, a.What+" "+strings.Join(a.Differs, ","))
	}
	return all
}

func reconciled(t *testing.T, s receiver.Store, hall string) bool {
	t.Helper()
	days, err := s.Days(t.Context(), "2026-03-01", "2026-03-01")
	i := slices.IndexFunc(days, func(d receiver.Day) bool { return d.Hall == hall })
	if err != nil || i < 0 {
		t.Fatalf("Days = %+v, %v", days, err)
	}
	return days[i].Reconciled
}

// TestReconciled: a day counts as reconciled once all of it is here, in
// whatever order it came.
func TestReconciled(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s, n := open(t, dsn), 0
		for name, order := range map[string][]int{
			"in order":         {0, 1, 2, 3, 4, 5},
			"the digest first": {5, 0, 1, 2, 3, 4},
			"with a late gap":  {0, 1, 3, 4, 5, 2},
			"backwards":        {5, 4, 3, 2, 1, 0},
		} {
			n++
			hall := fmt.Sprintf("140321-1%d", n)
			r := day(t, newLedger(t, hall), "2026-03-01", 1, nil)
			for n, i := range order {
				out := commit(t, s, r[i])
				if len(out.Alarms) > 0 {
					t.Errorf("%s: alarms %v, want none", name, out.Alarms)
				}
				if got, want := reconciled(t, s, hall), n == len(order)-1; got != want {
					t.Errorf("%s: reconciled is %v after %d of %d records", name, got, n+1, len(order))
				}
			}
		}
		l := newLedger(t, hall)
		commit(t, s, day(t, l, "2026-03-01", 1, nil)...)
		out := commit(t, s, day(t, l, "2026-03-02", 6, nil)...)
		out.Alarms = append(out.Alarms, commit(t, s, day(t, l, "2026-03-03", 12, nil)...).Alarms...)
		if len(out.Alarms) > 0 || !reconciled(t, s, hall) {
			t.Errorf("three days in a row: alarms %v, reconciled %v", out.Alarms, reconciled(t, s, hall))
		}
	})
}

// TestCountyLostOrChangedRecords: what happened to the county's own records
// shows at the end of the hall's day.
func TestCountyLostOrChangedRecords(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		if dsn == "memory:" { // nobody else can open it
			return
		}
		driver := "sqlite3"
		if strings.HasPrefix(dsn, "postgres") {
			driver = "pgx"
		}
		for _, tt := range []struct {
			what string
			stmt string
			args []any
			want []string
		}{
			{"a record is missing", `DELETE FROM records WHERE seq = 2`, nil, []string{"digest ticket.issued"}},
			{"the last record is missing", `DELETE FROM records WHERE seq = 5`, nil, []string{"digest hall.closed,head"}},
			{"a record's bytes changed", `UPDATE records SET doc = $1 WHERE seq = 3`, []any{[]byte("{}")}, []string{"digest checkin.recorded"}},
			{"a record counts as another kind", `UPDATE records SET kind = 'checkin.recorded' WHERE seq = 4`, nil, []string{"digest checkin.recorded,ticket.issued"}},
		} {
			t.Run(tt.what, func(t *testing.T) {
				dsn := filepath.Join(t.TempDir(), "county.db")
				if driver == "pgx" {
					dsn = server.Database(t)
				}
				s := open(t, dsn)
				r := day(t, newLedger(t, hall), "2026-03-01", 1, nil)
				commit(t, s, r[:5]...)
				tamper(t, driver, dsn, tt.stmt, tt.args...)
				out := commit(t, s, r[5])
				if diff := cmp.Diff(differs(t, out.Alarms), tt.want); diff != "" {
					t.Errorf("alarms (-got +want):\n%s", diff)
				}
				kept, err := s.Alarms(t.Context(), 10)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(differs(t, kept), tt.want); diff != "" {
					t.Errorf("alarms as kept (-got +want):\n%s", diff)
				}
				if reconciled(t, s, hall) {
					t.Error("the day counts as reconciled")
				}
				if out := commit(t, s, r[5]); len(out.Alarms) > 0 {
					t.Errorf("a resend raises %v again", out.Alarms)
				}
			})
		}
	})
}

func tamper(t *testing.T, driver, dsn, stmt string, args ...any) {
	t.Helper()
	if driver == "sqlite3" {
		dsn = "file:" + dsn
	}
	if n, err := execute(t, driver, dsn, stmt, args...).RowsAffected(); err != nil || n == 0 {
		t.Fatalf("nothing was changed: %v", err)
	}
}

// execute runs a statement behind the store's back.
func execute(t *testing.T, driver, dsn, stmt string, args ...any) sql.Result {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	res, err := db.ExecContext(t.Context(), stmt, args...)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// TestWrongDigests: a hall that counts wrong, or claims another range than is
// its due, is told apart and stops nothing.
func TestWrongDigests(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		for n, tt := range []struct {
			what   string
			change func(*ledger.Digest)
			want   string
		}{
			{"another count", func(d *ledger.Digest) { d.Kinds["ticket.issued"] = ledger.Sum{Count: 9} }, "digest ticket.issued"},
			{"a kind that is not here", func(d *ledger.Digest) { d.Kinds["deposit.taken"] = ledger.Sum{Count: 1} }, "digest deposit.taken"},
			{"no kinds", func(d *ledger.Digest) { d.Kinds = nil }, "digest checkin.recorded,hall.closed,hall.opened,ticket.issued"},
			{"a kind without a name", func(d *ledger.Digest) { d.Kinds[""] = ledger.Sum{Count: 1} }, "digest range"},
			{"a kind that is none", func(d *ledger.Digest) { d.Kinds["a \x00<b>"] = ledger.Sum{Count: 1} }, "digest range"},
			{"another head", func(d *ledger.Digest) { d.Head = ledger.Genesis }, "digest head"},
			{"from nothing", func(d *ledger.Digest) { d.From = 0 }, "digest range"},
			{"up to what is to come", func(d *ledger.Digest) { d.Upto = 1 << 60 }, "digest range"},
			{"up to too little", func(d *ledger.Digest) { d.Upto-- }, "digest range"},
			{"the wrong way round", func(d *ledger.Digest) { d.From = d.Upto + 1 }, "digest range"},
		} {
			hall := fmt.Sprintf("140321-%02d", n+10)
			l := newLedger(t, hall)
			out := commit(t, s, day(t, l, "2026-03-01", 1, tt.change)...)
			if diff := cmp.Diff(differs(t, out.Alarms), []string{tt.want}); diff != "" || reconciled(t, s, hall) {
				t.Errorf("%s: reconciled %v, alarms (-got +want):\n%s", tt.what, reconciled(t, s, hall), diff)
			}
			if a := ackOf(t, s, receiver.Stream{Hall: hall, Epoch: l.Epoch()}); a.Upto != 6 {
				t.Errorf("%s: acknowledged up to %d, want 6", tt.what, a.Upto)
			}
			if out := commit(t, s, day(t, l, "2026-03-02", 6, nil)...); len(out.Alarms) > 0 {
				t.Errorf("%s: the next day raises %v", tt.what, out.Alarms)
			}
			out = commit(t, s, day(t, l, "2026-03-03", 6, nil)...)
			if diff := cmp.Diff(differs(t, out.Alarms), []string{"digest range"}); diff != "" {
				t.Errorf("%s: counting the second day twice, alarms (-got +want):\n%s", tt.what, diff)
			}
		}
	})
}

// TestDigestThatDoesNotRead: the data of a digest may be anything.
func TestDigestThatDoesNotRead(t *testing.T) {
	stores(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		data := []any{nil, 7, "x", map[string]any{"day": "\x00", "from": 1}, map[string]any{"day": "2026-03-01", "from": -1}, map[string]any{"kinds": []int{}}}
		r := chain(t, hall, len(data), func(i int) ledger.Entry {
			return ledger.Entry{Kind: "ledger.digest", Time: noon, Trusted: true, Data: data[i]}
		})
		out := commit(t, s, r...)
		want := slices.Repeat([]string{"digest range"}, len(data))
		if diff := cmp.Diff(differs(t, out.Alarms), want); diff != "" || out.New != len(data) {
			t.Errorf("%d new, alarms (-got +want):\n%s", out.New, diff)
		}
	})
}

// TestDigestByHand: the sums are what anybody makes of the contract's words.
func TestDigestByHand(t *testing.T) {
	r := day(t, newLedger(t, hall), "2026-03-01", 1, nil)
	var got struct {
		Day        string
		From, Upto uint64
		Head       string
		Kinds      map[string]struct {
			Count int
			Hash  string
		}
	}
	if err := json.Unmarshal(r[5].Data, &got); err != nil {
		t.Fatal(err)
	}
	a, b := sha256.Sum256(r[1].Doc), sha256.Sum256(r[3].Doc)
	both := sha256.Sum256(append(a[:], b[:]...))
	tickets := got.Kinds["ticket.issued"]
	if tickets.Count != 2 || tickets.Hash != hex.EncodeToString(both[:]) || len(got.Kinds) != 4 {
		t.Errorf("kinds are %+v, want 2 tickets with %x", got.Kinds, both)
	}
	if got.From != 1 || got.Upto != 5 || got.Head != r[4].Hash || got.Head != r[5].Prev {
		t.Errorf("from %d to %d with head %s, want 1 to 5 with the hash of the fifth", got.From, got.Upto, got.Head)
	}
}

func TestPagesShowReconciliation(t *testing.T) {
	s := open(t, "memory:")
	p := receiver.Pages(s, slog.New(slog.NewTextHandler(io.Discard, nil)))
	get := func(path string) string {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path+"?from=2026-03-01&to=2026-03-01", nil))
		return w.Body.String()
	}
	l := newLedger(t, hall)
	r := day(t, l, "2026-03-01", 1, nil)
	commit(t, s, r[:5]...)
	if page := get("/"); !strings.Contains(page, "未核对") || !strings.Contains(get("/api/days"), `"reconciled":false`) {
		t.Error("a day without its digest is not shown as open")
	}
	commit(t, s, r[5])
	if page := get("/"); !strings.Contains(page, "相符") || !strings.Contains(get("/api/days"), `"reconciled":true`) {
		t.Error("a day that agrees is not shown so")
	}
	commit(t, s, day(t, l, "2026-03-01", 6, func(d *ledger.Digest) { delete(d.Kinds, "ticket.issued") })...)
	if page := get("/"); !strings.Contains(page, "日终核对与本库不符 ticket.issued") || !strings.Contains(get("/api/alarms"), `"differs":["ticket.issued"]`) {
		t.Errorf("the alarm does not name the kind:\n%s", page)
	}
	if strings.Contains(get("/api/days"), `"reconciled":true`) {
		t.Error("a day is reconciled although one of its digests is not")
	}
}
