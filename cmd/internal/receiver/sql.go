package receiver

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

// dialect is where the two databases differ: how rows go in and come out many
// at a time.
type dialect interface {
	// schema makes the tables if they are not there.
	schema() string
	// lock makes the rows of the streams if need be, and reads them for this
	// transaction alone. Streams are sorted.
	lock(ctx context.Context, tx *sql.Tx, streams []Stream, now int64) ([]mark, error)
	// insert adds records and says of each whether it was not there.
	insert(ctx context.Context, tx *sql.Tx, rows []row) ([]bool, error)
	// save writes watermarks back.
	save(ctx context.Context, tx *sql.Tx, marks []mark, now int64) error
}

// row is a record as it is stored.
type row struct {
	ledger.Record
	facts
	hash, prev []byte
	received   int64 // Unix ms
}

func newRow(r ledger.Record, at time.Time) (row, error) {
	hash, err1 := hex.DecodeString(r.Hash)
	prev, err2 := hex.DecodeString(r.Prev)
	return row{r, factsOf(r), hash, prev, at.UnixMilli()}, errors.Join(err1, err2)
}

// mark is the watermark of a stream.
type mark struct {
	Stream
	upto uint64 // every record up to here is committed
	head []byte // hash of record upto; of Genesis before the first
	top  uint64 // highest record that is committed
	gap  int64  // since when the watermark stands before a gap, Unix ms, or 0
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

// Ack is what a hall may be told of one epoch.
func (s *sqlStore) Ack(ctx context.Context, st Stream) (a ledger.Ack, err error) {
	a = ledger.Ack{Epoch: st.Epoch, Holes: []ledger.Range{}}
	var top uint64
	err = s.db.QueryRowContext(ctx, `SELECT upto, top FROM streams WHERE hall = $1 AND epoch = $2`, st.Hall, st.Epoch).Scan(&a.Upto, &top)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return a, nil
	case err != nil:
		return a, fmt.Errorf("reading a watermark: %w", err)
	case top == a.Upto:
		return a, nil
	}
	err = s.query(ctx, func(rows *sql.Rows) error {
		var seq uint64
		if err := rows.Scan(&seq); err != nil {
			return err
		}
		if seq > a.Upto+1 {
			if len(a.Holes) == county.MaxHoles {
				return errEnough
			}
			a.Holes = append(a.Holes, ledger.Range{a.Upto + 1, seq - 1})
		}
		a.Upto = seq
		return nil
	}, `SELECT seq FROM records WHERE hall = $1 AND epoch = $2 AND seq > $3 ORDER BY seq`, st.Hall, st.Epoch, int64(a.Upto))
	if err != nil && !errors.Is(err, errEnough) {
		return a, fmt.Errorf("reading a watermark: %w", err)
	}
	return a, nil
}

var errEnough = errors.New("enough")

// query hands each row of an answer to f, and ends with f's first error.
func (s *sqlStore) query(ctx context.Context, f func(*sql.Rows) error, text string, args ...any) error {
	return each(ctx, s.db, f, text, args...)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func each(ctx context.Context, q querier, f func(*sql.Rows) error, text string, args ...any) error {
	rows, err := q.QueryContext(ctx, text, args...)
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

// Streams lists every epoch of every hall that has a watermark; of each hall
// the one that was written last comes last.
func (s *sqlStore) Streams(ctx context.Context) ([]Stream, error) {
	return s.streams(ctx, `SELECT hall, epoch FROM streams ORDER BY hall, touched`)
}

func (s *sqlStore) streams(ctx context.Context, text string, args ...any) (list []Stream, err error) {
	err = s.query(ctx, func(rows *sql.Rows) error {
		var st Stream
		list = append(list, st)
		return rows.Scan(&list[len(list)-1].Hall, &list[len(list)-1].Epoch)
	}, text, args...)
	if err != nil {
		return nil, fmt.Errorf("listing streams: %w", err)
	}
	return list, nil
}

// Gaps lists streams whose watermark has stood before a gap since a time, and
// puts them off until the next time.
func (s *sqlStore) Gaps(ctx context.Context, since, now time.Time) ([]Stream, error) {
	return s.streams(ctx, `UPDATE streams SET gap = $1 WHERE gap > 0 AND gap <= $2 RETURNING hall, epoch`,
		now.UnixMilli(), since.UnixMilli())
}
