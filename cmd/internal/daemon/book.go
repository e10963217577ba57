package daemon

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/ledger"
)

// book writes the hall's records into the ledger, with the identities that
// belong to them sealed.
type book struct {
	ledger *ledger.Ledger
	vault  *vault
	county *identity.PublicKey // nil: identities are held back
	clock  *clock
	log    *slog.Logger
	hallID string
	since  uint64 // records behind the last snapshot

	ahead    uint64 // records that the county has and an old card lacked
	unsaved  bool   // the last snapshot that was due could not be written
	lostSome bool   // this start found that records of the ledger before are lost
}

// snapshotEvery is how many records a start may have to replay.
const snapshotEvery = 500

// write puts data on disk as records of one moment, with the side values that
// belong to them, in one transaction and one sync. The end of a day is followed
// by its digest, in a transaction of its own.
func (b *book) write(at hall.Stamp, data []hall.Data, who *newcomer, h *hall.Hall, more ...ledger.Side) error {
	day, begins := dayEnded(data), dayBegins(data) && at.Trusted
	if day != "" {
		b.digest(at) // of an earlier day, if that failed
	}
	entries := make([]ledger.Entry, len(data))
	next := b.ledger.Next()
	for i, d := range data {
		if err := b.seal(d, next+uint64(i), who); err != nil {
			return err
		}
		entries[i] = ledger.Entry{
			Kind: string(d.Kind()), Time: at.Time, Trusted: at.Trusted, Subject: d.Subject(),
			Boot: at.Boot, Uptime: at.Uptime, Data: d,
		}
	}
	side, err := b.vault.changes(data, who, h)
	if err != nil {
		return err
	}
	side = append(side, more...)
	if day != "" {
		side = append(side, digestDue(day))
	}
	if begins {
		side = append(side, floorSide(at))
	}
	if _, err := b.ledger.Append(entries, side...); err != nil {
		return err
	}
	b.vault.written(data, who, h)
	b.since += uint64(len(entries))
	if day != "" {
		b.digest(at)
	}
	if begins {
		b.expire(at)
	}
	return nil
}

// keyTried is where the ledger's side remembers when it was last tried.
const keyTried = "tried"

// try writes something that nobody needs, to know whether the ledger takes
// records again.
func (b *book) try(at hall.Stamp) error {
	_, err := b.ledger.Append(nil, ledger.Put(ledger.Meta, keyTried, []byte(at.Time.String())))
	return err
}

// dayBegins says whether the beginning of a day is among data.
func dayBegins(data []hall.Data) bool {
	return slices.ContainsFunc(data, func(d hall.Data) bool {
		_, is := d.(*hall.DayOpened)
		return is
	})
}

// expire drops what the ledger keeps for a time only, such as answers to the
// county's commands. A failure is nobody's who opens a day.
func (b *book) expire(at hall.Stamp) {
	if _, err := b.ledger.Expire(at.Time); err != nil {
		b.log.Warn("what has expired was not removed; it is tried again tomorrow", "err", err)
	}
}

// seal puts the identity of the person in d under the county's key, bound to the
// record it stands in.
func (b *book) seal(d hall.Data, seq uint64, who *newcomer) error {
	c, ok := d.(hall.Concerns)
	if !ok || b.county == nil {
		return nil
	}
	p := c.Who()
	if p == nil || p.Ref == "" {
		return nil
	}
	id, kept := b.vault.people[p.Ref]
	if who != nil && who.ref == p.Ref {
		id, kept = who.person, true
	}
	if !kept {
		return nil
	}
	sealed, key, err := b.county.Seal(identity.Place{Hall: b.hallID, Seq: seq, Field: "person"}, id)
	if err != nil {
		return err
	}
	p.Sealed, p.Key = sealed, key
	return nil
}

