package receiver

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"

	_ "github.com/ncruces/go-sqlite3/driver" // database/sql driver "sqlite3"
)

// sqlite is the dialect for one machine: no server, one writer.
type sqlite struct{}

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
	return &sqlStore{db, sqlite{}}, nil
}

// keepPrivate makes the file before SQLite does, which would let others read it.
func keepPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("making the county's database: %w", err)
	}
	return f.Close()
}

func (sqlite) schema() string { return fmt.Sprintf(tables, "INTEGER", "BLOB") }

// tables are those of both databases, with the names of 64-bit integers and of
// bytes left open.
const tables = `CREATE TABLE IF NOT EXISTS records (
	hall TEXT NOT NULL, epoch TEXT NOT NULL, seq %[1]s NOT NULL,
	hash %[2]s NOT NULL, prev %[2]s NOT NULL,
	kind TEXT NOT NULL, day TEXT NOT NULL, time %[1]s NOT NULL, trusted %[1]s NOT NULL,
	ref TEXT NOT NULL, fen %[1]s NOT NULL, received %[1]s NOT NULL, doc %[2]s NOT NULL,
	PRIMARY KEY (hall, epoch, seq)
);
CREATE INDEX IF NOT EXISTS records_by_day ON records (day, hall, kind);
CREATE TABLE IF NOT EXISTS streams (
	hall TEXT NOT NULL, epoch TEXT NOT NULL,
	upto %[1]s NOT NULL, head %[2]s NOT NULL, top %[1]s NOT NULL, gap %[1]s NOT NULL, touched %[1]s NOT NULL,
	PRIMARY KEY (hall, epoch)
);
CREATE TABLE IF NOT EXISTS halls (
	hall TEXT PRIMARY KEY, online %[1]s NOT NULL, session TEXT NOT NULL, version TEXT NOT NULL,
	epoch TEXT NOT NULL, last_seq %[1]s NOT NULL, clock TEXT NOT NULL,
	boot TEXT NOT NULL, boot_before TEXT NOT NULL, seen %[1]s NOT NULL, health TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS orders (
	id TEXT PRIMARY KEY, hall TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
	expires %[1]s NOT NULL, answered %[1]s NOT NULL, result TEXT NOT NULL
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

func (sqlite) lock(ctx context.Context, tx *sql.Tx, streams []Stream, now int64) ([]mark, error) {
	marks := make([]mark, 0, len(streams))
	for _, st := range streams {
		m := mark{Stream: st}
		err := tx.QueryRowContext(ctx, `INSERT INTO streams (hall, epoch, upto, head, top, gap, touched) VALUES (?, ?, 0, ?, 0, 0, ?)
			ON CONFLICT (hall, epoch) DO UPDATE SET touched = excluded.touched RETURNING upto, head, top, gap`,
			st.Hall, st.Epoch, genesis(), now).Scan(&m.upto, &m.head, &m.top, &m.gap)
		if err != nil {
			return nil, err
		}
		marks = append(marks, m)
	}
	return marks, nil
}

func (sqlite) insert(ctx context.Context, tx *sql.Tx, rows []row) ([]bool, error) {
	stmt, err := tx.PrepareContext(ctx, `INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	fresh := make([]bool, len(rows))
	for i, r := range rows {
		res, err := stmt.ExecContext(ctx, r.Hall, r.Epoch, int64(r.Seq), r.hash, r.prev, r.Kind, r.day,
			r.Time.UnixMilli(), number(r.Trusted), r.ref, r.fen, r.received, r.Doc)
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

func (sqlite) save(ctx context.Context, tx *sql.Tx, marks []mark, _ int64) error {
	for _, m := range marks {
		_, err := tx.ExecContext(ctx, `UPDATE streams SET upto = ?, head = ?, top = ?, gap = ? WHERE hall = ? AND epoch = ?`,
			int64(m.upto), m.head, int64(m.top), m.gap, m.Hall, m.Epoch)
		if err != nil {
			return err
		}
	}
	return nil
}

// number is a bool as both databases take it.
func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
