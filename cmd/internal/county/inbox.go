package county

import (
	"time"

	"halld/cmd/internal/ledger"
)

// LedgerInbox is an [Inbox] in the ledger's own file.
type LedgerInbox struct{ Ledger *ledger.Ledger }

var _ Inbox = LedgerInbox{}

// Answer is the stored answer to a command, if there is one.
func (i LedgerInbox) Answer(id string) (answer []byte, ok bool, err error) {
	return i.Ledger.Get(ledger.Inbox, id)
}

// Keep stores an answer until a time.
func (i LedgerInbox) Keep(id string, answer []byte, until time.Time) error {
	_, err := i.Ledger.Append(nil, ledger.PutUntil(ledger.Inbox, id, answer, until))
	return err
}
