package ledger

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// damage flips one byte in the middle of a record.
func damage(t *testing.T, l *Ledger, seq uint64) {
	t.Helper()
	rows, err := l.db.page(Range{seq, seq})
	if err != nil || len(rows) != 1 {
		t.Fatal(err)
	}
	unguard(t, l)
	doc := rows[0].doc
	doc[len(doc)/2] ^= 1
	if err := l.db.exec(`UPDATE records SET doc = ? WHERE seq = ?`, doc, seq); err != nil {
		t.Fatal(err)
	}
}

func saved(t *testing.T, path string) (recs []Record) {
	t.Helper()
	for r, err := range ReadSalvage(path) {
		if err != nil {
			t.Fatal(err)
		}
		recs = append(recs, r)
	}
	return recs
}

func TestBrokenTailIsSetAside(t *testing.T) {
	l, path := openNew(t)
	appendN(t, l, 9)
	epoch := l.Epoch()
	ack := Ack{Epoch: epoch, Upto: 4, Holes: []Range{{2, 2}}}
	if err := l.Confirm(ack); err != nil {
		t.Fatal(err)
	}
	until := testTime.Add(time.Hour).Truncate(time.Second)
	_, err := l.Append(nil, PutUntil(Vault, "ref", []byte("sealed"), until), Put(Staff, "01", []byte("hash")))
	if err != nil {
		t.Fatal(err)
	}
	damage(t, l, 3)
	damage(t, l, 4)
	damage(t, l, 9)
	l.Close()

	l = open(t, path)
	r := l.Recovery()
	want := &Recovery{
		Aside: path + ".broken-20260302T003000Z", Salvage: path + ".broken-20260302T003000Z.jsonl", Epoch: epoch,
		Records: 6, Last: 9, Lost: []Range{{3, 4}, {9, 9}}, Confirmed: ack, Side: 2,
		Before: []string{filepath.Base(path) + ".broken-20260302T003000Z.jsonl"},
	}
	if diff := cmp.Diff(want, r, cmpopts.IgnoreFields(Recovery{}, "Reason")); diff != "" {
		t.Fatalf("recovery (-want +got):\n%s", diff)
	}
	if !strings.Contains(r.Reason, "record 3") {
		t.Errorf("reason %q does not name the record", r.Reason)
	}
	if diff := cmp.Diff([]uint64{1, 2, 5, 6, 7, 8}, seqs(saved(t, r.Salvage))); diff != "" {
		t.Errorf("saved records (-want +got):\n%s", diff)
	}
	if l.Epoch() == epoch || l.Next() != 1 || l.UnconfirmedCount() != 0 {
		t.Errorf("new ledger: epoch %s, next %d", l.Epoch(), l.Next())
	}
	items, err := l.List(Vault)
	if err != nil || len(items) != 1 || !items[0].Expires.Equal(until) || string(items[0].Value) != "sealed" {
		t.Errorf("vault = %+v, %v", items, err)
	}
	if _, err := os.Stat(r.Aside); err != nil {
		t.Error(err)
	}

	// The story stays until it is dealt with.
	l.Close()
	l = open(t, path)
	if diff := cmp.Diff(r, l.Recovery()); diff != "" {
		t.Errorf("recovery after another start (-first +second):\n%s", diff)
	}
	if _, err := l.Append([]Entry{entry(1)}, RecoveryDone()); err != nil {
		t.Fatal(err)
	}
	if l.Recovery() != nil {
		t.Error("recovery after RecoveryDone")
	}
	l.Close()
	if l = open(t, path); l.Recovery() != nil || l.Next() != 2 {
		t.Errorf("after RecoveryDone and a start: %+v, next %d", l.Recovery(), l.Next())
	}
}

