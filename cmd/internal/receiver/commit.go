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
	var out Outcome
	rows, err := sorted(batch, at)
	if err == nil {
		err = s.tx(ctx, func(tx *sql.Tx) error {
			c := commit{tx: tx, d: s.d, now: at.UnixMilli()}
			err := c.run(ctx, rows)
			out = c.out
			return err
		})
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("committing %d records: %w", len(batch), err)
	}
	return out, nil
}

// sorted are the rows of a batch in the order of hall, epoch and sequence.
func sorted(batch []ledger.Record, at time.Time) ([]row, error) {
	rows := make([]row, len(batch))
	for i, r := range batch {
		var err error
		if rows[i], err = newRow(r, at); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.Hall, b.Hall), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Seq, b.Seq))
	})
	return rows, nil
}

// commit is one transaction of Commit.
type commit struct {
	tx  *sql.Tx
	d   dialect
	now int64
	out Outcome
}

func (c *commit) run(ctx context.Context, rows []row) error {
	for _, r := range rows {
		if st := (Stream{r.Hall, r.Epoch}); len(c.out.Streams) == 0 || c.out.Streams[len(c.out.Streams)-1] != st {
			c.out.Streams = append(c.out.Streams, st)
		}
	}
	marks, err := c.d.lock(ctx, c.tx, c.out.Streams, c.now)
	if err != nil {
		return fmt.Errorf("reading watermarks: %w", err)
	}
	if rows, err = c.single(ctx, rows); err != nil {
		return err
	}
	fresh, err := c.d.insert(ctx, c.tx, rows)
	if err != nil {
		return fmt.Errorf("inserting: %w", err)
	}
	var added []row
	for i, r := range rows {
		if fresh[i] {
			added = append(added, r)
		} else if err := c.compare(ctx, r); err != nil {
			return err
		}
	}
	c.out.New = len(added)
	for i := range marks {
		if err := c.advance(ctx, &marks[i], of(added, marks[i].Stream)); err != nil {
			return err
		}
	}
	return c.d.save(ctx, c.tx, marks, c.now)
}

// single drops repeats within the batch.
func (c *commit) single(ctx context.Context, rows []row) (once []row, err error) {
	for i, r := range rows {
		if i > 0 && r.Hall == rows[i-1].Hall && r.Epoch == rows[i-1].Epoch && r.Seq == rows[i-1].Seq {
			if !bytes.Equal(r.hash, rows[i-1].hash) {
				err = c.alarm(ctx, r, AlarmCloned)
			}
			if err != nil {
				return nil, err
			}
			continue
		}
		once = append(once, r)
	}
	return once, nil
}

// compare holds a repeat to what was committed under its number.
func (c *commit) compare(ctx context.Context, r row) error {
	var hash []byte
	err := c.tx.QueryRowContext(ctx, `SELECT hash FROM records WHERE hall = $1 AND epoch = $2 AND seq = $3`,
		r.Hall, r.Epoch, int64(r.Seq)).Scan(&hash)
	switch {
	case err != nil:
		return fmt.Errorf("comparing a repeat: %w", err)
	case !bytes.Equal(hash, r.hash):
		return c.alarm(ctx, r, AlarmCloned)
	}
	return nil
}

// of are the rows of one stream; rows are sorted by stream.
func of(rows []row, st Stream) []row {
	from := slices.IndexFunc(rows, func(r row) bool { return r.Hall == st.Hall && r.Epoch == st.Epoch })
	if from < 0 {
		return nil
	}
	to := from
	for to < len(rows) && rows[to].Hall == st.Hall && rows[to].Epoch == st.Epoch {
		to++
	}
	return rows[from:to]
}

// advance moves a watermark over what is there without a gap, and holds each
// record it passes to the one before.
func (c *commit) advance(ctx context.Context, m *mark, added []row) error {
	was := m.upto
	if m.top == m.upto { // no gap: what was added is all there is
		for _, r := range added {
			if err := c.pass(ctx, m, r); err != nil {
				return err
			}
		}
	} else if len(added) > 0 && added[0].Seq == m.upto+1 { // a gap begins to close
		if err := c.walk(ctx, m); err != nil {
			return err
		}
	}
	if n := len(added); n > 0 {
		m.top = max(m.top, added[n-1].Seq)
	}
	switch {
	case m.top == m.upto:
		m.gap = 0
	case m.gap == 0 || m.upto > was:
		m.gap = c.now
	}
	return nil
}

// pass moves the watermark over one record if it is the next.
func (c *commit) pass(ctx context.Context, m *mark, r row) error {
	if r.Seq != m.upto+1 {
		return nil
	}
	if !bytes.Equal(r.prev, m.head) {
		if err := c.alarm(ctx, r, AlarmChain); err != nil {
			return err
		}
	}
	m.upto, m.head = r.Seq, r.hash
	if r.Kind == kindDigest {
		return c.reconcile(ctx, r)
	}
	return nil
}

// walkRows is how many rows are read at a time while a gap closes.
const walkRows = 1000

// walk moves the watermark over rows that are in the database.
func (c *commit) walk(ctx context.Context, m *mark) error {
	for {
		var rows []row
		err := each(ctx, c.tx, func(from *sql.Rows) error {
			r := row{Record: ledger.Record{Hall: m.Hall, Epoch: m.Epoch}}
			err := from.Scan(&r.Seq, &r.hash, &r.prev, &r.Kind)
			rows = append(rows, r)
			return err
		}, `SELECT seq, hash, prev, kind FROM records WHERE hall = $1 AND epoch = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
			m.Hall, m.Epoch, int64(m.upto), walkRows)
		if err != nil {
			return fmt.Errorf("closing a gap: %w", err)
		}
		for _, r := range rows {
			if err := c.pass(ctx, m, r); err != nil {
				return err
			}
		}
		if len(rows) < walkRows || m.upto != rows[len(rows)-1].Seq {
			return nil
		}
	}
}

func (c *commit) alarm(ctx context.Context, r row, what string, differs ...string) error {
	a := Alarm{Hall: r.Hall, Epoch: r.Epoch, Seq: r.Seq, What: what, Differs: differs, At: time.UnixMilli(c.now)}
	isNew, err := raise(ctx, c.tx, a)
	if isNew {
		c.out.Alarms = append(c.out.Alarms, a)
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
