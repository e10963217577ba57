package receiver

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"halld/cmd/internal/ledger"
)

// mark is the watermark of a stream.
type mark struct {
	Stream
	upto    uint64 // every record up to here is committed and was held to its chain
	head    []byte // hash of record upto; of Genesis before the first
	top     uint64 // highest record that is committed
	claimed uint64 // highest record that the hall says it has
	cover   cover  // what may be acknowledged

	gap    int64  // since when records are missing, or put off until, Unix ms; 0 if none is
	asked  int    // how often they were asked for
	wanted uint64 // the last of those that were
}

// atOnce is a gap that is due whatever the time.
const atOnce = 1

// markRow is a mark as its columns hold it.
type markRow struct {
	mark
	holes string
}

// markColumns are the columns of streams that make a mark, in the order of dest.
const markColumns = `hall, epoch, upto, head, top, claimed, known, holes, gap, asked, wanted`

// dest is where Scan puts them.
func (m *markRow) dest() []any {
	return []any{&m.Hall, &m.Epoch, &m.upto, &m.head, &m.top, &m.claimed, &m.cover.known, &m.holes, &m.gap, &m.asked, &m.wanted}
}

func (m *markRow) appendTo(marks []mark) ([]mark, error) {
	err := json.Unmarshal([]byte(m.holes), &m.cover.holes)
	return append(marks, m.mark), err
}

// holesText is how holes stand in their column: as in an acknowledgement.
func holesText(holes []ledger.Range) (string, error) {
	b, err := json.Marshal(append([]ledger.Range{}, holes...))
	return string(b), err
}

// advance moves a watermark over what is there without a gap, and holds each
// record it passes to the one before.
func (c *commit) advance(ctx context.Context, m *mark, added []row) error {
	was, all := m.upto, m.cover.known == m.top
	for _, r := range added {
		if all || r.Seq <= m.cover.known { // else there are rows in between to learn of
			m.cover.add(r.Seq)
		}
		m.top = max(m.top, r.Seq)
	}
	if err := c.learn(ctx, m); err != nil {
		return err
	}
	for _, r := range added { // in the usual case those are all that there is to pass
		if err := c.pass(ctx, m, r); err != nil {
			return err
		}
	}
	if err := c.walk(ctx, m); err != nil {
		return err
	}
	if m.upto > was && m.asked > patience {
		if err := c.closed(ctx, m); err != nil {
			return err
		}
	}
	switch {
	case m.upto >= max(m.top, m.claimed):
		m.gap, m.asked, m.wanted = 0, 0, 0
	case m.wanted > 0 && m.upto >= m.wanted: // all that was asked for came; what is next?
		m.gap, m.asked, m.wanted = atOnce, 0, 0
	case m.gap == 0 || m.upto > was:
		m.gap, m.asked = c.now, 0
	}
	return nil
}

// closed takes back the alarm about a gap that has closed after all.
func (c *commit) closed(ctx context.Context, m *mark) error {
	_, err := c.tx.ExecContext(ctx, `DELETE FROM alarms WHERE hall = $1 AND epoch = $2 AND what = $3 AND seq <= $4`,
		m.Hall, m.Epoch, AlarmGap, int64(m.upto))
	if err != nil {
		return fmt.Errorf("taking back an alarm: %w", err)
	}
	return nil
}

// pageRows is how many rows are read at a time.
const pageRows = 1000

// learn reads on where the cover had no room for a further hole, and has now.
func (c *commit) learn(ctx context.Context, m *mark) error {
	for m.cover.known < m.top && m.cover.hasRoom() {
		was, full := m.cover.known, false
		err := each(ctx, c.tx, func(rows *sql.Rows) error {
			var seq uint64
			err := rows.Scan(&seq)
			full = full || !m.cover.add(seq)
			return err
		}, `SELECT seq FROM records WHERE hall = $1 AND epoch = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
			m.Hall, m.Epoch, int64(m.cover.known), pageRows)
		if err != nil {
			return fmt.Errorf("looking behind a gap: %w", err)
		}
		if m.cover.known == was && !full { // what was there is no more
			m.top = was
		}
		if full {
			break
		}
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

// walk moves the watermark over rows that were in the database before.
func (c *commit) walk(ctx context.Context, m *mark) error {
	for m.upto < m.cover.upto() {
		var rows []row
		err := each(ctx, c.tx, func(from *sql.Rows) error {
			r := row{Record: ledger.Record{Hall: m.Hall, Epoch: m.Epoch}}
			err := from.Scan(&r.Seq, &r.hash, &r.prev, &r.Kind)
			rows = append(rows, r)
			return err
		}, `SELECT seq, hash, prev, kind FROM records WHERE hall = $1 AND epoch = $2 AND seq > $3 AND seq <= $4 ORDER BY seq LIMIT $5`,
			m.Hall, m.Epoch, int64(m.upto), int64(m.cover.upto()), pageRows)
		if err != nil {
			return fmt.Errorf("closing a gap: %w", err)
		}
		was := m.upto
		for _, r := range rows {
			if err := c.pass(ctx, m, r); err != nil {
				return err
			}
		}
		if m.upto == was { // what was there is no more
			m.cover = cover{known: m.upto}
			return c.learn(ctx, m)
		}
	}
	return nil
}
