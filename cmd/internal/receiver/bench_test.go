package receiver_test

import (
	"context"
	"database/sql"
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
// from 256 halls; "bare" is PostgreSQL's own batched insert of the same bytes.
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
			db, err := sql.Open("pgx", server.Database(b))
			if err != nil {
				b.Fatal(err)
			}
			exec := func(text string, args ...any) {
				if _, err := db.Exec(text, args...); err != nil {
					b.Fatal(err)
				}
			}
			exec(`CREATE TABLE records (hall TEXT, seq BIGINT, doc BYTEA, PRIMARY KEY (hall, seq))`)
			b.StartTimer()
			for _, batch := range rounds {
				var names []string
				var seqs []int64
				var docs [][]byte
				for _, r := range batch {
					names, seqs, docs = append(names, r.Hall), append(seqs, int64(r.Seq)), append(docs, r.Doc)
				}
				exec(`INSERT INTO records SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[])`, names, seqs, docs)
			}
			b.StopTimer()
			db.Close()
			b.StartTimer()
		}
		b.ReportMetric(float64(b.N*halls*each)/b.Elapsed().Seconds(), "records/s")
	})
}

// BenchmarkDrain is a backlog of 10,000 records from the hall's ledger to the
// county's database and back as an acknowledgement; "bare" is a loop over the
// same bytes with the same window that waits for PUBACKs alone.
func BenchmarkDrain(b *testing.B) {
	const backlog, window = 10_000, 32
	url := countytest.StartMosquitto(b, "max_queued_messages 0").URL()
	fill := func(b *testing.B) *ledger.Ledger {
		l := newLedger(b, hall)
		for range backlog / 1000 {
			add(b, l, 1000)
		}
		return l
	}
	b.Run("hall to county", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			l := fill(b)
			stopCounty := background(b, newReceiver(url, open(b, "memory:")).Run)
			b.StartTimer()
			stopHall := background(b, county.New(county.Opts{
				Hall: hall, Link: county.Link{Brokers: []string{url}}, Ledger: l, Inbox: county.LedgerInbox{Ledger: l},
				Window: window, AckWait: 100 * time.Millisecond,
			}).Run)
			for l.UnconfirmedCount() > 0 {
				time.Sleep(time.Millisecond)
			}
			b.StopTimer()
			stopHall()
			stopCounty()
			b.StartTimer()
		}
		b.ReportMetric(float64(b.N*backlog)/b.Elapsed().Seconds(), "records/s")
	})
	b.Run("bare", func(b *testing.B) {
		l := fill(b)
		for b.Loop() {
			o := mqtt.NewClientOptions().AddBroker(url).SetClientID("bare").SetAutoReconnect(false)
			c := mqtt.NewClient(o)
			if t := c.Connect(); t.Wait() && t.Error() != nil {
				b.Fatal(t.Error())
			}
			var flight []mqtt.Token
			for r, err := range l.Read(context.Background(), 1, 0) {
				if err != nil {
					b.Fatal(err)
				}
				if len(flight) == window {
					flight[0].Wait()
					flight = flight[1:]
				}
				flight = append(flight, c.Publish("halls/v1/bare/up/record", 1, false, r.Doc))
			}
			for _, t := range flight {
				t.Wait()
			}
			c.Disconnect(100)
		}
		b.ReportMetric(float64(b.N*backlog)/b.Elapsed().Seconds(), "records/s")
	})
}

var _ receiver.Store = (*flaky)(nil)
