package receiver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // database/sql driver "pgx"
)

// postgres is the dialect for a county with many halls and several programs at
// work: a batch is a handful of statements, however many rows it has.
type postgres struct {
	mu    sync.Mutex
	known map[Stream]bool // streams that have their row
}

func openPostgres(dsn string) (*sqlStore, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(16)
	db.SetConnMaxIdleTime(time.Minute)
	return &sqlStore{db, &postgres{known: map[Stream]bool{}}}, nil
}

// schema leaves room in the pages of streams, whose rows change with each batch:
// a new version then fits beside the old one and no index has to change.
func (*postgres) schema() string {
	return fmt.Sprintf(tables, "BIGINT", "BYTEA") + ";\nALTER TABLE streams SET (fillfactor = 50)"
}

// mostKnown is how many streams are remembered.
const mostKnown = 100_000

// found makes the rows of streams that are new. It has a transaction of its own,
// so that no two workers can each wait for a row that the other has made.
func (p *postgres) found(ctx context.Context, db *sql.DB, streams []Stream, now int64) error {
	p.mu.Lock()
	fresh := slices.DeleteFunc(slices.Clone(streams), func(st Stream) bool { return p.known[st] })
	p.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	halls, epochs := columns(fresh)
	_, err := db.ExecContext(ctx, `INSERT INTO streams (`+markColumns+`, touched)
		SELECT hall, epoch, 0, $3::bytea, 0, 0, 0, '[]', 0, 0, 0, $4::bigint FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)
		ORDER BY hall, epoch ON CONFLICT DO NOTHING`, halls, epochs, genesis(), now)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) > mostKnown {
		clear(p.known)
	}
	for _, st := range fresh {
		p.known[st] = true
	}
	return nil
}

// errVanished is a database that was set back while it was in use.
var errVanished = errors.New("streams that were here are no more")

// lock takes the rows in the order of their key, so that two programs with the
// same halls in their batches wait for each other and never cross.
func (p *postgres) lock(ctx context.Context, tx *sql.Tx, streams []Stream, _ int64) ([]mark, error) {
	marks, err := p.marks(ctx, tx, streams)
	if err == nil && len(marks) < len(streams) {
		p.mu.Lock()
		defer p.mu.Unlock()
		clear(p.known)
		return nil, errVanished
	}
	return marks, err
}

func (*postgres) marks(ctx context.Context, tx *sql.Tx, streams []Stream) (marks []mark, err error) {
	halls, epochs := columns(streams)
	err = each(ctx, tx, func(rows *sql.Rows) (err error) {
		var m markRow
		if err = rows.Scan(m.dest()...); err == nil {
			marks, err = m.appendTo(marks)
		}
		return err
	}, `SELECT `+markColumns+` FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)
		JOIN streams s USING (hall, epoch) ORDER BY hall, epoch FOR NO KEY UPDATE OF s`, halls, epochs)
	return marks, err
}

func (*postgres) insert(ctx context.Context, tx *sql.Tx, rows []row) ([]bool, error) {
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

func (*postgres) save(ctx context.Context, tx *sql.Tx, marks []mark, now int64) error {
	n := len(marks)
	halls, epochs, heads, holes := make([]string, n), make([]string, n), make([][]byte, n), make([]string, n)
	uptos, tops, knowns := make([]int64, n), make([]int64, n), make([]int64, n)
	gaps, asked, wanted := make([]int64, n), make([]int64, n), make([]int64, n)
	for i, m := range marks {
		halls[i], epochs[i], heads[i] = m.Hall, m.Epoch, m.head
		uptos[i], tops[i], knowns[i] = int64(m.upto), int64(m.top), int64(m.cover.known)
		gaps[i], asked[i], wanted[i] = m.gap, int64(m.asked), int64(m.wanted)
		var err error
		if holes[i], err = holesText(m.cover.holes); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE streams s SET upto = t.upto, head = t.head, top = t.top, known = t.known, holes = t.holes,
			gap = t.gap, asked = t.asked, wanted = t.wanted, touched = $11
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[])
			AS t(hall, epoch, upto, head, top, known, holes, gap, asked, wanted)
		WHERE s.hall = t.hall AND s.epoch = t.epoch`, halls, epochs, uptos, heads, tops, knowns, holes, gaps, asked, wanted, now)
	return err
}

func (*postgres) acks(ctx context.Context, db *sql.DB, streams []Stream, f func(*sql.Rows) error) error {
	halls, epochs := columns(streams)
	return each(ctx, db, f, `WITH t AS (SELECT * FROM unnest($1::text[], $2::text[]) AS t(hall, epoch)) `+ackOf, halls, epochs)
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
func (*postgres) rejects(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && len(pg.Code) == 5 && slices.Contains([]string{"22", "23", "54"}, pg.Code[:2])
}
