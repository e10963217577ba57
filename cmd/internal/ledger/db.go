package ledger

import (
	"errors"
	"fmt"
	"net/url"
	"syscall"
	"time"

	"github.com/ncruces/go-sqlite3"
)

const (
	applicationID = 0x48414C4C // "HALL" in a database header
	schemaVersion = 1
)

const schema = `
CREATE TABLE records (
	seq  INTEGER PRIMARY KEY,
	hash BLOB NOT NULL,
	doc  BLOB NOT NULL
) STRICT;
CREATE TRIGGER records_stay BEFORE UPDATE ON records
	BEGIN SELECT RAISE(ABORT, 'a record never changes'); END;
CREATE TRIGGER records_remain BEFORE DELETE ON records
	BEGIN SELECT RAISE(ABORT, 'a record is never removed'); END;
CREATE TABLE side (
	space   TEXT NOT NULL,
	key     TEXT NOT NULL,
	value   BLOB NOT NULL,
	expires INTEGER,
	PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshots (
	id      INTEGER PRIMARY KEY,
	seq     INTEGER NOT NULL,
	version INTEGER NOT NULL,
	sum     BLOB NOT NULL,
	state   BLOB NOT NULL
) STRICT;
`

// pragmas in the order that matters: the locking mode goes before the first
// look at the WAL, so that its index lives in memory and needs no -shm file.
// An exclusive lock also keeps a second daemon out.
const pragmas = `
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 512;
PRAGMA journal_size_limit = 4194304;
PRAGMA cache_size = -2000;
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = ON;
PRAGMA trusted_schema = OFF;
`

// db is one SQLite connection with its prepared statements. It is not safe for
// use by two goroutines: the Ledger's mutex guards it.
type db struct {
	conn  *sqlite3.Conn
	stmts map[string]*sqlite3.Stmt
}

