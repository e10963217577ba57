package receiver

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"halld/cmd/internal/ledger"
)

// dialect is where the two databases differ: how rows go in and come out many
// at a time.
type dialect interface {
	// schema makes the tables if they are not there.
	schema() string
	// found makes what a transaction needs to find, before it begins: the rows
	// of streams that are new.
	found(ctx context.Context, db *sql.DB, streams []Stream, now int64) error
	// lock reads the rows of the streams for this transaction alone. Streams
	// are sorted.
	lock(ctx context.Context, tx *sql.Tx, streams []Stream, now int64) ([]mark, error)
	// insert adds records and says of each whether it was not there.
	insert(ctx context.Context, tx *sql.Tx, rows []row) ([]bool, error)
	// save writes watermarks back.
	save(ctx context.Context, tx *sql.Tx, marks []mark, now int64) error
	// acks runs [ackOf] for the streams and hands each row to f.
	acks(ctx context.Context, db *sql.DB, streams []Stream, f func(*sql.Rows) error) error
	// rejects says whether an error is about the rows themselves, so that they
	// will be refused another time too.
	rejects(err error) bool
}

// row is a record as it is stored.
type row struct {
	ledger.Record
	facts
	seq        int64 // its number here; negative for a carried record whose own is another's
	hash, prev []byte
	received   int64 // Unix ms

	carried bool // by a record of a later epoch
	aside   bool // only the bytes are kept
}

func (r row) stream() Stream { return Stream{r.Hall, r.Epoch} }

func newRow(r ledger.Record, received int64) (row, error) {
	hash, err := hex.DecodeString(r.Hash)
	prev, errPrev := hex.DecodeString(r.Prev)
	if errPrev != nil {
		prev = []byte(r.Prev) // no hash of ours, so the chain is broken here
	}
	return row{Record: r, facts: factsOf(r), seq: int64(r.Seq), hash: hash, prev: prev, received: received}, err
}

// sqlStore is a Store in a SQL database.
type sqlStore struct {
	db *sql.DB
	d  dialect
}

var _ Store = (*sqlStore)(nil)

// Open opens the county's database: a PostgreSQL URL (postgres://…), the path
// of a SQLite file, or "memory:" for one that ends with the program.
func Open(ctx context.Context, dsn string) (Store, error) {
	s, err := open(dsn)
	if err != nil {
		return nil, fmt.Errorf("opening the county's database: %w", err)
	}
	for stmt := range strings.SplitSeq(s.d.schema(), ";\n") {
		if _, err := s.db.ExecContext(ctx, stmt); err != nil {
			s.db.Close()
			return nil, fmt.Errorf("opening the county's database: making tables: %w", err)
		}
	}
	return s, nil
}

func open(dsn string) (*sqlStore, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(dsn)
	}
	return openSQLite(dsn)
}

func (s *sqlStore) Close() error { return s.db.Close() }

// tx runs f in a transaction, once.
func (s *sqlStore) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Acks is what halls may be told.
func (s *sqlStore) Acks(ctx context.Context, streams []Stream) (list []HallAck, err error) {
	err = s.d.acks(ctx, s.db, streams, func(rows *sql.Rows) error {
		a := HallAck{Ack: ledger.Ack{Holes: []ledger.Range{}}}
		var holes string
		var head []byte
		err := rows.Scan(&a.Hall, &a.Epoch, &a.Upto, &holes, &head)
		if err == nil {
			err = json.Unmarshal([]byte(holes), &a.Holes)
		}
		a.Head = hex.EncodeToString(head)
		list = append(list, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading watermarks: %w", err)
	}
	return list, nil
}

// ackOf selects what Acks needs of the streams in t(hall, epoch), without those
// that are over: a hall is told of the epoch of its last birth alone. Without
// holes the last record is the stream's head; else it is looked up, one by one,
// which a join over the records would not be.
const ackOf = `SELECT t.hall, t.epoch, COALESCE(s.known, 0), COALESCE(s.holes, '[]'),
		CASE WHEN s.known = 0 THEN NULL WHEN s.known = s.upto THEN s.head
			ELSE (SELECT r.hash FROM records r WHERE r.hall = t.hall AND r.epoch = t.epoch AND r.seq = s.known) END
	FROM t LEFT JOIN streams s ON s.hall = t.hall AND s.epoch = t.epoch
	LEFT JOIN halls h ON h.hall = t.hall WHERE h.epoch IS NULL OR h.epoch = t.epoch`

// query hands each row of an answer to f, and ends with f's first error.
func (s *sqlStore) query(ctx context.Context, f func(*sql.Rows) error, text string, args ...any) error {
	return each(ctx, s.db, f, text, args...)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func each(ctx context.Context, q querier, f func(*sql.Rows) error, text string, args ...any) error {
	rows, err := q.QueryContext(ctx, text, args...)
	return scan(rows, err, f)
}

// scan hands each row of an answer to f.
func scan(rows *sql.Rows, err error, f func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Streams lists the epoch of each hall that is to be acknowledged: that of its
// last birth, or without one the epoch whose records came last.
func (s *sqlStore) Streams(ctx context.Context) (list []Stream, err error) {
	err = s.query(ctx, func(rows *sql.Rows) error {
		var st Stream
		err := rows.Scan(&st.Hall, &st.Epoch)
		if last := len(list) - 1; last >= 0 && list[last].Hall == st.Hall {
			list[last] = st
		} else {
			list = append(list, st)
		}
		return err
	}, `SELECT s.hall, s.epoch FROM streams s LEFT JOIN halls h ON h.hall = s.hall
		WHERE h.epoch IS NULL OR h.epoch = s.epoch ORDER BY s.hall, s.touched`)
	if err != nil {
		return nil, fmt.Errorf("listing streams: %w", err)
	}
	return list, nil
}
