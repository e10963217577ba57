package receiver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
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
	halls, epochs := columns(streams)
	var known int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)
		JOIN streams s USING (hall, epoch)`, halls, epochs).Scan(&known)
	if err != nil {
		return nil, err
	}
	if known < len(streams) {
		// New streams come before any lock and in order, so that two workers
		// can't each wait for what the other has.
		_, err := tx.ExecContext(ctx, `INSERT INTO streams (hall, epoch, upto, head, top, known, holes, gap, asked, touched)
			SELECT hall, epoch, 0, $3::bytea, 0, 0, '[]', 0, 0, $4::bigint FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)
			ORDER BY hall, epoch ON CONFLICT DO NOTHING`, halls, epochs, genesis(), now)
		if err != nil {
			return nil, err
		}
	}
	return p.marks(ctx, tx, halls, epochs)
}

func (postgres) marks(ctx context.Context, tx *sql.Tx, halls, epochs []string) (marks []mark, err error) {
	err = each(ctx, tx, func(rows *sql.Rows) (err error) {
		var m markRow
		if err = rows.Scan(m.dest()...); err == nil {
			marks, err = m.appendTo(marks)
		}
		return err
	}, `SELECT s.hall, s.epoch, s.upto, s.head, s.top, s.known, s.holes, s.gap, s.asked FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)
		JOIN streams s USING (hall, epoch) ORDER BY s.hall, s.epoch FOR UPDATE OF s`, halls, epochs)
	return marks, err
}

func (postgres) insert(ctx context.Context, tx *sql.Tx, rows []row) ([]bool, error) {
	n := len(rows)
	halls, epochs, kinds, days, refs := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	seqs, times, trusted, fens, counts, received := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	hashes, prevs, docs := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	type key struct {
		Stream
		seq int64
	}
	place := make(map[key]int, n)
	for i, r := range rows {
		halls[i], epochs[i], seqs[i], hashes[i], prevs[i] = r.Hall, r.Epoch, r.seq, r.hash, r.prev
		kinds[i], days[i], times[i], trusted[i] = r.Kind, r.day, r.Time.UnixMilli(), number(r.Trusted)
		refs[i], fens[i], counts[i], received[i], docs[i] = r.ref, r.fen, r.counts, r.received, r.Doc
		place[key{r.stream(), r.seq}] = i
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
			$7::text[], $8::bigint[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bytea[])
		ON CONFLICT DO NOTHING RETURNING hall, epoch, seq`,
		halls, epochs, seqs, hashes, prevs, kinds, days, times, trusted, refs, fens, counts, received, docs)
	return fresh, err
}

func (postgres) save(ctx context.Context, tx *sql.Tx, marks []mark, now int64) error {
	n := len(marks)
	halls, epochs, heads, holes := make([]string, n), make([]string, n), make([][]byte, n), make([]string, n)
	uptos, tops, knowns, gaps, asked := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, m := range marks {
		halls[i], epochs[i], heads[i] = m.Hall, m.Epoch, m.head
		uptos[i], tops[i], knowns[i], gaps[i], asked[i] = int64(m.upto), int64(m.top), int64(m.cover.known), m.gap, int64(m.asked)
		var err error
		if holes[i], err = holesText(m.cover.holes); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE streams s
		SET upto = t.upto, head = t.head, top = t.top, known = t.known, holes = t.holes, gap = t.gap, asked = t.asked, touched = $10
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[])
			AS t(hall, epoch, upto, head, top, known, holes, gap, asked)
		WHERE s.hall = t.hall AND s.epoch = t.epoch`, halls, epochs, uptos, heads, tops, knowns, holes, gaps, asked, now)
	return err
}

func (postgres) acks(ctx context.Context, q querier, streams []Stream, f func(*sql.Rows) error) error {
	halls, epochs := columns(streams)
	return each(ctx, q, f, `WITH t AS (SELECT * FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)) `+ackOf, halls, epochs)
}

// columns are the streams' halls and epochs.
func columns(streams []Stream) (halls, epochs []string) {
	for _, st := range streams {
		halls, epochs = append(halls, st.Hall), append(epochs, st.Epoch)
	}
	return halls, epochs
}

// rejects: classes 22 (data exception), 23 (integrity constraint violation) and
// 54 (program limit exceeded) of PostgreSQL's error codes.
func (postgres) rejects(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && len(pg.Code) == 5 && slices.Contains([]string{"22", "23", "54"}, pg.Code[:2])
}
