package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/ledger"
)

// hallMain is a hall without devices: something is recorded every few
// milliseconds until the file named last exists, and reported all the time.
// Arguments: ledger, broker, last, CA, certificate, key.
func hallMain() {
	path, broker, last := os.Args[1], os.Args[2], os.Args[3]
	l, err := ledger.Open(path, ledger.Opts{Hall: chaosHall})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r := county.New(county.Opts{
		Hall: chaosHall, Ledger: l, Inbox: county.LedgerInbox{Ledger: l}, Started: time.Now(),
		Link: county.Link{
			Brokers: []string{broker}, CA: os.Args[4], Cert: os.Args[5], Key: os.Args[6],
			KeepAlive: 4 * time.Second, PingTimeout: 2 * time.Second, ConnectTimeout: 2 * time.Second, AnswerTimeout: 2 * time.Second,
		},
		Backoff: [2]time.Duration{10 * time.Millisecond, 200 * time.Millisecond}, AckWait: 50 * time.Millisecond, ResendAfter: time.Second,
	})
	go func() {
		for {
			if _, err := os.Stat(last); err == nil {
				return
			}
			e := ledger.Entry{Kind: "deposit.taken", Time: time.Now(), Trusted: true, Data: map[string]string{"amount": sum(l.Next())}}
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

// sum is the deposit of a record, a different one for neighbours.
func sum(seq uint64) string { return fmt.Sprintf("%d.%02d", seq%500, seq%97) }
