package county

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"halld/cmd/internal/ledger"
)

// Ack is the payload of dn/ack: the ledger's acknowledgement and when the
// county made it.
type Ack struct {
	ledger.Ack
	Time time.Time `json:"time,omitzero"`
}

// MaxHoles is how many holes an acknowledgement lists at most. A county with
// more lowers Upto instead; of one that does not, all that fit are taken.
const MaxHoles = 64

// maxAck is the longest payload of dn/ack that is looked at, in bytes.
const maxAck = 16 << 10

func parseAck(payload []byte) (Ack, error) {
	var a Ack
	if len(payload) > maxAck {
		return a, fmt.Errorf("reading an acknowledgement: %d bytes are too many", len(payload))
	}
	if err := json.Unmarshal(payload, &a); err != nil {
		return a, errors.New("reading an acknowledgement: not the JSON of one")
	}
	return a, nil
}

// covers says whether the county has committed a record.
func covers(a ledger.Ack, seq uint64) bool {
	for _, h := range a.Holes {
		if h[0] <= seq && seq <= h[1] {
			return false
		}
	}
	return seq <= a.Upto
}

// oldest is the first record up to last that the county has yet to commit, or
// 0.
func oldest(a ledger.Ack, last uint64) uint64 {
	switch {
	case len(a.Holes) > 0:
		return a.Holes[0][0]
	case a.Upto < last:
		return a.Upto + 1
	}
	return 0
}

// pending counts the records up to seq that the county has yet to commit.
func pending(a ledger.Ack, seq uint64) (n uint64) {
	for _, h := range a.Holes {
		if h[0] <= seq {
			n += min(h[1], seq) - h[0] + 1
		}
	}
	if seq > a.Upto {
		n += seq - a.Upto
	}
	return n
}
