package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

// checkpointPages makes checkpoints come often enough to be cut in two.
const checkpointPages = 20

// workload appends until the power goes, and returns what was acknowledged.
// Each append also sets a side value to the number of its last record.
func workload(l *Ledger) (acked []Record) {
	if l.db.conn.WALAutoCheckpoint(checkpointPages) != nil {
		return nil
	}
	for i := range 30 {
		var entries []Entry
		for j := range 1 + i%4 {
			entries = append(entries, entry(10*i+j))
		}
		last := l.last + uint64(len(entries))
		recs, err := l.Append(entries, Put(Meta, "last", []byte(strconv.FormatUint(last, 10))))
		if err != nil {
			return acked
		}
		acked = append(acked, recs...)
		if i%7 == 3 && l.SaveSnapshot(Snapshot{last, 1, fmt.Append(nil, last)}) != nil {
			return acked
		}
		if i%5 == 2 && l.Confirm(Ack{Epoch: l.Epoch(), Upto: last / 2}) != nil {
			return acked
		}
	}
	return acked
}

// cutOnce runs the workload with the power going at op cutAt; safe false
// weakens the engine to see that the test would notice.
func cutOnce(t *testing.T, path string, seed uint64, cutAt int, safe bool) (ops int, acked []Record) {
	t.Helper()
	disk, opts := newSimDisk(t, path, seed)
	disk.cutAt = cutAt
	l, err := Open(path, opts)
	if err != nil {
		if !disk.dead {
			t.Fatal(err)
		}
		return disk.ops, nil
	}
	if !safe {
		if err := l.db.conn.Exec(`PRAGMA synchronous = NORMAL`); err != nil && !disk.dead {
			t.Fatal(err)
		}
	}
	acked = workload(l)
	l.Close()
	return disk.ops, acked
}

func TestPowerCutsLoseNothingAcknowledged(t *testing.T) {
	t.Parallel()
	total, _ := cutOnce(t, filepath.Join(t.TempDir(), "ledger.db"), 0, 0, true)
	for seed := range 100 {
		path := filepath.Join(t.TempDir(), "ledger.db")
		cutAt := 1 + (seed*7919)%total
		_, acked := cutOnce(t, path, uint64(seed), cutAt, true)
		l, err := Open(path, testOpts())
		if err != nil {
			t.Fatalf("cut at %d of %d: %v", cutAt, total, err)
		}
		checkAfterCut(t, l, acked)
		if t.Failed() {
			t.Fatalf("cut at %d of %d", cutAt, total)
		}
		l.Close()
	}
}

func checkAfterCut(t *testing.T, l *Ledger, acked []Record) {
	t.Helper()
	if r := l.Recovery(); r != nil && (r.Aside != "" || len(acked) > 0) {
		t.Errorf("the file was set aside: %+v", r)
	}
	recs := readAll(t, l)
	if len(recs) < len(acked) || len(recs) > len(acked)+4 {
		t.Errorf("%d records, %d were acknowledged", len(recs), len(acked))
		return
	}
	for i, want := range acked {
		if recs[i].Hash != want.Hash {
			t.Errorf("record %d is not the one acknowledged", want.Seq)
		}
	}
	value, _, err := l.Get(Meta, "last")
	if want := strconv.Itoa(len(recs)); err != nil || (string(value) != want && len(recs) > 0) {
		t.Errorf("side value %s beside %s records (%v)", value, want, err)
	}
	if s, ok, err := l.Snapshot(1); err != nil || (ok && string(s.State) != strconv.FormatUint(s.Seq, 10)) {
		t.Errorf("snapshot %+v, %v", s, err)
	}
	rep, err := l.Verify(t.Context(), nil)
	if err != nil || len(rep.Bad) > 0 {
		t.Errorf("Verify = %+v, %v", rep, err)
	}
	if _, err := l.Append([]Entry{entry(1)}); err != nil {
		t.Errorf("appending after the cut: %v", err)
	}
}

// Without a sync at each commit the same cuts lose acknowledged records: the
// simulated disk is no better than a real one.
func TestPowerCutSimulationBites(t *testing.T) {
	t.Parallel()
	total, _ := cutOnce(t, filepath.Join(t.TempDir(), "ledger.db"), 0, 0, false)
	lost := 0
	for seed := range 20 {
		path := filepath.Join(t.TempDir(), "ledger.db")
		_, acked := cutOnce(t, path, uint64(seed), total/2+seed*total/50, false)
		l, err := Open(path, testOpts())
		if err != nil {
			t.Fatal(err)
		}
		if l.last < uint64(len(acked)) {
			lost++
		}
		l.Close()
	}
	if lost == 0 {
		t.Error("20 cuts with synchronous=NORMAL lost nothing")
	}
}

