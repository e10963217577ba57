package receiver

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// Days sums the records up by hall and day, both days included. Nothing is
// counted on the way in, so nothing can be counted twice.
func (s *sqlStore) Days(ctx context.Context, from, to string) (list []Day, err error) {
	err = s.query(ctx, func(rows *sql.Rows) error {
		var hall, day, kind string
		var records, unsure, persons, n, fen int64
		if err := rows.Scan(&hall, &day, &kind, &records, &unsure, &persons, &n, &fen); err != nil {
			return err
		}
		if last := len(list) - 1; last < 0 || list[last].Hall != hall || list[last].Day != day {
			list = append(list, Day{Hall: hall, Day: day})
		}
		d := &list[len(list)-1]
		d.Records, d.Unsure = d.Records+records, d.Unsure+unsure
		d.add(kind, n, persons, fen)
		return nil
	}, `SELECT hall, day, kind, count(*), CAST(sum(1 - trusted) AS BIGINT), count(DISTINCT NULLIF(ref, '')),
			CAST(sum(counts) AS BIGINT), CAST(sum(fen) AS BIGINT)
		FROM records WHERE day BETWEEN $1 AND $2 GROUP BY day, hall, kind ORDER BY day DESC, hall, kind`, from, to)
	if err == nil {
		err = s.reconciled(ctx, from, to, list)
	}
	if err != nil {
		return nil, fmt.Errorf("summing up days: %w", err)
	}
	return list, nil
}

// add adds the records of one kind: how many count, how many persons they are
// about, and their sum.
func (d *Day) add(kind string, n, persons, fen int64) {
	switch kind {
	case "checkin.recorded":
		d.Checkins, d.Persons = n, persons
	case "checkin.refused":
		d.Refusals = n
	case "ticket.issued":
		d.Tickets = n
	case "rental.requested":
		d.Requested = n
	case "rental.out":
		d.Out = n
	case "rental.returned":
		d.Returned = n
	case "rental.settled", "rental.corrected":
		d.Settled += n
		d.Fees += fen
	case "deposit.taken":
		d.Taken = fen
	case "deposit.refunded":
		d.Refunded = fen
	case "deposit.forfeited":
		d.Forfeited = fen
	case "payment.taken":
		d.Paid = fen
	case "emergency.raised", "locker.forced":
		d.Urgent += n
	}
}

// sum adds another day's figures. A person who came on two days counts twice.
func (d *Day) sum(o Day) {
	for _, f := range [][2]*int64{
		{&d.Records, &o.Records},
		{&d.Unsure, &o.Unsure},
		{&d.Persons, &o.Persons},
		{&d.Checkins, &o.Checkins},
		{&d.Refusals, &o.Refusals},
		{&d.Tickets, &o.Tickets},
		{&d.Requested, &o.Requested},
		{&d.Out, &o.Out},
		{&d.Returned, &o.Returned},
		{&d.Settled, &o.Settled},
		{&d.Taken, &o.Taken},
		{&d.Refunded, &o.Refunded},
		{&d.Forfeited, &o.Forfeited},
		{&d.Paid, &o.Paid},
		{&d.Fees, &o.Fees},
		{&d.Urgent, &o.Urgent},
	} {
		*f[0] += *f[1]
	}
}

// Alarms lists the newest alarms.
func (s *sqlStore) Alarms(ctx context.Context, limit int) (list []Alarm, err error) {
	err = s.query(ctx, func(rows *sql.Rows) error {
		var a Alarm
		var at int64
		var differs string
		err := rows.Scan(&a.Hall, &a.Epoch, &a.Seq, &a.What, &at, &differs)
		a.At = time.UnixMilli(at)
		if a.What == AlarmDigest {
			a.Differs = strings.Fields(differs)
		}
		list = append(list, a)
		return err
	}, `SELECT a.hall, a.epoch, a.seq, a.what, a.at, COALESCE(d.differs, '')
		FROM alarms a LEFT JOIN digests d ON d.hall = a.hall AND d.epoch = a.epoch AND d.seq = a.seq
		ORDER BY a.at DESC, a.hall, a.seq LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("listing alarms: %w", err)
	}
	return list, nil
}
