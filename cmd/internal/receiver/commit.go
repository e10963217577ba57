package receiver

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"halld/cmd/internal/ledger"
)

// Commit takes a batch in one transaction.
func (s *sqlStore) Commit(ctx context.Context, batch []ledger.Record, at time.Time) (Outcome, error) {
	var rows []row
	for _, r := range batch {
		one, err := newRow(r, at.UnixMilli())
		if err != nil {
			return Outcome{}, fmt.Errorf("committing %d records: %w", len(batch), err)
		}
		rows = append(rows, unpacked(one)...)
	}
	return s.commit(ctx, rows, told(batch), at)
}

// Aside keeps a record by its bytes alone.
func (s *sqlStore) Aside(ctx context.Context, r ledger.Record, at time.Time) (Outcome, error) {
	one, err := newRow(r, at.UnixMilli())
	if err != nil {
		return Outcome{}, fmt.Errorf("setting a record aside: %w", err)
	}
	one.facts, one.aside = facts{}, true
	return s.commit(ctx, []row{one}, told([]ledger.Record{r}), at)
}

// told are the streams of a batch, each once and in order. Those of records that
// were carried are not among them: they are over.
func told(batch []ledger.Record) []Stream {
	list := make([]Stream, len(batch))
	for i, r := range batch {
		list[i] = Stream{r.Hall, r.Epoch}
	}
	slices.SortFunc(list, compareStreams)
	return slices.Compact(list)
}

func compareStreams(a, b Stream) int {
	return cmp.Or(cmp.Compare(a.Hall, b.Hall), cmp.Compare(a.Epoch, b.Epoch))
}

func (s *sqlStore) commit(ctx context.Context, rows []row, streams []Stream, at time.Time) (Outcome, error) {
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(compareStreams(a.stream(), b.stream()), cmp.Compare(a.seq, b.seq))
	})
	out, of := Outcome{Streams: streams}, streamsOf(rows)
	err := s.d.found(ctx, s.db, of, at.UnixMilli())
	if err == nil {
		err = s.tx(ctx, func(tx *sql.Tx) error {
			c := commit{tx: tx, d: s.d, now: at.UnixMilli()}
			err := c.run(ctx, rows, of)
			out.New, out.Alarms = c.fresh, c.alarms
			return err
		})
	}
	if err == nil {
		return out, nil
	}
	if s.d.rejects(err) {
		err = fmt.Errorf("%w: %w", ErrRejected, err)
	}
	return Outcome{}, fmt.Errorf("committing %d records: %w", len(rows), err)
}

// commit is one transaction.
type commit struct {
	tx  *sql.Tx
	d   dialect
	now int64

	fresh  int   // records that were not there before
	forks  []row // carried records whose number is another's
	alarms []Alarm
}

func (c *commit) run(ctx context.Context, rows []row, of []Stream) error {
	marks, err := c.d.lock(ctx, c.tx, of, c.now)
	if err != nil {
		return fmt.Errorf("reading watermarks: %w", err)
	}
	if rows, err = c.single(ctx, rows); err != nil {
		return err
	}
	added, err := c.insert(ctx, rows)
	if err != nil {
		return err
	}
	for i := range marks {
		n := 0 // of the rows in front, which are in the order of the streams
		for n < len(added) && added[n].Hall == marks[i].Hall && added[n].Epoch == marks[i].Epoch {
			n++
		}
		if err := c.advance(ctx, &marks[i], added[:n]); err != nil {
			return err
		}
		added = added[n:]
	}
	if err := c.fork(ctx); err != nil {
		return err
	}
	return c.d.save(ctx, c.tx, marks, c.now)
}

// streamsOf are the streams of rows, which are sorted by stream.
func streamsOf(rows []row) (list []Stream) {
	for _, r := range rows {
		if st := r.stream(); len(list) == 0 || list[len(list)-1] != st {
			list = append(list, st)
		}
	}
	return list
}

// single drops repeats within the batch.
func (c *commit) single(ctx context.Context, rows []row) (once []row, err error) {
	for _, r := range rows {
		last := len(once) - 1
		if last < 0 || r.stream() != once[last].stream() || r.seq != once[last].seq {
			once = append(once, r)
			continue
		}
		if err := c.held(ctx, r, once[last].hash); err != nil {
			return nil, err
		}
	}
	return once, nil
}

// insert adds rows, and gives those that were not there.
func (c *commit) insert(ctx context.Context, rows []row) (added []row, err error) {
	fresh, err := c.d.insert(ctx, c.tx, rows)
	if err != nil {
		return nil, fmt.Errorf("inserting: %w", err)
	}
	for i, r := range rows {
		switch {
		case !fresh[i]:
			err = c.compare(ctx, r)
		case r.aside:
			err = c.alarm(ctx, r, AlarmAside)
		case r.odd:
			err = c.alarm(ctx, r, AlarmData)
		}
		if err != nil {
			return nil, err
		}
		if fresh[i] {
			added = append(added, r)
		}
	}
	c.fresh += len(added)
	return added, nil
}

// compare holds a repeat to what was committed under its number.
func (c *commit) compare(ctx context.Context, r row) error {
	var hash []byte
	err := c.tx.QueryRowContext(ctx, `SELECT hash FROM records WHERE hall = $1 AND epoch = $2 AND seq = $3`,
		r.Hall, r.Epoch, r.seq).Scan(&hash)
	if err != nil {
		return fmt.Errorf("comparing a repeat: %w", err)
	}
	return c.held(ctx, r, hash)
}

// held raises the alarm if the record under a row's number has another hash.
func (c *commit) held(ctx context.Context, r row, hash []byte) error {
	if bytes.Equal(r.hash, hash) {
		return nil
	}
	if r.carried {
		c.forks = append(c.forks, r.forked())
	}
	return c.alarm(ctx, r, AlarmCloned)
}

// fork keeps carried records whose own number is another's.
func (c *commit) fork(ctx context.Context) error {
	if len(c.forks) == 0 {
		return nil
	}
	fresh, err := c.d.insert(ctx, c.tx, c.forks)
	if err != nil {
		return fmt.Errorf("inserting: %w", err)
	}
	for _, isNew := range fresh {
		if isNew {
			c.fresh++
		}
	}
	return nil
}

func (c *commit) alarm(ctx context.Context, r row, what string, differs ...string) error {
	a := Alarm{Hall: r.Hall, Epoch: r.Epoch, Seq: r.Seq, What: what, Differs: differs, At: time.UnixMilli(c.now)}
	isNew, err := raise(ctx, c.tx, a)
	if isNew {
		c.alarms = append(c.alarms, a)
	}
	return err
}

type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// raise keeps an alarm, and says whether it was not known.
func raise(ctx context.Context, e execer, a Alarm) (isNew bool, err error) {
	res, err := e.ExecContext(ctx, `INSERT INTO alarms (hall, epoch, seq, what, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		a.Hall, a.Epoch, int64(a.Seq), a.What, a.At.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("keeping an alarm: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// genesis is the head of a stream before its first record.
func genesis() []byte {
	b, _ := hex.DecodeString(ledger.Genesis)
	return b
}
