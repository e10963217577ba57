package county

import (
	"context"
	"encoding/json"
	"fmt"

	"halld/cmd/internal/ledger"
)

// maxWanted is how many ranges the county may ask for at once.
const maxWanted = 64

// resend is the county's request to publish records again, the same bytes as
// before.
func (t *talk) resend(_ context.Context, c Command) (any, error) {
	var want struct {
		Epoch string `json:"epoch"` // optional
		From  uint64 `json:"from"`
		To    uint64 `json:"to"`
	}
	last, _ := t.opts.Ledger.Head()
	switch err := json.Unmarshal(c.Body, &want); {
	case err != nil:
		return nil, fmt.Errorf("%w: from and to are not numbers", ErrInvalid)
	case want.Epoch != "" && want.Epoch != t.opts.Ledger.Epoch():
		return nil, fmt.Errorf("%w: the epoch is another", ErrInvalid)
	case want.From == 0 || want.From > want.To || want.To > last:
		return nil, fmt.Errorf("%w: records %d to %d are not all here; the last is %d", ErrInvalid, want.From, want.To, last)
	case len(t.feed.wanted) >= maxWanted:
		return nil, fmt.Errorf("%w: too many requests", ErrLater)
	}
	t.feed.wanted = append(t.feed.wanted, ledger.Range{want.From, want.To})
	return map[string]uint64{"from": want.From, "to": want.To}, nil
}
