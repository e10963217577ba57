package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"halld/firmware-bridge/emulator/cardreader"
)

// pins are what the staff of a theatre sign in with.
var pins = map[string]string{"01": "4827", "02": "9134"}

// cast gives every member of the staff a PIN.
func (h *theatre) cast(t *testing.T) {
	t.Helper()
	for staff, pin := range pins {
		cmd := exec.Command(filepath.Join(h.bin, "hallctl"), "staff", "pin", staff)
		cmd.Env = append(os.Environ(), "HALLCTL_SOCKET="+filepath.Join(h.dir, "halld.sock"))
		cmd.Stdin = strings.NewReader(pin + "\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("hallctl staff pin: %v %s", err, out)
		}
	}
}

// staff is somebody of the staff with a session of their own, who speaks to the
// HTTP interface.
type staff struct {
	h      *theatre
	id     string
	client *http.Client
}

func (h *theatre) signIn(t *testing.T, id string) *staff {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &staff{h, id, &http.Client{Jar: jar, Timeout: 45 * time.Second}}
	s.again(t)
	return s
}

// again signs in anew, as after every restart of the box.
func (s *staff) again(t *testing.T) {
	t.Helper()
	resp, err := s.client.PostForm(s.h.web+"/staff/login", url.Values{"staff": {s.id}, "pin": {pins[s.id]}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s signs in and gets %s", s.id, resp.Status)
	}
}

// refusal is a no of the interface.
type refusal struct {
	status     int
	code, text string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.status, r.code, r.text) }

// call asks the interface; a nil body only looks.
func (s *staff) call(path string, body, into any) error {
	method, payload := http.MethodGet, io.Reader(nil)
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		method, payload = http.MethodPost, bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, s.h.web+"/api/v1/"+path, payload)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		var f struct{ Error struct{ Code, Text string } }
		_ = json.Unmarshal(answer, &f)
		return &refusal{resp.StatusCode, f.Error.Code, f.Error.Text}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// must is call, and expects a yes.
func (s *staff) must(t *testing.T, path string, body, into any) {
	t.Helper()
	if err := s.call(path, body, into); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, s.h.logs.String())
	}
}

// rentalNow is a rental as the interface shows it.
type rentalNow struct {
	Rental, State, Held, Due, Receipt string
	Lines                             []struct{ Tool, State string }
}

func (s *staff) rental(t *testing.T, id string) (r rentalNow) {
	t.Helper()
	s.must(t, "rentals/"+id, nil, &r)
	return r
}

// lending is a theatre with priced tools, each behind a door of its own, a
// visitor, and the two of the staff that lend them.
func lending(t *testing.T, doors ...int) (h *theatre, keeper, head *staff) {
	t.Helper()
	h = newTheatre(t)
	h.cast(t)
	h.swipe(cardreader.Sample(time.Now())[0])
	h.paper(t)
	keeper, head = h.signIn(t, "01"), h.signIn(t, "02")
	for _, n := range doors {
		keeper.must(t, "tool/add", map[string]any{"tool": map[string]any{
			"tool": toolAt(n), "name": "电锤", "type": "drill", "class": "priced", "price": map[string]any{"rate": "5.00", "per": "hour", "cap": "30.00"},
			"deposit": "200.00", "door": doorID(n), "accessories": []string{"钻头", "侧手柄"}, "part_prices": map[string]any{"侧手柄": "8.00"},
		}}, nil)
	}
	return h, keeper, head
}

func toolAt(door int) string { return fmt.Sprintf("DR-%02d", door) }
func doorID(door int) string { return fmt.Sprintf("A/%d", door) }

// step is one step of a rental, by whoever takes it.
type step struct {
	verb  string
	head  bool // the head takes it, not the keeper
	body  map[string]any
	state string // that the rental is told to be in then
	door  bool   // somebody shuts the door after it
	slips int    // that come of it, copies counted
}

// all answers every question of an inspection.
var all = []string{"all"}

var steps = []step{
	{verb: "approve", head: true, state: "approved", slips: 2},
	{verb: "sign", state: "signed"},
	{verb: "deposit", body: map[string]any{"method": "扫码"}, state: "deposited", slips: 2},
	{verb: "handover", state: "out", door: true},
	{verb: "return", state: "returned", door: true},
	{verb: "inspect", body: map[string]any{"result": "damaged", "deduct": "20.00", "present": all, "passed": all}, state: "inspected", slips: 1},
	{verb: "settle", state: "settled", slips: 2},
}

// request asks for the tools behind doors.
func (s *staff) request(t *testing.T, doors ...int) (r rentalNow) {
	t.Helper()
	var tools []string
	for _, n := range doors {
		tools = append(tools, toolAt(n))
	}
	s.must(t, "rental/request", map[string]any{"tools": tools, "person": "A001"}, &r)
	return r
}

// take takes a step, with one tool or with all that it can be taken with.
func (s step) take(keeper, head *staff, rental, tool string) error {
	who := keeper
	if s.head {
		who = head
	}
	body := map[string]any{"rental": rental, "tool": tool}
	if tool == "" {
		delete(body, "tool")
	}
	for k, v := range s.body {
		body[k] = v
	}
	return who.call("rental/"+s.verb, body, nil)
}
