package daemon

import (
	"context"
	"fmt"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// salvageBatch is how many old records go into one transaction.
const salvageBatch = 256

// missing says which of the saved records a state does not hold yet: those of the
// newest file from a number on, or of any file.
type missing func(newest bool, seq uint64) bool

var (
	nothing    missing = func(bool, uint64) bool { return false }
	everything missing = func(bool, uint64) bool { return true }
)

// aside is the hall as the ledger that was set aside last summed it up; a new one
// if it did not, or if that does not read.
func (b *book) aside(cfg hall.Config) (*hall.Hall, missing) {
	if s, ok := b.ledger.AsideSnapshot(hall.SnapshotVersion); ok {
		if h, err := hall.Restore(cfg, s.State); err == nil {
			return h, func(newest bool, seq uint64) bool { return newest && seq > s.Seq }
		}
	}
	return hall.New(cfg), everything
}

// recover brings the state of the ledgers that were set aside into the one that
// took their place. The saved records that h lacks are applied to it. A power cut
// in between only means going on where it stopped.
func (b *book) recover(ctx context.Context, rec *ledger.Recovery, h *hall.Hall, lacks missing) error {
	told := &hall.LedgerRecovered{Reason: rec.Reason, Epoch: rec.Epoch, Records: rec.Records, Last: rec.Last, Lost: [][2]uint64{}, Ahead: b.ahead}
	b.lostSome = b.lostSome || len(rec.Lost) > 0
	for _, r := range rec.Lost {
		told.Lost = append(told.Lost, r)
	}
	already, err := b.carried(ctx)
	if err != nil {
		return err
	}
	c := carrier{book: b, skip: already}
	files, err := b.ledger.Earlier()
	if err != nil {
		return err
	}
	for _, f := range files {
		last := f == rec.Salvage
		for r, err := range ledger.ReadSalvage(f) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("reading the saved records: %w", err)
			}
			if lacks(last, r.Seq) {
				if err := replayOne(h, r); err != nil {
					return err
				}
			}
			if !last || rec.Confirmed.Has(r.Seq) {
				continue
			}
			if len(r.Doc) > ledger.MaxDoc-carrierRoom {
				told.Lost = append(told.Lost, [2]uint64{r.Seq, r.Seq})
				continue
			}
			if err := c.add(r); err != nil {
				return err
			}
		}
	}
	if err := c.flush(); err != nil {
		return err
	}
	state, err := h.Snapshot()
	if err != nil {
		return err
	}
	if err := b.ledger.SaveSnapshot(ledger.Snapshot{Version: hall.SnapshotVersion, State: state}); err != nil {
		return err
	}
	return b.tell(told, h)
}

// tell records what was set aside, which ends the recovery, and lets the hall know.
func (b *book) tell(told *hall.LedgerRecovered, h *hall.Hall) error {
	at := b.clock.now()
	entry := ledger.Entry{
		Kind: string(told.Kind()), Subject: told.Subject(), Data: told,
		Time: at.Time, Trusted: at.Trusted, Boot: at.Boot, Uptime: at.Uptime,
	}
	_, err := b.ledger.Append([]ledger.Entry{entry}, ledger.RecoveryDone())
	if err == nil {
		h.Apply(hall.Record{At: at, Data: told})
	}
	return err
}

// carried counts the records that were taken into this ledger already.
func (b *book) carried(ctx context.Context) (n uint64, err error) {
	kind := string(new(hall.LedgerSalvaged).Kind())
	for r, err := range b.ledger.Read(ctx, 1, 0) {
		if err != nil {
			return 0, err
		}
		if r.Kind == kind {
			n++
		}
	}
	return n, nil
}

// carrierRoom is what a record needs, in bytes, beside the one it carries.
const carrierRoom = 1 << 10

// carrier takes what the county lacks into the new ledger, a batch at a time.
type carrier struct {
	book  *book
	skip  uint64 // how many were taken before the power went
	batch []ledger.Entry
}

func (c *carrier) add(r ledger.Record) error {
	if c.skip > 0 {
		c.skip--
		return nil
	}
	if c.batch = append(c.batch, salvaged(r)); len(c.batch) < salvageBatch {
		return nil
	}
	return c.flush()
}

func (c *carrier) flush() error {
	if len(c.batch) == 0 {
		return nil
	}
	_, err := c.book.ledger.Append(c.batch)
	c.batch = c.batch[:0]
	return err
}

func salvaged(r ledger.Record) ledger.Entry {
	d := &hall.LedgerSalvaged{Record: r.Doc}
	return ledger.Entry{
		Kind: string(d.Kind()), Subject: d.Subject(), Data: d,
		Time: r.Time, Trusted: r.Trusted, Boot: r.Boot, Uptime: r.Uptime,
	}
}

// replayOne applies one record of a ledger.
func replayOne(h *hall.Hall, r ledger.Record) error {
	d, err := hall.Decode(hall.Kind(r.Kind), r.Data)
	if err != nil {
		return fmt.Errorf("replaying record %d: %w", r.Seq, err)
	}
	h.Apply(hall.Record{At: stampOf(r), Data: d})
	return nil
}

// stampOf is when a record happened, as the rules want it.
func stampOf(r ledger.Record) hall.Stamp {
	return hall.Stamp{Time: r.Time, Trusted: r.Trusted, Boot: r.Boot, Uptime: r.Uptime}
}
