package ledger

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnyFlippedByteIsFound(t *testing.T) {
	l, _ := openNew(t)
	wrote := appendN(t, l, 5)
	for _, rec := range wrote {
		for i := 0; i < len(rec.Doc); i += 7 {
			bad := bytes.Clone(rec.Doc)
			bad[i] ^= 0x20
			set(t, l, rec.Seq, bad, rec.Hash)
			onlyBad(t, l, rec.Seq)
		}
		for i := range 32 {
			sum, _ := hex.DecodeString(rec.Hash)
			sum[i] ^= 1
			set(t, l, rec.Seq, rec.Doc, hex.EncodeToString(sum))
			onlyBad(t, l, rec.Seq)
		}
		set(t, l, rec.Seq, rec.Doc, rec.Hash)
	}
	if rep, err := l.Verify(t.Context(), nil); err != nil || len(rep.Bad) > 0 || rep.Records != 5 {
		t.Errorf("Verify of the mended ledger = %+v, %v", rep, err)
	}
}

func set(t *testing.T, l *Ledger, seq uint64, doc []byte, hash string) {
	t.Helper()
	sum, err := hex.DecodeString(hash)
	if err == nil {
		err = l.db.exec(`INSERT OR REPLACE INTO records (seq, hash, doc) VALUES (?, ?, ?)`, seq, sum, doc)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func onlyBad(t *testing.T, l *Ledger, want uint64) {
	t.Helper()
	rep, err := l.Verify(t.Context(), nil)
	if err != nil || len(rep.Bad) != 1 || rep.Bad[0].Seq != want || rep.Records != rep.Last-1 || rep.Sound() {
		t.Fatalf("Verify = %+v, %v, want only record %d", rep, err, want)
	}
}

// Somebody who knows the format makes a record that agrees with its hash.
func TestForgery(t *testing.T) {
	l, path := openNew(t)
	wrote := appendN(t, l, 5)
	forged := func(seq uint64) Record {
		e := entry(int(seq))
		e.Subject = "A999"
		r, err := e.Record(testHall, l.Epoch(), seq, wrote[seq-1].Prev)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, tt := range []struct {
		name string
		do   func()
		want []Problem
	}{
		{"changed", func() { set(t, l, 2, forged(2).Doc, forged(2).Hash) }, []Problem{{3, "does not follow the record before"}}},
		{"last changed", func() { set(t, l, 5, forged(5).Doc, forged(5).Hash) }, []Problem{{5, "is not the record that was written last"}}},
		{"removed", func() { exec(t, l, `DELETE FROM records WHERE seq = 3`) }, []Problem{{3, "is missing or does not read"}}},
		{"last removed", func() { exec(t, l, `DELETE FROM records WHERE seq = 5`) }, []Problem{{5, "is missing or does not read"}}},
		{"moved", func() { set(t, l, 2, wrote[3].Doc, wrote[3].Hash) }, []Problem{{2, "calls itself another number"}}},
	} {
		tt.do()
		rep, err := l.Verify(t.Context(), nil)
		if diff := cmp.Diff(tt.want, rep.Bad); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
		for _, r := range wrote {
			set(t, l, r.Seq, r.Doc, r.Hash)
		}
	}
	exec(t, l, `DELETE FROM records WHERE seq = 2`)
	for r, err := range l.Read(t.Context(), 1, 0) {
		if r.Seq != 1 && !errors.Is(err, ErrBroken) {
			t.Errorf("Read over a gap gives %d, %v", r.Seq, err)
		}
	}
	l.Close()
	if _, err := VerifyFile(t.Context(), path, nil); err != nil {
		t.Errorf("VerifyFile of a ledger with a gap = %v, want a report", err)
	}
}

func exec(t *testing.T, l *Ledger, sql string) {
	t.Helper()
	unguard(t, l)
	if err := l.db.exec(sql); err != nil {
		t.Fatal(err)
	}
}

// unguard takes away what keeps records as they are, as a forger would.
func unguard(t *testing.T, l *Ledger) {
	t.Helper()
	if err := l.db.conn.Exec(`DROP TRIGGER IF EXISTS records_stay; DROP TRIGGER IF EXISTS records_remain`); err != nil {
		t.Fatal(err)
	}
}

// A slip of the hand with an SQLite shell changes nothing, in a copy either.
func TestRecordsCannotBeChangedByAccident(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	appendN(t, l, 3)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := l.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Ledger{l, open(t, path)} {
		for _, sql := range []string{`UPDATE records SET doc = x'00' WHERE seq = 2`, `UPDATE records SET seq = 9 WHERE seq = 3`, `DELETE FROM records`} {
			if err := l.db.exec(sql); err == nil {
				t.Errorf("%s was let pass", sql)
			}
		}
		if rep, err := l.Verify(t.Context(), nil); err != nil || rep.Records != 3 || len(rep.Bad) > 0 {
			t.Errorf("afterwards: %+v, %v", rep, err)
		}
	}
}

func TestEveryFlawHasWords(t *testing.T) {
	for _, what := range []string{flawMissing, flawHash, flawDecode, flawNumber, flawForeign, flawChain, flawLast, flawLog, flawSnapshot} {
		if p := (Problem{3, what}); flawText[what] == "" || p.Text() != "第 3 条："+flawText[what] {
			t.Errorf("%q is told as %q", what, p.Text())
		}
	}
}

func TestVerifyFileFindsDamageAnywhere(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	wrote := appendN(t, l, 30)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := l.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i := 0; i < len(good); i += 263 {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		rep, err := VerifyFile(t.Context(), path, nil)
		if err != nil || len(rep.Bad) > 0 {
			found++
			continue
		}
		if rep.Records != 30 || rep.Head != wrote[29].Hash {
			t.Errorf("byte %d: changed records were called sound: %+v", i, rep)
		}
		if n := bytes.Index(good, wrote[7].Doc); n <= i && i < n+len(wrote[7].Doc) {
			t.Errorf("byte %d is of record 8 and was not found", i)
		}
	}
	if found < len(good)/263/3 {
		t.Errorf("damage was found %d times of %d", found, len(good)/263)
	}
}

// What is on the card counts, also while the ledger is open and its pages are in
// memory.
func TestVerifyReadsTheCard(t *testing.T) {
	l, path := openNew(t)
	wrote := appendN(t, l, 5)
	if rep, err := l.Verify(t.Context(), nil); err != nil || len(rep.Bad) > 0 {
		t.Fatalf("before: %+v, %v", rep, err)
	}
	flip(t, path+"-wal", wrote[2].Doc)
	onlyBad(t, l, 3)
}

// flip changes a byte of every copy of doc in a file.
func flip(t *testing.T, path string, doc []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(all, doc) {
		t.Fatalf("%s does not hold %.20q, %v", path, doc, err)
	}
	for at := 0; ; at += len(doc) {
		next := bytes.Index(all[at:], doc)
		if next < 0 {
			return
		}
		at += next
		if _, err := f.WriteAt([]byte{doc[9] ^ 1}, int64(at+9)); err != nil {
			t.Fatal(err)
		}
	}
}

// A changed byte of a snapshot is told, although every record is sound.
func TestChangedSnapshotIsFound(t *testing.T) {
	l, _ := openNew(t)
	appendN(t, l, 4)
	for _, sql := range []string{
		`UPDATE snapshots SET state = x'7B7C'`, `UPDATE snapshots SET sum = zeroblob(32)`, `UPDATE snapshots SET seq = 2`, `UPDATE snapshots SET version = 8`,
	} {
		exec(t, l, `DELETE FROM snapshots`)
		if err := l.SaveSnapshot(Snapshot{3, 7, []byte("{}")}); err != nil {
			t.Fatal(err)
		}
		if rep, err := l.Verify(t.Context(), nil); err != nil || len(rep.Bad) > 0 {
			t.Fatalf("before %s: %+v, %v", sql, rep, err)
		}
		exec(t, l, sql)
		copied := filepath.Join(t.TempDir(), "copy.db")
		if err := l.Backup(t.Context(), copied); err != nil {
			t.Fatal(err)
		}
		here, errHere := l.Verify(t.Context(), nil)
		there, errThere := VerifyFile(t.Context(), copied, nil)
		for _, rep := range []Report{here, there} {
			if err := errors.Join(errHere, errThere); err != nil || rep.Records != 4 || len(rep.Bad) != 1 || rep.Bad[0].What != flawSnapshot || !rep.Sound() {
				t.Errorf("%s: %+v, %v", sql, rep, err)
			}
		}
	}
}

func TestVerifyFileChangesNothing(t *testing.T) {
	l, path := openNew(t)
	appendN(t, l, 20)
	if _, err := VerifyFile(t.Context(), path, nil); !errors.Is(err, ErrInUse) {
		t.Errorf("VerifyFile beside the daemon = %v, want ErrInUse", err)
	}
	if err := l.db.keepWAL(); err != nil { // as after kill -9
		t.Fatal(err)
	}
	l.Close()
	before := snapshotFolder(t, filepath.Dir(path))
	if len(before) != 2 {
		t.Fatalf("want a database and a log, have %d files", len(before))
	}
	var steps []uint64
	rep, err := VerifyFile(t.Context(), path, func(done, total uint64) { steps = append(steps, done, total) })
	if err != nil || rep.Records != 20 || len(rep.Bad) > 0 {
		t.Errorf("VerifyFile = %+v, %v", rep, err)
	}
	if diff := cmp.Diff([]uint64{20, 20}, steps); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, snapshotFolder(t, filepath.Dir(path))); diff != "" {
		t.Error("VerifyFile changed the files")
	}
	for _, p := range []string{filepath.Join(t.TempDir(), "none"), os.DevNull} {
		if _, err := VerifyFile(t.Context(), p, nil); err == nil {
			t.Errorf("VerifyFile of %s worked", p)
		}
	}
}

func snapshotFolder(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestVerifyCountsProblems(t *testing.T) {
	l, _ := openNew(t)
	entries := make([]Entry, 300)
	for i := range entries {
		entries[i] = entry(i)
	}
	if _, err := l.Append(entries); err != nil {
		t.Fatal(err)
	}
	exec(t, l, `UPDATE records SET hash = zeroblob(32)`)
	rep, err := l.Verify(t.Context(), nil)
	if err != nil || len(rep.Bad) != MaxProblems {
		t.Errorf("Verify = %d problems, %v, want %d", len(rep.Bad), err, MaxProblems)
	}
}
