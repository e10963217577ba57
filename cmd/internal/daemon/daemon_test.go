package daemon

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/sim"
	"halld/config"
	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/printer"
)

// stage is a hall with emulated hardware on real pseudo-terminals.
type stage struct {
	t       testing.TB
	hw      *sim.Hall
	cfg     *config.Config
	tickets chan printer.Ticket
	more    string        // tables of hall.toml beside those of the hardware
	steady  time.Duration // of Opts
	whole   int64         // of ledger.Opts
	alive   func(string)  // of Opts
	d       *Daemon
	disk    *disk // under the ledger
	trace   traces
	ended   chan error // yields what the daemon ended with, once
	stop    func()
}

func onStage(t *testing.T, more ...string) *stage {
	t.Helper()
	s := &stage{more: strings.Join(more, "\n")}
	s.stand(t)
	return s
}

// stand builds a hall with two windows whose slips come to tickets.
func (s *stage) stand(t *testing.T) {
	t.Helper()
	s.tickets = make(chan printer.Ticket, 64)
	s.open(t, sim.Opts{Windows: 2, Pins: true, OnTicket: func(p printer.Ticket) { s.tickets <- p }})
}

// open builds the hardware and starts the daemon in front of it.
func (s *stage) open(t testing.TB, o sim.Opts) {
	t.Helper()
	s.t, s.disk, o.Dir = t, newDisk(t), t.TempDir()
	o.Windows = max(o.Windows, 1)
	var err error
	if s.hw, err = sim.New(o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	for _, c := range s.hw.Cables {
		go c.Run(ctx) // returns nil
	}
	path := filepath.Join(o.Dir, "hall.toml")
	if err := os.WriteFile(path, []byte(s.hw.Config(o.Dir, "127.0.0.1:0")+s.more), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.cfg, err = config.Load(path); err != nil {
		t.Fatal(err)
	}
	s.start()
}

// start runs the daemon as halld does.
func (s *stage) start() {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	ready, ended := make(chan *Daemon, 1), make(chan error, 1)
	opts := Opts{Log: slog.New(slog.NewTextHandler(s.t.Output(), nil)), ledger: ledger.Opts{VFS: s.disk.name, Whole: s.whole}, Trace: s.trace.add, Alive: s.alive, steady: s.steady}
	go func() { ended <- run(ctx, s.cfg, opts, ready); close(ended) }()
	s.ended = ended
	select {
	case s.d = <-ready:
	case err := <-ended:
		s.t.Fatalf("the daemon ended: %v", err)
	case <-time.After(10 * time.Second):
		s.t.Fatal("the daemon is not ready after 10 s")
	}
	var once bool
	s.stop = func() {
		if once {
			return
		}
		once = true
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("stopping: %v", err)
		}
	}
	s.t.Cleanup(s.stop)
}

// paper waits for the next slip.
func (s *stage) paper() string {
	s.t.Helper()
	select {
	case p := <-s.tickets:
		return p.Text
	case <-time.After(45 * time.Second):
		s.t.Fatal("no slip came out within 45 s")
		return ""
	}
}

// do puts an event before the rules and expects them to agree.
func (s *stage) do(ev hall.Event) any {
	s.t.Helper()
	reply, err := backend{s.d}.Do(s.t.Context(), ev)
	if err != nil {
		s.t.Fatalf("%T: %v", ev, err)
	}
	return reply
}

// until waits for the hall to be as wanted.
func (s *stage) until(what string, ok func(*hall.Hall) bool) {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	changed, end := s.d.changes.listen()
	defer end()
	for {
		var is bool
		if err := s.d.loop.View(s.t.Context(), func(h *hall.Hall) { is = ok(h) }); err != nil {
			s.t.Fatal(err)
		}
		if is {
			return
		}
		select {
		case <-changed:
		case <-time.After(time.Until(deadline)):
			s.t.Fatalf("not within 30 s: %s", what)
		}
	}
}

func (s *stage) swipe(c cardreader.Card) {
	s.hw.Reader.Lay(c)
	s.t.Cleanup(s.hw.Reader.Lift)
}

func TestSwipeToPaperToTube(t *testing.T) {
	s := onStage(t)
	people := cardreader.Sample(time.Now())
	s.swipe(people[0])
	slip := s.paper()
	for _, want := range []string{"A001", "平定县零工市场", "0353-6060000"} {
		if !strings.Contains(slip, want) {
			t.Errorf("the slip lacks %q:\n%s", want, slip)
		}
	}
	if strings.Contains(slip, people[0].Number) || strings.Contains(slip, people[0].Name) {
		t.Errorf("the slip shows a name or a number:\n%s", slip)
	}
	s.until("the slip is confirmed", func(h *hall.Hall) bool {
		q := h.Queue().Waiting
		return len(q) == 1 && q[0].Slip == hall.JobPrinted
	})
	call := s.do(hall.CallNext{Window: 2, Staff: "01"}).(hall.CallReply)
	if call.Ticket == nil || *call.Ticket != "A001" {
		t.Fatalf("got %v called, want A001", call.Ticket)
	}
	shows(t, "window 2", s.hw.Tubes[1].Shown, "A001")
	shows(t, "the hall's own display", s.hw.Board.Shown, "A001")
}

// shows waits until a display shows something.
func shows(t *testing.T, name string, shown func() string, want string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); strings.TrimSpace(shown()) != want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s shows %q, want %q", name, shown(), want)
		}
	}
}

