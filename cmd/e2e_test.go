package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/sim"
	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/printer"
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

// theatre is a hall as its people meet it.
type theatre struct {
	bin, dir string
	hw       *sim.Hall
	tickets  chan printer.Ticket
	broker   string // empty: no Mosquitto here
	halld    *exec.Cmd
	logs     lockedBuffer
	began    time.Duration // from the start to the first answer
	mail     letters
}

func newTheatre(t *testing.T) *theatre {
	t.Helper()
	h := &theatre{bin: t.TempDir(), dir: t.TempDir(), tickets: make(chan printer.Ticket, 64)}
	build(t, h.bin, "./halld", "./hallctl", "./countyd")
	ctx, cancel := context.WithCancel(context.Background())
	var err error
	h.hw, err = sim.New(sim.Opts{Dir: h.dir, Windows: 2, OnTicket: func(p printer.Ticket) { h.tickets <- p }})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, c := range h.hw.Cables {
		wg.Go(func() { _ = c.Run(ctx) })
	}
	t.Cleanup(func() { cancel(); wg.Wait() })
	h.broker = mosquitto(t)
	h.configure(t)
	if h.broker != "" {
		h.subscribe(t)
		run(t, &h.logs, filepath.Join(h.bin, "countyd"), "--broker", h.broker, "--store", filepath.Join(h.dir, "county.db"), "--listen", "127.0.0.1:0")
	}
	h.start(t)
	return h
}

