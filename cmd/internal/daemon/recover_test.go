package daemon

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
	"halld/config"
)

// cutOff is a context that ends after it was asked so often: a power cut at that
// point.
type cutOff struct {
	context.Context
	left int
}

func (c *cutOff) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestRecoveryGoesOnWhereItStopped: what the county lacks of the ledger before
// is carried over once, however often the power goes meanwhile.
func TestRecoveryGoesOnWhereItStopped(t *testing.T) {
	d := newShelf(t)
	const records, known = 3 * salvageBatch, 10
	var data []hall.Data
	for range records {
		data = append(data, &hall.Restarted{})
	}
	d.put(data...)
	old := d.ledger.Epoch()
	if err := d.ledger.Confirm(ledger.Ack{Epoch: old, Upto: known}); err != nil {
		t.Fatal(err)
	}
	if err := d.ledger.NewEpoch("for the test"); err != nil {
		t.Fatal(err)
	}
	for _, after := range []int{5, salvageBatch + 40, 2*salvageBatch + 60} {
		err := d.recover(&cutOff{t.Context(), after}, d.ledger.Recovery(), hall.New(hall.Config{Zone: time.UTC}), everything)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("recovering until the power goes: %v", err)
		}
	}
	d.restart()
	if rec := d.ledger.Recovery(); rec != nil {
		t.Errorf("the recovery is still to be dealt with: %+v", rec)
	}
	next := uint64(known + 1)
	for r, err := range d.ledger.Read(t.Context(), 1, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Kind != "ledger.salvaged" {
			continue
		}
		data, err := hall.Decode(hall.Kind(r.Kind), r.Data)
		if err != nil {
			t.Fatal(err)
		}
		inner, err := ledger.Decode(data.(*hall.LedgerSalvaged).Record)
		if err != nil || inner.Epoch != old || inner.Seq != next {
			t.Fatalf("record %d of epoch %s is carried, %v, want %d of %s", inner.Seq, inner.Epoch, err, next, old)
		}
		next++
	}
	if next != records+1 {
		t.Errorf("records up to %d are carried, want %d", next-1, records)
	}
}

// TestLostRecordStaysTold: a byte that changed while the hall was shut is still
// found when a new ledger has taken the damaged one's place, and what the hall
// had summed up before is not lost with it.
func TestLostRecordStaysTold(t *testing.T) {
	s := newShelf(t)
	cfg := hall.Config{Zone: time.UTC}
	for _, id := range []string{"DR-01", "DR-02"} {
		s.put(&hall.ToolLifecycle{Tool: hall.Tool{ID: id, State: hall.ToolIn}, Action: hall.ActionAdd})
	}
	if err := s.snapshot(s.replayAll(cfg), 0); err != nil {
		t.Fatal(err)
	}
	old := s.ledger.Epoch()
	s.put(&hall.ToolLifecycle{Tool: hall.Tool{ID: "DR-03", State: hall.ToolIn}, Action: hall.ActionAdd})
	if err := s.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	s.change("DR-01", "DR-07")
	for range 2 { // at the start that finds it, and at those behind
		s.open()
		if tools := s.replayAll(cfg).ListTools(); len(tools) != 3 {
			t.Errorf("the hall has %d tools, want all three", len(tools))
		}
		v, err := backend{&Daemon{cfg: &config.Config{}, book: s.book, ledger: s.ledger}}.Verify(t.Context(), nil)
		if bad := v.(Verified).Bad; err != nil || len(bad) != 1 || !strings.Contains(bad[0], old) || !strings.Contains(bad[0], "第 1 条") {
			t.Errorf("Verify tells %q, %v, want record 1 of %s", bad, err, old)
		}
		if err := s.ledger.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// change changes the first record of a tool in a ledger that nobody has open.
func (d *shelf) change(tool, other string) {
	d.t.Helper()
	blob, err := os.ReadFile(d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	in := func(tool string) []byte { return []byte(`"data":{"tool":{"tool":"` + tool + `"`) }
	if err := os.WriteFile(d.path, bytes.Replace(blob, in(tool), in(other), 1), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// TestDamageFarBackKeepsNoHallShut: the state needs a record that is damaged, and
// that a start does not look at.
func TestDamageFarBackKeepsNoHallShut(t *testing.T) {
	s := newShelf(t)
	data := []hall.Data{&hall.ToolLifecycle{Tool: hall.Tool{ID: "DR-01", State: hall.ToolIn}, Action: hall.ActionAdd}}
	for range 300 {
		data = append(data, &hall.Restarted{})
	}
	s.put(append(data, &hall.ToolLifecycle{Tool: hall.Tool{ID: "DR-02", State: hall.ToolIn}, Action: hall.ActionAdd})...)
	if err := s.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	s.change("DR-01", "DR-07")
	s.open()
	if tools := s.replayAll(hall.Config{Zone: time.UTC}).ListTools(); len(tools) != 1 || tools[0].ID != "DR-02" || !s.lostSome {
		t.Errorf("the hall has %+v, lost some: %t", tools, s.lostSome)
	}
}

// TestBusyHallLives: while the ledger is made anew the watchdog hears of the
// hall although its loop answers nobody, but not for ever.
func TestBusyHallLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said atomic.Int32
		d := &Daemon{opts: Opts{Alive: func(string) { said.Add(1) }}}
		done := d.busy("正在另起账本")
		time.Sleep(4*beat + time.Second)
		done()
		if n := said.Load(); n != 4 {
			t.Errorf("it said so %d times in a little more than four beats, want 4", n)
		}
		done = d.busy("正在另起账本")
		said.Store(0)
		time.Sleep(2 * mostBusy)
		if n, want := said.Load(), int32(mostBusy/beat); n < want-1 || n > want {
			t.Errorf("it said so %d times, want about %d and then no more", n, want)
		}
		done()
	})
}
