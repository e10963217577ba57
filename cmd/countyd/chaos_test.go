package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	_ "github.com/ncruces/go-sqlite3/driver"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
)

const chaosHall = "140321-01"

// hallMain is a hall without devices: something is recorded every few
// milliseconds until the file named last exists, and reported all the time.
// Arguments: ledger, broker, last.
func hallMain() {
	path, broker, last := os.Args[1], os.Args[2], os.Args[3]
	l, err := ledger.Open(path, ledger.Opts{Hall: chaosHall})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r := county.New(county.Opts{
		Hall: chaosHall, Ledger: l, Inbox: county.LedgerInbox{Ledger: l}, Started: time.Now(),
		Link:    county.Link{Brokers: []string{broker}, KeepAlive: 4 * time.Second, PingTimeout: 2 * time.Second, ConnectTimeout: 2 * time.Second, AnswerTimeout: 2 * time.Second},
		Backoff: [2]time.Duration{10 * time.Millisecond, 200 * time.Millisecond}, AckWait: 50 * time.Millisecond, ResendAfter: time.Second,
	})
	go func() {
		for {
			if _, err := os.Stat(last); err == nil {
				return
			}
			e := ledger.Entry{Kind: "ticket.issued", Time: time.Now(), Trusted: true}
			if _, err := l.Append([]ledger.Entry{e}); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			time.Sleep(rand.N(10 * time.Millisecond))
		}
	}()
	_ = r.Run(context.Background())
}

// victim is a program that is killed and comes back.
type victim struct {
	t    *testing.T
	make func() *exec.Cmd
	cmd  *exec.Cmd
	log  *os.File
}

func (v *victim) start() {
	v.t.Helper()
	v.cmd = v.make()
	v.cmd.Stderr = v.log
	if err := v.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
}

func (v *victim) kill() {
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait()
}

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
	c := &chaos{t: t, dir: t.TempDir(), broker: countytest.StartMosquitto(t, "persistence true", "persistence_location %DIR%/", "autosave_interval 1")}
	c.hallEnd, c.cyEnd = countytest.StartProxy(t, c.broker.Addr), countytest.StartProxy(t, c.broker.Addr)
	c.hall = c.victim("hall", c.ledger(), c.hallEnd.URL(), filepath.Join(c.dir, "last"))
	c.county = c.victim("county", "--broker", c.cyEnd.URL(), "--store", c.database(), "--listen", "", "--reorder", "300ms")
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
func (c *chaos) rage(cuts, kills int, dead ...func()) {
	for c.cuts < cuts || c.kills < kills {
		time.Sleep(20*time.Millisecond + rand.N(350*time.Millisecond))
		if c.kills < kills && (c.cuts >= cuts || rand.N(cuts+kills) < kills) {
			dead[rand.N(len(dead))]()
			c.kills++
			continue
		}
		wire := c.hallEnd
		if rand.N(3) == 0 {
			wire = c.cyEnd
		}
		if wire.Cut() > 0 {
			c.cuts++
		}
	}
}

func (c *chaos) killHall()   { c.hall.kill(); c.hall.start() }
func (c *chaos) killCounty() { c.county.kill(); c.county.start() }
func (c *chaos) killBroker() { c.broker.Kill(); c.broker.Start() }

// settle lets nothing more happen at the hall and waits until all is confirmed;
// then it gives the hall's ledger and the county's database.
func (c *chaos) settle() (*ledger.Ledger, *sql.DB) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, "last"), nil, 0o644); err != nil {
		c.t.Fatal(err)
	}
	var l *ledger.Ledger
	for deadline := time.Now().Add(time.Minute); ; {
		time.Sleep(time.Second)
		c.hall.kill()
		var err error
		if l, err = ledger.Open(c.ledger(), ledger.Opts{Hall: chaosHall}); err != nil {
			c.t.Fatal(err)
		}
		if l.UnconfirmedCount() == 0 {
			break
		}
		left := l.UnconfirmedCount()
		l.Close()
		if time.Now().After(deadline) {
			c.t.Fatalf("%d records are unconfirmed after a minute of quiet", left)
		}
		c.hall.start()
		time.Sleep(2 * time.Second)
	}
	c.t.Cleanup(func() { l.Close() })
	c.county.kill()
	db, err := sql.Open("sqlite3", "file:"+c.database())
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { db.Close() })
	return l, db
}

// compare holds the county's rows to the hall's records and says how many first
// arrivals came before an earlier record.
func (c *chaos) compare(l *ledger.Ledger, db *sql.DB) (early int) {
	t := c.t
	t.Helper()
	rows, err := db.Query(`SELECT epoch, seq, hash FROM records ORDER BY rowid`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := map[uint64]string{}
	twice, highest := 0, uint64(0)
	for rows.Next() {
		var epoch string
		var seq uint64
		var hash []byte
		if err := rows.Scan(&epoch, &seq, &hash); err != nil {
			t.Fatal(err)
		}
		if _, ok := got[seq]; ok || epoch != l.Epoch() {
			twice++
		}
		got[seq] = hex.EncodeToString(hash)
		if seq < highest {
			early++
		}
		highest = max(highest, seq)
	}
	lost, changed := 0, 0
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
	}
	last, _ := l.Head()
	var alarms int
	if err := db.QueryRow(`SELECT count(*) FROM alarms`).Scan(&alarms); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records, %d cuts, %d kills: %d lost, %d twice, %d changed, %d alarms, %d after a later one",
		last, c.cuts, c.kills, lost, twice, changed, alarms, early)
	if lost > 0 || twice > 0 || changed > 0 || alarms > 0 || uint64(len(got)) != last || last < 10 {
		t.Error("the county's database is not the hall's ledger")
	}
	return early
}

// scale is how many cuts and kills a test makes: enough for every check, few
// with -short, more with HALLD_CHAOS=1000.
func scale(t *testing.T, cuts, kills int) (int, int) {
	t.Helper()
	if s := os.Getenv("HALLD_CHAOS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("HALLD_CHAOS is %q and not a number", s)
		}
		return n, n
	}
	if testing.Short() {
		return cuts / 10, kills / 5
	}
	return cuts, kills
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
// first time after all earlier ones.
func TestHallAndWireFail(t *testing.T) {
	t.Parallel()
	c := newChaos(t)
	cuts, kills := scale(t, 40, 15)
	for c.cuts < cuts || c.kills < kills {
		time.Sleep(20*time.Millisecond + rand.N(350*time.Millisecond))
		if c.kills < kills && rand.N(cuts+kills) < kills {
			c.killHall()
			c.kills++
		} else if c.hallEnd.Cut() > 0 {
			c.cuts++
		}
	}
	early := c.compare(c.settle())
	if n := c.listened(); n > 1 {
		t.Logf("the county's own line broke %d times on this busy machine, so its order proves nothing", n-1)
		return
	}
	if early > 0 {
		t.Errorf("%d records came after a later one", early)
	}
}

// TestEverythingFails: hall, broker and county are killed and both wires cut at
// random moments, and the county has the hall's ledger in the end.
func TestEverythingFails(t *testing.T) {
	t.Parallel()
	c := newChaos(t)
	cuts, kills := scale(t, 100, 50)
	c.rage(cuts, kills, c.killHall, c.killCounty, c.killBroker)
	c.compare(c.settle())
}
