package receiver

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"halld/cmd/internal/county"
)

// Birth takes a hall's birth. Only a fresh one can raise an alarm.
func (s *sqlStore) Birth(ctx context.Context, hall, broker string, b county.State, fresh bool, at time.Time) (alarms []Alarm, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) (err error) {
		var suspect []string
		if fresh {
			if suspect, err = s.suspect(ctx, tx, hall, b, at); err != nil {
				return err
			}
		}
		for _, what := range suspect {
			a := Alarm{Hall: hall, Epoch: b.Epoch, Seq: b.LastSeq, What: what, At: at}
			isNew, err := raise(ctx, tx, a)
			if err != nil {
				return err
			}
			if isNew {
				alarms = append(alarms, a)
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO halls (hall, online, via, session, version, epoch, last_seq, clock, boot, seen, boot_before, health)
			VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, '', '')
			ON CONFLICT (hall) DO UPDATE SET online = 1, via = excluded.via, session = excluded.session, version = excluded.version,
				epoch = excluded.epoch, last_seq = excluded.last_seq, clock = excluded.clock, seen = excluded.seen,
				boot_before = CASE WHEN halls.boot = excluded.boot THEN halls.boot_before ELSE halls.boot END, boot = excluded.boot`,
			hall, broker, b.Session, b.Version, b.Epoch, int64(b.LastSeq), b.Clock, b.Boot, at.UnixMilli())
		if err != nil {
			return err
		}
		return claim(ctx, tx, Stream{hall, b.Epoch}, b.LastSeq, at)
	})
	if err != nil {
		return nil, fmt.Errorf("noting a birth: %w", err)
	}
	return alarms, nil
}

// overtaken is how long after a hall's records its birth may be seen, when
// another worker was quicker.
const overtaken = 30 * time.Second

// suspect is what is wrong with a birth.
func (s *sqlStore) suspect(ctx context.Context, tx *sql.Tx, hall string, b county.State, at time.Time) (what []string, err error) {
	var boot, before, epoch string
	err = tx.QueryRowContext(ctx, `SELECT boot, boot_before, epoch FROM halls WHERE hall = $1`, hall).Scan(&boot, &before, &epoch)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	// Neither a machine's boot id nor an epoch that was given up comes back.
	known := func(seq uint64) (bool, error) { return isOld(ctx, tx, Stream{hall, b.Epoch}, seq, at) }
	twin := b.Boot != "" && b.Boot == before && b.Boot != boot
	if !twin && epoch != "" && b.Epoch != epoch {
		if twin, err = known(1); err != nil {
			return nil, err
		}
	}
	if twin {
		what = append(what, AlarmTwin)
	}
	// The record after the last one that the hall says it has.
	rolled, err := known(b.LastSeq + 1)
	if rolled {
		what = append(what, AlarmRollback)
	}
	return what, err
}

// isOld says whether a record is here for a while. One that just came is no
// proof against a birth: it may have overtaken it.
func isOld(ctx context.Context, tx *sql.Tx, st Stream, seq uint64, at time.Time) (bool, error) {
	var received int64
	err := tx.QueryRowContext(ctx, `SELECT received FROM records WHERE hall = $1 AND epoch = $2 AND seq = $3`,
		st.Hall, st.Epoch, int64(seq)).Scan(&received)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && at.Sub(time.UnixMilli(received)) > overtaken, err
}

// Death takes a will or a goodbye. One of another session than the last birth's
// is late, and says nothing.
func (s *sqlStore) Death(ctx context.Context, hall, session string, at time.Time) error {
	_, err := s.db.ExecContext(ctx, `UPDATE halls SET online = 0, seen = $1 WHERE hall = $2 AND session = $3`, at.UnixMilli(), hall, session)
	if err != nil {
		return fmt.Errorf("noting a death: %w", err)
	}
	return nil
}

// hushed is how long the session that is held to be the hall's must have said
// nothing before another one's heartbeat counts: longer than two heartbeats of a
// hall. A broker that died with the birth of an old session and came back gives
// that birth again, and the hall, which is at another broker by now, would get no
// command any more.
const hushed = 130 * time.Second

// Health keeps a heartbeat. If the hall and the county stand at the same
// record, it must be the same one.
func (s *sqlStore) Health(ctx context.Context, hall, broker string, h county.Health, at time.Time) ([]Alarm, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("noting a heartbeat: %w", err)
	}
	res, err := s.db.ExecContext(ctx, `UPDATE halls SET seen = $1, last_seq = $2, clock = $3, health = $4, session = $5, epoch = $6,
			online = CASE WHEN session = $5 THEN online ELSE 1 END, via = CASE WHEN session = $5 THEN via ELSE $7 END
		WHERE hall = $8 AND (session = $5 AND epoch = $6 OR session <> $5 AND seen < $9)`,
		at.UnixMilli(), int64(h.LastSeq), h.Clock, string(text), h.Session, h.Epoch, broker, hall, at.Add(-hushed).UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("noting a heartbeat: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return nil, err // of a session that is over
	}
	if err := claim(ctx, s.db, Stream{hall, h.Epoch}, h.LastSeq, at); err != nil {
		return nil, err
	}
	var head []byte
	err = s.db.QueryRowContext(ctx, `SELECT head FROM streams WHERE hall = $1 AND epoch = $2 AND upto = $3`, hall, h.Epoch, int64(h.LastSeq)).Scan(&head)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (h.Head == "" || hex.EncodeToString(head) == h.Head) {
		return nil, nil
	}
	a := Alarm{Hall: hall, Epoch: h.Epoch, Seq: h.LastSeq, What: AlarmHead, At: at}
	isNew := false
	if err == nil {
		isNew, err = raise(ctx, s.db, a)
	}
	if err != nil || !isNew {
		return nil, err
	}
	return []Alarm{a}, nil
}

// Faults names the devices that the hall's last heartbeat says do not work.
func (h Hall) Faults() string {
	var health county.Health
	_ = json.Unmarshal(h.Health, &health) // without one nothing is known
	var list []string
	for _, d := range health.Devices {
		if d.Fault != "" {
			list = append(list, d.Name+" "+d.Fault)
		}
	}
	return strings.Join(list, "、")
}

// Halls lists every hall that was heard of.
func (s *sqlStore) Halls(ctx context.Context) (list []Hall, err error) {
	err = s.query(ctx, func(rows *sql.Rows) error {
		var h Hall
		var seen int64
		var health string
		err := rows.Scan(&h.Hall, &h.Online, &h.Session, &h.Version, &h.Epoch, &h.LastSeq, &h.Upto, &h.Clock, &h.Boot, &seen, &health)
		h.Seen = time.UnixMilli(seen)
		if health != "" {
			h.Health = json.RawMessage(health)
		}
		list = append(list, h)
		return err
	}, `SELECT h.hall, h.online, h.session, h.version, h.epoch,
			CASE WHEN s.top > h.last_seq THEN s.top ELSE h.last_seq END, COALESCE(s.upto, 0), h.clock, h.boot, h.seen, h.health
		FROM halls h LEFT JOIN streams s ON s.hall = h.hall AND s.epoch = h.epoch ORDER BY h.hall`)
	if err != nil {
		return nil, fmt.Errorf("listing halls: %w", err)
	}
	return list, nil
}
