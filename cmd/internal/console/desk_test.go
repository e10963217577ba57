package console_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/console/consoletest"
	"halld/cmd/internal/hall"
)

// rig is a hall with a console in front of it.
type rig struct {
	t      *testing.T
	hall   *consoletest.Hall
	c      *console.Console
	socket *httptest.Server
	web    *httptest.Server
	client *http.Client // keeps cookies
}

func newRig(t *testing.T) *rig {
	t.Helper()
	return rigOf(t, consoletest.Config())
}

// rigOf is newRig for another hall.
func rigOf(t *testing.T, cfg hall.Config) *rig {
	t.Helper()
	r := &rig{t: t, hall: consoletest.With(cfg)}
	boards, err := console.LoadBoards("", cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.c = console.New(r.hall, console.Opts{Hall: cfg, Boards: boards})
	r.socket, r.web = httptest.NewServer(r.c.Socket()), httptest.NewServer(r.c.Web())
	t.Cleanup(r.socket.Close)
	t.Cleanup(func() {
		r.web.CloseClientConnections() // screens listen for ever
		r.web.Close()
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.client = &http.Client{Jar: jar}
	return r
}

// ask sends a request and gives the status and the body.
func (r *rig) ask(method, url, contentType, body string, header ...string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := r.client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func (r *rig) post(base, path, body string) (int, string) {
	r.t.Helper()
	return r.ask("POST", base+console.Root+path, "application/json", body)
}

func (r *rig) get(base, path string) (int, string) {
	r.t.Helper()
	return r.ask("GET", base+console.Root+path, "", "")
}

// signIn sets a PIN and signs in from the network.
func (r *rig) signIn(staff, pin string) {
	r.t.Helper()
	r.pin(staff, pin)
	if status, body := r.form("/staff/login", url.Values{"staff": {staff}, "pin": {pin}}); status != http.StatusOK {
		r.t.Fatalf("signing in gives %d: %s", status, body)
	}
}

func (r *rig) pin(staff, pin string) {
	r.t.Helper()
	if status, body := r.post(r.socket.URL, "staff/pin", `{"staff":"`+staff+`","pin":"`+pin+`"}`); status != http.StatusOK {
		r.t.Fatalf("setting a PIN gives %d: %s", status, body)
	}
}

// form posts a page's form and follows to the page it leads to.
func (r *rig) form(path string, fields url.Values) (int, string) {
	r.t.Helper()
	return r.ask("POST", r.web.URL+path, "application/x-www-form-urlencoded", fields.Encode(), "Sec-Fetch-Site", "same-origin")
}

func (r *rig) page(path string) (int, string) {
	r.t.Helper()
	return r.ask("GET", r.web.URL+path, "", "")
}

// code is the error code of an answer.
func code(body string) string {
	var f console.Failure
	_ = json.Unmarshal([]byte(body), &f)
	return f.Error.Code
}

// compact is JSON without white space.
func compact(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(s)); err != nil {
		t.Fatalf("%q is not JSON: %v", s, err)
	}
	return b.String()
}

// TestDateIsAskedForDayByDay: a word on the date holds for that day only, and the
// page asks for it when the rules do.
func TestDateIsAskedForDayByDay(t *testing.T) {
	r := newRig(t)
	r.hall.Doubt()
	r.signIn("02", "9134")
	asks := func() bool {
		_, body := r.page("/staff/problems")
		return strings.Contains(body, "核准日期</h2>")
	}
	if !asks() {
		t.Error("nobody is asked for the date")
	}
	r.do("clock/confirm", `{"date":"2026-03-02","staff":"02"}`)
	if asks() {
		t.Error("somebody is asked for a date that was confirmed")
	}
	r.hall.Later(24 * time.Hour)
	if !asks() {
		t.Error("nobody is asked for the date of the next day")
	}
}
