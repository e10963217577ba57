package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
)

// tailRows is how many records behind the head are checked at each start. The
// whole chain is [Ledger.Verify]'s work.
const tailRows = 256

// errUncreated is a file that is not there or has nothing in it yet.
var errUncreated = errors.New("there is no ledger yet")

// Open opens the ledger at path, or begins one. A file that does not read as
// a ledger is set aside and a new epoch begun: see [Ledger.Recovery]. A file
// that can't be opened now (ErrInUse, an I/O error) or is not meant for this
// program (ErrVersion, ErrHall) is an error and stays where it is.
func Open(path string, opts Opts) (*Ledger, error) {
	opts = opts.withDefaults()
	if !ValidHall(opts.Hall) {
		return nil, fmt.Errorf("opening the ledger: hall %q is not an id of letters, digits and hyphens", opts.Hall)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("opening the ledger: %w", err)
	}
	l := &Ledger{path: path, opts: opts, appended: make(chan struct{}, 1)}
	if err := l.start(); err != nil {
		return nil, fmt.Errorf("opening the ledger %s: %w", path, err)
	}
	return l, nil
}

func (l *Ledger) start() error {
	_, err := os.Stat(l.path)
	existed := err == nil
	err = l.load()
	switch {
	case err == nil:
		return l.finishRecovery()
	case errors.Is(err, ErrBroken):
		return l.renew(err.Error())
	case !errors.Is(err, errUncreated):
		return err
	}
	aside, err := unfinishedAside(l.path)
	if err != nil {
		return err
	}
	switch {
	case aside != "":
		return l.begin(aside, "the power went while a broken file was set aside")
	case existed:
		return l.begin("", "the file was empty")
	}
	return l.begin("", "")
}

// load opens the file as it is. It returns errUncreated, ErrBroken, or an
// error that setting the file aside would not help.
func (l *Ledger) load() error {
	if fileSize(l.path) == 0 {
		if fileSize(l.path+"-wal") > 0 {
			return fmt.Errorf("%w: the file is empty but its log is not", ErrBroken)
		}
		return errUncreated
	}
	mended, err := l.mendLog()
	if err != nil {
		return err
	}
	d, err := openDB(l.path, l.opts.VFS, l.opts.Busy)
	if err != nil {
		return err
	}
	if err := l.adopt(d, mended); err != nil {
		if errors.Is(err, ErrBroken) {
			err = errors.Join(err, d.keepWAL()) // leave the evidence as it is
		}
		return errors.Join(err, d.Close())
	}
	l.db = d
	return nil
}

// mendLog makes a damaged log read to its end again, and reports whether it had to.
// It does so under the ledger's lock: the log of a ledger in use is not to be
// touched.
func (l *Ledger) mendLog() (mended bool, err error) {
	log := l.path + "-wal"
	if !logDamaged(log) {
		return false, nil
	}
	d, err := inspectDB(l.path, l.opts.VFS, l.opts.Busy)
	if err != nil && !errors.Is(err, ErrBroken) { // what is broken without its log may be well with it
		return false, err
	}
	err = mendLog(log)
	if d != nil {
		err = errors.Join(err, d.Close())
	}
	if err != nil {
		return false, fmt.Errorf("mending the log: %w", err)
	}
	l.opts.Log.Error("the ledger's log was damaged and was made readable; the records say what is lost")
	return true, nil
}

// adopt checks an open file, all of one whose log was damaged, and takes what the
// ledger keeps in memory.
func (l *Ledger) adopt(d *db, mended bool) error {
	if err := d.checkHeader(); err != nil {
		return err
	}
	whole := mended || fileSize(l.path) <= l.opts.Whole
	if whole {
		if err := d.quickCheck(); err != nil {
			return err
		}
	}
	hall, epoch, err := d.names()
	if err != nil {
		return err
	}
	if hall != l.opts.Hall {
		return fmt.Errorf("%w: it is %s's, not %s's", ErrHall, hall, l.opts.Hall)
	}
	l.epoch = epoch
	if l.last, l.head, err = d.checkTail(hall, epoch, whole); err != nil {
		return err
	}
	var fits bool
	if l.ack, fits, err = d.loadAck(epoch, l.last); err != nil {
		return err
	}
	if !fits {
		l.opts.Log.Warn("the stored watermark does not fit the records, reporting from the first one again")
	}
	l.recovery, err = d.loadRecovery()
	return err
}

