package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"halld/cmd/internal/county/countytest"
)

// TestMain lets the test's own program be the programs that it starts.
func TestMain(m *testing.M) {
	switch os.Getenv("COUNTYD_ROLE") {
	case "county":
		main()
	case "hall":
		hallMain()
	default:
		os.Exit(m.Run())
	}
}

// program is this test's program in a role.
func program(ctx context.Context, role string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), "COUNTYD_ROLE="+role)
	return cmd
}

func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		text string
	}{
		{[]string{"--help"}, 0, "--broker"},
		{[]string{"--version"}, 0, "countyd"},
		{nil, 2, "no --broker"},
		{[]string{"--bogus"}, 2, "unknown flag"},
		{[]string{"--broker", "tcp://127.0.0.1:1", "extra"}, 2, "unknown command"},
		{[]string{"--broker", "tcp://127.0.0.1:1", "--workers", "0"}, 2, "--workers"},
		{[]string{"--broker", "tcp://127.0.0.1:1", "--cert", "x"}, 2, "--key"},
		{[]string{"--broker", "tcp://127.0.0.1:1", "--reorder", "-1s"}, 2, "--reorder"},
		{[]string{"--broker", "127.0.0.1:1883"}, 2, "--broker"},
		{[]string{"--broker", "mqtt://127.0.0.1:1883"}, 2, "--broker"},
		{[]string{"--broker", "tcp://127.0.0.1"}, 2, "--broker"},
		{[]string{"--broker", "tcp://127.0.0.1:1", "--store", "/nonexistent/x.db"}, 1, "opening the county's database"},
		{[]string{"--broker", "tcp://127.0.0.1:1", "--store", "memory:", "--listen", "256.0.0.1:1"}, 1, "opening the pages"},
	} {
		out, code := end(t, tt.args...)
		if code != tt.code || !strings.Contains(string(out), tt.text) {
			t.Errorf("countyd %v exits %d and says %q, want %d and %q", tt.args, code, out, tt.code, tt.text)
		}
	}
}

// end runs countyd to its end, and gives what it says and its exit code.
func end(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	b, err := program(t.Context(), "county", args...).CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	return string(b), code
}

// TestServesAndStops: the pages answer while it runs, and SIGTERM ends it with
// exit code 0.
func TestServesAndStops(t *testing.T) {
	broker := countytest.StartEmbedded(t)
	cmd := program(t.Context(), "county", "--broker", broker, "--store", filepath.Join(t.TempDir(), "county.db"), "--listen", "127.0.0.1:0", "--workers", "3")
	var log safeBuffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	deadline := time.Now().Add(60 * time.Second)
	for strings.Count(log.String(), "listening to the halls") < 3 || !url.MatchString(log.String()) {
		if time.Now().After(deadline) {
			t.Fatalf("not ready; log:\n%s", log.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	resp, err := http.Get(url.FindString(log.String()) + "/api/halls")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(body) != "[]\n" {
		t.Errorf("halls are %s, want none", body)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Wait(); err != nil {
		t.Errorf("SIGTERM ends it with %v, want exit code 0; log:\n%s", err, log.String())
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

// safeBuffer is a buffer that a program writes and a test reads.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
