package hall

import (
	"encoding/json"
	"fmt"
)

// epochData lists the kinds of this file.
var epochData = []func() Data{
	func() Data { return new(LedgerRecovered) },
	func() Data { return new(LedgerSalvaged) },
	func() Data { return new(LedgerDigest) },
}

// LedgerRecovered records that a new ledger was begun because the one before
// could not be read, or because the card's image was older than the county's
// copy.
type LedgerRecovered struct {
	Reason  string      `json:"reason"`
	Epoch   string      `json:"epoch"`   // of the ledger before; empty if unknown
	Records uint64      `json:"records"` // how many of its records were saved
	Last    uint64      `json:"last"`    // its greatest sequence
	Lost    [][2]uint64 `json:"lost"`    // sequences that could not be read

	// Ahead is how many records the county has that an old image of the card lacks.
	Ahead uint64 `json:"ahead,omitempty"`
}

// Losses says in the staff's words which records could not be read.
func (d *LedgerRecovered) Losses() (list []string) {
	for _, r := range d.Lost {
		which := fmt.Sprintf("第 %d 条", r[0])
		if r[1] > r[0] {
			which = fmt.Sprintf("第 %d 至 %d 条", r[0], r[1])
		}
		list = append(list, fmt.Sprintf("原账本（%s）%s：被改动或读不出来，账本已另起一批", d.Epoch, which))
	}
	return list
}

// apply leaves out as many numbers as the lost records may have given: one of them
// may stand on a paper that somebody has. Of the day's queue numbers, which are
// few, half of the rest stays at least.
func (d *LedgerRecovered) apply(h *Hall, _ Stamp) {
	lost := int(min(d.Ahead, mostSkipped))
	for _, r := range d.Lost {
		lost += int(min(r[1]-r[0]+1, mostSkipped))
	}
	for _, given := range []*int{
		&h.JobSeq, &h.OpSeq, &h.RentalSeq, &h.HandoverSeq, &h.RepairSeq, &h.StorageSeq, &h.RequestSeq, &h.NoticeSeq, &h.AlarmSeq,
	} {
		*given += lost
	}
	for _, s := range h.cfg.Services {
		h.Next[s.Key] = max(h.Next[s.Key], s.First) + min(lost, h.left(s)/2)
	}
}

// mostSkipped bounds what a number can tell of numbers: a county may say anything.
const mostSkipped = 10_000

// LedgerSalvaged carries a record of the ledger before that the county has not
// committed, byte for byte. It changes nothing here: its effect is part of the
// state that the new ledger began with.
type LedgerSalvaged struct {
	Record json.RawMessage `json:"record"`
}

// LedgerDigest follows the end of a day and says what the ledger holds since the
// digest before, so that the county can hold its own records to it. It is
// counted from the ledger and not from the hall's state, and it changes nothing
// here.
type LedgerDigest struct {
	Day   string              `json:"day"`  // that ended
	From  uint64              `json:"from"` // first sequence: the digest before, or 1
	Upto  uint64              `json:"upto"` // last sequence: the record before this one
	Kinds map[Kind]KindDigest `json:"kinds"`
	Head  string              `json:"head"` // hash of record Upto
}

// KindDigest is what a digest says of the records of one kind.
type KindDigest struct {
	Count uint64 `json:"count"`
	Hash  string `json:"hash"` // SHA-256 over their hashes, 32 bytes each, in order
}

func (*LedgerRecovered) Kind() Kind        { return "ledger.recovered" }
func (*LedgerSalvaged) Kind() Kind         { return "ledger.salvaged" }
func (*LedgerDigest) Kind() Kind           { return "ledger.digest" }
func (d *LedgerRecovered) Subject() string { return d.Epoch }
func (*LedgerSalvaged) Subject() string    { return "ledger" }
func (d *LedgerDigest) Subject() string    { return d.Day }
func (*LedgerSalvaged) apply(*Hall, Stamp) {}
func (*LedgerDigest) apply(*Hall, Stamp)   {}
