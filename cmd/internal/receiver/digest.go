package receiver

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"halld/cmd/internal/ledger"
)

// kindDigest is the kind of the record that follows the end of a hall's day.
const kindDigest = "ledger.digest"

// What a digest may differ in beside the kinds of its records.
const (
	differsHead  = "head"  // the last record
	differsRange = "range" // it does not go on where the one before ended, or can't be read
)

// dayDigest is the data of such a record.
type dayDigest struct {
	Day string `json:"day"`
	ledger.Digest
}

// reconcile holds what is here to a hall's digest, and keeps what came of it.
// The watermark has just reached the digest, so nothing that it counts can
// still be on its way: what is missing was lost here.
func (c *commit) reconcile(ctx context.Context, r row) error {
	d, differs, err := c.difference(ctx, r)
	if err != nil {
		return fmt.Errorf("reconciling with digest %d: %w", r.Seq, err)
	}
	_, err = c.tx.ExecContext(ctx, `INSERT INTO digests (hall, epoch, seq, day, differs) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		r.Hall, r.Epoch, int64(r.Seq), d.Day, strings.Join(differs, " "))
	if err != nil {
		return fmt.Errorf("keeping a digest: %w", err)
	}
	if len(differs) == 0 {
		return nil
	}
	return c.alarm(ctx, r, AlarmDigest, differs...)
}

// difference names what the county's records and a digest differ in.
func (c *commit) difference(ctx context.Context, r row) (d dayDigest, differs []string, err error) {
	var doc []byte
	err = c.tx.QueryRowContext(ctx, `SELECT doc FROM records WHERE hall = $1 AND epoch = $2 AND seq = $3`,
		r.Hall, r.Epoch, int64(r.Seq)).Scan(&doc)
	if err != nil {
		return d, nil, err
	}
	d, ok := readDigest(doc)
	if !ok {
		return d, []string{differsRange}, nil
	}
	follows, err := c.follows(ctx, r, d.Digest)
	if err != nil || !follows {
		return d, []string{differsRange}, err
	}
	kinds, head, err := c.sums(ctx, r, d.Digest)
	return d, compareDigest(d.Digest, kinds, head), err
}

// readDigest reads the data of a digest's record.
func readDigest(doc []byte) (d dayDigest, ok bool) {
	rec, err := ledger.Decode(doc)
	if err == nil {
		err = json.Unmarshal(rec.Data, &d)
	}
	if err == nil {
		_, err = time.Parse(time.DateOnly, d.Day)
	}
	if err != nil {
		return dayDigest{}, false
	}
	return d, true
}

// follows says whether a digest counts all between the one before and itself.
// What was counted once is never walked again, whatever a hall claims.
func (c *commit) follows(ctx context.Context, r row, d ledger.Digest) (bool, error) {
	if d.From == 0 || d.From > d.Upto || d.Upto+1 != r.Seq {
		return false, nil
	}
	var before sql.NullInt64
	err := c.tx.QueryRowContext(ctx, `SELECT max(seq) FROM digests WHERE hall = $1 AND epoch = $2`, r.Hall, r.Epoch).Scan(&before)
	return !before.Valid || uint64(before.Int64) == d.From, err
}

// sums counts the county's own records of a digest's range. Their hashes are
// made anew from their bytes, so a byte that changed here shows.
func (c *commit) sums(ctx context.Context, r row, d ledger.Digest) (kinds map[string]ledger.Sum, head string, err error) {
	var sums ledger.Sums
	err = each(ctx, c.tx, func(rows *sql.Rows) error {
		var seq uint64
		var kind string
		var doc []byte
		if err := rows.Scan(&seq, &kind, &doc); err != nil {
			return err
		}
		sum := sha256.Sum256(doc)
		sums.Add(kind, sum[:])
		if seq == d.Upto {
			head = hex.EncodeToString(sum[:])
		}
		return nil
	}, `SELECT seq, kind, doc FROM records WHERE hall = $1 AND epoch = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq`,
		r.Hall, r.Epoch, int64(d.From), int64(d.Upto))
	return sums.Kinds(), head, err
}

// compareDigest names the kinds that differ, and "head" if the last record
// does.
func compareDigest(d ledger.Digest, kinds map[string]ledger.Sum, head string) (differs []string) {
	all := maps.Clone(kinds)
	maps.Copy(all, d.Kinds)
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		switch {
		case d.Kinds[kind] == kinds[kind]:
		case strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || kind == "":
			return []string{differsRange} // no record has such a kind
		default:
			differs = append(differs, kind)
		}
	}
	if d.Head != head {
		differs = append(differs, differsHead)
	}
	return differs
}

// reconciled marks the days of the list that ended here as they did at the hall:
// every digest of the day agrees, and there is one.
func (s *sqlStore) reconciled(ctx context.Context, from, to string, list []Day) error {
	type key struct{ hall, day string }
	agrees := map[key]bool{}
	err := s.query(ctx, func(rows *sql.Rows) error {
		var k key
		var ok bool
		err := rows.Scan(&k.hall, &k.day, &ok)
		agrees[k] = ok
		return err
	}, `SELECT hall, day, min(CASE WHEN differs = '' THEN 1 ELSE 0 END) FROM digests WHERE day BETWEEN $1 AND $2 GROUP BY hall, day`, from, to)
	for i := range list {
		list[i].Reconciled = agrees[key{list[i].Hall, list[i].Day}]
	}
	return err
}
