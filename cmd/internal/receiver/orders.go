package receiver

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"halld/cmd/internal/county"
)

// Queue keeps a command until it is answered.
func (s *sqlStore) Queue(ctx context.Context, o Order) error {
	body, err := json.Marshal(o.Body)
	if err == nil {
		_, err = s.db.ExecContext(ctx, `INSERT INTO orders (id, hall, name, body, expires, answered, result) VALUES ($1, $2, $3, $4, $5, 0, '')`,
			o.ID, o.Hall, o.Name, string(body), o.Expires.UnixMilli())
	}
	if err != nil {
		return fmt.Errorf("queueing a command: %w", err)
	}
	return nil
}

// Orders lists the commands of a hall that wait for an answer; of every hall if
// hall is empty.
func (s *sqlStore) Orders(ctx context.Context, hall string, now time.Time) (list []Order, err error) {
	err = s.query(ctx, func(rows *sql.Rows) error {
		var o Order
		var body string
		var expires int64
		if err := rows.Scan(&o.ID, &o.Hall, &o.Name, &body, &expires); err != nil {
			return err
		}
		o.Expires = time.UnixMilli(expires)
		list = append(list, o)
		return json.Unmarshal([]byte(body), &list[len(list)-1].Body)
	}, `SELECT id, hall, name, body, expires FROM orders WHERE answered = 0 AND expires > $1 AND ($2 = '' OR hall = $2) ORDER BY expires, id`,
		now.UnixMilli(), hall)
	if err != nil {
		return nil, fmt.Errorf("listing commands: %w", err)
	}
	return list, nil
}

// Answer takes the hall's word on a command. A refusal that another session or
// another time may lift leaves it waiting.
func (s *sqlStore) Answer(ctx context.Context, hall string, r county.Result, at time.Time) error {
	if r.Error == county.RefusedSession || r.Error == county.RefusedLater {
		return nil
	}
	text, err := json.Marshal(r)
	if err == nil {
		_, err = s.db.ExecContext(ctx, `UPDATE orders SET answered = $1, result = $2 WHERE id = $3 AND hall = $4 AND answered = 0`,
			at.UnixMilli(), string(text), r.ID, hall)
	}
	if err != nil {
		return fmt.Errorf("noting an answer: %w", err)
	}
	return nil
}