// openDB opens the file at path for the one writer there is.
func openDB(path, vfs string, busy time.Duration) (*db, error) {
	d, err := connect(path, "rw", vfs, busy)
	if err != nil {
		return nil, err
	}
	if err := d.setUp(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// inspectDB opens the file at path to look and never to change it. With a log
// beside it the file has to be opened for writing, since only a writer may
// read a log without a -shm file, but nothing is written back.
func inspectDB(path, vfs string, busy time.Duration) (*db, error) {
	if fileSize(path+"-wal") == 0 {
		return connect(path, "ro", vfs, busy)
	}
	d, err := connect(path, "rw", vfs, busy)
	if err != nil {
		return nil, err
	}
	if err := d.keepWAL(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	err = typed(d.conn.Exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON; SELECT count(*) FROM sqlite_schema`))
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// keepWAL makes Close leave the log as it is.
func (d *db) keepWAL() error {
	_, err := d.conn.Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, true)
	return typed(err)
}

func connect(path, mode, vfs string, busy time.Duration) (*db, error) {
	// modeof gives the log the same owner's rights as the database.
	query := url.Values{"mode": {mode}, "modeof": {path}}
	if vfs != "" {
		query.Set("vfs", vfs)
	}
	if mode == "ro" {
		query.Set("immutable", "1")
	}
	uri := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query.Encode()}
	conn, err := sqlite3.OpenFlags(uri.String(), sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE|sqlite3.OPEN_URI)
	if err != nil {
		return nil, typed(err)
	}
	d := &db{conn: conn, stmts: map[string]*sqlite3.Stmt{}}
	if err := conn.BusyTimeout(busy); err != nil {
		return nil, errors.Join(typed(err), d.Close())
	}
	return d, nil
}

// setUp sets the pragmas and asserts the two that durability rests on: an
// engine that was built or configured otherwise must not be trusted silently.
func (d *db) setUp() error {
	if err := d.conn.Exec(pragmas); err != nil {
		return typed(err)
	}
	var mode string
	if err := d.query(`PRAGMA journal_mode`, func(s *sqlite3.Stmt) { mode = s.ColumnText(0) }); err != nil {
		return err
	}
	level, err := d.number(`PRAGMA synchronous`)
	if err != nil {
		return err
	}
	if mode != "wal" || level < 2 {
		return fmt.Errorf("the engine refuses to be safe: journal_mode %s, synchronous %d", mode, level)
	}
	// An empty write transaction takes the exclusive lock now, not at the
	// first swipe.
	return typed(d.conn.Exec(`BEGIN IMMEDIATE; COMMIT`))
}

// create makes the tables of a new ledger inside the caller's transaction.
func (d *db) create() error {
	return typed(d.conn.Exec(fmt.Sprintf("%s PRAGMA application_id = %d; PRAGMA user_version = %d;",
		schema, applicationID, schemaVersion)))
}

// Close ends every statement and the connection. A clean close writes the WAL
// back and removes it.
func (d *db) Close() error {
	var errs []error
	for _, s := range d.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, d.conn.Close())...)
}

// tx runs f in one transaction: one commit is one sync. After an error nothing
// of it is left.
func (d *db) tx(f func() error) error {
	if err := d.conn.Exec(`BEGIN IMMEDIATE`); err != nil {
		return typed(err)
	}
	err := f()
	if err == nil {
		err = typed(d.conn.Exec(`COMMIT`))
	}
	// SQLite itself has rolled back after some errors, such as a full disk.
	if err != nil && !d.conn.GetAutocommit() {
		err = errors.Join(err, typed(d.conn.Exec(`ROLLBACK`)))
	}
	return err
}

// query prepares sql once, binds args and calls row for each row. A row's
// columns are valid only during the call.
func (d *db) query(sql string, row func(*sqlite3.Stmt), args ...any) error {
	s, ok := d.stmts[sql]
	if !ok {
		var err error
		if s, _, err = d.conn.Prepare(sql); err != nil {
			return typed(err)
		}
		d.stmts[sql] = s
	}
	err := bind(s, args)
	for err == nil && s.Step() {
		if row != nil {
			row(s)
		}
	}
	if err == nil {
		err = s.Err()
	}
	// Reset repeats the step's error, so the first one is enough.
	resetErr := s.Reset()
	if err == nil {
		err = resetErr
	}
	return errors.Join(typed(err), s.ClearBindings())
}

func (d *db) exec(sql string, args ...any) error { return d.query(sql, nil, args...) }

// forgetPages empties the page cache, so that what is read next is what is on the
// card.
func (d *db) forgetPages() error { return typed(d.conn.ReleaseMemory()) }

// number is the first column of the only row, 0 when that is NULL or missing.
func (d *db) number(sql string, args ...any) (n int64, err error) {
	err = d.query(sql, func(s *sqlite3.Stmt) { n = s.ColumnInt64(0) }, args...)
	return n, err
}

func bind(s *sqlite3.Stmt, args []any) error {
	for i, arg := range args {
		var err error
		switch v := arg.(type) {
		case nil:
			err = s.BindNull(i + 1)
		case int64:
			err = s.BindInt64(i+1, v)
		case uint64:
			err = s.BindInt64(i+1, int64(v))
		case int:
			err = s.BindInt(i+1, v)
		case string:
			err = s.BindText(i+1, v)
		case []byte:
			err = bindBytes(s, i+1, v)
		default:
			err = fmt.Errorf("binding a %T", arg)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bindBytes binds a nil slice as an empty value, never as NULL.
func bindBytes(s *sqlite3.Stmt, i int, b []byte) error {
	if len(b) == 0 {
		return s.BindZeroBlob(i, 0)
	}
	return s.BindBlob(i, b)
}

// typed adds the sentinel that callers decide on to an error of the engine.
func typed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sqlite3.FULL), errors.Is(err, syscall.ENOSPC): // the engine calls the system's an I/O error
		return fmt.Errorf("%w: %w", ErrFull, err)
	case errors.Is(err, sqlite3.BUSY):
		return fmt.Errorf("%w: %w", ErrInUse, err)
	case errors.Is(err, sqlite3.CORRUPT), errors.Is(err, sqlite3.NOTADB):
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return err
}
