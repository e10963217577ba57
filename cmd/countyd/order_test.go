package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
)

// TestOrders: what somebody at the county types reaches a hall that is online,
// and its answer is there to read.
func TestOrders(t *testing.T) {
	dir := t.TempDir()
	broker, store := countytest.StartEmbedded(t), filepath.Join(dir, "county.db")
	seed := make([]byte, ed25519.SeedSize)
	key, lists := filepath.Join(dir, "county-lists.key"), filepath.Join(dir, "lists.json")
	write(t, key, base64.StdEncoding.EncodeToString(seed)+"\n")
	write(t, lists, `{"version": 8, "county": "140321", "block": [{"ref": "14a0f9b1", "reason": "清出市场", "until": "2027-01-01"}]}`)

	cmd := program(t.Context(), "county", "--broker", broker, "--store", store, "--listen", "", "--reorder", "1s")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	l, err := ledger.Open(filepath.Join(dir, "ledger.db"), ledger.Opts{Hall: chaosHall})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if _, err := l.Append([]ledger.Entry{{Kind: "hall.opened", Time: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	got := make(chan county.Command, 10)
	r := county.New(county.Opts{
		Hall: chaosHall, Link: county.Link{Brokers: []string{broker}}, Ledger: l, Inbox: county.LedgerInbox{Ledger: l},
		ResendAfter: time.Second,
		Command: func(_ context.Context, c county.Command) (any, error) {
			got <- c
			return "好", nil
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	for deadline := time.Now().Add(60 * time.Second); l.UnconfirmedCount() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the hall is not confirmed")
		}
	}

	order := func(args ...string) string {
		t.Helper()
		out, err := program(t.Context(), "county", append([]string{"order", "--store", store}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("order %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for _, tt := range []struct {
		args []string
		want map[string]any
	}{
		{[]string{"--hall", chaosHall, "approve-rental", "R260301-001", "--by", "李"}, map[string]any{"rental": "R260301-001", "by": "李"}},
		{[]string{"--hall", chaosHall, "approve-rental", "R1", "--by", "李", "--refuse", "--reason", "押金太高"}, map[string]any{"rental": "R1", "refuse": true, "reason": "押金太高"}},
		{[]string{"--all", "notice", "清明节放假三天", "--until", "2026-04-06"}, map[string]any{"text": "清明节放假三天", "until": "2026-04-06"}},
		{[]string{"--all", "lists", lists, "--key", key}, nil},
	} {
		id := strings.Fields(order(tt.args...))[0]
		select {
		case c := <-got:
			var body map[string]any
			if err := json.Unmarshal(c.Body, &body); err != nil || c.ID != id {
				t.Fatalf("order %v came as %+v, %v", tt.args, c, err)
			}
			for k, v := range tt.want {
				if body[k] != v {
					t.Errorf("order %v: %s is %v, want %v", tt.args, k, body[k], v)
				}
			}
			if c.Name == county.CmdLists {
				got, err := county.OpenLists(ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey), c, 7)
				if err != nil || got.Version != 8 || len(got.Block) != 1 {
					t.Errorf("the lists open as %+v, %v", got, err)
				}
			}
		case <-time.After(60 * time.Second):
			t.Fatalf("order %v did not come", tt.args)
		}
	}
	order("--hall", chaosHall, "resend", "--from", "1", "--to", "1") // answered by the reporter itself
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		list := order("list")
		if strings.Count(list, "完成") == 5 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not all orders are answered:\n%s", list)
		}
	}
}

func TestOrderUsage(t *testing.T) {
	store := filepath.Join(t.TempDir(), "county.db")
	if s, err := receiver.Open(t.Context(), store); err != nil || s.Close() != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.json")
	write(t, bad, `{"version": 1, "county": "140321", "blocked": []}`)
	key := filepath.Join(t.TempDir(), "key")
	write(t, key, base64.StdEncoding.EncodeToString(make([]byte, ed25519.SeedSize)))
	for _, tt := range []struct {
		args []string
		code int
		text string
	}{
		{[]string{"--all", "notice"}, 2, "accepts 1 arg"},
		{[]string{"notice", "x"}, 2, "for whom"},
		{[]string{"--all", "--hall", "x", "notice", "x"}, 2, "for whom"},
		{[]string{"--all", "notice", "x"}, 1, "no hall was heard of"},
		{[]string{"--hall", "140321-99", "notice", "x"}, 1, "never heard of"},
		{[]string{"--all", "notice", "x", "--until", "tomorrow"}, 2, "--until"},
		{[]string{"--hall", "140321-01", "approve-rental", "R1"}, 2, "--by"},
		{[]string{"--all", "approve-rental", "R1", "--by", "x"}, 2, "one --hall"},
		{[]string{"--hall", "140321-01", "approve-rental", "R1", "--by", "x", "--refuse"}, 2, "--reason"},
		{[]string{"--all", "lists", bad}, 2, "--key"},
		{[]string{"--all", "lists", bad, "--key", bad}, 1, "hallctl county keygen --lists"},
		{[]string{"--all", "lists", bad, "--key", key}, 1, "blocked"},
		{[]string{"--all", "resend", "--from", "3", "--to", "2"}, 2, "two sequences"},
	} {
		out, code := end(t, append([]string{"order", "--store", store}, tt.args...)...)
		if code != tt.code || !strings.Contains(out, tt.text) {
			t.Errorf("order %v exits %d and says %q, want %d and %q", tt.args, code, out, tt.code, tt.text)
		}
	}
	if out, code := end(t, "order", "--store", store+"x", "list"); code != 1 || !strings.Contains(out, "no such file") {
		t.Errorf("orders of a database that is not there: exit %d, %q", code, out)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
