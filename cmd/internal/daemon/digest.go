package daemon

import (
	"context"
	"encoding/json"
	"fmt"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// What the daily digest keeps in ledger.Meta. Both are written together with
// the records they speak of, so a crash at any moment leaves them true.
const (
	keyDigested  = "digested"   // a digested: how far the last digest reaches
	keyDigestDue = "digest-due" // the day that ended and has no digest yet
)

// digested is how far the last digest of an epoch reaches.
type digested struct {
	Epoch string `json:"epoch"`
	Upto  uint64 `json:"upto"`
}

// dayEnded is the day whose end is among data, or "".
func dayEnded(data []hall.Data) (day string) {
	for _, d := range data {
		if c, ok := d.(*hall.DayClosed); ok {
			day = c.Day
		}
	}
	return day
}

// digestDue notes that a day has ended, in the transaction that ends it.
func digestDue(day string) ledger.Side { return ledger.Put(ledger.Meta, keyDigestDue, []byte(day)) }

// digest appends the digest that is due, if one is. A failure is nobody's who
// closes a day: the day's records are on disk, and the digest stays due until
// the next start or the next day's end.
func (b *book) digest(at hall.Stamp) {
	day, due, err := b.ledger.Get(ledger.Meta, keyDigestDue)
	if err == nil && due {
		err = b.appendDigest(at, string(day))
	}
	if err != nil {
		b.log.Warn("the day's digest was not written; it is tried again later", "err", err)
	}
}

// appendDigest counts the ledger from the last digest's end on. The digest
// before is the first record that it counts, so every record is in one.
func (b *book) appendDigest(at hall.Stamp, day string) error {
	from, err := b.undigested()
	if err != nil {
		return err
	}
	// It belongs to a write that is over, so no caller's end cuts it short.
	sum, err := b.ledger.Digest(context.Background(), from)
	if err != nil {
		return err
	}
	reach, err := json.Marshal(digested{Epoch: b.ledger.Epoch(), Upto: sum.Upto})
	if err != nil {
		return err
	}
	d := &hall.LedgerDigest{Day: day, From: sum.From, Upto: sum.Upto, Head: sum.Head, Kinds: map[hall.Kind]hall.KindDigest{}}
	for kind, s := range sum.Kinds {
		d.Kinds[hall.Kind(kind)] = hall.KindDigest(s)
	}
	entry := ledger.Entry{
		Kind: string(d.Kind()), Subject: d.Subject(), Data: d,
		Time: at.Time, Trusted: at.Trusted, Boot: at.Boot, Uptime: at.Uptime,
	}
	_, err = b.ledger.Append([]ledger.Entry{entry},
		ledger.Put(ledger.Meta, keyDigested, reach), ledger.Delete(ledger.Meta, keyDigestDue))
	if err == nil {
		b.since++
	}
	return err
}

// undigested is the first sequence that no digest covers. A new epoch counts
// from its first record, whatever came over from the one before.
func (b *book) undigested() (uint64, error) {
	blob, ok, err := b.ledger.Get(ledger.Meta, keyDigested)
	if err != nil || !ok {
		return 1, err
	}
	var d digested
	if err := json.Unmarshal(blob, &d); err != nil {
		return 0, fmt.Errorf("reading how far the last digest reaches: %w", err)
	}
	if d.Epoch != b.ledger.Epoch() {
		return 1, nil
	}
	return d.Upto + 1, nil
}
