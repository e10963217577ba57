package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"halld/cmd/internal/console"
	"halld/cmd/internal/console/consoletest"
	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/ledger"
)

// HALLCTL_UPDATE=1 writes the golden output of the scripts anew.
var update = os.Getenv("HALLCTL_UPDATE") != ""

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hallctl": main})
}

// TestScripts runs hallctl as a person would, before a hall of its own each.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: update,
		Setup: func(env *testscript.Env) error {
			socket := filepath.Join(env.WorkDir, "halld.sock")
			env.Setenv("HALLCTL_SOCKET", socket)
			h := consoletest.New()
			env.Values[hallKey{}] = h
			env.Setenv("GORACE", "atexit_sleep_ms=0") // each run would wait a second
			l, err := net.Listen("unix", socket)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error, 1)
			c := console.New(h, console.Opts{Hall: consoletest.Config()})
			env.Values[consoleKey{}] = c
			go func() { done <- console.Serve(ctx, l, c.Socket(), nil) }()
			env.Defer(func() { cancel(); <-done })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"swipe": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(hallOf(ts).Swipe(args[0], args[1]))
			},
			"spoil": func(ts *testscript.TestScript, _ bool, args []string) {
				hallOf(ts).Spoil(args...)
			},
			"contacts": func(ts *testscript.TestScript, _ bool, args []string) {
				hallOf(ts).Rewire("A", args[0])
			},
			"paper": func(ts *testscript.TestScript, _ bool, args []string) {
				hallOf(ts).Paper(hall.JobState(args[0]))
			},
			"misbehave": func(ts *testscript.TestScript, _ bool, args []string) {
				hallOf(ts).Misbehave(hall.DoorID(args[0]), hall.OpState(args[1]))
			},
			"force": func(ts *testscript.TestScript, _ bool, args []string) {
				_, err := hallOf(ts).Do(context.Background(), hall.DoorSeen{Door: hall.DoorID(args[0]), State: hall.DoorOpen})
				ts.Check(err)
			},
			"queued": queued,
			"laycard": func(ts *testscript.TestScript, _ bool, args []string) {
				c := ts.Value(consoleKey{}).(*console.Console)
				for !c.Card(hall.Person{Ref: args[0], Last4: args[1]}) { // until hallctl asks for it
					time.Sleep(time.Millisecond)
				}
			},
			"onejson": oneJSON,
			"rental":  rentalID,
			"ledger":  ledgerFile,
			"sealed":  sealedRecord,
			"carried": carriedRecord,
		},
	})
}

// hallKey and consoleKey are where a script keeps its hall, and the console in
// front of it.
type (
	hallKey    struct{}
	consoleKey struct{}
)

func hallOf(ts *testscript.TestScript) *consoletest.Hall {
	return ts.Value(hallKey{}).(*consoletest.Hall)
}

// queued waits until a door waits for its turn.
func queued(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var idle bool
		ts.Check(hallOf(ts).View(context.Background(), func(h *hall.Hall) { idle = h.Idle(hall.DoorID(args[0])) }))
		if !idle {
			return
		}
	}
	ts.Fatalf("%s does not wait for its turn", args[0])
}

// oneJSON checks that the last command printed exactly one JSON document, with
// the texts that follow in it.
func oneJSON(ts *testscript.TestScript, _ bool, wants []string) {
	out := ts.ReadFile("stdout")
	d := json.NewDecoder(strings.NewReader(out))
	var doc any
	if err := d.Decode(&doc); err != nil || d.More() {
		ts.Fatalf("not one JSON document: %q", out)
	}
	var b bytes.Buffer
	ts.Check(json.Compact(&b, []byte(out)))
	for _, w := range wants {
		if !strings.Contains(b.String(), w) {
			ts.Fatalf("%s lacks %s", b.String(), w)
		}
	}
}

// rentalID puts the rental of the last command's JSON into $R.
func rentalID(ts *testscript.TestScript, _ bool, _ []string) {
	var r struct{ Rental string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &r))
	ts.Setenv("R", r.Rental)
}

// ledgerFile makes a ledger with a few records at a path; "bad" behind it spoils
// one.
func ledgerFile(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	l, err := ledger.Open(path, ledger.Opts{Hall: "140321-01"})
	ts.Check(err)
	for range 3 {
		_, err := l.Append([]ledger.Entry{{Kind: "hall.opened", Time: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Subject: "2026-03-02", Data: hall.DayOpened{Day: "2026-03-02"}}})
		ts.Check(err)
	}
	ts.Check(l.Close())
	if len(args) < 2 {
		return
	}
	b, err := os.ReadFile(path)
	ts.Check(err)
	b = bytes.Replace(b, []byte(`"day":"2026-03-02"`), []byte(`"day":"2026-03-03"`), 1)
	ts.Check(os.WriteFile(path, b, 0o600))
}

// sealedRecord writes a record sealed to a public key into a file.
func sealedRecord(ts *testscript.TestScript, _ bool, args []string) {
	pub, err := identity.LoadPublicKey(ts.MkAbs(args[0]))
	ts.Check(err)
	place := identity.Place{Hall: "140321-01", Seq: 7, Field: "person"}
	sealed, key, err := pub.Seal(place, identity.Person{Name: "张三", Number: "11010519491231002X", Kind: "resident"})
	ts.Check(err)
	b, err := json.Marshal(map[string]any{
		"id": "140321-01-e1-7", "source": "/halls/140321-01", "sequence": "7", "type": "hall.checkin.recorded",
		"data": map[string]any{"person": hall.Person{Ref: "r", Last4: "002X", Sealed: sealed, Key: key}},
	})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

// carriedRecord writes a record of a later epoch that carries the one in a file.
func carriedRecord(ts *testscript.TestScript, _ bool, args []string) {
	b, err := json.Marshal(map[string]any{
		"id": "140321-01-e2-3", "source": "/halls/140321-01", "sequence": "3", "type": "hall.ledger.salvaged",
		"data": map[string]any{"record": json.RawMessage(ts.ReadFile(args[0]))},
	})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}
