package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Space names one of the small key-value tables beside the records. Their
// values change; what must be provable belongs in a record.
type Space string

// The spaces in use.
const (
	Vault Space = "vault" // identities sealed with the device key, while a rental is open
	Inbox Space = "inbox" // county commands that were answered, with the answer
	Staff Space = "staff" // PIN hashes, and refs of cards to sign in by
	Meta  Space = "meta"  // the daemon's own settings and counters

	own Space = "ledger" // what the ledger keeps about itself
)

// Keys of own.
const (
	keyHall     = "hall"
	keyEpoch    = "epoch"
	keyAck      = "ack"
	keyRecovery = "recovery"
	keyBefore   = "before" // see Earlier
)

// Side is one change to a space, written in the same transaction as the
// records it goes with.
type Side struct {
	space   Space
	key     string
	value   []byte
	expires time.Time
	remove  bool
}

// Put sets a value that stays until it is deleted.
func Put(space Space, key string, value []byte) Side {
	return Side{space: space, key: key, value: value}
}

// PutUntil sets a value that [Ledger.Expire] removes once until has passed.
// The time is kept to the second.
func PutUntil(space Space, key string, value []byte, until time.Time) Side {
	return Side{space: space, key: key, value: value, expires: until}
}

// Delete removes a value; its bytes are overwritten. A missing one is no error.
func Delete(space Space, key string) Side { return Side{space: space, key: key, remove: true} }

// Item is one value of a space.
type Item struct {
	Key     string
	Value   []byte
	Expires time.Time // zero: never
}

// Get returns the value of key, and whether there is one.
func (l *Ledger) Get(space Space, key string) (value []byte, ok bool, err error) {
	err = l.locked("reading a side value", func(d *db) error {
		value, ok, err = d.getSide(space, key)
		return err
	})
	return value, ok, err
}

// List returns every value of a space in the order of its keys.
func (l *Ledger) List(space Space) (items []Item, err error) {
	err = l.locked("listing side values", func(d *db) error {
		items, err = d.listSide(space)
		return err
	})
	return items, err
}

// Expire removes every value whose time has passed and says how many those
// were. Call it with a trusted clock only.
func (l *Ledger) Expire(now time.Time) (n int, err error) {
	err = l.locked("expiring side values", func(d *db) error {
		due, err := d.number(`SELECT count(*) FROM side WHERE expires <= ?`, now.Unix())
		if err != nil || due == 0 {
			return err
		}
		n = int(due)
		return d.exec(`DELETE FROM side WHERE expires <= ?`, now.Unix())
	})
	return n, err
}

// locked runs f with the connection, alone.
func (l *Ledger) locked(doing string, f func(*db) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := ErrClosed
	if l.db != nil {
		err = f(l.db)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// noteSide keeps what the ledger knows about itself in step with its file.
func (l *Ledger) noteSide(side []Side) {
	for _, s := range side {
		if s.space == own && s.key == keyRecovery && s.remove {
			l.recovery = nil
		}
	}
}

func (d *db) putSide(s Side) error {
	if s.space == "" || s.key == "" {
		return errors.New("a side value needs a space and a key")
	}
	if s.remove {
		return d.exec(`DELETE FROM side WHERE space = ? AND key = ?`, string(s.space), s.key)
	}
	var expires any
	if !s.expires.IsZero() {
		expires = s.expires.Unix()
	}
	return d.exec(`INSERT OR REPLACE INTO side (space, key, value, expires) VALUES (?, ?, ?, ?)`,
		string(s.space), s.key, s.value, expires)
}

func (d *db) getSide(space Space, key string) (value []byte, ok bool, err error) {
	err = d.query(`SELECT value FROM side WHERE space = ? AND key = ?`, func(s *sqlite3.Stmt) {
		value, ok = s.ColumnBlob(0, []byte{}), true
	}, string(space), key)
	return value, ok, err
}

func (d *db) listSide(space Space) (items []Item, err error) {
	err = d.query(`SELECT key, value, expires FROM side WHERE space = ? ORDER BY key`, func(s *sqlite3.Stmt) {
		it := Item{Key: s.ColumnText(0), Value: s.ColumnBlob(1, []byte{})}
		if s.ColumnType(2) != sqlite3.NULL {
			it.Expires = time.Unix(s.ColumnInt64(2), 0)
		}
		items = append(items, it)
	}, string(space))
	return items, err
}
