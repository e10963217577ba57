package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/sim"
	"halld/config"
	"halld/devices"
	"halld/devices/devicestest"
	"halld/devices/idcard"
	"halld/devices/printer"
	emulator "halld/firmware-bridge/emulator/printer"
)

// Every profile that hall.toml may name is one of the driver's, for either paper.
func TestEveryProfileIsKnown(t *testing.T) {
	f, _ := reflect.TypeFor[config.Printer]().FieldByName("Profile")
	for name := range strings.SplitSeq(f.Tag.Get("enum"), ",") {
		for _, paper := range []string{"58mm", "80mm"} {
			if _, ok := printer.ProfileFor(name, paper); !ok {
				t.Errorf("there is no profile %q for %s paper", name, paper)
			}
		}
	}
}

// A check tells a printer that is off, or can't print, from one that is well.
func TestCheckOfThePrinter(t *testing.T) {
	t.Parallel()
	s := &stage{tickets: make(chan emulator.Ticket, 64)}
	s.open(t, sim.Opts{})
	s.stop()
	for _, c := range []struct {
		happen func(*emulator.Printer)
		fault  devices.Fault
	}{
		{func(*emulator.Printer) {}, devices.OK},
		{func(p *emulator.Printer) { p.PaperOut(true) }, devices.PaperOut},
		{func(p *emulator.Printer) { p.PowerOff() }, devices.NoAnswer},
		{func(p *emulator.Printer) { p.Echo(true) }, devices.WrongDevice},
	} {
		c.happen(s.hw.Printer)
		found, err := Identify(t.Context(), s.cfg, Opts{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			switch {
			case f.Device != "printer":
			case c.fault == devices.OK:
				if f.Err != nil || !strings.Contains(f.Answer, "TM-T82II") || !strings.Contains(f.Answer, "process ID") {
					t.Errorf("a printer that is well says %q, %v", f.Answer, f.Err)
				}
			case devices.FaultOf(f.Err) != c.fault:
				t.Errorf("the check says %q, %v, want %s", f.Answer, f.Err, c.fault)
			}
		}
	}
}

// draw lets somebody draw a number without the reader.
func (s *stage) draw(n int) {
	s.t.Helper()
	number := fmt.Sprintf("11010519900101%04d", n)
	ev, who := swipe([]byte("test"), idcard.Card{
		Kind: idcard.Resident, Name: "试", Number: number, Birth: idcard.Date{Year: 1990, Month: 1, Day: 1}, LongTerm: true,
	})
	if _, err := s.d.loop.send(s.t.Context(), call{event: ev, who: &who}); err != nil {
		s.t.Fatal(err)
	}
}

// slips are how many tickets' slips are in a state.
func slips(h *hall.Hall, state hall.JobState) (n int) {
	for _, j := range h.Jobs {
		if j.State == state {
			n++
		}
	}
	return n
}

// A stop with many slips in the queue takes no longer than the one that is
// being printed. The others are not lost, and come out after the start, once.
func TestStopWithAQueueOfSlips(t *testing.T) {
	t.Parallel()
	const people = 14
	s := &stage{tickets: make(chan emulator.Ticket, 64)}
	s.open(t, sim.Opts{Paced: true, OnTicket: func(p emulator.Ticket) { s.tickets <- p }})
	for n := range people {
		s.draw(n)
	}
	first := s.paper()
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > stopLimit {
		t.Errorf("stopping took %v, want %v at most", took, stopLimit)
	}
	papers := []string{first}
	for len(s.tickets) > 0 {
		papers = append(papers, s.paper())
	}
	s.start()
	s.until("no slip waits any more", func(h *hall.Hall) bool {
		return slips(h, hall.JobQueued)+slips(h, hall.JobHeld)+slips(h, hall.JobSending) == 0
	})
	for len(s.tickets) > 0 {
		papers = append(papers, s.paper())
	}
	for n := range people {
		ticket, got := fmt.Sprintf("A%03d", n+1), 0
		for _, p := range papers {
			if strings.Contains(p, ticket) {
				got++
			}
		}
		if got != 1 {
			t.Errorf("%s came out %d times, want once", ticket, got)
		}
	}
}

// While the ledger can't be written, the result of a slip is told again until it
// is. A slip that was held goes on if the printer is well by then.
func TestResultWaitsForTheLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line, conn := devicestest.Pipe(t)
		far := emulator.New(emulator.TM80())
		ctx, cancel := context.WithCancel(t.Context())
		go far.Run(ctx, conn)
		l := newLoop(nil, nil, nil, slog.New(slog.DiscardHandler))
		p := &press{dev: printer.New(line, printer.Opts{}), loop: l, log: l.log, answer: func() {}, sheets: make(chan sheet, 1)}
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		reply := func(err error) hall.Event {
			c := <-l.calls
			c.done <- answer{err: err}
			return c.event
		}
		far.CoverOpen(true)
		p.sheets <- sheet{job: "S000001"}
		for range 3 {
			if got, want := reply(errOutOfService), (hall.SlipResult{Job: "S000001", State: hall.JobHeld}); got != want {
				t.Fatalf("told %+v, want %+v", got, want)
			}
		}
		far.CoverOpen(false)
		go p.dev.Run(ctx)
		time.Sleep(20 * time.Second)
		reply(nil)
		if got := reply(nil); got != (hall.PrinterReady{}) {
			t.Errorf("told %+v, want that the printer is ready", got)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