func TestPowerCutWhileRecovering(t *testing.T) {
	t.Parallel()
	for seed := range 25 {
		path := filepath.Join(t.TempDir(), "ledger.db")
		l := open(t, path)
		appendN(t, l, 5)
		if _, err := l.Append(nil, Put(Vault, "ref", []byte("sealed"))); err != nil {
			t.Fatal(err)
		}
		epoch := l.Epoch()
		damage(t, l, 3)
		l.Close()

		disk, opts := newSimDisk(t, path, uint64(seed))
		disk.cutAt = 1 + seed
		if l, err := Open(path, opts); err == nil {
			l.Close()
		}
		l, err := Open(path, testOpts())
		if err != nil {
			t.Fatalf("cut at %d: %v", disk.cutAt, err)
		}
		r := l.Recovery()
		if r == nil || r.Epoch != epoch || r.Records != 4 || r.Side != 1 || l.Epoch() == epoch {
			t.Fatalf("cut at %d: recovery %+v", disk.cutAt, r)
		}
		if got := len(saved(t, r.Salvage)); got != 4 {
			t.Errorf("cut at %d: %d records saved, want 4", disk.cutAt, got)
		}
		if v, ok, _ := l.Get(Vault, "ref"); !ok || string(v) != "sealed" {
			t.Errorf("cut at %d: the vault was not carried over", disk.cutAt)
		}
		l.Close()
	}
}

func TestOneSyncAnAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	disk, opts := newSimDisk(t, path, 1)
	l, err := Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i := range 20 {
		before := disk.synced["-wal"]
		if _, err := l.Append([]Entry{entry(i), entry(i)}, Put(Meta, "k", []byte("v"))); err != nil {
			t.Fatal(err)
		}
		if got := disk.synced["-wal"] - before; got != 1 {
			t.Errorf("append %d: %d syncs of the log, want 1", i, got)
		}
	}
	main := disk.synced[""]
	if _, err := l.Append([]Entry{entry(1)}); err != nil || disk.synced[""] != main {
		t.Errorf("an append synced the database %d times, %v", disk.synced[""]-main, err)
	}
}

func TestDiskFullKeepsNothingHalf(t *testing.T) {
	for name, fail := range map[string]func(*simDisk, bool){
		"full":     func(d *simDisk, on bool) { d.full = when(on, sqlite3.FULL) },
		"no space": func(d *simDisk, on bool) { d.full = when(on, &fs.PathError{Op: "write", Err: syscall.ENOSPC}) },
		"sync":     func(d *simDisk, on bool) { d.noSync = on },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.db")
			disk, opts := newSimDisk(t, path, 1)
			l, err := Open(path, opts)
			if err != nil {
				t.Fatal(err)
			}
			appendN(t, l, 3)
			fail(disk, true)
			for range 3 {
				_, err := l.Append([]Entry{entry(4), entry(5)}, Put(Meta, "k", []byte("v")))
				if err == nil || errors.Is(err, ErrFull) != (name != "sync") {
					t.Errorf("Append on a failing disk = %v", err)
				}
			}
			if l.Confirm(Ack{Epoch: l.Epoch(), Upto: 3}) == nil || l.Confirmed().Upto != 0 {
				t.Error("Confirm on a failing disk moved the watermark")
			}
			if got := len(readAll(t, l)); got != 3 || l.Next() != 4 {
				t.Errorf("%d records, next %d, want 3 and 4", got, l.Next())
			}
			if _, ok, err := l.Get(Meta, "k"); ok || err != nil {
				t.Errorf("the side value of a failed append: %v, %v", ok, err)
			}
			fail(disk, false)
			if recs, err := l.Append([]Entry{entry(4)}, Put(Meta, "k", []byte("v"))); err != nil || recs[0].Seq != 4 {
				t.Fatalf("Append with room again = %v", err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = open(t, path)
			if rep, err := l.Verify(t.Context(), nil); err != nil || rep.Records != 4 || len(rep.Bad) > 0 {
				t.Errorf("Verify = %+v, %v", rep, err)
			}
		})
	}
}

// when gives an error while something is on.
func when(on bool, err error) error {
	if !on {
		return nil
	}
	return err
}

func TestUnsafeEngineIsRefused(t *testing.T) {
	// A database in memory has no log: the engine answers "memory".
	mem, err := sqlite3.Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	m := &db{conn: mem, stmts: map[string]*sqlite3.Stmt{}}
	defer m.Close()
	if err := m.setUp(); err == nil {
		t.Error("an engine without a log was taken")
	}
}
