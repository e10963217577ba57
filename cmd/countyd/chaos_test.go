package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	_ "github.com/ncruces/go-sqlite3/driver"

	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

const chaosHall = "140321-01"

// chaos is a hall, a broker and a county as real programs, with wires that can
// be cut between them.
type chaos struct {
	t              *testing.T
	dir            string
	broker         *countytest.Mosquitto
	hall, county   *victim
	hallEnd, cyEnd *countytest.Proxy
	cuts, kills    int
}

func newChaos(t *testing.T) *chaos {
	pki := countytest.NewPKI(t)
	c := &chaos{
		t: t, dir: t.TempDir(),
		broker: pki.StartSecure("broker", "persistence true", "persistence_location %DIR%/", "autosave_interval 1"),
	}
	c.hallEnd, c.cyEnd = countytest.StartProxy(t, c.broker.Addr), countytest.StartProxy(t, c.broker.Addr)
	cert, key := pki.Issue("county", time.Now().Add(-time.Hour))
	c.county = c.victim("county", "--broker", "tls://"+c.cyEnd.Addr, "--ca", pki.CA, "--cert", cert, "--key", key,
		"--store", c.database(), "--listen", "", "--reorder", "300ms")
	for deadline := time.Now().Add(time.Minute); c.listened() == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the county does not listen")
		}
	}
	cert, key = pki.Issue(chaosHall, time.Now().Add(-time.Hour))
	c.hall = c.victim("hall", c.ledger(), "tls://"+c.hallEnd.Addr, filepath.Join(c.dir, "last"), pki.CA, cert, key)
	return c
}

func (c *chaos) ledger() string   { return filepath.Join(c.dir, "ledger.db") }
func (c *chaos) database() string { return filepath.Join(c.dir, "county.db") }

func (c *chaos) victim(role string, args ...string) *victim {
	log, err := os.Create(filepath.Join(c.dir, role+".log"))
	if err != nil {
		c.t.Fatal(err)
	}
	v := &victim{t: c.t, log: log, make: func() *exec.Cmd { return program(context.Background(), role, args...) }}
	v.start()
	c.t.Cleanup(func() { v.kill(); log.Close() })
	return v
}

// rage cuts wires and kills programs at random moments until both counts are
// reached.
func (c *chaos) rage(cuts, kills int, cut func() int, dead ...func()) {
	for c.cuts < cuts || c.kills < kills {
		time.Sleep(20*time.Millisecond + rand.N(350*time.Millisecond))
		if c.kills < kills && (c.cuts >= cuts || rand.N(cuts+kills) < kills) {
			dead[rand.N(len(dead))]()
			c.kills++
		} else if cut() > 0 {
			c.cuts++
		}
	}
}

func (c *chaos) killHall()   { c.hall.kill(); c.hall.start() }
func (c *chaos) killCounty() { c.county.kill(); c.county.start() }
func (c *chaos) killBroker() { c.broker.Kill(); c.broker.Start() }

// settle lets nothing more happen at the hall and waits until all is confirmed;
// then it gives the hall's ledger.
func (c *chaos) settle() *ledger.Ledger {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, "last"), nil, 0o644); err != nil {
		c.t.Fatal(err)
	}
	for deadline := time.Now().Add(2 * time.Minute); ; {
		time.Sleep(time.Second)
		c.hall.kill()
		l, err := ledger.Open(c.ledger(), ledger.Opts{Hall: chaosHall})
		if err != nil {
			c.t.Fatal(err)
		}
		left := l.UnconfirmedCount()
		if left == 0 {
			c.t.Cleanup(func() { l.Close() })
			c.county.kill()
			return l
		}
		l.Close()
		if time.Now().After(deadline) {
			c.t.Fatalf("%d records are unconfirmed after two minutes of quiet", left)
		}
		c.hall.start()
		time.Sleep(2 * time.Second)
	}
}