// checkHeader tells an unfinished and a newer file from a broken one.
func (d *db) checkHeader() error {
	version, err := d.number(`PRAGMA user_version`)
	if err != nil {
		return err
	}
	tables, err := d.number(`SELECT count(*) FROM sqlite_schema`)
	if err != nil {
		return err
	}
	id, err := d.number(`PRAGMA application_id`)
	switch {
	case err != nil:
		return err
	case version == 0 && tables == 0:
		return errUncreated
	case id != applicationID:
		return fmt.Errorf("%w: it is another program's database", ErrBroken)
	case version > schemaVersion:
		return fmt.Errorf("%w: %d, this program knows %d", ErrVersion, version, schemaVersion)
	case version < schemaVersion:
		return fmt.Errorf("%w: it has version %d", ErrBroken, version)
	}
	return nil
}

func (d *db) quickCheck() error {
	verdict := ""
	err := d.query(`PRAGMA quick_check(1)`, func(s *sqlite3.Stmt) { verdict = s.ColumnText(0) })
	if err == nil && verdict != "ok" {
		err = fmt.Errorf("%w: quick_check says %s", ErrBroken, verdict)
	}
	return err
}

func (d *db) names() (hall, epoch string, err error) {
	h, okHall, errHall := d.getSide(own, keyHall)
	e, okEpoch, errEpoch := d.getSide(own, keyEpoch)
	if err := errors.Join(errHall, errEpoch); err != nil {
		return "", "", err
	}
	if !okHall || !okEpoch || !ValidHall(string(h)) || !isHex(string(e), epochDigits) {
		return "", "", fmt.Errorf("%w: it does not say which hall and epoch it is", ErrBroken)
	}
	return string(h), string(e), nil
}

// checkTail checks that the last records hang together, and of the whole file
// that no number is missing, and returns the head.
func (d *db) checkTail(hall, epoch string, whole bool) (last uint64, head string, err error) {
	n, err := d.number(`SELECT max(seq) FROM records`)
	if err != nil {
		return 0, "", err
	}
	if n < 0 {
		return 0, "", fmt.Errorf("%w: its last record has number %d", ErrBroken, n)
	}
	if whole {
		count, err := d.number(`SELECT count(*) FROM records`)
		if err != nil {
			return 0, "", err
		}
		if count != n {
			return 0, "", fmt.Errorf("%w: of %d records %d are there", ErrBroken, n, count)
		}
	}
	last = uint64(n)
	c := chain{hall: hall, epoch: epoch, prev: Genesis}
	from := uint64(1)
	if last > tailRows {
		from, c.prev = last-tailRows+1, ""
	}
	err = walk(context.Background(), d.page, Range{from, last}, c.check)
	return last, c.prev, err
}

// begin makes a new file with a new epoch. When there is a file set aside, its
// readable records are saved beside it and its side values carried over.
func (l *Ledger) begin(aside, reason string) error {
	var rec *Recovery
	var side []Side
	if aside != "" || reason != "" {
		rec = &Recovery{Reason: reason, Aside: aside}
	}
	if aside != "" {
		var err error
		if side, err = rec.salvage(l.opts); err != nil {
			return err
		}
	}
	if err := touch(l.path); err != nil {
		return err
	}
	d, err := openDB(l.path, l.opts.VFS, l.opts.Busy)
	if err != nil {
		return err
	}
	epoch := newEpoch()
	if err := d.found(l.opts.Hall, epoch, rec, side); err != nil {
		return errors.Join(err, d.Close())
	}
	l.db, l.epoch, l.last, l.head = d, epoch, 0, Genesis
	l.ack, l.recovery = Ack{Epoch: epoch}.clone(), rec
	if rec != nil {
		l.opts.Log.Error("a new ledger was begun", "reason", rec.Reason, "aside", rec.Aside,
			"records", rec.Records, "lost", len(rec.Lost))
	}
	return l.finishRecovery()
}

// found writes everything a new file starts with, in one transaction.
func (d *db) found(hall, epoch string, rec *Recovery, side []Side) error {
	side = append(side, Put(own, keyHall, []byte(hall)), Put(own, keyEpoch, []byte(epoch)))
	if rec != nil {
		value, err := json.Marshal(rec)
		if err != nil {
			return err
		}
		names, err := json.Marshal(rec.Before)
		if err != nil {
			return err
		}
		side = append(side, Put(own, keyRecovery, value), Put(own, keyBefore, names))
	}
	return d.tx(func() error {
		if err := d.create(); err != nil {
			return err
		}
		for _, s := range side {
			if err := d.putSide(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// fileSize is 0 for a file that is not there.
func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// touch makes a file that only its owner can read, unless it is there.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// syncDir makes the names in a folder survive a power cut.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
