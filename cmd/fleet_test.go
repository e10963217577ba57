package cmd_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

// fleetSize is how many halls TestFleet has: few in every check, as many as
// HALLD_FLEET says otherwise.
func fleetSize(t *testing.T) int {
	t.Helper()
	s := os.Getenv("HALLD_FLEET")
	if s == "" {
		return 60
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("HALLD_FLEET is %q and not a number of halls", s)
	}
	return n
}

// fleetRecords is about how many records all halls together begin with.
const fleetRecords = 20_000

// TestFleet: many halls report at once over a real Mosquitto to countyd on a real
// PostgreSQL. It tells the rate of committed records, PostgreSQL's own rate for
// the same rows in the same run, and countyd's memory.
func TestFleet(t *testing.T) {
	halls := fleetSize(t)
	each := max(fleetRecords/halls, 10)
	var limit syscall.Rlimit // every hall is a connection, and twice as many here
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	pg := countytest.StartPostgres(t)
	bare := bareRate(t, pg, halls, each)
	broker := countytest.StartMosquitto(t, "max_queued_messages 0").URL()
	bin := programs(t)
	dsn := pg.Database(t)
	var logs lockedBuffer
	county := run(t, &logs, filepath.Join(bin, "countyd"), "--broker", broker, "--store", dsn, "--listen", "", "--workers", "2")
	until(t, "the county listens", func() bool { return strings.Count(logs.String(), "listening to the halls") == 2 })

	burst := fleet(t, bin, broker, "--halls", strconv.Itoa(halls), "--backlog", strconv.Itoa(each), "--rate", "0", "--for", "0s", "--ramp", "0s")
	t.Logf("%d halls with %d records each on PostgreSQL %s: %.0f records/s committed and confirmed, bare insert %.0f/s, ratio %.2f; countyd %d KiB resident",
		halls, each, pg.Version, burst.PerSecond, bare, burst.PerSecond/bare, residentOf(t, county))
	steady := fleet(t, bin, broker, "--halls", strconv.Itoa(halls), "--rate", "1", "--for", "3s", "--ramp", "500ms")
	if steady.Connected != halls || steady.Recorded == 0 {
		t.Errorf("%d of %d halls were connected, %d records", steady.Connected, halls, steady.Recorded)
	}
	if kib := residentOf(t, county); kib > 256<<10 {
		t.Errorf("countyd has %d KiB resident after %d halls, want 256 MiB at most", kib, halls)
	}
	store, err := receiver.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var records int64
	days, err := store.Days(t.Context(), "0000-01-01", "9999-12-31")
	for _, d := range days {
		records += d.Records
	}
	if want := int64(burst.Recorded + steady.Recorded); err != nil || records != want {
		t.Errorf("the county counts %d records, %v, want %d", records, err, want)
	}
	if alarms, err := store.Alarms(t.Context(), 10); err != nil || len(alarms) > 0 {
		t.Errorf("alarms: %v, %v", alarms, err)
	}
}

// fleetFigures are those of hallsim fleet.
type fleetFigures struct {
	Connected int     `json:"connected"`
	Recorded  uint64  `json:"recorded"`
	Confirmed uint64  `json:"confirmed"`
	PerSecond float64 `json:"confirmed_per_second"`
}

// fleet runs hallsim fleet to its end; everything it recorded must be confirmed.
func fleet(t *testing.T, bin, broker string, args ...string) (f fleetFigures) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "hallsim"), append([]string{"fleet", "--json", "--broker", broker}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("fleet %v: %v\n%s", args, err, out)
	}
	if err := json.Unmarshal(out, &f); err != nil || f.Confirmed != f.Recorded {
		t.Fatalf("fleet %v: %v\n%s", args, err, out)
	}
	return f
}

// bareRate is how many rows a second PostgreSQL itself takes in batches of 256.
func bareRate(t *testing.T, pg *countytest.Postgres, halls, each int) float64 {
	t.Helper()
	var all []ledger.Record
	prev := make([]string, halls)
	for seq := range each { // as they come: one of each hall in turn
		for h := range halls {
			if seq == 0 {
				prev[h] = ledger.Genesis
			}
			e := ledger.Entry{Kind: "ticket.issued", Time: time.Now(), Trusted: true, Subject: "A001", Data: map[string]any{"ticket": "A001", "service": "match"}}
			r, err := e.Record(fmt.Sprintf("990000-%04d", h), fmt.Sprintf("%016x", h), uint64(seq+1), prev[h])
			if err != nil {
				t.Fatal(err)
			}
			all, prev[h] = append(all, r), r.Hash
		}
	}
	bare, err := countytest.NewBareInsert(t.Context(), pg.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer bare.Close()
	began := time.Now()
	for from := 0; from < len(all); from += 256 {
		if err := bare.Insert(t.Context(), all[from:min(from+256, len(all))]); err != nil {
			t.Fatal(err)
		}
	}
	return float64(len(all)) / time.Since(began).Seconds()
}