func TestWhatIsNoLedger(t *testing.T) {
	garbage := make([]byte, 9000)
	for i := range garbage {
		garbage[i] = byte(rand.IntN(256))
	}
	l, path := openNew(t)
	appendN(t, l, 40)
	l.Close()
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head := bytes.Clone(good)
	copy(head, make([]byte, 100))
	for _, tt := range []struct {
		name    string
		db, wal []byte
		aside   bool
		records uint64
	}{
		{name: "empty", db: []byte{}},
		{name: "garbage", db: garbage, aside: true},
		{name: "text", db: []byte("not a database, not even long"), aside: true},
		{name: "header gone", db: head, aside: true},
		{name: "cut short", db: good[:len(good)/2/4096*4096], aside: true},
		{name: "empty with a log", db: []byte{}, wal: garbage, aside: true},
		{name: "log alone", wal: garbage, aside: true},
		{name: "sound with a torn log", db: good, wal: garbage, records: 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.db")
			for suffix, b := range map[string][]byte{"": tt.db, "-wal": tt.wal} {
				if b == nil {
					continue
				}
				if err := os.WriteFile(path+suffix, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			l := open(t, path)
			r := l.Recovery()
			if tt.records > 0 {
				if r != nil || l.last != tt.records {
					t.Fatalf("%d records, recovery %+v", l.last, r)
				}
				return
			}
			if r == nil || r.Reason == "" || (r.Aside != "") != tt.aside || l.last != 0 {
				t.Fatalf("%d records, recovery %+v", l.last, r)
			}
			if tt.aside && tt.db != nil {
				b, err := os.ReadFile(r.Aside)
				if err != nil || !bytes.Equal(b, tt.db) {
					t.Errorf("the file set aside is not as it was: %v", err)
				}
			}
			if _, err := l.Append([]Entry{entry(1)}); err != nil {
				t.Error(err)
			}
		})
	}
}

// Any page of the file may be lost: Open always gives a working ledger, and
// what it says about records is true.
func TestAnyDamagedPage(t *testing.T) {
	l, path := openNew(t)
	wrote := appendN(t, l, 60)
	l.Close()
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := range len(good) / 4096 {
		bad := bytes.Clone(good)
		clear(bad[page*4096 : page*4096+4096])
		path := filepath.Join(t.TempDir(), "ledger.db")
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, path)
		r := l.Recovery()
		if r == nil {
			if diff := cmp.Diff(wrote, readAll(t, l)); diff != "" {
				t.Errorf("page %d: silently different", page)
			}
			continue
		}
		for _, rec := range saved(t, r.Salvage) {
			if rec.Hash != wrote[rec.Seq-1].Hash {
				t.Errorf("page %d: record %d was saved wrong", page, rec.Seq)
			}
		}
		l.Close()
	}
}

func TestNewEpoch(t *testing.T) {
	l, path := openNew(t)
	appendN(t, l, 3)
	if _, err := l.Append(nil, Put(Staff, "01", []byte("hash"))); err != nil {
		t.Fatal(err)
	}
	epoch := l.Epoch()
	if err := l.Confirm(Ack{Epoch: epoch, Upto: 8}); !errors.Is(err, ErrAhead) {
		t.Fatalf("Confirm = %v, want ErrAhead", err)
	}
	if err := l.NewEpoch("an old image of the card was restored"); err != nil {
		t.Fatal(err)
	}
	r := l.Recovery()
	if r == nil || r.Epoch != epoch || r.Records != 3 || len(r.Lost) != 0 || l.Epoch() == epoch || l.Next() != 1 {
		t.Fatalf("after NewEpoch: next %d, %+v", l.Next(), r)
	}
	if err := l.Confirm(Ack{Epoch: epoch, Upto: 3}); !errors.Is(err, ErrEpoch) {
		t.Errorf("Confirm of the old epoch = %v, want ErrEpoch", err)
	}
	if v, ok, err := l.Get(Staff, "01"); !ok || string(v) != "hash" || err != nil {
		t.Errorf("staff = %q, %v, %v", v, ok, err)
	}
	appendN(t, l, 2)
	l.Close()
	if l = open(t, path); l.Next() != 3 {
		t.Errorf("next after a start = %d, want 3", l.Next())
	}
}

