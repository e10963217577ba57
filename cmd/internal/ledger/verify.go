package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Report is what a walk over the whole chain found.
type Report struct {
	Hall    string
	Epoch   string
	Records uint64    // how many are sound
	Last    uint64    // the greatest sequence
	Head    string    // hash of the last record, to compare with the county's
	Bad     []Problem // in order, at most MaxProblems and then the snapshots; empty means that no record has changed, and no snapshot
}

// Sound reports whether every record is what was written. A snapshot that is not
// costs nothing: a copy of the ledger is as good without it.
func (rep Report) Sound() bool {
	return !slices.ContainsFunc(rep.Bad, func(p Problem) bool { return p.What != flawSnapshot })
}

// Problem is one record that is not what was written. It is an ErrBroken.
type Problem struct {
	Seq  uint64
	What string
}

// What can be wrong with a record.
const (
	flawMissing = "is missing or does not read"
	flawHash    = "does not match its hash"
	flawDecode  = "does not decode"
	flawNumber  = "calls itself another number"
	flawForeign = "is of another hall or epoch"
	flawChain   = "does not follow the record before"
	flawLast    = "is not the record that was written last"

	flawLog = "and what comes behind it stand in a damaged log"

	// The record itself may be sound; what was summed up behind it is not.
	flawSnapshot = "has a snapshot behind it that does not match its hash"
)

// flawText are the flaws in the staff's words.
var flawText = map[string]string{
	flawMissing: "缺失或读不出来",
	flawHash:    "内容与校验值不符",
	flawDecode:  "内容读不懂",
	flawNumber:  "序号与位置不符",
	flawForeign: "属于别的市场或别的账本",
	flawChain:   "与前一条接不上",
	flawLast:    "不是最后写入的那一条",
	flawLog:     "起在损坏的日志里，读不出来；启动 halld 时会取回能读的",

	flawSnapshot: "之后存的汇总与校验值不符（记录本身另行核对，汇总会由记录重新算出）",
}

// Error says which record and what of it.
func (p Problem) Error() string { return fmt.Sprintf("record %d %s", p.Seq, p.What) }

// Text says the same to the staff.
func (p Problem) Text() string { return fmt.Sprintf("第 %d 条：%s", p.Seq, flawText[p.What]) }

// Is makes every Problem an ErrBroken.
func (p Problem) Is(target error) bool { return target == ErrBroken }

// MaxProblems is how many problems a Report holds before the walk ends.
const MaxProblems = 100

var errEnough = errors.New("enough problems")

// Verify walks the whole chain and names every record that was changed,
// removed or put in. It reads a page at a time, so appending goes on beside
// it, and from the card rather than from memory. Progress, if not nil, is called now and then with the sequence reached
// and the last. The error is only for a walk that could not be made.
func (l *Ledger) Verify(ctx context.Context, progress func(done, total uint64)) (Report, error) {
	l.mu.Lock()
	rep := Report{Hall: l.opts.Hall, Epoch: l.epoch, Last: l.last}
	head := l.head
	l.mu.Unlock()
	if err := l.locked("verifying the ledger", (*db).forgetPages); err != nil {
		return rep, err
	}
	page := func(r Range) ([]row, error) { return l.page(ctx, r) }
	if err := rep.walk(ctx, page, progress); err != nil {
		return rep, fmt.Errorf("verifying the ledger: %w", err)
	}
	if len(rep.Bad) == 0 && rep.Head != head {
		rep.Bad = []Problem{{rep.Last, flawLast}}
	}
	err := l.locked("verifying the snapshots", func(d *db) error { return rep.snapshots(d) })
	return rep, err
}