// hashes are those of the county's records by sequence, and early how many came
// for the first time after a later one.
func (c *chaos) hashes(epoch string) (got map[uint64]string, early int) {
	c.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+c.database())
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT epoch, seq, hash FROM records ORDER BY rowid`)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	got, highest := map[uint64]string{}, uint64(0)
	for rows.Next() {
		var of string
		var seq uint64
		var hash []byte
		if err := rows.Scan(&of, &seq, &hash); err != nil {
			c.t.Fatal(err)
		}
		if of != epoch {
			c.t.Errorf("a record of epoch %s is here, which no hall has", of)
		}
		if seq < highest {
			early++
		}
		highest = max(highest, seq)
		got[seq] = hex.EncodeToString(hash)
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	return got, early
}

// figures are what the county's reports count: records, 分 of deposits, and
// alarms.
func (c *chaos) figures() (records, fen int64, alarms int) {
	c.t.Helper()
	store, err := receiver.Open(c.t.Context(), c.database())
	if err != nil {
		c.t.Fatal(err)
	}
	defer store.Close()
	days, err := store.Days(c.t.Context(), "0000-01-01", "9999-12-31")
	if err != nil {
		c.t.Fatal(err)
	}
	for _, d := range days {
		records, fen = records+d.Records, fen+d.Taken
	}
	list, err := store.Alarms(c.t.Context(), 100)
	if err != nil {
		c.t.Fatal(err)
	}
	return records, fen, len(list)
}

// compare holds the county's database and its reports to the hall's ledger and
// says how many records came for the first time after a later one.
func (c *chaos) compare(l *ledger.Ledger) (early int) {
	t := c.t
	t.Helper()
	got, early := c.hashes(l.Epoch())
	lost, changed, fen := 0, 0, int64(0)
	for r, err := range l.Read(t.Context(), 1, 0) {
		if err != nil {
			t.Fatal(err)
		}
		switch hash, ok := got[r.Seq]; {
		case !ok:
			lost++
		case hash != r.Hash:
			changed++
		}
		fen += int64(r.Seq%500)*100 + int64(r.Seq%97)
	}
	last, _ := l.Head()
	records, taken, alarms := c.figures()
	twice := records - int64(len(got))
	t.Logf("%d records, %d cuts, %d kills: %d lost, %d counted twice, %d 分 too many, %d changed, %d alarms, %d after a later one",
		last, c.cuts, c.kills, lost, twice, taken-fen, changed, alarms, early)
	if lost > 0 || twice != 0 || taken != fen || changed > 0 || alarms > 0 || uint64(len(got)) != last || last < 10 {
		t.Error("the county's books are not the hall's ledger")
	}
	return early
}

// scale is how many cuts and kills a test makes: enough for every check, few
// with -short, more with HALLD_CHAOS=1000 (and -timeout 60m).
func scale(t *testing.T) (cuts, kills int) {
	t.Helper()
	if s := os.Getenv("HALLD_CHAOS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("HALLD_CHAOS is %q and not a number", s)
		}
		return n, n
	}
	if testing.Short() {
		return 10, 10
	}
	return 100, 50
}

// listened is how often the county began to listen: once, unless its line to the
// broker broke, and then the broker drops what it had for it.
func (c *chaos) listened() int {
	b, err := os.ReadFile(filepath.Join(c.dir, "county.log"))
	if err != nil {
		c.t.Fatal(err)
	}
	return bytes.Count(b, []byte("listening to the halls"))
}

// TestHallAndWireFail: while broker and county live, every record comes for the
// first time after all earlier ones. On a machine so busy that the county's own
// line breaks the order proves nothing, and it is tried again.
func TestHallAndWireFail(t *testing.T) {
	t.Parallel()
	cuts, kills := scale(t)
	for try := range 3 {
		c := newChaos(t)
		c.rage(cuts, kills, c.hallEnd.Cut, c.killHall)
		early := c.compare(c.settle())
		if n := c.listened(); n > 1 {
			t.Logf("try %d: the county's own line broke %d times", try+1, n-1)
			continue
		}
		if early > 0 {
			t.Errorf("%d records came after a later one", early)
		}
		return
	}
	t.Error("the county's own line broke each time, so nothing is known of the order")
}

// TestEverythingFails: hall, broker and county are killed and both wires cut at
// random moments, and the county has the hall's ledger in the end.
func TestEverythingFails(t *testing.T) {
	t.Parallel()
	c := newChaos(t)
	cuts, kills := scale(t)
	cut := func() int {
		if rand.N(3) == 0 {
			return c.cyEnd.Cut()
		}
		return c.hallEnd.Cut()
	}
	c.rage(cuts, kills, cut, c.killHall, c.killCounty, c.killBroker)
	c.compare(c.settle())
}
