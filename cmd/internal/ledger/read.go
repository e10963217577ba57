package ledger

import (
	"context"
	"encoding/hex"
	"fmt"
	"iter"

	"github.com/ncruces/go-sqlite3"
)

// A page is what is read in one go, so that an append never waits long and
// the memory used does not grow with the ledger.
const pageRows = 64

// row is a record as it is stored, not yet looked into.
type row struct {
	seq  uint64
	hash string
	doc  []byte
}

// Read yields up to limit records from sequence from on, in order; limit 0 is
// all there are at the moment of the call. A record whose bytes do not match
// their hash ends it with ErrBroken.
func (l *Ledger) Read(ctx context.Context, from uint64, limit int) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		last, _ := l.Head()
		from := max(from, 1)
		if limit > 0 && last >= from && last-from >= uint64(limit) {
			last = from + uint64(limit) - 1
		}
		for rec, err := range l.read(ctx, Range{from, last}) {
			if !yield(rec, err) {
				return
			}
		}
	}
}

// read yields the records of one range and ends after the first error. A
// record that should be there and is not is an error too.
func (l *Ledger) read(ctx context.Context, r Range) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for next := r[0]; next <= r[1]; {
			rows, err := l.page(ctx, Range{next, r[1]})
			for _, row := range rows {
				rec, err := row.record(next)
				if err != nil {
					err = fmt.Errorf("reading the ledger: %w", err)
				}
				if !yield(rec, err) || err != nil {
					return
				}
				next++
			}
			if err == nil && len(rows) == 0 {
				err = fmt.Errorf("reading the ledger: %w", missing(next))
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
		}
	}
}

func (l *Ledger) page(ctx context.Context, r Range) (rows []row, err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	err = l.locked("reading the ledger", func(d *db) error {
		rows, err = d.page(r)
		return err
	})
	return rows, err
}

// page returns the first rows of a range.
func (d *db) page(r Range) (rows []row, err error) {
	err = d.query(`SELECT seq, hash, doc FROM records WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?`, func(s *sqlite3.Stmt) {
		rows = append(rows, row{
			seq:  uint64(s.ColumnInt64(0)),
			hash: hex.EncodeToString(s.ColumnRawBlob(1)),
			doc:  s.ColumnBlob(2, nil),
		})
	}, r[0], r[1], pageRows)
	return rows, err
}

// record decodes a row and holds it to its place and its hash. The error is a
// Problem.
func (r row) record(seq uint64) (Record, error) {
	if r.seq != seq {
		return Record{}, missing(seq)
	}
	rec, err := Decode(r.doc)
	switch {
	case r.hash != Hash(r.doc):
		return Record{}, Problem{seq, flawHash}
	case err != nil:
		return Record{}, Problem{seq, flawDecode}
	case rec.Seq != seq:
		return Record{}, Problem{seq, flawNumber}
	}
	return rec, nil
}
