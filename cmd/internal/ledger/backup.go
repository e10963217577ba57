package ledger

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/ncruces/go-sqlite3"
)

// backupPages is how much is copied before an append gets its turn.
const backupPages = 64

// Backup copies the ledger as it stands to another file, which [VerifyFile]
// can check and Open can open. Appending goes on meanwhile, and what is
// appended is in the copy. The file appears whole or not at all; one of that
// name is replaced.
func (l *Ledger) Backup(ctx context.Context, path string) error {
	return backUp(path, func(part string) error {
		l.mu.Lock()
		c := copying{from: l.db, lock: &l.mu}
		l.mu.Unlock()
		c.gone = func() bool { return c.from == nil || l.db != c.from } // closed, or a new epoch began
		return c.to(ctx, part)
	})
}

// BackupFile is Backup for a ledger that no daemon has open; one in use gives
// ErrInUse. It changes nothing of it.
func BackupFile(ctx context.Context, from, path string) error {
	return backUp(path, func(part string) error {
		d, err := inspectDB(from, "", 0)
		if err != nil {
			return err
		}
		if err = d.checkHeader(); err == nil {
			c := copying{from: d, lock: new(sync.Mutex), gone: func() bool { return false }}
			err = c.to(ctx, part)
		}
		return errors.Join(err, d.Close())
	})
}

// backUp lets copy write beside path, and gives the file its name once it is
// whole.
func backUp(path string, copy func(part string) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("copying the ledger to %s: %w", path, err)
		}
	}()
	path, err = filepath.Abs(path)
	if err != nil {
		return err
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := touch(part); err != nil {
		return err
	}
	if err := copy(part); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	// SQLite has synced the copy; the name needs it too.
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// copying copies a database page by page, so that others get their turn.
type copying struct {
	from *db
	lock sync.Locker // guards from
	gone func() bool // whether from may no longer be used; asked under the lock
}

func (c copying) to(ctx context.Context, path string) error {
	uri := url.URL{Scheme: "file", OmitHost: true, Path: path}
	var b *sqlite3.Backup
	err := c.step(func() (err error) {
		b, err = c.from.conn.BackupInit("main", uri.String())
		return err
	})
	for done := false; err == nil && !done; {
		if err = ctx.Err(); err != nil {
			break
		}
		err = c.step(func() (err error) {
			done, err = b.Step(backupPages)
			return err
		})
	}
	if b == nil {
		return err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	return errors.Join(err, typed(b.Close()))
}

func (c copying) step(f func() error) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.gone() {
		return ErrClosed
	}
	return typed(f())
}
