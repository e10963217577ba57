package receiver_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

// BenchmarkCommit is records a second into each database, in batches of 256
// from 256 halls; "bare" is PostgreSQL's own batched insert of the same bytes
// into a table of the same columns and index.
func BenchmarkCommit(b *testing.B) {
	const halls, each = 256, 40
	rounds := make([][]ledger.Record, each)
	for n := range halls {
		for i, r := range chain(b, fmt.Sprintf("140321-%d", n), each, ticket) {
			rounds[i] = append(rounds[i], r)
		}
	}
	run := func(b *testing.B, dsn func() string) {
		for b.Loop() {
			b.StopTimer()
			s := open(b, dsn())
			b.StartTimer()
			for _, batch := range rounds {
				if _, err := s.Commit(context.Background(), batch, noon); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.N*halls*each)/b.Elapsed().Seconds(), "records/s")
	}
	b.Run("sqlite", func(b *testing.B) {
		n := 0
		dir := b.TempDir()
		run(b, func() string { n++; return filepath.Join(dir, fmt.Sprint(n)) })
	})
	if server == nil {
		return
	}
	b.Run("postgres", func(b *testing.B) { run(b, func() string { return server.Database(b) }) })
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			bare, err := countytest.NewBareInsert(b.Context(), server.Database(b))
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			for _, batch := range rounds {
				if err := bare.Insert(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			bare.Close()
			b.StartTimer()
		}
		b.ReportMetric(float64(b.N*halls*each)/b.Elapsed().Seconds(), "records/s")
	})
}

// drainWindow is how many records are on their way at once, in both loops.
const drainWindow = 32

// BenchmarkDrain is a backlog of 10,000 records from the hall's ledger to the
// county's database and back as an acknowledgement, and beside it a bare loop
// over the same bytes with the same window that waits for PUBACKs alone. Both
// are in each round, so what else the machine does falls on both; "of-bare" is
// the hall's rate in parts of the loop's.
func BenchmarkDrain(b *testing.B) {
	backlog := 10_000
	if testing.Short() {
		backlog = 2000
	}
	url := countytest.StartMosquitto(b, "max_queued_messages 0").URL()
	var whole, bare time.Duration
	for b.Loop() {
		b.StopTimer()
		l := newLedger(b, hall)
		for range backlog / 1000 {
			add(b, l, 1000)
		}
		bare += bareLoop(b, url, l)
		b.StartTimer()
		whole += drain(b, url, l)
	}
	n := float64(b.N * backlog)
	b.ReportMetric(n/whole.Seconds(), "records/s")
	b.ReportMetric(n/bare.Seconds(), "bare/s")
	b.ReportMetric(bare.Seconds()/whole.Seconds(), "of-bare")
}

// drain is how long the hall and the county take for a ledger.
func drain(b *testing.B, url string, l *ledger.Ledger) time.Duration {
	stopCounty := background(b, newReceiver(url, open(b, "memory:")).Run)
	defer stopCounty()
	began := time.Now()
	stopHall := background(b, county.New(county.Opts{
		Hall: hall, Link: county.Link{Brokers: []string{url}}, Ledger: l, Inbox: county.LedgerInbox{Ledger: l},
		Window: drainWindow, AckWait: time.Millisecond,
	}).Run)
	defer stopHall()
	until(b, "the backlog is confirmed", func() bool { return l.UnconfirmedCount() == 0 })
	return time.Since(began)
}

// bareLoop is how long it takes to publish a ledger as fast as paho can.
func bareLoop(b *testing.B, url string, l *ledger.Ledger) time.Duration {
	began := time.Now()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(url).SetClientID("bare").SetAutoReconnect(false))
	if t := c.Connect(); t.Wait() && t.Error() != nil {
		b.Fatal(t.Error())
	}
	defer c.Disconnect(100)
	var flight []mqtt.Token
	for r, err := range l.Read(context.Background(), 1, 0) {
		if err != nil {
			b.Fatal(err)
		}
		if len(flight) == drainWindow {
			flight[0].Wait()
			flight = flight[1:]
		}
		flight = append(flight, c.Publish("halls/v1/bare/up/record", 1, false, r.Doc))
	}
	for _, t := range flight {
		t.Wait()
	}
	return time.Since(began)
}

var _ receiver.Store = (*flaky)(nil)
