package daemon

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

// shelf is a book over a ledger, without a hall's hardware.
type shelf struct {
	*book
	t    *testing.T
	path string
	said bytes.Buffer
}

func newShelf(t *testing.T) *shelf {
	d := &shelf{t: t, path: filepath.Join(t.TempDir(), "ledger.db")}
	d.open()
	t.Cleanup(func() { d.ledger.Close() })
	return d
}

// open starts as the daemon does: with a replay.
func (d *shelf) open() {
	d.t.Helper()
	l, err := ledger.Open(d.path, ledger.Opts{Hall: "140321-01"})
	if err != nil {
		d.t.Fatal(err)
	}
	d.book = &book{
		ledger: l, vault: &vault{}, clock: newClock(time.UTC, true, time.Time{}),
		log: slog.New(slog.NewTextHandler(&d.said, nil)),
	}
	if _, err := d.replay(d.t.Context(), hall.Config{Zone: time.UTC}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *shelf) restart() {
	d.t.Helper()
	if err := d.ledger.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.open()
}

func (d *shelf) put(data ...hall.Data) {
	d.t.Helper()
	if err := d.write(d.clock.now(), data, nil, hall.New(hall.Config{Zone: time.UTC})); err != nil {
		d.t.Fatal(err)
	}
}

// crash puts data on disk as write does, up to the moment before the digest.
func (d *shelf) crash(c *hall.DayClosed) {
	d.t.Helper()
	at := d.clock.now()
	if _, err := d.ledger.Append([]ledger.Entry{{Kind: string(c.Kind()), Time: at.Time, Data: c}}, digestDue(c.Day)); err != nil {
		d.t.Fatal(err)
	}
}

// span is which day a digest is of, and what it covers.
type span struct {
	Day        string
	From, Upto uint64
}

// digests lists those in the ledger, and holds them and the rest of the ledger
// to what the county makes of it.
func (d *shelf) digests() (list []span) {
	d.t.Helper()
	county, err := receiver.Open(d.t.Context(), "memory:")
	if err != nil {
		d.t.Fatal(err)
	}
	defer county.Close()
	for r, err := range d.ledger.Read(d.t.Context(), 1, 0) {
		if err != nil {
			d.t.Fatal(err)
		}
		out, err := county.Commit(d.t.Context(), []ledger.Record{r}, time.Now())
		if err != nil || len(out.Alarms) > 0 {
			d.t.Errorf("the county says %v, %v of record %d", out.Alarms, err, r.Seq)
		}
		if r.Kind != "ledger.digest" {
			continue
		}
		var sum hall.LedgerDigest
		if err := json.Unmarshal(r.Data, &sum); err != nil {
			d.t.Fatal(err)
		}
		var n uint64
		for _, k := range sum.Kinds {
			n += k.Count
		}
		if n != sum.Upto-sum.From+1 || sum.Upto+1 != r.Seq || sum.Head != r.Prev || r.Subject != sum.Day {
			d.t.Errorf("record %d counts %d records: %+v", r.Seq, n, sum)
		}
		list = append(list, span{sum.Day, sum.From, sum.Upto})
	}
	return list
}

func (d *shelf) want(want ...span) {
	d.t.Helper()
	if diff := cmp.Diff(d.digests(), want); diff != "" {
		d.t.Errorf("digests (-got +want):\n%s", diff)
	}
}

func TestDigestFollowsTheEndOfADay(t *testing.T) {
	d := newShelf(t)
	d.put(&hall.DayOpened{Day: "2026-03-01"})
	d.want()
	d.put(&hall.DayReported{}, &hall.DayClosed{Day: "2026-03-01"}, &hall.DayOpened{Day: "2026-03-02"})
	first := span{"2026-03-01", 1, 4}
	d.want(first)
	d.put(&hall.Restarted{})
	d.restart() // nothing is due
	d.want(first)
	d.put(&hall.DayClosed{Day: "2026-03-02"})
	d.want(first, span{"2026-03-02", 5, 7})
	if d.since == 0 || d.said.Len() > 0 {
		t.Errorf("%d records since the snapshot; log: %s", d.since, &d.said)
	}
}

func TestDigestAfterACrash(t *testing.T) {
	t.Run("at the next start", func(t *testing.T) {
		d := newShelf(t)
		d.put(&hall.DayOpened{Day: "2026-03-01"})
		d.crash(&hall.DayClosed{Day: "2026-03-01"})
		d.want()
		d.restart()
		d.want(span{"2026-03-01", 1, 2})
		d.restart()
		d.want(span{"2026-03-01", 1, 2})
	})
	t.Run("at the next day's end", func(t *testing.T) {
		d := newShelf(t)
		d.crash(&hall.DayClosed{Day: "2026-03-01"})
		d.put(&hall.DayOpened{Day: "2026-03-02"})
		d.put(&hall.DayClosed{Day: "2026-03-02"})
		d.want(span{"2026-03-01", 1, 2}, span{"2026-03-02", 3, 4})
	})
	t.Run("and a new epoch", func(t *testing.T) {
		d := newShelf(t)
		d.put(&hall.DayClosed{Day: "2026-03-01"})
		d.crash(&hall.DayClosed{Day: "2026-03-02"})
		if err := d.ledger.NewEpoch("test"); err != nil {
			t.Fatal(err)
		}
		d.restart() // three records of the old epoch, and the tale of it
		d.want(span{"2026-03-02", 1, 4})
	})
}

// TestDigestThatFailsHoldsNothingUp: the day is closed and on disk, whatever
// becomes of its digest.
func TestDigestThatFailsHoldsNothingUp(t *testing.T) {
	d := newShelf(t)
	if _, err := d.ledger.Append(nil, ledger.Put(ledger.Meta, keyDigested, []byte("{"))); err != nil {
		t.Fatal(err)
	}
	d.put(&hall.DayClosed{Day: "2026-03-01"})
	d.want()
	if !strings.Contains(d.said.String(), "digest was not written") {
		t.Errorf("the log says nothing of it: %s", &d.said)
	}
	if _, err := d.ledger.Append(nil, ledger.Delete(ledger.Meta, keyDigested)); err != nil {
		t.Fatal(err)
	}
	d.put(&hall.DayClosed{Day: "2026-03-02"})
	d.want(span{"2026-03-01", 1, 1}, span{"2026-03-02", 2, 3})
}

// TestDayCloseByTheClerk: the same through the rules and the loop.
func TestDayCloseByTheClerk(t *testing.T) {
	s := onStage(t)
	s.do(hall.DayClose{Staff: "02", Reason: "测试"})
	last, _ := s.d.ledger.Head()
	found := false
	for r, err := range s.d.ledger.Read(t.Context(), 1, int(last)) {
		if err != nil {
			t.Fatal(err)
		}
		found = found || r.Kind == "ledger.digest"
	}
	if !found {
		t.Error("no digest follows the end of the day")
	}
	s.stop()
	s.start() // a replay takes it as it is
}
