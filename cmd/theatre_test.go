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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/sim"
	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/printer"
)

// theatre is a hall as its people meet it.
type theatre struct {
	bin, dir string
	hw       *sim.Hall
	slips    tray
	broker   string // empty: no Mosquitto here
	web      string // URL of the console
	halld    *exec.Cmd
	logs     lockedBuffer
	began    time.Duration // from the start to the first answer
	mail     letters
}

func newTheatre(t *testing.T) *theatre {
	t.Helper()
	h := &theatre{bin: programs(t), dir: t.TempDir(), slips: tray{news: make(chan struct{}, 1)}}
	ctx, cancel := context.WithCancel(context.Background())
	var err error
	h.hw, err = sim.New(sim.Opts{Dir: h.dir, Windows: 2, OnTicket: h.slips.add})
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

// bin is where the programs are, once they are built.
var bin string

func TestMain(m *testing.M) {
	code := m.Run()
	if bin != "" {
		_ = os.RemoveAll(bin) // the tests have their result
	}
	os.Exit(code)
}

// programs builds the programs at the first use.
func programs(t *testing.T) string {
	t.Helper()
	if bin != "" {
		return bin
	}
	dir, err := os.MkdirTemp("", "hall-bin-")
	if err != nil {
		t.Fatal(err)
	}
	bin = dir
	if out, err := exec.Command("go", "build", "-o", dir+"/", "./halld", "./hallctl", "./hallsim", "./countyd").CombinedOutput(); err != nil {
		t.Fatalf("building the programs: %v\n%s", err, out)
	}
	return dir
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

// drills is a type of tools that has to be looked at point by point.
const drills = `
[[tool_type]]
key = "drill"
name = "电锤"
safety = ["戴护目镜和手套"]
checklist = ["外壳无裂纹", "电源线完好"]
`

func (h *theatre) configure(t *testing.T) {
	t.Helper()
	h.ctlOffline(t, "county", "keygen", "--out", filepath.Join(h.dir, "county"))
	listen := freeAddr(t)
	h.web = "http://" + listen
	text := h.hw.Config(h.dir, listen) + drills + "\n[county]\nseal_to = \"county.pub\"\n"
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
		return listens("unix", filepath.Join(h.dir, "halld.sock")) && listens("tcp", strings.TrimPrefix(h.web, "http://"))
	})
	h.began = time.Since(started)
}

// listens reports whether somebody answers at an address.
func listens(network, addr string) bool {
	c, err := net.Dial(network, addr)
	if err == nil {
		c.Close()
	}
	return err == nil
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

// tray holds the papers that came out and nobody took yet.
type tray struct {
	news chan struct{} // one paper or more came
	mu   sync.Mutex
	list []string
}

// add is called by the printer, which must not wait for anybody.
func (s *tray) add(p printer.Ticket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, p.Text)
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// take takes all papers.
func (s *tray) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.list
	s.list = nil
	return list
}

// paper takes the next paper.
func (h *theatre) paper(t *testing.T) (text string) {
	t.Helper()
	until(t, "a slip comes out", func() bool {
		h.slips.mu.Lock()
		defer h.slips.mu.Unlock()
		if len(h.slips.list) > 0 {
			text, h.slips.list = h.slips.list[0], h.slips.list[1:]
		}
		return text != ""
	})
	return text
}

// take takes the next n papers.
func (h *theatre) take(t *testing.T, n int) (slips []string) {
	t.Helper()
	for range n {
		slips = append(slips, h.paper(t))
	}
	return slips
}

// papers takes every paper until none came for a second.
func (h *theatre) papers(t *testing.T) (slips []string) {
	t.Helper()
	for {
		slips = append(slips, h.slips.take()...)
		select {
		case <-h.slips.news:
		case <-time.After(time.Second):
			return append(slips, h.slips.take()...)
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
