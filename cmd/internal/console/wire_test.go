package console_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/console/consoletest"
)

// pipes is a listener whose connections are pipes, so that time may be faked.
type pipes struct{ conns chan net.Conn }

func (p *pipes) Accept() (net.Conn, error) {
	c, open := <-p.conns
	if !open {
		return nil, http.ErrServerClosed
	}
	return c, nil
}
func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// TestASlowSenderIsLetGo: whoever does not send what was announced must not keep
// a connection, whether the request's body is read or not.
func TestASlowSenderIsLetGo(t *testing.T) {
	for _, line := range []string{
		"POST /staff/login", "POST /staff/login/card", "POST /staff/logout", "POST /api/v1/call", "GET /", "GET /nothing",
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			l := &pipes{make(chan net.Conn)}
			done := make(chan error, 1)
			go func() {
				done <- console.Serve(ctx, l, console.New(consoletest.New(), console.Opts{Hall: consoletest.Config()}).Web(), nil)
			}()
			here, there := net.Pipe()
			l.conns <- there
			began := time.Now()
			if _, err := io.WriteString(here, line+" HTTP/1.1\r\nHost: hall\r\nContent-Length: 100\r\n\r\nstaff="); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, here); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("%s: a body that never comes holds the connection for %v", line, took)
			}
			cancel()
			close(l.conns)
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

// TestABodyInTimeLetsTheAnswerTakeLonger: the limit of the body is none of the
// request, which may wait for a door.
func TestABodyInTimeLetsTheAnswerTakeLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := &pipes{make(chan net.Conn)}
		done := make(chan error, 1)
		slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := console.Body(w, r); err != nil {
				t.Error(err)
			}
			select {
			case <-r.Context().Done():
				t.Error("the request was given up behind its body")
			case <-time.After(25 * time.Second):
			}
			_, _ = io.WriteString(w, "opened")
		})
		go func() { done <- console.Serve(ctx, l, slow, nil) }()
		here, there := net.Pipe()
		l.conns <- there
		if _, err := io.WriteString(here, "POST / HTTP/1.1\r\nHost: hall\r\nContent-Length: 2\r\n\r\n{}"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(here), nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(resp.Body); string(text) != "opened" || err != nil {
			t.Errorf("the answer is %q, %v", text, err)
		}
		here.Close()
		cancel()
		close(l.conns)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestOnlyWhatPagesLoadIsServed: the templates and a list of them are nobody's.
func TestOnlyWhatPagesLoadIsServed(t *testing.T) {
	r := newRig(t)
	for path, want := range map[string]int{
		"/pages/staff.css": 200, "/pages/board.js": 200,
		"/pages/": 404, "/pages": 404, "/pages/people.html": 404, "/pages/none.css": 404, "/pages/..%2fweb.go": 404,
	} {
		if got, _ := r.page(path); got != want {
			t.Errorf("%s gives %d, want %d", path, got, want)
		}
	}
}

// TestWrongAddressInTheClerksWords: whatever address somebody comes to, no page
// answers in English.
func TestWrongAddressInTheClerksWords(t *testing.T) {
	r := newRig(t)
	r.signIn("01", "4827")
	for _, path := range []string{"/staff/nothing", "/staff/do/nothing", "/staff/do/call"} {
		if status, text := r.page(path); status != http.StatusNotFound || !strings.Contains(text, "没有这一页") {
			t.Errorf("%s gives %d %q", path, status, text)
		}
	}
	status, text := r.ask("POST", r.web.URL+"/staff/do/call", "application/x-www-form-urlencoded", "window:int=1", "Sec-Fetch-Site", "cross-site")
	if status != http.StatusForbidden || !strings.Contains(text, "没有办理") {
		t.Errorf("a form of elsewhere gives %d %q", status, text)
	}
}