func TestRentalThroughADoor(t *testing.T) {
	s := onStage(t)
	who := cardreader.Sample(time.Now())[0]
	s.swipe(who)
	s.paper()
	s.do(hall.ToolAdd{Staff: "01", Tool: hall.Tool{
		ID: "DR-01", Name: "电锤", Class: hall.Priced, Deposit: 20000, Door: "A/3",
		Price: hall.Price{Rate: 500, Per: hall.PerHour, Cap: 3000},
	}})
	s.until("the person is known", func(h *hall.Hall) bool {
		_, err := h.Resolve("last")
		return err == nil
	})
	made := hall.Facts{Birth: hall.Date{Year: 1990, Month: 1, Day: 1}} // what a caller says of a person does not count
	if _, err := (backend{s.d}).Do(t.Context(), hall.RentalRequest{Tools: []string{"DR-01"}, Person: "nobody", Facts: made, Staff: "01"}); err == nil {
		t.Error("somebody whom nobody knows may rent")
	}
	r := s.do(hall.RentalRequest{Tools: []string{"DR-01"}, Person: "last", Staff: "01"}).(hall.RentalView).Rental
	s.do(hall.RentalApprove{Rental: r, Staff: "02"})
	for range 2 { // two sides sign it
		if slip := s.paper(); !strings.Contains(slip, who.Name) || strings.Contains(slip, who.Number) || !strings.Contains(slip, "200.00") {
			t.Errorf("the contract lacks the name or the deposit, or shows the whole number:\n%s", slip)
		}
	}
	s.do(hall.RentalSign{Rental: r, Staff: "01"})
	s.do(hall.RentalDeposit{Rental: r, Staff: "01"})
	if slip := s.paper(); strings.Contains(slip, who.Name) || !strings.Contains(slip, "张*") {
		t.Errorf("the deposit slip names its person in full:\n%s", slip)
	}
	if v := s.do(hall.RentalHandover{Rental: r, Staff: "01"}).(hall.RentalView); v.State != hall.Out {
		t.Fatalf("got state %s after the handover, want out", v.State)
	}
	s.hw.Locker.PushShut(3)
	s.until("the door is seen shut", func(h *hall.Hall) bool { return h.Idle("A/3") })
	s.do(hall.RentalReturn{Rental: r, Staff: "01"})
	s.hw.Locker.PushShut(3)
	s.until("the tool is back", func(h *hall.Hall) bool {
		v, err := h.Rental(r)
		return err == nil && v.State == hall.Returned
	})
	s.do(hall.RentalInspect{Rental: r, Result: "ok", Staff: "02"})
	if b := s.do(hall.RentalSettle{Rental: r, Staff: "01"}).(hall.Settlement); b.Fee != 500 || b.Refund != 19500 {
		t.Errorf("got fee %s and refund %s, want 5.00 and 195.00", b.Fee, b.Refund)
	}
	if n := len(s.hw.Locker.Pulses()); n != 2 {
		t.Errorf("got %d pulses on the locks, want 2", n)
	}
}

