package ledger

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSideValues(t *testing.T) {
	l, path := openNew(t)
	_, err := l.Append([]Entry{entry(1)},
		Put(Inbox, "b", []byte("1")), Put(Inbox, "a", nil), Put(Staff, "b", []byte("3")),
		PutUntil(Vault, "soon", []byte("x"), testTime.Add(time.Minute)),
		PutUntil(Vault, "late", []byte("y"), testTime.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(nil, Put(Inbox, "b", []byte("2")), Delete(Staff, "b"), Delete(Staff, "none")); err != nil {
		t.Fatal(err)
	}
	l.Close()
	l = open(t, path)
	items, err := l.List(Inbox)
	want := []Item{{Key: "a", Value: []byte{}}, {Key: "b", Value: []byte("2")}}
	if diff := cmp.Diff(want, items); err != nil || diff != "" {
		t.Errorf("inbox %v (-want +got):\n%s", err, diff)
	}
	if _, ok, err := l.Get(Staff, "b"); ok || err != nil {
		t.Errorf("a deleted value: %v, %v", ok, err)
	}
	for _, tt := range []struct {
		after time.Duration
		want  int
	}{{0, 0}, {time.Minute, 1}, {time.Minute, 0}, {2 * time.Hour, 1}} {
		if n, err := l.Expire(testTime.Add(tt.after)); err != nil || n != tt.want {
			t.Errorf("Expire after %v = %d, %v, want %d", tt.after, n, err, tt.want)
		}
	}
	if items, _ := l.List(Vault); len(items) != 0 {
		t.Errorf("vault after expiry = %v", items)
	}
	if _, err := l.Append([]Entry{entry(2)}, Put("", "k", nil)); err == nil || l.Next() != 2 {
		t.Errorf("a side value without a space: %v, next %d", err, l.Next())
	}
}

func TestDeletedValuesLeaveTheFile(t *testing.T) {
	l, path := openNew(t)
	secret := []byte("a value that must be gone")
	if _, err := l.Append(nil, Put(Vault, "ref", secret)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(nil, Delete(Vault, "ref")); err != nil {
		t.Fatal(err)
	}
	l.Close()
	b, err := os.ReadFile(path)
	if err != nil || bytes.Contains(b, secret) {
		t.Errorf("the value is still in the file (%v)", err)
	}
}

func TestSnapshots(t *testing.T) {
	l, path := openNew(t)
	if _, ok, err := l.Snapshot(1); ok || err != nil {
		t.Errorf("snapshot of a new ledger: %v, %v", ok, err)
	}
	appendN(t, l, 9)
	for seq := uint64(3); seq <= 9; seq += 3 {
		if err := l.SaveSnapshot(Snapshot{seq, 1, []byte{byte(seq)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.SaveSnapshot(Snapshot{10, 1, nil}); err == nil {
		t.Error("a snapshot of a record to come was taken")
	}
	l.Close()
	l = open(t, path)
	wantSnapshot(t, l, 1, 9)
	wantSnapshot(t, l, 2, 0)
	exec(t, l, `UPDATE snapshots SET state = x'00' WHERE seq = 9`)
	wantSnapshot(t, l, 1, 6)
	exec(t, l, `UPDATE snapshots SET seq = 5 WHERE seq = 6`)
	wantSnapshot(t, l, 1, 0)
	if err := l.SaveSnapshot(Snapshot{9, 2, []byte("new form")}); err != nil {
		t.Fatal(err)
	}
	wantSnapshot(t, l, 2, 9)
	if n, err := l.db.number(`SELECT count(*) FROM snapshots`); err != nil || n != keptSnapshots {
		t.Errorf("%d snapshots are kept, %v, want %d", n, err, keptSnapshots)
	}
}

// wantSnapshot expects the snapshot of record seq, or none for 0.
func wantSnapshot(t *testing.T, l *Ledger, version int, seq uint64) {
	t.Helper()
	s, ok, err := l.Snapshot(version)
	if err != nil || ok != (seq > 0) || s.Seq != seq {
		t.Errorf("Snapshot(%d) = %+v, %v, %v, want one of record %d", version, s, ok, err, seq)
	}
}

func TestBackupWhileAppending(t *testing.T) {
	l, _ := openNew(t)
	entries := make([]Entry, 400)
	for i := range entries {
		entries[i] = entry(i)
	}
	if _, err := l.Append(entries, Put(Staff, "01", []byte("hash"))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup.db")
	done := make(chan error)
	go func() { done <- l.Backup(t.Context(), path) }()
	appendN(t, l, 20)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	rep, err := VerifyFile(t.Context(), path, nil)
	if err != nil || len(rep.Bad) > 0 || rep.Records < 400 || rep.Epoch != l.Epoch() {
		t.Errorf("VerifyFile of the backup = %+v, %v", rep, err)
	}
	if err := l.Backup(t.Context(), path); err != nil {
		t.Errorf("a second backup of that name: %v", err)
	}
	l.Close()
	restored := open(t, path)
	if got, _ := restored.Head(); got != 420 || restored.Recovery() != nil {
		t.Errorf("the backup opens with %d records, %+v", got, restored.Recovery())
	}
	if err := l.Backup(t.Context(), path); err == nil {
		t.Error("a closed ledger was copied")
	}
	appendN(t, restored, 1)
	offline := filepath.Join(t.TempDir(), "offline.db")
	if err := BackupFile(t.Context(), path, offline); !errors.Is(err, ErrInUse) {
		t.Errorf("a ledger in use gives %v, want ErrInUse", err)
	}
	restored.Close()
	if err := BackupFile(t.Context(), path, offline); err != nil {
		t.Errorf("a ledger that nobody has open: %v", err)
	}
	if rep, err := VerifyFile(t.Context(), offline, nil); err != nil || rep.Records != 421 || len(rep.Bad) > 0 {
		t.Errorf("VerifyFile of that copy = %+v, %v", rep, err)
	}
	if err := BackupFile(t.Context(), path+"-none", offline); err == nil {
		t.Error("a file that is not there was copied")
	}
	if _, err := VerifyFile(t.Context(), offline, nil); err != nil {
		t.Errorf("a copy that failed spoiled the last one: %v", err)
	}
	left, err := filepath.Glob(path + "*.part")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReadingKeepsMemoryFlat(t *testing.T) {
	l, _ := openNew(t)
	const rows = 4_000
	fill(t, l, rows, strings.Repeat("x", 4000))
	base := heap()
	n, most := 0, uint64(0)
	for _, err := range l.Read(t.Context(), 1, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%1000 == 0 {
			most = max(most, heap())
		}
	}
	if n != rows {
		t.Errorf("read %d records, want %d", n, rows)
	}
	// All of it would be some 16 MB.
	if most > base+2<<20 {
		t.Errorf("the heap grew by %d KiB while reading", (most-base)>>10)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func fill(t testing.TB, l *Ledger, rows int, data any) {
	t.Helper()
	batch := make([]Entry, 1000)
	for i := range batch {
		batch[i] = entry(i)
		batch[i].Data = data
	}
	for range rows / len(batch) {
		if _, err := l.Append(batch); err != nil {
			t.Fatal(err)
		}
	}
}
