package ledger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// killed is what a ledger of n records, each committed on its own, leaves that
// nobody closed: next to all of it is in the log.
func killed(t *testing.T, n int) (base, log []byte, wrote []Record) {
	t.Helper()
	l, path := openNew(t)
	for i := range n {
		recs, err := l.Append([]Entry{entry(i)})
		if err != nil {
			t.Fatal(err)
		}
		wrote = append(wrote, recs...)
	}
	base, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	log, err = os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return base, log, wrote
}

// TestDamagedLogIsNoEnd: a byte of the log that changed after a power cut costs
// no record but the one that it stands in, and that is told.
func TestDamagedLogIsNoEnd(t *testing.T) {
	const n = 12
	base, log, wrote := killed(t, n)
	frames := (len(log) - walHeader) / walFrame
	found := 0
	for at := 0; at < walHeader+(frames-8)*walFrame; at += 101 { // those at the end can't be told from torn ones
		path := filepath.Join(t.TempDir(), "ledger.db")
		bad := bytes.Clone(log)
		bad[at] ^= 0x10
		if err := errors.Join(os.WriteFile(path, base, 0o600), os.WriteFile(path+"-wal", bad, 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := VerifyFile(t.Context(), path, nil); err != nil && !errors.Is(err, ErrBroken) {
			t.Fatalf("byte %d: %v", at, err)
		}
		l, err := Open(path, Opts{Hall: testHall})
		if err != nil {
			t.Fatalf("byte %d: %v", at, err)
		}
		rep, err := l.Verify(t.Context(), nil)
		switch rec := l.Recovery(); {
		case rec != nil && rec.Records >= n-1 && rec.Last == n:
			found++
		case rec != nil || err != nil || rep.Records != n || rep.Head != wrote[n-1].Hash:
			t.Errorf("byte %d (frame %d): %+v, %+v, %v", at, (at-walHeader)/walFrame, rep, rec, err)
		}
		l.Close()
	}
	if found == 0 {
		t.Error("no record was damaged")
	}
}

// TestTornLogStaysTorn: what a power cut leaves of the commit that was under way
// is no damage.
func TestTornLogStaysTorn(t *testing.T) {
	_, log, _ := killed(t, 4)
	if mend(bytes.Clone(log)) {
		t.Fatal("a whole log was mended")
	}
	w := wal(log)
	frames := (len(log) - walHeader) / walFrame
	begins := frames - 1 // of the last commit
	for begins > 0 && slices.Equal(w.frame(begins - 1)[4:8], []byte{0, 0, 0, 0}) {
		begins--
	}
	for cut := begins; cut < frames; cut++ {
		torn := bytes.Clone(log)
		clear(wal(torn).frame(cut))
		if mend(torn) {
			t.Errorf("a log torn at frame %d of %d was mended", cut, frames)
		}
		if short := torn[:walHeader+cut*walFrame+100]; mend(short) {
			t.Errorf("a log that ends in frame %d was mended", cut)
		}
	}
	for n := range walHeader + 1 {
		if mend(log[:n]) {
			t.Errorf("%d bytes were mended", n)
		}
	}
}

// TestFailedCommitsStayTorn: what two commits have left that failed one after the
// other, the longer one first, is never taken for records.
func TestFailedCommitsStayTorn(t *testing.T) {
	_, log, _ := killed(t, 4)
	pages := 1 // of the commit that founds the ledger
	for binary.BigEndian.Uint32(wal(log).frame(pages - 1)[4:]) == 0 {
		pages++
	}
	left := log[walHeader : walHeader+pages*walFrame]
	if pages < 2 || len(left) > len(log)/2 {
		t.Fatalf("the first commit is of %d pages", pages)
	}
	if log = slices.Concat(log, left, left); mend(log) {
		t.Error("commits that failed were brought back")
	}
}

// TestDamagedLogInUseStays: somebody who starts the hall a second time does not
// take the log away from under the first one.
func TestDamagedLogInUseStays(t *testing.T) {
	l, path := openNew(t)
	for i := range 12 {
		if _, err := l.Append([]Entry{entry(i)}); err != nil {
			t.Fatal(err)
		}
	}
	log, err := os.OpenFile(path+"-wal", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if _, err := log.WriteAt([]byte("damage"), walHeader+walFrame+1000); err != nil {
		t.Fatal(err)
	}
	if !logDamaged(path + "-wal") {
		t.Fatal("the log is not damaged")
	}
	if _, err := Open(path, Opts{Hall: testHall, Busy: time.Millisecond}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second Open gives %v", err)
	}
	before, err := log.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path + "-wal"); err != nil || !os.SameFile(before, after) {
		t.Errorf("the log is another file now, %v", err)
	}
}

func FuzzLog(f *testing.F) {
	f.Add(make([]byte, walHeader+3*walFrame))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := len(b); mend(b) && (len(b) != n || mend(bytes.Clone(b))) {
			t.Error("a mended log is still damaged")
		}
	})
}
