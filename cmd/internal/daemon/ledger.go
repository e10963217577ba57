package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// Records gives the exact bytes of n records at most, oldest first, from a
// sequence on; from 0 means the last n.
func (b backend) Records(ctx context.Context, from uint64, n int) ([]json.RawMessage, error) {
	if from == 0 {
		last, _ := b.d.ledger.Head()
		from = max(last, uint64(n)) - uint64(n) + 1
	}
	list := []json.RawMessage{}
	for r, err := range b.d.ledger.Read(ctx, from, n) {
		if err != nil {
			return nil, damaged(err)
		}
		list = append(list, r.Doc)
	}
	return list, nil
}

// Sheet lays a period of a book out, from every record that there is. Damaged ones
// are told below it and keep nobody from the rest.
func (b backend) Sheet(ctx context.Context, key string, p hall.Period) (hall.Sheet, error) {
	kept, err := hall.FindBook(key)
	if err != nil {
		return hall.Sheet{}, err
	}
	var broken error
	var bad []ledger.Problem
	records := func(yield func(hall.Record) bool) {
		for r, err := range b.d.book.history(ctx) {
			var d hall.Data
			var flaw ledger.Problem
			switch kind := hall.Kind(r.Kind); {
			case errors.As(err, &flaw):
				bad = append(bad, flaw)
				continue
			case err != nil:
			case !kept.Wants(kind):
				continue
			default:
				d, err = hall.Decode(kind, r.Data)
			}
			if broken = err; err != nil || !yield(hall.Record{At: stampOf(r), Data: d}) {
				return
			}
		}
	}
	sheet, err := kept.Sheet(rules(b.d.cfg), records, p)
	if err = cmp.Or(broken, err); err != nil {
		return hall.Sheet{}, err
	}
	for _, flaw := range bad {
		row := make([]string, len(sheet.Columns))
		row[0] = damaged(flaw).Error()
		sheet.Rows = append(sheet.Rows, row)
	}
	return sheet, nil
}

// damaged says in the staff's words which record did not read.
func damaged(err error) error {
	var p ledger.Problem
	if errors.As(err, &p) {
		return &hall.Refusal{Code: faultDamaged, Text: "台账" + p.Text() + "，请用 hallctl ledger verify 核对"}
	}
	return err
}

// Verified is the outcome of a walk over the whole ledger, and of what was lost of
// those before it.
type Verified struct {
	Records uint64   `json:"records"`
	Epoch   string   `json:"epoch"`
	Head    string   `json:"head"`
	Bad     []string `json:"bad"` // each names a record; empty means not a byte has changed
}

// Verify walks the ledger.
func (b backend) Verify(ctx context.Context, progress func(done, total uint64)) (any, error) {
	rep, err := b.d.ledger.Verify(ctx, progress)
	if err != nil {
		return nil, err
	}
	v := Verified{Records: rep.Records, Epoch: rep.Epoch, Head: rep.Head, Bad: []string{}}
	lost, err := b.d.book.lost(ctx)
	v.Bad = append(v.Bad, lost...)
	for _, p := range rep.Bad {
		v.Bad = append(v.Bad, p.Text())
	}
	return v, err
}

// lost tells what could not be read of the ledgers that were set aside: a new one
// does not make them whole.
func (b *book) lost(ctx context.Context) (list []string, err error) {
	files, err := b.ledger.Earlier()
	if err != nil || len(files) == 0 {
		return nil, err
	}
	kind := new(hall.LedgerRecovered).Kind()
	for r, err := range b.history(ctx) {
		var bad ledger.Problem // of this ledger, and told with it
		if err != nil && !errors.As(err, &bad) {
			return list, err
		}
		if err != nil || hall.Kind(r.Kind) != kind {
			continue
		}
		d, err := hall.Decode(kind, r.Data)
		if err != nil {
			return list, err
		}
		list = append(list, d.(*hall.LedgerRecovered).Losses()...)
	}
	return list, nil
}

// Backup copies the ledger into the data folder and gives the copy, which is gone
// from there once it is closed.
func (b backend) Backup(ctx context.Context) (io.ReadCloser, int64, error) {
	b.d.copying.Lock()
	defer b.d.copying.Unlock()
	dir := filepath.Join(b.d.cfg.DataDir, "backup")
	// What a power cut left of the last copy goes first.
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)); err != nil {
		return nil, 0, fmt.Errorf("making room for a copy of the ledger: %w", err)
	}
	defer os.RemoveAll(dir) // the open file stays readable
	path := filepath.Join(dir, "ledger.db")
	switch err := b.d.ledger.Backup(ctx, path); {
	case errors.Is(err, ledger.ErrFull):
		return nil, 0, &hall.Refusal{Code: "full", Text: "存储卡空间不足，做不了备份，请先清理存储卡"}
	case err != nil:
		return nil, 0, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// Pin gives the hash of a staff member's PIN, nil if none is set.
func (b backend) Pin(staff string) ([]byte, error) {
	hash, _, err := b.d.ledger.Get(ledger.Staff, staff)
	return hash, err
}

// SetPin keeps a hash; nil forgets it.
func (b backend) SetPin(staff string, hash []byte) error {
	side := ledger.Put(ledger.Staff, staff, hash)
	if hash == nil {
		side = ledger.Delete(ledger.Staff, staff)
	}
	_, err := b.d.ledger.Append(nil, side)
	return err
}

// cardKey is where the ref of a staff member's card is kept, beside the PIN; no
// staff id has a slash.
func cardKey(staff string) string { return "card/" + staff }

// Card gives the ref of a staff member's card, empty if none is registered.
func (b backend) Card(staff string) (string, error) {
	ref, _, err := b.d.ledger.Get(ledger.Staff, cardKey(staff))
	return string(ref), err
}

// SetCard keeps a ref; an empty one forgets it.
func (b backend) SetCard(staff, ref string) error {
	side := ledger.Put(ledger.Staff, cardKey(staff), []byte(ref))
	if ref == "" {
		side = ledger.Delete(ledger.Staff, cardKey(staff))
	}
	_, err := b.d.ledger.Append(nil, side)
	return err
}
