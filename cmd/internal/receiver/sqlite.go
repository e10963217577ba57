package receiver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // database/sql driver "sqlite3"
)

// sqlite is the dialect for one machine: no server, one writer. A batch is many
// small statements, so these are prepared once.
type sqlite struct {
	mu                   sync.Mutex // guards the making of the statements
	mark, add, move, ack *sql.Stmt
}

func openSQLite(path string) (*sqlStore, error) {
	name, rights := "file::memory:", ""
	if path != "memory:" {
		name = "file:" + (&url.URL{Path: path}).EscapedPath()
		rights = "&modeof=" + url.QueryEscape(path) // of its log
		if err := keepPrivate(path); err != nil {
			return nil, err
		}
	}
	db, err := sql.Open("sqlite3", name+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)"+rights)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // SQLite has one writer, and a memory database one connection
	return &sqlStore{db, &sqlite{}}, nil
}

// keepPrivate makes the file before SQLite does, which would let others read it.
func keepPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("making the county's database: %w", err)
	}
	return f.Close()
}

func (*sqlite) schema() string { return fmt.Sprintf(tables, "INTEGER", "BLOB") }

// tables are those of both databases, with the names of 64-bit integers and of
// bytes left open.
const tables = `CREATE TABLE IF NOT EXISTS records (
	hall TEXT NOT NULL, epoch TEXT NOT NULL, seq %[1]s NOT NULL,
	hash %[2]s NOT NULL, prev %[2]s NOT NULL,
	kind TEXT NOT NULL, day TEXT NOT NULL, time %[1]s NOT NULL, trusted %[1]s NOT NULL,
	ref TEXT NOT NULL, fen %[1]s NOT NULL, counts %[1]s NOT NULL, received %[1]s NOT NULL, doc %[2]s NOT NULL,
	PRIMARY KEY (hall, epoch, seq)
);
CREATE INDEX IF NOT EXISTS records_by_day ON records (day, hall, kind);
CREATE TABLE IF NOT EXISTS streams (
	hall TEXT NOT NULL, epoch TEXT NOT NULL,
	upto %[1]s NOT NULL, head %[2]s NOT NULL, top %[1]s NOT NULL, claimed %[1]s NOT NULL, known %[1]s NOT NULL, holes TEXT NOT NULL,
	gap %[1]s NOT NULL, asked %[1]s NOT NULL, wanted %[1]s NOT NULL, touched %[1]s NOT NULL,
	PRIMARY KEY (hall, epoch)
);
CREATE TABLE IF NOT EXISTS halls (
	hall TEXT PRIMARY KEY, online %[1]s NOT NULL, via TEXT NOT NULL, session TEXT NOT NULL, version TEXT NOT NULL,
	epoch TEXT NOT NULL, last_seq %[1]s NOT NULL, clock TEXT NOT NULL,
	boot TEXT NOT NULL, boot_before TEXT NOT NULL, seen %[1]s NOT NULL, health TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS orders (
	id TEXT PRIMARY KEY, hall TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
	expires %[1]s NOT NULL, queued %[1]s NOT NULL, sent %[1]s NOT NULL, session TEXT NOT NULL,
	answered %[1]s NOT NULL, result TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS alarms (
	hall TEXT NOT NULL, epoch TEXT NOT NULL, seq %[1]s NOT NULL, what TEXT NOT NULL, at %[1]s NOT NULL,
	PRIMARY KEY (hall, epoch, seq, what)
);
CREATE TABLE IF NOT EXISTS digests (
	hall TEXT NOT NULL, epoch TEXT NOT NULL, seq %[1]s NOT NULL, day TEXT NOT NULL, differs TEXT NOT NULL,
	PRIMARY KEY (hall, epoch, seq)
);
CREATE INDEX IF NOT EXISTS digests_by_day ON digests (day, hall)`

// found prepares the statements. It makes no rows: there is one writer, so lock
// does.
func (d *sqlite) found(ctx context.Context, db *sql.DB, _ []Stream, _ int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&d.mark, `INSERT INTO streams (` + markColumns + `, touched) VALUES (?, ?, 0, ?, 0, 0, 0, '[]', 0, 0, 0, ?)
			ON CONFLICT (hall, epoch) DO UPDATE SET touched = excluded.touched RETURNING ` + markColumns},
		{&d.add, `INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`},
		{&d.move, `UPDATE streams SET upto = ?, head = ?, top = ?, known = ?, holes = ?, gap = ?, asked = ?, wanted = ?
			WHERE hall = ? AND epoch = ?`},
		{&d.ack, `WITH t(hall, epoch) AS (VALUES (?, ?)) ` + ackOf},
	} {
		if *p.stmt != nil {
			continue
		}
		var err error
		if *p.stmt, err = db.PrepareContext(ctx, p.text); err != nil {
			return err
		}
	}
	return nil
}

func (d *sqlite) lock(ctx context.Context, tx *sql.Tx, streams []Stream, now int64) ([]mark, error) {
	stmt := tx.StmtContext(ctx, d.mark)
	marks := make([]mark, 0, len(streams))
	for _, st := range streams {
		var m markRow
		err := stmt.QueryRowContext(ctx, st.Hall, st.Epoch, genesis(), now).Scan(m.dest()...)
		if err != nil {
			return nil, err
		}
		if marks, err = m.appendTo(marks); err != nil {
			return nil, err
		}
	}
	return marks, nil
}

func (d *sqlite) insert(ctx context.Context, tx *sql.Tx, rows []row) ([]bool, error) {
	stmt := tx.StmtContext(ctx, d.add)
	fresh := make([]bool, len(rows))
	for i, r := range rows {
		res, err := stmt.ExecContext(ctx, r.Hall, r.Epoch, r.seq, r.hash, r.prev, r.Kind, r.day,
			r.Time.UnixMilli(), number(r.Trusted), r.ref, r.fen, r.counts, r.received, r.Doc)
		if err != nil {
			return nil, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return nil, err
		}
		fresh[i] = n > 0
	}
	return fresh, nil
}

func (d *sqlite) save(ctx context.Context, tx *sql.Tx, marks []mark, _ int64) error {
	stmt := tx.StmtContext(ctx, d.move)
	for _, m := range marks {
		holes, err := holesText(m.cover.holes)
		if err != nil {
			return err
		}
		_, err = stmt.ExecContext(ctx, int64(m.upto), m.head, int64(m.top), int64(m.cover.known), holes, m.gap, m.asked, int64(m.wanted), m.Hall, m.Epoch)
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *sqlite) acks(ctx context.Context, db *sql.DB, streams []Stream, f func(*sql.Rows) error) error {
	if err := d.found(ctx, db, nil, 0); err != nil {
		return err
	}
	for _, st := range streams {
		rows, err := d.ack.QueryContext(ctx, st.Hall, st.Epoch)
		if err := scan(rows, err, f); err != nil {
			return err
		}
	}
	return nil
}

// rejects: a value or the whole row is too much for it, or some constraint
// forbids it.
func (*sqlite) rejects(err error) bool {
	return errors.Is(err, sqlite3.TOOBIG) || errors.Is(err, sqlite3.MISMATCH) || errors.Is(err, sqlite3.RANGE) || errors.Is(err, sqlite3.CONSTRAINT)
}

// number is a bool as both databases take it.
func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
