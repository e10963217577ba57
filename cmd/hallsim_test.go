package cmd_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mostStop is how long Ctrl-C may take.
const mostStop = 2 * time.Second

// TestHallsim is what a visitor does with the built simulator: swipe, look at the
// slip, call, pass the number on, pull the network's cable, and press Ctrl-C.
func TestHallsim(t *testing.T) {
	bin := programs(t)
	var out lockedBuffer
	cmd := run(t, &out, filepath.Join(bin, "hallsim"), "--crowd", "0", "--clerk", "0", "--console", "127.0.0.1:0", "--page", "127.0.0.1:0")
	until(t, "the simulator says how to end it", func() bool { return strings.Contains(out.String(), "Ctrl-C") })
	find := func(pattern string) string {
		t.Helper()
		m := regexp.MustCompile(pattern).FindStringSubmatch(out.String())
		if m == nil {
			t.Fatalf("its first lines lack %s:\n%s", pattern, out.String())
		}
		return m[1]
	}
	board, page, socket := find(`公共大屏 +(\S+)/`), find(`模拟页面 +(\S+)/`), find(`HALLCTL_SOCKET=(\S+)`)

	press := func(path string) {
		t.Helper()
		resp, err := http.Post(page+path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s answers %s", path, resp.Status)
		}
	}
	press("/swipe/0")
	var state struct{ Slips []int }
	until(t, "a slip comes out", func() bool {
		if err := json.Unmarshal(fetch(t, page+"/state"), &state); err != nil {
			t.Fatal(err)
		}
		return len(state.Slips) > 0
	})
	if p, err := png.Decode(bytes.NewReader(fetch(t, page+"/slips/"+strconv.Itoa(state.Slips[0])))); err != nil || p.Bounds().Dx() < 300 {
		t.Errorf("the slip is no picture: %v", err)
	}
	if !strings.Contains(out.String(), "A001") {
		t.Errorf("the terminal does not show the slip:\n%s", out.String())
	}

	ctl := func(args ...string) string {
		c := exec.Command(filepath.Join(bin, "hallctl"), args...)
		c.Env = append(os.Environ(), "HALLCTL_SOCKET="+socket)
		b, _ := c.CombinedOutput()
		return string(b)
	}
	until(t, "A001 is called", func() bool { return strings.Contains(ctl("call", "--window", "1", "--staff", "01"), "A001") })
	if said := ctl("transfer", "--window", "1", "--to", "training", "--staff", "01"); !strings.Contains(said, "A001") {
		t.Errorf("the number is not passed on: %s", said)
	}
	if said := ctl("call", "--window", "2", "--staff", "01"); !strings.Contains(said, "A001") {
		t.Errorf("no window takes who was passed on: %s", said)
	}

	says := func(yes bool) func() bool {
		return func() bool { return strings.Contains(string(fetch(t, board+"/")), "网络中断") == yes }
	}
	until(t, "the county hears the hall", says(false))
	press("/do/cable?name=network&on=false")
	until(t, "the board says that the network is down", says(true))
	press("/do/cable?name=network&on=true")
	until(t, "the county hears the hall again", says(false))
	if said := ctl("--json", "ledger", "list", "--last", "1000"); !strings.Contains(said, `"sealed":"`) {
		t.Error("no identity is sealed to the county")
	}

	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Wait(); err != nil {
		t.Errorf("Ctrl-C ends it with %v:\n%s", err, out.String())
	}
	if took := time.Since(began); took > mostStop {
		t.Errorf("Ctrl-C took %v, want %v", took, mostStop)
	}
	if _, err := os.Stat(filepath.Dir(socket)); !os.IsNotExist(err) {
		t.Errorf("its folder is left behind: %v", err)
	}
}

func fetch(t *testing.T, url string) []byte {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
