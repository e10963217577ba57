package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/ncruces/go-sqlite3"
)

// keptSnapshots is how many snapshots stay: the newest, and one in case that
// one does not read.
const keptSnapshots = 2

// Snapshot is the caller's state after the record Seq, so that a start need
// apply only the records behind it. It is a shortcut, never the truth.
type Snapshot struct {
	Seq     uint64 // 0: before the first record
	Version int    // of the state's form; a snapshot of another version is passed over
	State   []byte
}

// SaveSnapshot keeps the state after record Seq, and of those before only the
// newest.
func (l *Ledger) SaveSnapshot(s Snapshot) error {
	return l.locked("saving a snapshot", func(d *db) error {
		if s.Seq > l.last {
			return fmt.Errorf("it is of record %d, the last one is %d", s.Seq, l.last)
		}
		return d.tx(func() error {
			err := d.exec(`INSERT INTO snapshots (seq, version, sum, state) VALUES (?, ?, ?, ?)`,
				s.Seq, s.Version, s.sum(), s.State)
			if err != nil {
				return err
			}
			return d.exec(`DELETE FROM snapshots WHERE id NOT IN (SELECT id FROM snapshots ORDER BY id DESC LIMIT ?)`,
				keptSnapshots)
		})
	})
}

// Snapshot returns the newest intact snapshot of the version. Without one, the
// answer is false and every record is to be applied.
func (l *Ledger) Snapshot(version int) (newest Snapshot, ok bool, err error) {
	err = l.locked("loading a snapshot", func(d *db) error {
		return d.snapshots(func(s Snapshot, intact bool) {
			intact = intact && s.Seq <= l.last
			if !intact {
				l.opts.Log.Warn("a snapshot does not read, taking an older one", "seq", s.Seq)
			}
			if intact && !ok && s.Version == version {
				newest, ok = s, true
			}
		})
	})
	return newest, ok, err
}

// AsideSnapshot is the newest intact snapshot of the version in the file that was
// set aside, for the caller that deals with [Ledger.Recovery]: a record that was
// lost before it is missing in the books only, and not in the state.
func (l *Ledger) AsideSnapshot(version int) (newest Snapshot, ok bool) {
	rec := l.Recovery()
	if rec == nil || rec.Aside == "" {
		return Snapshot{}, false
	}
	d, err := inspectDB(rec.Aside, l.opts.VFS, l.opts.Busy)
	if err != nil {
		return Snapshot{}, false
	}
	defer d.Close()                                 // the file is broken and only read
	_ = d.snapshots(func(s Snapshot, intact bool) { // what was read before an error still counts
		if intact && !ok && s.Version == version && s.Seq <= rec.Last {
			newest, ok = s, true
		}
	})
	return newest, ok
}

// snapshots calls visit for each snapshot, the newest first, and says whether it
// is what was written.
func (d *db) snapshots(visit func(s Snapshot, intact bool)) error {
	return d.query(`SELECT seq, version, sum, state FROM snapshots ORDER BY id DESC`, func(row *sqlite3.Stmt) {
		s := Snapshot{Seq: uint64(row.ColumnInt64(0)), Version: row.ColumnInt(1), State: row.ColumnBlob(3, []byte{})}
		visit(s, bytes.Equal(s.sum(), row.ColumnRawBlob(2)))
	})
}

// sum is SHA-256 over sequence and version, 8 bytes each, and the state.
func (s Snapshot) sum() []byte {
	b := binary.BigEndian.AppendUint64(nil, s.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(s.Version))
	sum := sha256.Sum256(append(b, s.State...))
	return sum[:]
}