func TestPrinterOffPromisesNothingAndPrintsOnceWhenBack(t *testing.T) {
	s := onStage(t)
	people := cardreader.Sample(time.Now())
	s.swipe(people[0])
	s.paper()
	s.hw.Reader.Lift()
	s.hw.Printer.PowerOff()
	s.until("the printer is missed", func(h *hall.Hall) bool { return h.Faults() == 1 })
	s.swipe(people[1])
	s.until("the slip is held", func(h *hall.Hall) bool {
		q := h.Queue().Waiting
		return len(q) == 2 && q[1].Slip == hall.JobHeld
	})
	s.do(hall.CallNext{Window: 1, Staff: "01"})
	if call := s.do(hall.CallNext{Window: 2, Staff: "01"}).(hall.CallReply); call.Ticket != nil {
		t.Fatalf("%s was called, whose slip never came out", *call.Ticket)
	}
	s.hw.Printer.PowerOn()
	if slip := s.paper(); !strings.Contains(slip, "A002") {
		t.Errorf("got another slip than A002's:\n%s", slip)
	}
	s.stop()
	if n := len(s.tickets); n != 0 {
		t.Errorf("%d more slips came out", n)
	}
}

func TestRestartKeepsTheQueueAndPrintsNothing(t *testing.T) {
	s := onStage(t)
	s.swipe(cardreader.Sample(time.Now())[0])
	s.paper()
	s.until("the slip is confirmed", func(h *hall.Hall) bool {
		q := h.Queue().Waiting
		return len(q) == 1 && q[0].Slip == hall.JobPrinted
	})
	s.stop()
	s.hw.Reader.Lift()
	s.start()
	s.until("the queue is as before", func(h *hall.Hall) bool {
		q := h.Queue().Waiting
		return len(q) == 1 && q[0].Ticket == "A001"
	})
	if n := len(s.tickets); n != 0 {
		t.Errorf("%d slips came out by themselves", n)
	}
}

func TestNoPersonalDataOnDisk(t *testing.T) {
	s := onStage(t)
	who := cardreader.Sample(time.Now())[0]
	s.swipe(who)
	s.paper()
	s.stop()
	files, err := filepath.Glob(filepath.Join(s.cfg.DataDir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in the data folder: %v", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{who.Number, who.Name, who.Birth} {
			if strings.Contains(string(b), secret) {
				t.Errorf("%s holds %q in the clear", filepath.Base(f), secret)
			}
		}
	}
}

func TestBrokenLedgerIsSetAsideAndTheHallGoesOn(t *testing.T) {
	s := onStage(t)
	s.swipe(cardreader.Sample(time.Now())[0])
	s.paper()
	s.until("the slip is confirmed", func(h *hall.Hall) bool { return h.Queue().Waiting[0].Slip == hall.JobPrinted })
	s.stop()
	s.hw.Reader.Lift()
	spoil(t, filepath.Join(s.cfg.DataDir, "ledger.db"))
	before := s.d.ledger.Epoch()
	s.start()
	if s.d.ledger.Epoch() == before {
		t.Error("the spoilt ledger goes on in its old epoch")
	}
	s.swipe(cardreader.Sample(time.Now())[1])
	if slip := s.paper(); !strings.Contains(slip, "A00") {
		t.Errorf("the hall does not go on:\n%s", slip)
	}
}

// spoil overwrites pages in the middle of a file, as a dying card does.
func spoil(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(strings.Repeat("\xff", 4096)), 4096); err != nil {
		t.Fatal(err)
	}
}
