// Package countytest is what tests of the line to the county share: real and
// embedded brokers, brokers that lie, and wires that are cut.
package countytest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Mosquitto is a real mosquitto on a loopback port of its own.
type Mosquitto struct {
	Addr string // HOST:PORT

	t    testing.TB
	bin  string
	conf string
	cmd  *exec.Cmd
	done chan struct{}
}

// Missing leaves a test out because this machine lacks a tool. Where HALL_CI is
// set every tool is installed, so there the test fails.
func Missing(t testing.TB, tool, how string) {
	t.Helper()
	if os.Getenv("HALL_CI") != "" {
		t.Fatalf("%s is missing: %s", tool, how)
	}
	t.Skipf("left out, since %s is missing: %s", tool, how)
}

// HasMosquitto tells where mosquitto is, if it is installed.
func HasMosquitto() (string, bool) {
	for _, name := range []string{"mosquitto", "/usr/sbin/mosquitto"} {
		if p, err := exec.LookPath(name); err == nil {
			return p, true
		}
	}
	return "", false
}

// StartMosquitto starts one with lines added to its configuration; %DIR% in
// them is a folder of its own. It ends with the test.
func StartMosquitto(t testing.TB, lines ...string) *Mosquitto {
	t.Helper()
	bin, ok := HasMosquitto()
	if !ok {
		Missing(t, "mosquitto", "apt-get install mosquitto")
	}
	dir := folder(t)
	m := &Mosquitto{Addr: freeAddr(t), t: t, bin: bin, conf: filepath.Join(dir, "mosquitto.conf")}
	_, port, _ := net.SplitHostPort(m.Addr)
	text := fmt.Sprintf("listener %s 127.0.0.1\n%s\n", port, strings.Join(lines, "\n"))
	if !strings.Contains(text, "allow_anonymous") {
		text += "allow_anonymous true\n"
	}
	if os.Geteuid() == 0 {
		text += "user root\n"
	}
	text = strings.ReplaceAll(text, "%DIR%", dir)
	if err := os.WriteFile(m.conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	m.Start()
	t.Cleanup(m.Kill)
	return m
}

// URL is the address as a broker of county.Link.
func (m *Mosquitto) URL() string { return "tcp://" + m.Addr }

// Start starts it again after a Kill or Stop, and waits until it listens.
func (m *Mosquitto) Start() {
	m.t.Helper()
	m.cmd = exec.Command(m.bin, "-c", m.conf)
	log, err := os.OpenFile(m.conf+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		m.t.Fatal(err)
	}
	defer log.Close()
	m.cmd.Stderr, m.cmd.Stdout = log, log
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.done = make(chan struct{})
	go func(cmd *exec.Cmd, done chan struct{}) { _ = cmd.Wait(); close(done) }(m.cmd, m.done)
	for range 500 {
		if c, err := net.Dial("tcp", m.Addr); err == nil {
			c.Close()
			return
		}
		select {
		case <-m.done:
			text, _ := os.ReadFile(m.conf + ".log")
			m.t.Fatalf("mosquitto ended at once:\n%s", text)
		case <-time.After(10 * time.Millisecond):
		}
	}
	m.t.Fatal("mosquitto does not listen")
}

// Kill ends it as a power cut would.
func (m *Mosquitto) Kill() {
	_ = m.cmd.Process.Kill()
	<-m.done
}

// Reload makes it read its access rules again.
func (m *Mosquitto) Reload() {
	if err := m.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		m.t.Fatal(err)
	}
}

// folder is a temporary folder that any user may read.
func folder(t testing.TB) string {
	dir, err := os.MkdirTemp("", "countytest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