func TestEarlierLedgersInOrder(t *testing.T) {
	l, path := openNew(t)
	if files, err := l.Earlier(); err != nil || len(files) != 0 {
		t.Errorf("got %v (%v) of a ledger that is the first", files, err)
	}
	var want []string
	for n := 1; n <= 3; n++ { // within one second of the test's clock
		appendN(t, l, n)
		if err := l.NewEpoch("for the test"); err != nil {
			t.Fatal(err)
		}
		want = append(want, l.Recovery().Salvage)
	}
	files, err := l.Earlier()
	if err != nil || !slices.Equal(files, want) {
		t.Fatalf("got %v (%v), want %v", files, err, want)
	}
	for i, f := range files {
		n := 0
		for _, err := range ReadSalvage(f) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != i+1 {
			t.Errorf("%s holds %d records, want %d", f, n, i+1)
		}
	}

	// An older copy that is restored goes on from what it went on from then.
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := l.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if err := l.NewEpoch("for the test"); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := os.Rename(copied, path); err != nil {
		t.Fatal(err)
	}
	l = open(t, path)
	if files, err := l.Earlier(); err != nil || !slices.Equal(files, want) {
		t.Errorf("the copy goes on from %v (%v), want %v", files, err, want)
	}
	if err := os.Remove(want[0]); err != nil {
		t.Fatal(err)
	}
	if files, err := l.Earlier(); err != nil || !slices.Equal(files, want[1:]) {
		t.Errorf("got %v (%v) once a file is gone, want %v", files, err, want[1:])
	}
}

func TestNotOursToTouch(t *testing.T) {
	l, path := openNew(t)
	appendN(t, l, 1)
	l.Close()
	opts := testOpts()
	opts.Hall = "140321-02"
	if _, err := Open(path, opts); !errors.Is(err, ErrHall) {
		t.Errorf("Open as another hall = %v, want ErrHall", err)
	}
	l = open(t, path)
	if err := l.db.conn.Exec(`PRAGMA user_version = 99`); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := Open(path, testOpts()); !errors.Is(err, ErrVersion) {
		t.Errorf("Open of a newer file = %v, want ErrVersion", err)
	}
	if _, err := Open(filepath.Join(path, "below"), testOpts()); err == nil {
		t.Error("Open below a file worked")
	}
	if _, err := Open(path, Opts{Hall: "a/b"}); err == nil {
		t.Error("Open took a hall id with a slash")
	}
	left, err := filepath.Glob(path + asideSuffix + "*")
	if err != nil || len(left) > 0 {
		t.Errorf("set aside without need: %v", left)
	}
}

func TestLedgerIsForItsOwnerOnly(t *testing.T) {
	l, path := openNew(t)
	appendN(t, l, 1)
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(path + suffix)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("ledger%s: %v, %v", suffix, info.Mode(), err)
		}
	}
}

// TestLargeLedgerOpensByItsTail: a start looks at the end of it, and a walk finds
// what is wrong in the middle. A tail that is broken is never missed.
func TestLargeLedgerOpensByItsTail(t *testing.T) {
	l, path := openNew(t)
	appendN(t, l, tailRows+50)
	epoch := l.Epoch()
	damage(t, l, 40)
	l.Close()
	opts := testOpts()
	opts.Whole = 1
	l, err := Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	if l.Recovery() != nil || l.Epoch() != epoch || l.Next() != tailRows+51 {
		t.Errorf("got epoch %s, next %d and recovery %v, want the ledger as it was", l.Epoch(), l.Next(), l.Recovery())
	}
	rep, err := l.Verify(t.Context(), nil)
	if err != nil || len(rep.Bad) == 0 || rep.Bad[0].Seq != 40 {
		t.Errorf("the walk finds %v (%v), want record 40", rep.Bad, err)
	}
	damage(t, l, 60)
	l.Close()
	if l, err = Open(path, opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if r := l.Recovery(); r == nil || !strings.Contains(r.Reason, "record 60") {
		t.Errorf("got recovery %+v, want the broken tail set aside", r)
	}
}
