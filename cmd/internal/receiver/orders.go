package receiver

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"halld/cmd/internal/county"
)

// Queue keeps a command until it is answered.
func (s *sqlStore) Queue(ctx context.Context, o Order, at time.Time) error {
	body, err := json.Marshal(o.Body)
	if err == nil {
		_, err = s.db.ExecContext(ctx, `INSERT INTO orders (id, hall, name, body, expires, queued, sent, session, answered, result)
			VALUES ($1, $2, $3, $4, $5, $6, 0, '', 0, '')`,
			o.ID, o.Hall, o.Name, string(body), o.Expires.UnixMilli(), at.UnixMilli())
	}
	if err != nil {
		return fmt.Errorf("queueing a command: %w", err)
	}
	return nil
}

// Due takes the commands that are to be sent over a broker now.
func (s *sqlStore) Due(ctx context.Context, broker string, again time.Duration, now time.Time) (list []Sending, err error) {
	queued := map[string]int64{}
	err = s.query(ctx, func(rows *sql.Rows) error {
		var o Sending
		var body string
		var expires, at int64
		if err := rows.Scan(&o.ID, &o.Hall, &o.Name, &body, &expires, &at, &o.Session); err != nil {
			return err
		}
		o.Expires, queued[o.ID] = time.UnixMilli(expires), at
		list = append(list, o)
		return json.Unmarshal([]byte(body), &list[len(list)-1].Body)
	}, `UPDATE orders SET sent = $1, session = h.session FROM halls h
		WHERE h.hall = orders.hall AND h.online = 1 AND h.via = $2 AND orders.answered = 0 AND orders.expires > $1
			AND (orders.session <> h.session OR orders.sent <= $3)
		RETURNING orders.id, orders.hall, orders.name, orders.body, orders.expires, orders.queued, orders.session`,
		now.UnixMilli(), broker, now.Add(-again).UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("taking commands that are due: %w", err)
	}
	slices.SortFunc(list, func(a, b Sending) int {
		return cmp.Or(cmp.Compare(queued[a.ID], queued[b.ID]), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// Orders lists the newest commands and what came of them.
func (s *sqlStore) Orders(ctx context.Context, limit int) (list []Ordered, err error) {
	moment := func(ms int64) time.Time {
		if ms == 0 {
			return time.Time{}
		}
		return time.UnixMilli(ms)
	}
	err = s.query(ctx, func(rows *sql.Rows) error {
		var o Ordered
		var queued, expires, sent, answered int64
		var result string
		err := rows.Scan(&o.ID, &o.Hall, &o.Name, &queued, &expires, &sent, &answered, &result)
		o.Queued, o.Expires, o.Sent, o.Answered = moment(queued), moment(expires), moment(sent), moment(answered)
		if result != "" {
			o.Result = json.RawMessage(result)
		}
		list = append(list, o)
		return err
	}, `SELECT id, hall, name, queued, expires, sent, answered, result FROM orders ORDER BY queued DESC, id LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("listing commands: %w", err)
	}
	return list, nil
}

// Detail is what the hall said for people, if anything.
func (o Ordered) Detail() string {
	var res county.Result
	_ = json.Unmarshal(o.Result, &res) // not yet answered
	return res.Detail
}

// State is in a word how far a command is: 待送, 已送, 完成, 拒绝 or 过期.
func (o Ordered) State(now time.Time) string {
	var res county.Result
	switch {
	case !o.Answered.IsZero() && json.Unmarshal(o.Result, &res) == nil && res.OK:
		return "完成"
	case !o.Answered.IsZero():
		return "拒绝"
	case !now.Before(o.Expires):
		return "过期"
	case !o.Sent.IsZero():
		return "已送"
	}
	return "待送"
}

// Answer takes the hall's word on a command. A refusal that another session or
// another time may lift leaves it waiting, and so does "expired" while it has
// not by the county's own clock: the hall's is wrong then.
func (s *sqlStore) Answer(ctx context.Context, hall string, r county.Result, at time.Time) error {
	if r.Error == county.RefusedSession || r.Error == county.RefusedLater {
		return nil
	}
	upto := int64(math.MaxInt64) // only a command that expires no later is answered by this
	if r.Error == county.RefusedExpired {
		upto = at.UnixMilli()
	}
	text, err := json.Marshal(r)
	if err == nil {
		_, err = s.db.ExecContext(ctx, `UPDATE orders SET answered = $1, result = $2 WHERE id = $3 AND hall = $4 AND answered = 0 AND expires <= $5`,
			at.UnixMilli(), string(text), r.ID, hall, upto)
	}
	if err != nil {
		return fmt.Errorf("noting an answer: %w", err)
	}
	return nil
}
