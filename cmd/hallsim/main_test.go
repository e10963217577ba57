package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// lockedBuffer is what the simulation says.
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

// open runs a simulation until its first lines are there. stop ends it.
func open(t *testing.T, o options) (out *lockedBuffer, stop func()) {
	t.Helper()
	o.console, o.page = "127.0.0.1:0", "127.0.0.1:0"
	ctx, cancel := context.WithCancel(t.Context())
	out = new(lockedBuffer)
	done := make(chan error, 1)
	go func() { done <- run(ctx, o, out) }()
	for deadline := time.Now().Add(45 * time.Second); !strings.Contains(out.String(), "Ctrl-C"); time.Sleep(10 * time.Millisecond) {
		select {
		case err := <-done:
			t.Fatalf("it ended at once: %v", err)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready within 45 s: %s", out.String())
		}
	}
	return out, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestKeptFolder: a hall for more than one lesson has its data in a folder that
// stays, and is made if it is not there.
func TestKeptFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := filepath.Join("lessons", "hall")
	_, stop := open(t, options{dir: dir})
	stop()
	for _, name := range []string{"county.db", "data/ledger.db"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// TestTraining: the first lines say where the console is and how to get in, and
// a hall for training has something to lend.
func TestTraining(t *testing.T) {
	out, stop := open(t, options{})
	line := regexp.MustCompile(`(http://\S+)/staff/ +工号 (\d+)（窗口、保管）PIN (\d+)`).FindStringSubmatch(out.String())
	if line == nil {
		t.Fatalf("the first lines do not say how to get into the console:\n%s", out.String())
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := http.Client{Jar: jar}
	if _, err := browser.PostForm(line[1]+"/staff/login", url.Values{"staff": {line[2]}, "pin": {line[3]}}); err != nil {
		t.Fatal(err)
	}
	read := func(address string) string {
		t.Helper()
		resp, err := browser.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if page := read(line[1] + "/staff/tools"); !strings.Contains(page, "DR-01") || !strings.Contains(page, "铁锹") {
		t.Errorf("the clerk finds nothing to lend: %s", page)
	}
	sim := regexp.MustCompile(`模拟页面  (http://\S+)`).FindStringSubmatch(out.String())
	if page := read(sim[1]); !strings.Contains(page, line[1]+"/staff/") || !strings.Contains(page, "PIN "+line[3]) {
		t.Error("the simulator's page does not lead to the console")
	}
	for _, card := range []string{"证件样本（外国人证，旧版）", "证件样本（外国人证，新版）"} {
		if page := read(sim[1]); !strings.Contains(page, ">"+card+"<") {
			t.Errorf("the simulator's page has no button %s", card)
		}
	}
	stop()
}
