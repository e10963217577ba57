package cmd_test

import (
	"strings"
	"testing"
	"time"

	"halld/firmware-bridge/emulator/cardreader"
)

// TestEndToEnd is a day in a hall: the built programs, real pseudo-terminals
// with emulated devices behind them, and a real Mosquitto where there is one.
func TestEndToEnd(t *testing.T) {
	whole := t
	h := newTheatre(t)
	people := cardreader.Sample(time.Now())

	t.Run("a swipe gives a number on paper", func(t *testing.T) {
		h.swipe(people[0])
		slip := h.paper(t)
		for _, want := range []string{"A001", "平定县零工市场", "0353-6060000"} {
			if !strings.Contains(slip, want) {
				t.Errorf("the slip lacks %q:\n%s", want, slip)
			}
		}
		h.waiting(t, "A001")
	})
	t.Run("a call shows on the tube", func(t *testing.T) {
		var reply struct {
			Ticket string
			Window int
		}
		h.ctl(t, &reply, "call", "--window", "2", "--staff", "01")
		if reply.Ticket != "A001" || reply.Window != 2 {
			t.Errorf("got %+v, want A001 to window 2", reply)
		}
		h.shown(t, 2, "A001")
	})
	t.Run("under 16 gets a slip and no number", func(t *testing.T) {
		h.swipe(people[6])
		slip := h.paper(t)
		if strings.Contains(slip, "A00") || !strings.Contains(slip, "十六周岁") || !strings.Contains(slip, "0353-6060000") {
			t.Errorf("not a refusal with the rule and the hotline:\n%s", slip)
		}
		h.waiting(t)
	})
	t.Run("done", func(t *testing.T) { h.ctl(t, nil, "done", "--window", "2", "--outcome", "办结", "--staff", "01") })

	h.swipe(people[1])
	h.paper(t)
	var rental struct{ Rental, State string }
	t.Run("a rental leaves through its door", func(t *testing.T) {
		h.ctl(t, nil, "tool", "add", "--id", "DR-01", "--name", "电锤", "--class", "priced", "--rate", "5.00", "--per", "hour",
			"--cap", "30.00", "--deposit", "200.00", "--door", "A/3", "--staff", "01")
		h.ctl(t, &rental, "rental", "request", "--tool", "DR-01", "--person", "last", "--staff", "01")
		h.refused(t, "rental", "handover", rental.Rental, "--staff", "01")
		h.ctl(t, nil, "rental", "approve", rental.Rental, "--staff", "02")
		h.paper(t)
		h.ctl(t, nil, "rental", "sign", rental.Rental, "--staff", "01")
		h.ctl(t, nil, "rental", "deposit", rental.Rental, "--staff", "01")
		h.paper(t)
		h.ctl(t, &rental, "rental", "handover", rental.Rental, "--staff", "01")
		if rental.State != "out" {
			t.Fatalf("got state %q, want out", rental.State)
		}
		h.hw.Locker.PushShut(3)
	})
	t.Run("kill -9 changes nothing", func(t *testing.T) {
		pulses := len(h.hw.Locker.Pulses())
		h.papers(t)
		h.kill(t)
		h.start(whole)
		h.ctl(t, &rental, "rental", "show", rental.Rental)
		if rental.State != "out" {
			t.Errorf("got state %q after the restart, want out", rental.State)
		}
		if n := len(h.hw.Locker.Pulses()); n != pulses {
			t.Errorf("%d doors moved by themselves", n-pulses)
		}
		if n := len(h.papers(t)); n != 0 {
			t.Errorf("%d slips were printed by themselves", n)
		}
	})
	t.Run("the tool comes back and is settled", func(t *testing.T) {
		h.returned(t, rental.Rental)
		h.ctl(t, nil, "rental", "inspect", rental.Rental, "--result", "ok", "--deduct", "0.00", "--staff", "02")
		var bill struct{ Fee, Deduction, Deposit, Refund, Due string }
		h.ctl(t, &bill, "rental", "settle", rental.Rental, "--staff", "01")
		if bill.Fee != "5.00" || bill.Refund != "195.00" || bill.Due != "0.00" {
			t.Errorf("got %+v, want a fee of 5.00 and 195.00 back", bill)
		}
	})
	t.Run("the ledger is whole", func(t *testing.T) { h.ctl(t, nil, "ledger", "verify") })
	if h.broker != "" {
		t.Run("the county has every record in order", func(t *testing.T) { h.reported(t) })
	}
	t.Run("it stays small", func(t *testing.T) {
		if kib := residentOf(t, h.halld); kib > 30<<10 {
			t.Errorf("got %d KiB resident, want 30 MiB at most", kib)
		} else {
			t.Logf("%d KiB resident, served %v after its start", kib, h.began.Round(time.Millisecond))
		}
	})
	t.Run("nothing personal is in the clear", func(t *testing.T) { h.private(t, people[:7]) })
	t.Run("a stop takes two seconds at most", func(t *testing.T) { h.stop(t) })
}
