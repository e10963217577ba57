package ledger

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
)

// backupPages is how much is copied before an append gets its turn.
const backupPages = 64

// Backup copies the ledger as it stands to another file, which [VerifyFile]
// can check and Open can open. Appending goes on meanwhile, and what is
// appended is in the copy. The file appears whole or not at all; one of that
// name is replaced.
func (l *Ledger) Backup(ctx context.Context, path string) (err error) {
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
	if err := l.copyTo(ctx, part); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	// SQLite has synced the copy; the name needs it too.
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func (l *Ledger) copyTo(ctx context.Context, path string) error {
	uri := url.URL{Scheme: "file", OmitHost: true, Path: path}
	var b *sqlite3.Backup
	var from *db
	err := l.locked("starting", func(d *db) (err error) {
		from = d
		b, err = d.conn.BackupInit("main", uri.String())
		return typed(err)
	})
	for done := false; err == nil && !done; {
		if err = ctx.Err(); err != nil {
			break
		}
		err = l.locked("copying", func(d *db) (err error) {
			if d != from {
				return errors.New("a new epoch began")
			}
			done, err = b.Step(backupPages)
			return typed(err)
		})
	}
	if b == nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(err, typed(b.Close()))
}
