package receiver

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql driver "pgx"
)

// postgres is the dialect for a county with many halls and several programs at
// work: a batch is a handful of statements, however many rows it has.
type postgres struct{}

func openPostgres(dsn string) (*sqlStore, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(16)
	db.SetConnMaxIdleTime(time.Minute)
	return &sqlStore{db, postgres{}}, nil
}

func (postgres) schema() string { return fmt.Sprintf(tables, "BIGINT", "BYTEA") }

// lock takes the rows in the order of their key, so that two programs with the
// same halls in their batches wait for each other and never cross. Streams that
// are new are made first; rarely is there one.
func (p postgres) lock(ctx context.Context, tx *sql.Tx, streams []Stream, now int64) ([]mark, error) {
	halls, epochs := make([]string, len(streams)), make([]string, len(streams))
	for i, st := range streams {
		halls[i], epochs[i] = st.Hall, st.Epoch
	}
	var known int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)
		JOIN streams s USING (hall, epoch)`, halls, epochs).Scan(&known)
	if err != nil {
		return nil, err
	}
	if known < len(streams) {
		// New streams come before any lock and in order, so that two workers
		// can't each wait for what the other has.
		_, err := tx.ExecContext(ctx, `INSERT INTO streams (hall, epoch, upto, head, top, gap, touched)
			SELECT hall, epoch, 0, $3::bytea, 0, 0, $4::bigint FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)
			ORDER BY hall, epoch ON CONFLICT DO NOTHING`, halls, epochs, genesis(), now)
		if err != nil {
			return nil, err
		}
	}
	return p.marks(ctx, tx, halls, epochs)
}

func (postgres) marks(ctx context.Context, tx *sql.Tx, halls, epochs []string) (marks []mark, err error) {
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var m mark
		err := rows.Scan(&m.Hall, &m.Epoch, &m.upto, &m.head, &m.top, &m.gap)
		marks = append(marks, m)
		return err
	}, `SELECT s.hall, s.epoch, s.upto, s.head, s.top, s.gap FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)
		JOIN streams s USING (hall, epoch) ORDER BY s.hall, s.epoch FOR UPDATE OF s`, halls, epochs)
	return marks, err
}

func (postgres) insert(ctx context.Context, tx *sql.Tx, rows []row) ([]bool, error) {
	n := len(rows)
	halls, epochs, kinds, days, refs := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	seqs, times, trusted, fens, received := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	hashes, prevs, docs := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	type key struct {
		Stream
		seq uint64
	}
	place := make(map[key]int, n)
	for i, r := range rows {
		halls[i], epochs[i], seqs[i], hashes[i], prevs[i] = r.Hall, r.Epoch, int64(r.Seq), r.hash, r.prev
		kinds[i], days[i], times[i], trusted[i] = r.Kind, r.day, r.Time.UnixMilli(), number(r.Trusted)
		refs[i], fens[i], received[i], docs[i] = r.ref, r.fen, r.received, r.Doc
		place[key{Stream{r.Hall, r.Epoch}, r.Seq}] = i
	}
	fresh := make([]bool, n)
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var k key
		err := rows.Scan(&k.Hall, &k.Epoch, &k.seq)
		if err == nil {
			fresh[place[k]] = true
		}
		return err
	}, `INSERT INTO records SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[],
			$7::text[], $8::bigint[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[], $13::bytea[])
		ON CONFLICT DO NOTHING RETURNING hall, epoch, seq`,
		halls, epochs, seqs, hashes, prevs, kinds, days, times, trusted, refs, fens, received, docs)
	return fresh, err
}

func (postgres) save(ctx context.Context, tx *sql.Tx, marks []mark, now int64) error {
	n := len(marks)
	halls, epochs, heads := make([]string, n), make([]string, n), make([][]byte, n)
	uptos, tops, gaps := make([]int64, n), make([]int64, n), make([]int64, n)
	for i, m := range marks {
		halls[i], epochs[i], heads[i] = m.Hall, m.Epoch, m.head
		uptos[i], tops[i], gaps[i] = int64(m.upto), int64(m.top), m.gap
	}
	_, err := tx.ExecContext(ctx, `UPDATE streams s SET upto = t.upto, head = t.head, top = t.top, gap = t.gap, touched = $7
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[]) AS t(hall, epoch, upto, head, top, gap)
		WHERE s.hall = t.hall AND s.epoch = t.epoch`, halls, epochs, uptos, heads, tops, gaps, now)
	return err
}
