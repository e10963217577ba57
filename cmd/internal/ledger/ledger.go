// Package ledger keeps the hall's 台账: records of what happened, in order, on
// disk, never changed. It is also the outbox: what the county has not yet
// committed is read from the same rows behind a watermark, so there is no
// second queue that could disagree. It knows nothing of the hall's rules.
//
// The file is a SQLite database in WAL mode with synchronous=FULL. A record is
// one row that holds the exact bytes of one CloudEvents document; each names
// the SHA-256 of the one before, so no byte can change unseen. Append writes
// its records and the side values that belong to them in one transaction and
// one sync; when it returns, they survive a power cut.
//
// One file is one epoch, a random number made with the file. A file that can't
// be read is set aside whole, what reads of it is saved beside it, and a new
// epoch begins; [Ledger.Recovery] tells what was lost until it is dealt with.
package ledger

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// What callers decide on.
var (
	// ErrFull: the disk is full. Nothing was written; try again once there is
	// room.
	ErrFull = errors.New("no room on the disk")
	// ErrInUse: another process holds the file.
	ErrInUse = errors.New("ledger is in use")
	// ErrBroken: the file does not read as a ledger. Open deals with it.
	ErrBroken = errors.New("ledger is broken")
	// ErrVersion: the file was written by a newer program.
	ErrVersion = errors.New("ledger is of a newer version")
	// ErrHall: the file is another hall's.
	ErrHall = errors.New("ledger is of another hall")
	// ErrAhead: the county has committed records that are not here, or others
	// in their place: an old image of the card was restored. Stop, then begin a
	// NewEpoch.
	ErrAhead = errors.New("county is ahead of the ledger")
	// ErrEpoch: an acknowledgement of another epoch.
	ErrEpoch = errors.New("acknowledgement is of another epoch")
	// ErrClosed: the ledger was closed.
	ErrClosed = errors.New("ledger is closed")
)

// Opts are the options of Open.
type Opts struct {
	Hall string           // "<county>-<code>", the id of every record's source
	VFS  string           // name of a registered SQLite VFS, for tests; default the system's
	Busy time.Duration    // how long to wait for another process to let go; default 5 s
	Now  func() time.Time // names set-aside files; default time.Now
	Log  *slog.Logger     // default discards

	// Whole is the size in bytes up to which Open looks at the whole file. Of
	// a larger one it looks at the tail, so that no start takes the longer the
	// older a hall is; [Ledger.Verify] looks at the rest. Default 32 MiB.
	Whole int64
}

func (o Opts) withDefaults() Opts {
	if o.Busy == 0 {
		o.Busy = 5 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Whole == 0 {
		o.Whole = 32 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Ledger is an open ledger. Its methods may be called from any goroutine;
// reading goes on between appends, a page of rows at a time.
type Ledger struct {
	path     string
	opts     Opts
	appended chan struct{}

	mu       sync.Mutex // guards everything below
	db       *db        // nil once closed
	epoch    string
	last     uint64 // sequence of the last record, 0 when there is none
	head     string // hash of the last record, or Genesis
	ack      Ack
	recovery *Recovery
}

// Close writes everything back and lets go of the file.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil {
		return nil
	}
	d := l.db
	l.db = nil
	return d.Close()
}

// Epoch is the random number of this ledger, 16 hexadecimal digits.
func (l *Ledger) Epoch() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.epoch
}

// Head is the sequence and the hash of the last record: 0 and Genesis before
// the first.
func (l *Ledger) Head() (seq uint64, hash string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, l.head
}

// Next is the sequence that the next Append gives its first entry, so that
// fields can be sealed for it. Only the ledger's one writer may rely on it.
func (l *Ledger) Next() uint64 {
	seq, _ := l.Head()
	return seq + 1
}

// Appended yields a value after records were appended; several appends may
// give one. It has one listener.
func (l *Ledger) Appended() <-chan struct{} { return l.appended }

// Append writes the entries as the next records, and the side values with
// them, in one transaction and one sync. On an error nothing of it is kept
// and the same call can be made again. Either may be empty.
func (l *Ledger) Append(entries []Entry, side ...Side) ([]Record, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil {
		return nil, fmt.Errorf("appending to the ledger: %w", ErrClosed)
	}
	records, err := l.encode(entries)
	if err != nil {
		return nil, fmt.Errorf("appending to the ledger: %w", err)
	}
	if err := l.db.tx(func() error { return l.write(records, side) }); err != nil {
		return nil, fmt.Errorf("appending to the ledger: %w", err)
	}
	l.noteSide(side)
	if n := len(records); n > 0 {
		l.last, l.head = records[n-1].Seq, records[n-1].Hash
		select {
		case l.appended <- struct{}{}:
		default:
		}
	}
	return records, nil
}

func (l *Ledger) encode(entries []Entry) ([]Record, error) {
	records := make([]Record, 0, len(entries))
	seq, prev := l.last, l.head
	for i, e := range entries {
		seq++
		r, err := e.Record(l.opts.Hall, l.epoch, seq, prev)
		if err != nil {
			return nil, fmt.Errorf("entry %d (%s): %w", i, e.Kind, err)
		}
		prev = r.Hash
		records = append(records, r)
	}
	return records, nil
}

func (l *Ledger) write(records []Record, side []Side) error {
	for _, r := range records {
		if err := l.db.insert(r); err != nil {
			return err
		}
	}
	for _, s := range side {
		if err := l.db.putSide(s); err != nil {
			return err
		}
	}
	return nil
}

func (d *db) insert(r Record) error {
	sum, err := hex.DecodeString(r.Hash)
	if err != nil {
		return err
	}
	return d.exec(`INSERT INTO records (seq, hash, doc) VALUES (?, ?, ?)`, r.Seq, sum, r.Doc)
}

// newEpoch makes the number of a new ledger: 64 random bits in hexadecimal.
func newEpoch() string {
	var b [epochDigits / 2]byte
	rand.Read(b[:]) // crypto/rand.Read never returns an error
	return hex.EncodeToString(b[:])
}
