package countytest

import (
	"context"
	"database/sql"
	"encoding/hex"

	"halld/cmd/internal/ledger"
)

// BareInsert is what PostgreSQL does with the county's rows when nobody looks at
// them: one statement a batch, into a table of the same columns and index.
type BareInsert struct{ db *sql.DB }

// NewBareInsert makes the table in an empty database.
func NewBareInsert(ctx context.Context, dsn string) (*BareInsert, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `CREATE TABLE records (
		hall TEXT NOT NULL, epoch TEXT NOT NULL, seq BIGINT NOT NULL, hash BYTEA NOT NULL, prev BYTEA NOT NULL,
		kind TEXT NOT NULL, day TEXT NOT NULL, time BIGINT NOT NULL, trusted BIGINT NOT NULL,
		ref TEXT NOT NULL, fen BIGINT NOT NULL, counts BIGINT NOT NULL, received BIGINT NOT NULL, doc BYTEA NOT NULL,
		PRIMARY KEY (hall, epoch, seq));
		CREATE INDEX records_by_day ON records (day, hall, kind)`)
	if err != nil {
		db.Close()
		return nil, err
	}
	return &BareInsert{db}, nil
}

// Close ends the connection.
func (b *BareInsert) Close() { b.db.Close() }

// Insert puts records in.
func (b *BareInsert) Insert(ctx context.Context, batch []ledger.Record) error {
	n := len(batch)
	halls, epochs, kinds, days := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	seqs, times := make([]int64, n), make([]int64, n)
	hashes, prevs, docs := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	for i, r := range batch {
		halls[i], epochs[i], kinds[i], days[i] = r.Hall, r.Epoch, r.Kind, r.Time.Format("2006-01-02")
		seqs[i], times[i], docs[i] = int64(r.Seq), r.Time.UnixMilli(), r.Doc
		hashes[i], _ = hex.DecodeString(r.Hash)
		prevs[i], _ = hex.DecodeString(r.Prev)
	}
	_, err := b.db.ExecContext(ctx, `INSERT INTO records
		SELECT hall, epoch, seq, hash, prev, kind, day, time, 1, '', 0, 1, time, doc
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::text[], $8::bigint[], $9::bytea[])
			AS t(hall, epoch, seq, hash, prev, kind, day, time, doc)`,
		halls, epochs, seqs, hashes, prevs, kinds, days, times, docs)
	return err
}
