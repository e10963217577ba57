package receiver

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"halld/cmd/internal/ledger"
)

const (
	patience  = 4  // requests without an answer before a gap is a person's matter
	doublings = 10 // how often the pause between two requests grows
)

// standing is a gap that is due.
type standing struct {
	Gap
	upto  uint64
	since int64 // as stored
	asked int
	over  bool // the hall has another epoch by now, so nothing can be asked for
}

// Gaps lists gaps that are to be asked for. One that nobody closes is asked for
// less and less often, and becomes an alarm. A gap in an epoch that is over can
// be closed by carried records only, so it is not asked for.
func (s *sqlStore) Gaps(ctx context.Context, broker string, wait time.Duration, now time.Time) (list []Gap, alarms []Alarm, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		due, err := dueGaps(ctx, tx, broker, now.Add(-wait))
		for _, g := range due {
			if err != nil {
				return err
			}
			var mine bool
			if mine, err = g.putOff(ctx, tx, wait, now); !mine {
				continue // another program asks
			}
			if !g.over {
				list = append(list, g.Gap)
			}
			if g.asked < patience {
				continue
			}
			a := Alarm{Hall: g.Hall, Epoch: g.Epoch, Seq: g.upto + 1, What: AlarmGap, At: now}
			var isNew bool
			if isNew, err = raise(ctx, tx, a); isNew {
				alarms = append(alarms, a)
			}
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("listing gaps: %w", err)
	}
	return list, alarms, nil
}

func dueGaps(ctx context.Context, tx *sql.Tx, broker string, since time.Time) (list []standing, err error) {
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var g standing
		var holes, current string
		err := rows.Scan(&g.Hall, &g.Epoch, &g.upto, &holes, &g.since, &g.asked, &current, &g.Session)
		if err == nil {
			err = json.Unmarshal([]byte(holes), &g.Holes)
		}
		g.over = current != g.Epoch
		list = append(list, g)
		return err
	}, `SELECT s.hall, s.epoch, s.upto, s.holes, s.gap, s.asked, h.epoch, h.session FROM streams s JOIN halls h ON h.hall = s.hall
		WHERE s.gap > 0 AND s.gap <= $1 AND h.via = $2 AND (h.online = 1 OR h.epoch <> s.epoch) ORDER BY s.hall, s.epoch`,
		since.UnixMilli(), broker)
	return list, err
}

// putOff makes a gap due again after twice the pause before, unless somebody
// else did or the gap has changed.
func (g standing) putOff(ctx context.Context, tx *sql.Tx, wait time.Duration, now time.Time) (mine bool, err error) {
	next := now.Add(wait*(1<<min(g.asked, doublings)) - wait)
	res, err := tx.ExecContext(ctx, `UPDATE streams SET gap = $1, asked = asked + 1 WHERE hall = $2 AND epoch = $3 AND gap = $4 AND asked = $5`,
		next.UnixMilli(), g.Hall, g.Epoch, g.since, g.asked)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// A gap is asked for in pieces: this many records a time, and as the watermark
// moves, the next ones.
const resendAtMost = 1024

// pieces cuts holes off after so many records.
func pieces(holes []ledger.Range) (list []ledger.Range) {
	left := uint64(resendAtMost)
	for _, h := range holes {
		h[1] = min(h[1], h[0]+left-1)
		list = append(list, h)
		if left -= h[1] - h[0] + 1; left == 0 {
			break
		}
	}
	return list
}