// VerifyFile is Verify for a ledger that no daemon has open, such as a backup.
// It changes nothing. A file that is no ledger gives ErrBroken; one in use,
// ErrInUse.
func VerifyFile(ctx context.Context, path string, progress func(done, total uint64)) (rep Report, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("verifying %s: %w", path, err)
		}
	}()
	d, err := inspectDB(path, "", 0)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	cut := logDamaged(path + "-wal")
	if err := d.checkHeader(); err != nil {
		if cut { // all of it is in there
			err = fmt.Errorf("%w: its log is damaged", ErrBroken)
		}
		return Report{}, err
	}
	if rep.Hall, rep.Epoch, err = d.names(); err != nil {
		return Report{}, err
	}
	last, err := d.number(`SELECT max(seq) FROM records`)
	if err != nil {
		return rep, err
	}
	rep.Last = uint64(max(last, 0))
	if err := rep.walk(ctx, d.page, progress); err != nil {
		return rep, err
	}
	if err := rep.snapshots(d); err != nil {
		return rep, err
	}
	if cut {
		rep.Bad = append(rep.Bad, Problem{rep.Last + 1, flawLog})
	}
	// Every record may be sound and the file still damaged elsewhere.
	if len(rep.Bad) == 0 {
		err = d.quickCheck()
	}
	return rep, err
}

func (rep *Report) walk(ctx context.Context, page pageFunc, progress func(done, total uint64)) error {
	c := chain{hall: rep.Hall, epoch: rep.Epoch, prev: Genesis}
	err := walk(ctx, page, Range{1, rep.Last}, func(seq uint64, r row, err error) error {
		if progress != nil && (seq%pageRows == 0 || seq == rep.Last) {
			progress(seq, rep.Last)
		}
		err = c.check(seq, r, err)
		var bad Problem
		if !errors.As(err, &bad) {
			rep.Records++
			return err
		}
		if rep.Bad = append(rep.Bad, bad); len(rep.Bad) == MaxProblems {
			return errEnough
		}
		return nil
	})
	rep.Head = c.prev
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// snapshots adds those that are not what was written. No record is at stake, but
// a card that changes bytes, or a person who does, should not go unnoticed.
func (rep *Report) snapshots(d *db) error {
	err := d.snapshots(func(s Snapshot, intact bool) {
		if !intact {
			rep.Bad = append(rep.Bad, Problem{s.Seq, flawSnapshot})
		}
	})
	if errors.Is(err, ErrBroken) { // not even the table reads
		rep.Bad = append(rep.Bad, Problem{rep.Last, flawSnapshot})
		return nil
	}
	return err
}

// chain checks one record after the other.
type chain struct {
	hall, epoch string
	prev        string // what the next record must name; "" when that is not known
}

// check holds a row to its place in the chain. After a bad one the next can't
// be held to it, so only the bad one is blamed.
func (c *chain) check(seq uint64, r row, err error) error {
	prev := c.prev
	c.prev = ""
	if err != nil {
		return err
	}
	rec, err := r.record(seq)
	if err != nil {
		return err
	}
	c.prev = rec.Hash
	switch {
	case rec.Hall != c.hall || rec.Epoch != c.epoch:
		return Problem{seq, flawForeign}
	case prev != "" && rec.Prev != prev:
		return Problem{seq, flawChain}
	}
	return nil
}

// pageFunc returns the first rows of a range.
type pageFunc func(Range) ([]row, error)

// walk calls visit for every sequence of the range, with its row or with a
// Problem. An error of visit, of the context, or one that is not ErrBroken
// ends it.
func walk(ctx context.Context, page pageFunc, r Range, visit func(uint64, row, error) error) error {
	for from := r[0]; from <= r[1]; from += pageRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		window := Range{from, min(from+pageRows-1, r[1])}
		rows, err := page(window)
		if errors.Is(err, ErrBroken) {
			rows, err = oneByOne(page, window)
		}
		if err != nil {
			return err
		}
		for seq := window[0]; seq <= window[1]; seq++ {
			var next row
			err := error(missing(seq))
			if len(rows) > 0 && rows[0].seq == seq {
				next, rows, err = rows[0], rows[1:], nil
			}
			if err := visit(seq, next, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// oneByOne returns those rows of a damaged page that still read.
func oneByOne(page pageFunc, r Range) (rows []row, err error) {
	for seq := r[0]; seq <= r[1]; seq++ {
		one, err := page(Range{seq, seq})
		if err != nil && !errors.Is(err, ErrBroken) {
			return nil, err
		}
		rows = append(rows, one...)
	}
	return rows, nil
}

func missing(seq uint64) Problem { return Problem{seq, flawMissing} }