// replay brings a hall to the state that the ledger tells. A damaged record that
// the state needs, and that lies further back than a start looks, keeps no hall
// shut: the ledger is set aside like one that did not open.
func (b *book) replay(ctx context.Context, cfg hall.Config) (*hall.Hall, error) {
	h, err := b.replayed(ctx, cfg)
	if !errors.Is(err, ledger.ErrBroken) {
		return h, err
	}
	if err := b.ledger.NewEpoch(err.Error()); err != nil {
		return nil, err
	}
	return b.replayed(ctx, cfg)
}

// replayed goes on from the last snapshot, or from the first record.
func (b *book) replayed(ctx context.Context, cfg hall.Config) (*hall.Hall, error) {
	if rec := b.ledger.Recovery(); rec != nil {
		h, lacks := b.aside(cfg)
		if err := b.recover(ctx, rec, h, lacks); err != nil {
			return nil, fmt.Errorf("recovering the ledger: %w", err)
		}
	}
	b.digest(b.clock.now()) // if a crash came between a day's end and its digest
	h, from := b.restore(cfg)
	for r, err := range b.ledger.Read(ctx, from+1, 0) {
		if err != nil {
			return nil, fmt.Errorf("replaying the ledger: %w", err)
		}
		if err := replayOne(h, r); err != nil {
			return nil, err
		}
		b.since++
	}
	return h, nil
}

// history yields every record that there is, from the first on: those that were
// saved from ledgers set aside come before the ledger's own. One that is damaged
// is a Problem, and whoever does not stop at it gets those behind it.
func (b *book) history(ctx context.Context) iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		earlier, err := b.ledger.Earlier()
		if err != nil {
			yield(ledger.Record{}, err)
			return
		}
		for _, f := range earlier {
			for r, err := range ledger.ReadSalvage(f) {
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
		for next := uint64(1); next > 0; {
			next = b.pass(ctx, next, yield)
		}
	}
}

// pass yields the ledger's own records from one on, up to a damaged one, and gives
// the number behind that; 0 at the end.
func (b *book) pass(ctx context.Context, from uint64, yield func(ledger.Record, error) bool) (next uint64) {
	for r, err := range b.ledger.Read(ctx, from, 0) {
		var bad ledger.Problem
		known := errors.As(err, &bad)
		if !yield(r, err) || err != nil && !known {
			return 0
		}
		if known && bad.Seq >= from {
			return bad.Seq + 1
		}
	}
	return 0
}

// restore gives the hall of the last usable snapshot and the record it stands
// at; a new hall and 0 if there is none.
func (b *book) restore(cfg hall.Config) (*hall.Hall, uint64) {
	s, ok, err := b.ledger.Snapshot(hall.SnapshotVersion)
	if err == nil && ok {
		var h *hall.Hall
		if h, err = hall.Restore(cfg, s.State); err == nil {
			return h, s.Seq
		}
	}
	if err != nil {
		b.log.Warn("the saved state does not read, replaying every record", "seq", s.Seq, "err", err)
	}
	return hall.New(cfg), 0
}

// save saves the state, if at least so many records are behind the last one. It
// only spares the next start some work, so that it can't be saved, such as while
// the disk is full, is nobody's failure and said once.
func (b *book) save(h *hall.Hall, atLeast uint64) {
	err := b.snapshot(h, atLeast)
	if err != nil && !b.unsaved {
		b.log.Warn("the state was not saved; the next start takes longer", "err", err)
	}
	b.unsaved = err != nil
}

// snapshot saves the hall's state when enough was written since the last time.
func (b *book) snapshot(h *hall.Hall, atLeast uint64) error {
	if b.since < max(atLeast, 1) {
		return nil
	}
	blob, err := h.Snapshot()
	if err != nil {
		return err
	}
	seq, _ := b.ledger.Head()
	if err := b.ledger.SaveSnapshot(ledger.Snapshot{Seq: seq, Version: hall.SnapshotVersion, State: blob}); err != nil {
		return err
	}
	b.since = 0
	return nil
}
