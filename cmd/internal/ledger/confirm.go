package ledger

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/ncruces/go-sqlite3"
)

// Range is the sequences from its first to its second number, both included.
type Range [2]uint64

// UnmarshalJSON takes an array of two numbers and, unlike an array's own way of
// reading, of no other length.
func (r *Range) UnmarshalJSON(b []byte) error {
	var n []uint64
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	if len(n) != len(r) {
		return fmt.Errorf("a range has %d numbers and not two", len(n))
	}
	copy(r[:], n)
	return nil
}

func (r Range) count() uint64 { return r[1] - r[0] + 1 }

// Ack is what the county has committed to its own database: every record of
// the epoch up to Upto, except those in Holes. Its JSON is the payload of
// dn/ack.
type Ack struct {
	Epoch string  `json:"epoch"`
	Upto  uint64  `json:"upto"`
	Holes []Range `json:"holes"`
	Head  string  `json:"head,omitempty"` // hash of record Upto there; a county need not say it
}

// Confirmed is the last acknowledgement that was taken.
func (l *Ledger) Confirmed() Ack {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ack.clone()
}

// Confirm takes the county's acknowledgement and keeps it on disk. It may be
// lower than the one before: a county that restored its database gets the
// records again. Errors: ErrEpoch, ErrAhead, or one that says what is wrong
// with the holes; the watermark then stays where it was.
func (l *Ledger) Confirm(ack Ack) error {
	return l.locked("confirming records", func(d *db) error {
		ack, err := l.fits(d, ack)
		if err != nil || l.ack.equal(ack) {
			return err
		}
		value, err := json.Marshal(ack)
		if err != nil {
			return err
		}
		if err := d.putSide(Put(own, keyAck, value)); err != nil {
			return err
		}
		l.ack = ack
		return nil
	})
}

// Check holds an acknowledgement to the ledger and gives it with its holes in
// order, as Confirm would keep it. Its errors are those of Confirm.
func (l *Ledger) Check(ack Ack) (clean Ack, err error) {
	err = l.locked("checking an acknowledgement", func(d *db) error {
		clean, err = l.fits(d, ack)
		return err
	})
	return clean, err
}

// fits gives an acknowledgement that can be of this ledger. An old image of the
// card that was written on has as many records as the county and others in
// their places, so the last one has to be the same.
func (l *Ledger) fits(d *db, ack Ack) (Ack, error) {
	ack, err := ack.clean(l.epoch, l.last)
	if err != nil || ack.Head == "" || ack.Upto == 0 {
		return ack, err
	}
	same := true // unless it is seen otherwise: of a row that is gone nothing is known
	err = d.query(`SELECT hash FROM records WHERE seq = ?`, func(s *sqlite3.Stmt) {
		same = hex.EncodeToString(s.ColumnRawBlob(0)) == ack.Head
	}, ack.Upto)
	if err == nil && !same {
		err = fmt.Errorf("%w: its record %d is another than the one here", ErrAhead, ack.Upto)
	}
	ack.Head = ""
	return ack, err
}

// UnconfirmedCount is how many records the county has yet to commit. It costs
// nothing.
func (l *Ledger) UnconfirmedCount() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.last - l.ack.Upto
	for _, h := range l.ack.Holes {
		n += h.count()
	}
	return n
}

// Unconfirmed yields the records behind the sequence after that the county
// has yet to commit, in order. The end is that of the moment of the call;
// [Ledger.Appended] tells of later ones.
func (l *Ledger) Unconfirmed(ctx context.Context, after uint64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, r := range l.unconfirmedRanges(after) {
			for rec, err := range l.read(ctx, r) {
				if !yield(rec, err) {
					return
				}
			}
		}
	}
}

// unconfirmedRanges are the holes and the tail, cut off at after.
func (l *Ledger) unconfirmedRanges(after uint64) []Range {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := append(slices.Clone(l.ack.Holes), Range{l.ack.Upto + 1, l.last})
	var ranges []Range
	for _, r := range all {
		r[0] = max(r[0], after+1)
		if r[0] <= r[1] {
			ranges = append(ranges, r)
		}
	}
	return ranges
}

// clean checks an acknowledgement against the ledger and sorts its holes.
func (a Ack) clean(epoch string, last uint64) (Ack, error) {
	if a.Epoch != epoch {
		return Ack{}, ErrEpoch
	}
	if a.Upto > last {
		return Ack{}, AheadError{County: a.Upto, Here: last}
	}
	a = a.clone()
	slices.SortFunc(a.Holes, func(x, y Range) int { return slices.Compare(x[:], y[:]) })
	var end uint64
	for _, h := range a.Holes {
		if h[0] <= end || h[0] > h[1] || h[1] > a.Upto {
			return Ack{}, fmt.Errorf("hole %d to %d overlaps, is reversed or passes %d", h[0], h[1], a.Upto)
		}
		end = h[1]
	}
	return a, nil
}

// Has tells whether the county has committed the record seq.
func (a Ack) Has(seq uint64) bool {
	for _, r := range a.Holes {
		if r[0] <= seq && seq <= r[1] {
			return false
		}
	}
	return seq <= a.Upto
}

// clone never has nil holes, so that its JSON is [] and not null.
func (a Ack) clone() Ack {
	a.Holes = append([]Range{}, a.Holes...)
	return a
}

func (a Ack) equal(b Ack) bool {
	return a.Epoch == b.Epoch && a.Upto == b.Upto && slices.Equal(a.Holes, b.Holes)
}

// loadAck reads the watermark of a file. Without one that fits, nothing is
// confirmed: the county then gets everything again and drops the repeats.
func (d *db) loadAck(epoch string, last uint64) (a Ack, fits bool, err error) {
	none := Ack{Epoch: epoch}.clone()
	value, ok, err := d.getSide(own, keyAck)
	if err != nil || !ok {
		return none, true, err
	}
	unfit := json.Unmarshal(value, &a)
	if unfit == nil {
		a, unfit = a.clean(epoch, last)
	}
	if fits = unfit == nil; !fits {
		a = none
	}
	return a, fits, nil
}

// AheadError is an [ErrAhead] that knows by how much.
type AheadError struct{ County, Here uint64 } // the last record there, and here

func (e AheadError) Error() string {
	return fmt.Sprintf("%v: it has %d, the last record here is %d", ErrAhead, e.County, e.Here)
}

// Unwrap makes it an [ErrAhead].
func (e AheadError) Unwrap() error { return ErrAhead }
