package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"halld/cmd/internal/console"
)

func TestCallAndDone(t *testing.T) {
	r := newRig(t)
	if err := r.hall.Swipe("p1", "002X"); err != nil {
		t.Fatal(err)
	}
	_, body := r.post(r.socket.URL, "call", `{"window":1,"staff":"01"}`)
	if got, want := compact(t, body), `{"ticket":"A001","window":1}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if status, body := r.post(r.socket.URL, "done", `{"window":1,"outcome":"办结","staff":"01"}`); status != http.StatusOK {
		t.Errorf("done gives %d: %s", status, body)
	}
	_, body = r.post(r.socket.URL, "call", `{"window":1,"staff":"01"}`)
	if got, want := compact(t, body), `{"ticket":null}`; got != want {
		t.Errorf("got %s when nobody waits, want %s", got, want)
	}
}

func TestAnswers(t *testing.T) {
	r := newRig(t)
	for _, tt := range []struct {
		name, path, body string
		status           int
		code, text       string
	}{
		{"refused by the rules", "call", `{"window":1,"staff":"09"}`, http.StatusConflict, "unknown-staff", "09"},
		{"unknown field", "call", `{"windows":1}`, http.StatusBadRequest, "bad-request", "windows"},
		{"wrong type", "call", `{"window":"one"}`, http.StatusBadRequest, "bad-request", "Window"},
		{"no JSON", "call", `{"window"`, http.StatusBadRequest, "bad-request", "JSON"},
		{"nothing", "call", ``, http.StatusBadRequest, "bad-request", "JSON"},
		{"two documents", "call", `{} {}`, http.StatusBadRequest, "bad-request", "JSON"},
		{"garbage behind", "call", `{}]`, http.StatusBadRequest, "bad-request", "JSON"},
		{"a sum that is none", "rental/inspect", `{"deduct":"1,50"}`, http.StatusBadRequest, "money", "1,50"},
		{"too large", "call", `{"staff":"` + strings.Repeat("x", 70<<10) + `"}`, http.StatusRequestEntityTooLarge, "too-large", ""},
		{"unknown path", "dance", `{}`, http.StatusNotFound, "unknown", "dance"},
		{"test page for a stranger", "print/test", `{"staff":"09"}`, http.StatusConflict, "unknown-staff", "09"},
	} {
		status, body := r.post(r.socket.URL, tt.path, tt.body)
		if status != tt.status || code(body) != tt.code || !strings.Contains(body, tt.text) {
			t.Errorf("%s: got %d %s, want %d %s and %q", tt.name, status, body, tt.status, tt.code, tt.text)
		}
	}
}

func TestOutOfService(t *testing.T) {
	r := newRig(t)
	r.hall.Broken = errors.New("账本暂时写不进存储卡")
	if status, body := r.post(r.socket.URL, "call", `{"window":1,"staff":"01"}`); status != http.StatusServiceUnavailable || code(body) != "out-of-service" {
		t.Errorf("got %d %s, want 503", status, body)
	}
	if _, board := r.page("/"); !strings.Contains(board, "暂停受理") {
		t.Error("the board does not say that nothing is taken")
	}
	r.hall.Broken = context.DeadlineExceeded
	if status, body := r.post(r.socket.URL, "call", `{"window":1,"staff":"01"}`); status != http.StatusServiceUnavailable || !strings.Contains(body, "请先核对") {
		t.Errorf("a hall that does not answer in time gives %d %s, want what to do", status, body)
	}
}

// TestViews asks for everything that can be looked at.
func TestViews(t *testing.T) {
	r := newRig(t)
	if err := r.hall.Swipe("p1", "002X"); err != nil {
		t.Fatal(err)
	}
	r.post(r.socket.URL, "tool/add", `{"tool":{"tool":"SP-01","name":"铁锹","class":"simple","deposit":"20.00","door":"A/1"},"staff":"01"}`)
	for _, v := range append(console.ViewPaths(), "status", "county", "ledger", "ledger?last=3", "ledger?from=2&limit=1", "contacts/A") {
		v = strings.Replace(v, "tools/{arg...}", "tools/SP-01", 1)
		v = strings.Replace(v, "cash/{arg...}", "cash/2026-03-02", 1)
		v = strings.Replace(v, "persons/{arg...}", "persons/last", 1)
		want := http.StatusOK
		if strings.Contains(v, "{arg...}") {
			want = http.StatusNotFound
		}
		if status, body := r.get(r.socket.URL, v); status != want || !json.Valid([]byte(body)) {
			t.Errorf("GET %s gives %d %s, want %d", v, status, body, want)
		}
	}
	for _, v := range []string{"ledger?last=0", "ledger?last=x", "ledger?from=-1", "ledger?limit=100000"} {
		if status, body := r.get(r.socket.URL, v); status != http.StatusBadRequest {
			t.Errorf("GET %s gives %d %s, want 400", v, status, body)
		}
	}
}

func TestVerifyTellsHowFarItIs(t *testing.T) {
	r := newRig(t)
	if err := r.hall.Swipe("p1", "002X"); err != nil {
		t.Fatal(err)
	}
	_, body := r.post(r.socket.URL, "ledger/verify?progress=1", "")
	lines := strings.Split(strings.TrimSpace(body), "\n")
	if len(lines) != 3 || !strings.Contains(lines[0], `"total"`) || !strings.Contains(lines[2], `"bad":[]`) {
		t.Errorf("got %q, want two lines of progress and the answer", lines)
	}
}

// FuzzBody: no body of a request gets more than an answer.
func FuzzBody(f *testing.F) {
	for _, s := range []string{`{"window":1,"staff":"01"}`, `{"tool":{"price":{"rate":"5.00"}}}`, `null`, `[]`, `{"Staff":"01","STAFF":"02"}`, "{\"\u017ftaff\":\"02\"}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range console.VerbPaths() {
			signed, err := console.Sign("01", []byte(body))
			if err != nil {
				continue
			}
			if staff, ok := console.StaffOf(path, signed); ok && staff != "01" {
				t.Errorf("%s: %s speaks for %q, want 01 alone", path, body, staff)
			}
			_, _ = console.StaffOf(path, []byte(body)) // must not panic
		}
	})
}
