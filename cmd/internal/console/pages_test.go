package console_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
)

// bubble talks to a console without a socket, so that time may be faked.
type bubble struct {
	t       *testing.T
	socket  http.Handler
	web     http.Handler
	cookies []*http.Cookie
}

func newBubble(t *testing.T, c *console.Console) *bubble {
	return &bubble{t: t, socket: c.Socket(), web: c.Web()}
}

func (b *bubble) do(h http.Handler, req *http.Request) *http.Response {
	for _, c := range b.cookies {
		req.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	resp := w.Result()
	if got := resp.Cookies(); len(got) > 0 {
		b.cookies = got
	}
	return resp
}

func (b *bubble) signIn(staff, pin string) {
	b.t.Helper()
	b.do(b.socket, httptest.NewRequest("POST", console.Root+"staff/pin", strings.NewReader(`{"staff":"`+staff+`","pin":"`+pin+`"}`)))
	time.Sleep(time.Second)
	form := url.Values{"staff": {staff}, "pin": {pin}}.Encode()
	if resp := b.do(b.web, httptest.NewRequest("POST", "/staff/login", strings.NewReader(form))); resp.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("signing in gives %d", resp.StatusCode)
	}
}

// body is what a page gives.
func (b *bubble) body(path string) string {
	b.t.Helper()
	text, err := io.ReadAll(b.do(b.web, httptest.NewRequest("GET", path, nil)).Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

func (b *bubble) want(path, silent string, status int) {
	b.t.Helper()
	req := httptest.NewRequest("GET", path, nil)
	if silent != "" {
		req.Header.Set("X-Silent", "1")
	}
	if got := b.do(b.web, req).StatusCode; got != status {
		b.t.Errorf("%s %s gives %d, want %d", path, silent, got, status)
	}
}

// event reads the next event of a name from a stream.
func event(t *testing.T, r *bufio.Reader, name string) string {
	t.Helper()
	var is string
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("waiting for %q: %v", name, err)
		}
		if n, ok := strings.CutPrefix(line, "event: "); ok {
			is = strings.TrimSpace(n)
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && is == name {
			return data
		}
	}
}

func TestBoardFollowsTheHall(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	open := func() *http.Response {
		req, err := http.NewRequestWithContext(ctx, "GET", r.web.URL+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Last-Event-ID", "7")
		resp, err := r.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	resp := open()
	stream := bufio.NewReader(resp.Body)
	if b := event(t, stream, "beat"); !strings.Contains(b, `"zone":28800000`) {
		t.Errorf("the beat does not tell the hall's zone: %s", b)
	}
	event(t, stream, "board")
	if err := r.hall.Swipe("p-secret", "002X"); err != nil {
		t.Fatal(err)
	}
	r.post(r.socket.URL, "call", `{"window":1,"staff":"01"}`)
	var seen string
	for !strings.Contains(seen, `"ticket":"A001"`) {
		seen = event(t, stream, "board")
	}
	if strings.Contains(seen, "p-secret") || strings.Contains(seen, "002X") {
		t.Errorf("the public board names a person: %s", seen)
	}
	resp.Body.Close()
	resp = open() // comes back, and is told the whole state
	defer resp.Body.Close()
	if again := event(t, bufio.NewReader(resp.Body), "board"); !strings.Contains(again, `"ticket":"A001"`) {
		t.Errorf("a board that comes back is told %s", again)
	}
	if _, page := r.page("/"); !strings.Contains(page, "A001") || !strings.Contains(page, "0353-6060000") || !strings.Contains(page, "12333") {
		t.Error("the board's page lacks the number, the hotline or the complaints before a script runs")
	}
}

// TestBoardGreets: whoever lays a card a second time reads on the board what
// became of it.
func TestBoardGreets(t *testing.T) {
	r := newRig(t)
	for range 2 {
		if err := r.hall.Swipe("p-secret", "002X"); err != nil {
			t.Fatal(err)
		}
	}
	const want = "您已取号A001，前面还有0人"
	if _, page := r.page("/"); !strings.Contains(page, `<p id="greeting" role="status">`+want+`</p>`) {
		t.Errorf("the page does not say %s:\n%s", want, page)
	}
	resp, err := r.client.Get(r.web.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b := event(t, bufio.NewReader(resp.Body), "board"); !strings.Contains(b, `"greeting":"`+want+`"`) {
		t.Errorf("a board that is open is told %s, want the greeting", b)
	}
}

// TestBoardSaysThatWorkGoesOn when the line to the county is down.
func TestBoardSaysThatWorkGoesOn(t *testing.T) {
	r := newRig(t)
	if _, page := r.page("/"); strings.Contains(page, "网络中断") {
		t.Error("the board says that the line is down, and it is not")
	}
	for fault, told := range map[string]bool{"offline": true, "silent": false, "": false} {
		if _, err := r.hall.Do(t.Context(), hall.DeviceReport{Device: hall.NetworkName, Fault: fault}); err != nil {
			t.Fatal(err)
		}
		if _, page := r.page("/board"); strings.Contains(page, "网络中断，业务可照常办理") != told {
			t.Errorf("with the line %q the board tells that it is down: %v, want %v", fault, !told, told)
		}
	}
}

func TestScreensAreBounded(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	for range 64 {
		req, _ := http.NewRequestWithContext(ctx, "GET", r.web.URL+"/events", nil)
		resp, err := r.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
	}
	if status, _ := r.page("/events"); status != http.StatusServiceUnavailable {
		t.Errorf("one screen too many gives %d, want 503", status)
	}
	cancel()
	for r.hall.Listeners() > 0 {
		time.Sleep(time.Millisecond)
	}
}

func TestPagesSayWhyNot(t *testing.T) {
	r := newRig(t)
	r.signIn("01", "4827")
	_, page := r.form("/staff/do/rental/approve", url.Values{"rental": {"R1"}, "back": {"https://evil.example/"}})
	if !strings.Contains(page, `class="fault said"`) || !strings.Contains(page, "R1") {
		t.Errorf("the page does not say why a button did nothing: %s", page)
	}
}

// TestContrast holds the colours of all pages to WCAG's enhanced contrast for
// text, 7 to 1.
func TestContrast(t *testing.T) {
	pairs := map[string][][2]string{
		"board.css": {{"ink", "sky"}, {"ink", "card"}, {"soft", "card"}, {"call", "card"}},
		"staff.css": {{"ink", "sky"}, {"ink", "card"}, {"soft", "card"}, {"go", "card"}, {"stop", "card"}},
	}
	for file, list := range pairs {
		b, err := console.Files.ReadFile("pages/" + file)
		if err != nil {
			t.Fatal(err)
		}
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--(\w+): #(\w{6});`).FindAllStringSubmatch(string(b), -1) {
			colour[m[1]] = m[2]
		}
		for _, p := range list {
			if c := contrast(t, colour[p[0]], colour[p[1]]); c < 7 {
				t.Errorf("%s: %s on %s has a contrast of %.1f, want 7", file, p[0], p[1], c)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is the relative luminance of WCAG 2.
func luminance(t *testing.T, rgb string) (l float64) {
	t.Helper()
	if len(rgb) != 6 {
		t.Fatalf("%q is no colour", rgb)
	}
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(rgb[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		l += weight * c
	}
	return l
}

func TestProblemsPage(t *testing.T) {
	r := newRig(t)
	if _, err := r.hall.Do(t.Context(), hall.DeviceReport{Device: "printer", Fault: "paper-out"}); err != nil {
		t.Fatal(err)
	}
	r.signIn("01", "4827")
	_, page := r.page("/staff/problems")
	for _, want := range []string{"缺纸", "小票暂存", "换上新纸"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if want := fmt.Sprintf("待处理 <i>%d</i>", 1); !strings.Contains(page, want) {
		t.Errorf("the menu lacks %q", want)
	}
}

// TestStaffPageHearsOfChanges until its session ends.
func TestStaffPageHearsOfChanges(t *testing.T) {
	r := newRig(t)
	if status, _ := r.page("/staff/events"); status != http.StatusUnauthorized {
		t.Errorf("a stranger's stream gives %d, want 401", status)
	}
	r.signIn("01", "4827")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", r.web.URL+"/staff/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	stream := bufio.NewReader(resp.Body)
	event(t, stream, "beat")
	event(t, stream, "changed")
	if err := r.hall.Swipe("p1", "002X"); err != nil {
		t.Fatal(err)
	}
	event(t, stream, "changed")
	r.pin("01", "5938")
	if err := r.hall.Swipe("p2", "0015"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, stream); err != nil {
		t.Errorf("the stream of a session that ended: %v, want it to end too", err)
	}
}
