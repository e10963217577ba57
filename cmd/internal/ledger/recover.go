package ledger

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Recovery tells why a new epoch began and what became of the file before.
// It stays in the ledger until [RecoveryDone] is written.
//
// The caller rebuilds the hall from [ReadSalvage], saves that as snapshot 0,
// sends the county what Confirmed does not cover, and appends a record of the
// event together with RecoveryDone.
type Recovery struct {
	Reason    string  // why, for staff
	Aside     string  // the whole file as it was; empty when there was nothing in it
	Salvage   string  // its readable records, one document a line; empty like Aside
	Epoch     string  // the epoch before; empty when even that could not be read
	Records   uint64  // how many records were saved
	Last      uint64  // the greatest sequence known to have been written
	Lost      []Range // what of 1 to Last could not be read
	Confirmed Ack     // what the county had committed of that epoch
	Side      int     // how many side values were carried over

	Before []string // names of the files that Earlier lists, Salvage's last
}

// asideSuffix comes between the ledger's name and the time it was set aside.
const asideSuffix = ".broken-"

// companions are the files that SQLite keeps beside a database. The database
// goes first when they are moved: a log without its database is noticed.
var companions = [...]string{"", "-wal", "-journal", "-shm"}

// Recovery is nil unless a new epoch was begun and not yet dealt with.
func (l *Ledger) Recovery() *Recovery {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.recovery == nil {
		return nil
	}
	r := *l.recovery
	return &r
}

// RecoveryDone is what ends the recovery when it is given to Append.
func RecoveryDone() Side { return Delete(own, keyRecovery) }

// NewEpoch sets the file aside although it reads well, and begins a new one:
// the answer to ErrAhead, since numbers the county has must not be used again.
// Side values are carried over and Recovery tells the story. If it fails the
// ledger is closed, and Open goes on where it stopped.
func (l *Ledger) NewEpoch(reason string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil {
		return fmt.Errorf("beginning a new epoch: %w", ErrClosed)
	}
	d := l.db
	l.db = nil
	err := d.Close()
	if err == nil {
		err = l.renew(reason)
	}
	if err != nil {
		return fmt.Errorf("beginning a new epoch: %w", err)
	}
	return nil
}

// renew sets the file aside and begins a new one.
func (l *Ledger) renew(reason string) error {
	aside, err := l.setAside()
	if err != nil {
		return fmt.Errorf("setting the file aside: %w", err)
	}
	return l.begin(aside, reason)
}

