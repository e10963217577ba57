package receiver

import (
	"encoding/binary"
	"encoding/json"

	"halld/cmd/internal/ledger"
)

// A hall whose ledger was set aside sends what the county lacked of it inside
// records of the new epoch (ledger.salvaged), since a number of the old one is
// never used again. Each is unpacked and kept under its own hall, epoch and
// sequence, so one that came after all counts once.
//
// After an old image of a card was written on, that number may be another
// record's. Both happened, so the one that was carried is kept under a negative
// number made of its hash: no other record has it, and it has no other.

// deepest is how often a record may have been carried from epoch to epoch.
const deepest = 8

// unpacked is a row and the rows of what it carries.
func unpacked(r row) []row {
	rows := []row{r}
	for range deepest {
		last := &rows[len(rows)-1]
		if last.Kind != kindSalvaged {
			break
		}
		inner, ok := carried(last.Record)
		if !ok {
			last.odd = true
			break
		}
		in, err := newRow(inner, r.received)
		if err != nil {
			last.odd = true
			break
		}
		in.carried = true
		rows = append(rows, in)
	}
	return rows
}

// carried reads the record in a record, which must be the same hall's.
func carried(r ledger.Record) (ledger.Record, bool) {
	var data struct {
		Record json.RawMessage `json:"record"`
	}
	if json.Unmarshal(r.Data, &data) != nil {
		return ledger.Record{}, false
	}
	inner, err := ledger.Decode(data.Record)
	return inner, err == nil && inner.Hall == r.Hall && inner.Epoch != r.Epoch
}

// forked gives a row the number that stands for its hash.
func (r row) forked() row {
	r.seq = -int64(binary.BigEndian.Uint64(r.hash)>>1 | 1)
	return r
}
