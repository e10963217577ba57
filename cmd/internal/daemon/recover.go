package daemon

import (
	"context"
	"fmt"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// salvageBatch is how many old records go into one transaction.
const salvageBatch = 50

// recover brings the state of the ledgers that were set aside into the one that
// took their place. A power cut in between only means doing it again.
func (b *book) recover(ctx context.Context, cfg hall.Config, rec *ledger.Recovery) error {
	h := hall.New(cfg)
	var unconfirmed []ledger.Entry
	files, err := b.ledger.Earlier()
	if err != nil {
		return err
	}
	for _, f := range files {
		for r, err := range ledger.ReadSalvage(f) {
			if err != nil {
				return fmt.Errorf("reading the saved records: %w", err)
			}
			if err := replayOne(h, r); err != nil {
				return err
			}
			if f == rec.Salvage && !rec.Confirmed.Has(r.Seq) {
				unconfirmed = append(unconfirmed, salvaged(r))
			}
		}
	}
	state, err := h.Snapshot()
	if err != nil {
		return err
	}
	if err := b.ledger.SaveSnapshot(ledger.Snapshot{Version: hall.SnapshotVersion, State: state}); err != nil {
		return err
	}
	return b.tell(ctx, rec, unconfirmed)
}

// tell records what was set aside, and what of it the county still lacks.
func (b *book) tell(ctx context.Context, rec *ledger.Recovery, unconfirmed []ledger.Entry) error {
	told := &hall.LedgerRecovered{Reason: rec.Reason, Epoch: rec.Epoch, Records: rec.Records, Last: rec.Last, Lost: [][2]uint64{}}
	for _, r := range rec.Lost {
		told.Lost = append(told.Lost, r)
	}
	for len(unconfirmed) > 0 && ctx.Err() == nil {
		n := min(len(unconfirmed), salvageBatch)
		if _, err := b.ledger.Append(unconfirmed[:n]); err != nil {
			return err
		}
		unconfirmed = unconfirmed[n:]
	}
	at := b.clock.now()
	entry := ledger.Entry{
		Kind: string(told.Kind()), Subject: told.Subject(), Data: told,
		Time: at.Time, Trusted: at.Trusted, Boot: at.Boot, Uptime: at.Uptime,
	}
	if _, err := b.ledger.Append([]ledger.Entry{entry}, ledger.RecoveryDone()); err != nil {
		return err
	}
	return ctx.Err()
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