func (l *Ledger) setAside() (string, error) {
	name, err := l.asideName()
	if err != nil {
		return "", err
	}
	for _, c := range companions {
		err := os.Rename(l.path+c, name+c)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return name, syncDir(filepath.Dir(l.path))
}

// asideName is a name that nothing has yet, except when a power cut parted a
// database that was being set aside from its log: that log follows it.
func (l *Ledger) asideName() (string, error) {
	if _, err := os.Stat(l.path); errors.Is(err, fs.ErrNotExist) {
		name, err := unfinishedAside(l.path)
		if err != nil || (name != "" && fileSize(name+"-wal") == 0) {
			return name, err
		}
	}
	base := l.path + asideSuffix + l.opts.Now().UTC().Format("20060102T150405Z")
	name := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name, nil
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
}

// unfinishedAside is the newest file that was set aside and whose salvage did
// not end, or "".
func unfinishedAside(path string) (string, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	found := ""
	for name := range names {
		stamp, ok := strings.CutPrefix(name, filepath.Base(path)+asideSuffix)
		if ok && strings.Trim(stamp, "0123456789TZ-") == "" && !names[name+".jsonl"] {
			found = max(found, name)
		}
	}
	if found == "" {
		return "", nil
	}
	return filepath.Join(filepath.Dir(path), found), nil
}

// salvage saves what reads of the file set aside and returns its side values.
// The records go to a .part file that finishRecovery renames once the new
// ledger stands, so that a power cut in between only means doing it again.
func (r *Recovery) salvage(opts Opts) ([]Side, error) {
	r.Salvage = r.Aside + ".jsonl"
	f, err := os.OpenFile(r.Salvage+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("saving records: %w", err)
	}
	w := bufio.NewWriter(f)
	var side []Side
	if d, openErr := inspectDB(r.Aside, opts.VFS, opts.Busy); openErr == nil {
		side = r.salvageSide(d)
		r.Before = d.before()
		err = r.salvageRecords(d, w)
		d.Close() // the file is broken and only read
	}
	r.Before = append(r.Before, filepath.Base(r.Salvage))
	err = errors.Join(err, w.Flush(), f.Sync(), f.Close())
	if err != nil {
		return nil, fmt.Errorf("saving records: %w", err)
	}
	return side, nil
}

func (r *Recovery) salvageRecords(d *db, w *bufio.Writer) error {
	// No record is as short as 256 bytes, so a number beyond this is rubbish.
	most := uint64(fileSize(r.Aside)+fileSize(r.Aside+"-wal")) / 256
	known := uint64(0)
	if n, err := d.number(`SELECT max(seq) FROM records`); err == nil && n > 0 && uint64(n) <= most {
		most, known = uint64(n), uint64(n)
	}
	next := uint64(1) // the first sequence that was neither saved nor called lost
	lost := func(end uint64) {
		if end > next {
			r.Lost = append(r.Lost, Range{next, end - 1})
		}
	}
	// On a dying card any read may fail; the next one may not.
	page := func(r Range) ([]row, error) {
		rows, err := d.page(r)
		if err != nil {
			err = ErrBroken
		}
		return rows, err
	}
	err := walk(context.Background(), page, Range{1, most}, func(seq uint64, row row, err error) error {
		if !row.sound(seq, err) {
			return nil
		}
		lost(seq)
		next, r.Last = seq+1, seq
		r.Records++
		_, err = w.Write(append(row.doc, '\n'))
		return err
	})
	lost(known + 1)
	r.Last = max(r.Last, known)
	if r.Confirmed, _, _ = d.loadAck(r.Epoch, r.Last); r.Epoch == "" {
		r.Confirmed = Ack{}.clone()
	}
	return err
}

// sound tells whether a row was read and is the record it should be.
func (r row) sound(seq uint64, err error) bool {
	if err == nil {
		_, err = r.record(seq)
	}
	return err == nil
}

// salvageSide reads side values until one does not read.
func (r *Recovery) salvageSide(d *db) (side []Side) {
	if _, epoch, err := d.names(); err == nil {
		r.Epoch = epoch
	}
	for _, space := range []Space{Vault, Inbox, Staff, Meta} {
		items, _ := d.listSide(space) // what was read before an error still counts
		for _, it := range items {
			side = append(side, PutUntil(space, it.Key, it.Value, it.Expires))
		}
	}
	r.Side = len(side)
	return side
}

// finishRecovery gives the saved records their name, which also says that the
// file set aside is dealt with.
func (l *Ledger) finishRecovery() error {
	if l.recovery != nil && l.recovery.Salvage != "" {
		err := os.Rename(l.recovery.Salvage+".part", l.recovery.Salvage)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDir(filepath.Dir(l.path))
}

// Earlier lists the files of records that were saved from the ledgers that this
// one goes on from, the oldest first, for [ReadSalvage]. A copy that is restored
// brings its own list. Files that are gone are left out.
func (l *Ledger) Earlier() (files []string, err error) {
	err = l.locked("looking for earlier ledgers", func(d *db) error {
		for _, name := range d.before() {
			path := filepath.Join(filepath.Dir(l.path), name)
			if _, err := os.Stat(path); err == nil {
				files = append(files, path)
			} else {
				l.opts.Log.Warn("saved records of an earlier ledger are gone", "file", path)
			}
		}
		return nil
	})
	return files, err
}

// before are the names of the files that Earlier lists; none if that does not
// read.
func (d *db) before() (names []string) {
	if value, ok, err := d.getSide(own, keyBefore); ok && err == nil {
		_ = json.Unmarshal(value, &names)
	}
	return names
}

func (d *db) loadRecovery() (*Recovery, error) {
	value, ok, err := d.getSide(own, keyRecovery)
	if err != nil || !ok {
		return nil, err
	}
	var r Recovery
	if err := json.Unmarshal(value, &r); err != nil {
		return nil, fmt.Errorf("%w: the story of its recovery does not read", ErrBroken)
	}
	return &r, nil
}

// ReadSalvage yields the records that were saved from a file set aside, in
// order, with gaps where some were lost.
func ReadSalvage(path string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(Record{}, fmt.Errorf("reading saved records: %w", err))
			return
		}
		defer f.Close() // only read
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, MaxDoc+1)
		for lines.Scan() {
			rec, err := Decode(slices.Clone(lines.Bytes()))
			if !yield(rec, err) || err != nil {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Record{}, fmt.Errorf("reading saved records: %w", err))
		}
	}
}
