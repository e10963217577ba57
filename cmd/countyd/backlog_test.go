package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
)

// backlogSize is how many records a hall has that nobody took: few in every
// check, a million with HALLD_BACKLOG=1000000.
func backlogSize(t *testing.T) int {
	t.Helper()
	s := os.Getenv("HALLD_BACKLOG")
	if s == "" {
		return 30_000
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 2000 {
		t.Fatalf("HALLD_BACKLOG is %q and not a number of records from 2000", s)
	}
	return n
}

// fill makes a ledger of n records.
func fill(t *testing.T, path string, n int) {
	t.Helper()
	l, err := ledger.Open(path, ledger.Opts{Hall: chaosHall})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	batch := make([]ledger.Entry, 1000)
	for i := range batch {
		batch[i] = ledger.Entry{Kind: "deposit.taken", Time: time.Now(), Trusted: true, Data: map[string]string{"amount": "20.00"}}
	}
	for done := 0; done < n; done += len(batch) {
		if _, err := l.Append(batch[:min(len(batch), n-done)]); err != nil {
			t.Fatal(err)
		}
	}
}

// peak is the most memory that a hall's program ever held resident, in KiB, once
// it has sent what it may send ahead of an acknowledgement.
func peak(t *testing.T, records int) (kib int) {
	t.Helper()
	dir := t.TempDir()
	path, last := filepath.Join(dir, "ledger.db"), filepath.Join(dir, "last")
	fill(t, path, records)
	write(t, last, "") // nothing more is recorded
	came := make(chan struct{}, 10_000)
	broker := (&countytest.Liar{Take: func(topic string, _ []byte) {
		if strings.HasSuffix(topic, county.UpRecord) {
			came <- struct{}{}
		}
	}}).Start(t)
	hall := program(t.Context(), "hall", path, broker, last, "", "", "")
	if err := hall.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hall.Process.Kill(); _ = hall.Wait() }()
	for range 1000 { // two rounds of what is sent ahead
		select {
		case <-came:
		case <-time.After(60 * time.Second):
			t.Fatal("the hall sends no more")
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", hall.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib
}

// TestBacklogCostsNoMemory: a hall that nobody hears for long holds a page of
// its records in memory, however many wait.
func TestBacklogCostsNoMemory(t *testing.T) {
	n := backlogSize(t)
	few, many := peak(t, 600), peak(t, n)
	t.Logf("at most %d KiB with 600 records, %d KiB with %d", few, many, n)
	if many > few+8<<10 {
		t.Errorf("%d records cost %d KiB more than 600, want 8 MiB at most", n, many-few)
	}
}

// TestDrainingLeavesCheckinsFast: while a backlog goes out, a record is on disk
// about as soon as without one.
func TestDrainingLeavesCheckinsFast(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	fill(t, path, backlogSize(t))
	l, err := ledger.Open(path, ledger.Opts{Hall: chaosHall})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	broker := countytest.StartMosquitto(t, "max_queued_messages 0").URL()
	cmd := program(t.Context(), "county", "--broker", broker, "--store", "memory:", "--listen", "")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	took := func(while func() bool) (list []time.Duration) {
		for range 2000 {
			if !while() {
				break
			}
			began := time.Now()
			if _, err := l.Append([]ledger.Entry{{Kind: "checkin.recorded", Time: began, Trusted: true}}); err != nil {
				t.Fatal(err)
			}
			list = append(list, time.Since(began))
			time.Sleep(2 * time.Millisecond)
		}
		slices.Sort(list)
		return list
	}
	n := 0
	quiet := took(func() bool { n++; return n <= 200 })
	r := county.New(county.Opts{
		Hall: chaosHall, Link: county.Link{Brokers: []string{broker}}, Ledger: l, Inbox: county.LedgerInbox{Ledger: l}, ResendAfter: time.Second,
	})
	done := make(chan error, 1)
	ctx, stop := context.WithCancel(context.Background())
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	for deadline := time.Now().Add(60 * time.Second); l.Confirmed().Upto == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the county acknowledges nothing")
		}
	}
	busy := took(func() bool { return l.UnconfirmedCount() > 100 })
	if len(busy) < 20 {
		t.Fatalf("only %d records were made while the backlog went out", len(busy))
	}
	alone, beside := quiet[len(quiet)/2], busy[len(busy)/2]
	t.Logf("a record is on disk after %v alone and %v beside a draining backlog (medians of %d and %d), ratio %.1f",
		alone, beside, len(quiet), len(busy), beside.Seconds()/alone.Seconds())
	if beside > 20*alone && beside > 50*time.Millisecond {
		t.Errorf("draining makes a record take %v instead of %v", beside, alone)
	}
}