// build builds the programs into dir.
func build(t *testing.T, dir string, programs ...string) {
	t.Helper()
	args := append([]string{"build", "-o", dir + "/"}, programs...)
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// mosquitto starts a broker on a loopback port, if it is installed.
func mosquitto(t *testing.T) (url string) {
	t.Helper()
	if _, ok := countytest.HasMosquitto(); !ok && os.Getenv("HALL_CI") == "" {
		t.Log("no mosquitto here: the county's part is left to .ci/run")
		return ""
	}
	return countytest.StartMosquitto(t).URL()
}

// run starts a program that ends with the test.
func run(t *testing.T, logs *lockedBuffer, path string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = logs, logs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

func (h *theatre) configure(t *testing.T) {
	t.Helper()
	h.ctlOffline(t, "county", "keygen", "--out", filepath.Join(h.dir, "county"))
	text := h.hw.Config(h.dir, "127.0.0.1:0") + "\n[county]\nseal_to = \"county.pub\"\n"
	if h.broker != "" {
		text += fmt.Sprintf("brokers = [%q]\n", h.broker)
	}
	if err := os.WriteFile(filepath.Join(h.dir, "hall.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(filepath.Join(h.bin, "halld"), "check", "--devices", "--config", filepath.Join(h.dir, "hall.toml")).CombinedOutput()
	if err != nil {
		t.Fatalf("halld check: %v\n%s", err, out)
	}
	for _, device := range []string{"reader", "printer", "locker/A", "display/window-1", "display/window-2"} {
		if !strings.Contains(string(out), "✓ "+device) {
			t.Errorf("halld check --devices does not say who %s is:\n%s", device, out)
		}
	}
}

// start runs halld and waits until it serves.
func (h *theatre) start(t *testing.T) {
	t.Helper()
	h.halld = exec.Command(filepath.Join(h.bin, "halld"), "run", "--config", filepath.Join(h.dir, "hall.toml"))
	h.halld.Stdout, h.halld.Stderr = &h.logs, &h.logs
	if err := h.halld.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.halld.Process.Kill()
		_ = h.halld.Wait()
		if t.Failed() {
			t.Log(h.logs.String())
		}
	})
	started := time.Now()
	until(t, "halld serves", func() bool {
		c, err := net.Dial("unix", filepath.Join(h.dir, "halld.sock"))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	h.began = time.Since(started)
}

// residentOf is a program's resident memory in KiB.
func residentOf(t *testing.T, cmd *exec.Cmd) (kib int) {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib
}

func (h *theatre) kill(t *testing.T) {
	t.Helper()
	if err := h.halld.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = h.halld.Wait()
}

func (h *theatre) stop(t *testing.T) {
	t.Helper()
	began := time.Now()
	if err := h.halld.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := h.halld.Wait(); err != nil {
		t.Errorf("halld ended with %v, want exit 0", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

func (h *theatre) hallctl(args ...string) ([]byte, error) {
	cmd := exec.Command(filepath.Join(h.bin, "hallctl"), args...)
	cmd.Env = append(os.Environ(), "HALLCTL_SOCKET="+filepath.Join(h.dir, "halld.sock"))
	return cmd.Output()
}

// ctl runs hallctl --json, expects exit 0 and one JSON document, and decodes it.
func (h *theatre) ctl(t *testing.T, into any, args ...string) {
	t.Helper()
	out, err := h.hallctl(append([]string{"--json"}, args...)...)
	if err != nil {
		t.Fatalf("hallctl %s: %v %s", strings.Join(args, " "), err, stderr(err))
	}
	if into == nil {
		into = new(any)
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("hallctl %s printed no JSON document: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (h *theatre) ctlOffline(t *testing.T, args ...string) {
	t.Helper()
	if _, err := h.hallctl(args...); err != nil {
		t.Fatalf("hallctl %s: %v %s", strings.Join(args, " "), err, stderr(err))
	}
}

// refused runs hallctl and expects exit 1 and one line of Chinese on stderr.
func (h *theatre) refused(t *testing.T, args ...string) {
	t.Helper()
	_, err := h.hallctl(args...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || strings.Count(strings.TrimSpace(string(exit.Stderr)), "\n") != 0 {
		t.Errorf("hallctl %s: got %v %q, want exit 1 and one line", strings.Join(args, " "), err, stderr(err))
	}
}

func stderr(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(exit.Stderr)
	}
	return ""
}

// swipe lays a card and takes it away once a slip was asked for.
func (h *theatre) swipe(c cardreader.Card) {
	h.hw.Reader.Lift()
	time.Sleep(700 * time.Millisecond) // the reader must miss the card before
	h.hw.Reader.Lay(c)
}

func (h *theatre) paper(t *testing.T) string {
	t.Helper()
	select {
	case p := <-h.tickets:
		return p.Text
	case <-time.After(45 * time.Second):
		t.Fatalf("no slip came out within 45 s\n%s", h.logs.String())
		return ""
	}
}

// papers takes every slip until none came for a second.
func (h *theatre) papers(t *testing.T) (slips []string) {
	t.Helper()
	for {
		select {
		case p := <-h.tickets:
			slips = append(slips, p.Text)
		case <-time.After(time.Second):
			return slips
		}
	}
}

// waiting expects these numbers to wait, once their slips are confirmed.
func (h *theatre) waiting(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	until(t, fmt.Sprintf("%v wait", want), func() bool {
		var q struct {
			Waiting []struct{ Ticket, Slip string }
		}
		h.ctl(t, &q, "queue")
		got = nil
		for _, w := range q.Waiting {
			if w.Slip == "printed" {
				got = append(got, w.Ticket)
			}
		}
		return slices.Equal(got, want)
	})
}

func (h *theatre) shown(t *testing.T, window int, want string) {
	t.Helper()
	until(t, fmt.Sprintf("window %d shows %s", window, want), func() bool {
		return strings.TrimSpace(h.hw.Tubes[window-1].Shown()) == want
	})
}

// returned brings a tool back: the door is opened, the tool put in, and the door
// shut while hallctl waits.
func (h *theatre) returned(t *testing.T, rental string) {
	t.Helper()
	until(t, "the door is seen shut after the handover", func() bool {
		_, err := h.hallctl("rental", "return", rental, "--staff", "01")
		return err == nil
	})
	h.hw.Locker.PushShut(3)
	var r struct{ State string }
	until(t, "the tool is seen back", func() bool {
		h.ctl(t, &r, "rental", "show", rental)
		return r.State == "returned"
	})
}

// letters are the records that arrived at the broker.
type letters struct {
	mu   sync.Mutex
	seqs []int
	all  []byte
}

func (l *letters) add(payload []byte) {
	var r struct{ Sequence string }
	_ = json.Unmarshal(payload, &r)
	n, _ := strconv.Atoi(r.Sequence)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(append(l.all, payload...), '\n')
	if len(l.seqs) == 0 || n > l.seqs[len(l.seqs)-1] { // a resend is no news
		l.seqs = append(l.seqs, n)
	}
}

// subscribe listens to the hall's records, beside the county.
func (h *theatre) subscribe(t *testing.T) {
	t.Helper()
	link := county.Link{Brokers: []string{h.broker}, ClientID: "watcher"}
	s, err := link.Dial(t.Context(), 0, nil, func(m county.Message) { h.mail.add(m.Payload) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Subscribe(t.Context(), county.Topic("140321-01", "up/record")); err != nil {
		t.Fatal(err)
	}
}

// reported waits for the county to confirm everything, and checks that the
// records came without a gap.
func (h *theatre) reported(t *testing.T) {
	t.Helper()
	var s struct {
		LastSeq     int `json:"last_seq"`
		Unconfirmed int
	}
	until(t, "the county has confirmed everything", func() bool {
		h.ctl(t, &s, "status")
		return s.Unconfirmed == 0
	})
	h.mail.mu.Lock()
	defer h.mail.mu.Unlock()
	for i, n := range h.mail.seqs {
		if n != i+1 {
			t.Fatalf("record %d arrived after %d", n, i)
		}
	}
	if len(h.mail.seqs) < s.LastSeq {
		t.Errorf("%d of %d records arrived", len(h.mail.seqs), s.LastSeq)
	}
}

// private looks for people in everything that was written or sent.
func (h *theatre) private(t *testing.T, people []cardreader.Card) {
	t.Helper()
	places := map[string][]byte{"the log": []byte(h.logs.String())}
	h.mail.mu.Lock()
	places["MQTT"] = bytes.Clone(h.mail.all)
	h.mail.mu.Unlock()
	files, _ := filepath.Glob(filepath.Join(h.dir, "data", "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		places[filepath.Base(f)] = b
	}
	for where, b := range places {
		for _, p := range people {
			if bytes.Contains(b, []byte(p.Number)) || bytes.Contains(b, []byte(p.Name)) {
				t.Errorf("%s holds a name or a number in the clear", where)
			}
		}
	}
}

// until polls what no event tells, for 45 s at most.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(45 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 45 s: %s", what)
		}
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// lockedBuffer collects what programs say.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestRentalSurvivesAKillAtEveryStep pulls the plug after each step of a rental:
// what was told to a person is still true, and nothing moves or prints by itself.
func TestRentalSurvivesAKillAtEveryStep(t *testing.T) {
	h := newTheatre(t)
	h.swipe(cardreader.Sample(time.Now())[0])
	h.paper(t)
	h.ctl(t, nil, "tool", "add", "--id", "SP-01", "--name", "铁锹", "--class", "simple", "--deposit", "20.00", "--door", "A/1", "--staff", "01")
	var r struct{ Rental, State string }
	h.ctl(t, &r, "rental", "request", "--tool", "SP-01", "--person", "last", "--staff", "01")
	for _, step := range []struct {
		state string
		verb  []string
	}{
		{"approved", []string{"approve", "--staff", "02"}},
		{"signed", []string{"sign", "--staff", "01"}},
		{"deposited", []string{"deposit", "--staff", "01"}},
		{"out", []string{"handover", "--staff", "01"}},
		{"returned", []string{"return", "--staff", "01"}},
		{"inspected", []string{"inspect", "--result", "ok", "--staff", "02"}},
		{"settled", []string{"settle", "--staff", "01"}},
	} {
		h.ctl(t, &r, append([]string{"rental", step.verb[0], r.Rental}, step.verb[1:]...)...)
		if step.verb[0] == "handover" || step.verb[0] == "return" {
			h.hw.Locker.PushShut(1)
		}
		until(t, "the rental is "+step.state, func() bool {
			h.ctl(t, &r, "rental", "show", r.Rental)
			return r.State == step.state
		})
		h.papers(t)
		pulses := len(h.hw.Locker.Pulses())
		h.kill(t)
		h.start(t)
		h.ctl(t, &r, "rental", "show", r.Rental)
		if r.State != step.state {
			t.Errorf("got state %q after a kill behind %q, want %q", r.State, step.verb[0], step.state)
		}
		if n := len(h.hw.Locker.Pulses()); n != pulses {
			t.Errorf("a door moved by itself after a kill behind %q", step.verb[0])
		}
		if n := len(h.papers(t)); n != 0 {
			t.Errorf("%d slips were printed by themselves after a kill behind %q", n, step.verb[0])
		}
	}
	h.ctl(t, nil, "ledger", "verify")
}
