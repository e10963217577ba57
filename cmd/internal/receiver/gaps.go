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
	patience  = 4   // requests without an answer before a gap is a person's matter
	doublings = 10  // how often the pause between two requests grows
	atATime   = 500 // records that are asked for at a time: a broker may hold no more than a thousand for us
)

// standing is a gap that is due.
type standing struct {
	Gap
	upto, end uint64 // what is missing lies in between
	known     uint64 // up to where Holes tell what is missing
	since     int64  // as stored
	asked     int
	over      bool // the hall has another epoch by now, so nothing can be asked for
}

// Gaps lists gaps that are to be asked for, few enough records at a time. One
// that nobody closes is asked for less and less often, and becomes an alarm. A
// gap in an epoch that is over can be closed by carried records only, so it is
// not asked for.
func (s *sqlStore) Gaps(ctx context.Context, broker string, wait time.Duration, now time.Time) (list []Gap, alarms []Alarm, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		due, err := dueGaps(ctx, tx, broker, now.Add(-wait))
		room := uint64(atATime)
		for _, g := range due {
			if err != nil || room == 0 {
				return err
			}
			if g.over {
				g.Holes = nil
			} else {
				room = g.cut(room)
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
		err := rows.Scan(&g.Hall, &g.Epoch, &g.upto, &g.end, &g.known, &holes, &g.since, &g.asked, &current, &g.Session)
		if err == nil {
			err = json.Unmarshal([]byte(holes), &g.Holes)
		}
		g.over = current != g.Epoch
		list = append(list, g)
		return err
	}, `SELECT s.hall, s.epoch, s.upto, CASE WHEN s.claimed > s.top THEN s.claimed ELSE s.top END, s.known, s.holes, s.gap, s.asked,
			h.epoch, h.session FROM streams s JOIN halls h ON h.hall = s.hall
		WHERE s.gap > 0 AND s.gap <= $1 AND h.via = $2 AND (h.online = 1 OR h.epoch <> s.epoch) ORDER BY s.gap, s.hall, s.epoch`,
		since.UnixMilli(), broker)
	return list, err
}

// cut leaves as many of the missing records as there is room for, those behind
// the last one that came included.
func (g *standing) cut(room uint64) (left uint64) {
	all := g.Holes
	if g.known < g.end {
		all = append(all, ledger.Range{g.known + 1, g.end})
	}
	g.Holes = nil
	for _, h := range all {
		if room == 0 {
			break
		}
		h[1] = min(h[1], h[0]+room-1)
		g.Holes = append(g.Holes, h)
		room -= h[1] - h[0] + 1
	}
	return room
}

// putOff makes a gap due again after twice the pause before, unless somebody
// else did or the gap has changed.
func (g standing) putOff(ctx context.Context, tx *sql.Tx, wait time.Duration, now time.Time) (mine bool, err error) {
	next := now.Add(wait*(1<<min(g.asked, doublings)) - wait)
	wanted := uint64(0)
	if n := len(g.Holes); n > 0 {
		wanted = g.Holes[n-1][1]
	}
	res, err := tx.ExecContext(ctx, `UPDATE streams SET gap = $1, asked = asked + 1, wanted = $2 WHERE hall = $3 AND epoch = $4 AND gap = $5 AND asked = $6`,
		next.UnixMilli(), int64(wanted), g.Hall, g.Epoch, g.since, g.asked)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// claim notes how many records a hall says it has: what was lost behind the last
// one that came shows in no gap.
func claim(ctx context.Context, e execer, st Stream, last uint64, now time.Time) error {
	if last == 0 {
		return nil
	}
	_, err := e.ExecContext(ctx, `INSERT INTO streams (`+markColumns+`, touched) VALUES ($1, $2, 0, $3, 0, $4, 0, '[]', $5, 0, 0, $5)
		ON CONFLICT (hall, epoch) DO UPDATE SET claimed = excluded.claimed,
			gap = CASE WHEN streams.gap = 0 AND streams.upto < excluded.claimed THEN excluded.gap ELSE streams.gap END
		WHERE streams.claimed < excluded.claimed`,
		st.Hall, st.Epoch, genesis(), int64(last), now.UnixMilli())
	if err != nil {
		return fmt.Errorf("noting what a hall has: %w", err)
	}
	return nil
}
