package console_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/console/consoletest"
	"halld/cmd/internal/hall"
)

func TestNetworkWantsASession(t *testing.T) {
	r := newRig(t)
	if status, body := r.get(r.web.URL, "queue"); status != http.StatusUnauthorized || code(body) != "sign-in" {
		t.Errorf("a stranger's look at the queue gives %d %s, want 401", status, body)
	}
	if status, body := r.post(r.web.URL, "call", `{"window":1,"staff":"01"}`); status != http.StatusUnauthorized {
		t.Errorf("a stranger's call gives %d %s, want 401", status, body)
	}
	if status, body := r.post(r.web.URL, "staff/pin", `{"staff":"01","pin":"4827"}`); status != http.StatusUnauthorized {
		t.Errorf("a stranger's PIN gives %d %s, want 401", status, body)
	}
	if _, body := r.page("/staff/queue"); !strings.Contains(body, `action="/staff/login"`) {
		t.Error("a stranger is not led to the sign-in page")
	}
	r.signIn("01", "4827")
	if status, body := r.get(r.web.URL, "queue"); status != http.StatusOK {
		t.Errorf("the queue gives %d %s after signing in", status, body)
	}
	if status, _ := r.post(r.web.URL, "staff/pin", `{"staff":"02","pin":"4827"}`); status != http.StatusNotFound {
		t.Errorf("setting a PIN over the network gives %d, want 404", status)
	}
}

func TestStaffComesFromTheSession(t *testing.T) {
	r := newRig(t)
	r.signIn("01", "4827")
	for _, body := range []string{`{"window":1,"staff":"02"}`, `{"window":1,"STAFF":"02"}`, "{\"window\":1,\"\u017ftaff\":\"02\"}"} {
		if status, answer := r.post(r.web.URL, "call", body); status != http.StatusForbidden || code(answer) != "not-you" {
			t.Errorf("%s gives %d %s, want 403", body, status, answer)
		}
	}
	if status, answer := r.post(r.web.URL, "call", `{"window":1}`); status != http.StatusOK {
		t.Errorf("a call without a staff id gives %d %s, want it to be in the session's name", status, answer)
	}
}

func TestSecondPersonProvesWhoItIs(t *testing.T) {
	r := newRig(t)
	r.signIn("01", "4827")
	r.pin("02", "9134")
	r.post(r.web.URL, "tool/add", `{"tool":{"tool":"SP-01","name":"铁锹","class":"simple","deposit":"20.00"}}`)
	body := `{"id":"SP-01","reason":"丢失","second":"02"`
	for _, pin := range []string{`}`, `,"second_pin":"1111"}`} {
		if status, answer := r.post(r.web.URL, "tool/loss", body+pin); status != http.StatusForbidden {
			t.Errorf("a second person with %s gives %d %s, want 403", pin, status, answer)
		}
	}
	if status, answer := r.post(r.web.URL, "tool/loss", body+`,"second_pin":"9134"}`); status != http.StatusOK {
		t.Errorf("a second person with the right PIN gives %d %s", status, answer)
	}
}

func TestCrossSiteFormsAreRefused(t *testing.T) {
	r := newRig(t)
	r.signIn("01", "4827")
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://evil.example"}} {
		status, _ := r.ask("POST", r.web.URL+console.Root+"call", "application/json", `{"window":1}`, header...)
		if status != http.StatusForbidden {
			t.Errorf("a request with %v gives %d, want 403", header, status)
		}
	}
}

func TestWrongPinsWait(t *testing.T) {
	r := newRig(t)
	r.pin("01", "4827")
	try := func(pin string) int {
		status, _ := r.form("/staff/login", url.Values{"staff": {"01"}, "pin": {pin}})
		return status
	}
	for range 5 {
		if status := try("0000"); status != http.StatusForbidden {
			t.Fatalf("a wrong PIN gives %d, want 403", status)
		}
	}
	if status := try("4827"); status != http.StatusTooManyRequests {
		t.Errorf("the right PIN after five wrong ones gives %d, want 429", status)
	}
	if status, _ := r.form("/staff/login", url.Values{"staff": {"99"}, "pin": {"4827"}}); status != http.StatusForbidden {
		t.Errorf("an unknown id gives %d, want 403", status)
	}
}

// TestSessionLocksAndEnds: a session that nobody uses is locked, one that is
// used ends all the same some day, and a page that refreshes itself is no use.
func TestSessionLocksAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := console.New(consoletest.New(), console.Opts{Hall: consoletest.Config(), Idle: 15 * time.Minute, Max: 2 * time.Hour})
		web := newBubble(t, c)
		web.signIn("01", "4827")
		time.Sleep(14 * time.Minute)
		web.want("/staff/queue", "", http.StatusOK)
		time.Sleep(14 * time.Minute)
		web.want("/staff/queue", "silent", http.StatusOK)
		time.Sleep(2 * time.Minute)
		web.want("/staff/queue", "silent", http.StatusUnauthorized)
		web.want("/staff/queue", "", http.StatusSeeOther)

		web.signIn("01", "4827")
		for range 12 {
			time.Sleep(9 * time.Minute)
			web.want("/staff/queue", "", http.StatusOK)
		}
		time.Sleep(13 * time.Minute)
		web.want("/staff/queue", "", http.StatusSeeOther)
	})
}

// TestNewPinEndsSessions: whoever is signed in with the old PIN is out.
func TestNewPinEndsSessions(t *testing.T) {
	r := newRig(t)
	r.signIn("01", "4827")
	r.pin("01", "5938")
	if status, _ := r.get(r.web.URL, "queue"); status != http.StatusUnauthorized {
		t.Errorf("a session of the old PIN gives %d, want 401", status)
	}
}

func TestSignOut(t *testing.T) {
	r := newRig(t)
	r.signIn("01", "4827")
	r.form("/staff/logout", nil)
	if status, _ := r.get(r.web.URL, "queue"); status != http.StatusUnauthorized {
		t.Errorf("after signing out the queue gives %d, want 401", status)
	}
}

func TestPins(t *testing.T) {
	for pin, ok := range map[string]bool{
		"4827": true, "482715": true, "123": false, "1111": false, "1234": false, "9876": false, "12a4": false,
		"1234567890123": false, "": false, "４８２７": false,
	} {
		if err := console.CheckPin(pin); (err == nil) != ok {
			t.Errorf("CheckPin(%q) = %v, want ok %v", pin, err, ok)
		}
	}
	hash := console.HashPin("4827")
	if !console.PinFits("4827", hash) || console.PinFits("4828", hash) || console.PinFits("", nil) {
		t.Error("a PIN fits another hash than its own")
	}
	if string(hash) == string(console.HashPin("4827")) {
		t.Error("two hashes of a PIN are alike: no salt")
	}
}

// TestSignInByCard: the card of somebody of the staff signs the browser in that
// asked for it, and no other card is touched.
func TestSignInByCard(t *testing.T) {
	r := newRig(t)
	r.do("staff/card", `{"staff":"01","card":"king"}`)
	if status, answer := r.post(r.socket.URL, "staff/card", `{"staff":"02","card":"king"}`); status != http.StatusConflict {
		t.Errorf("one card for two people gives %d %s, want 409", status, answer)
	}
	king, stranger := hall.Person{Ref: "king", Last4: "0019"}, hall.Person{Ref: "p1", Last4: "002X"}
	if r.c.Card(king) {
		t.Error("a card of the staff is taken although nobody asked for it")
	}
	mine, other := r.browser(), r.browser()
	var page string
	mine.at(func() { _, page = r.form("/staff/login/card", nil) })
	code := regexp.MustCompile(`验证码 <b class="sum">(\d\d)</b>`).FindStringSubmatch(page)
	if code == nil {
		t.Fatalf("the page that waits for the card shows no code: %s", page)
	}
	if _, board := r.page("/board"); !strings.Contains(board, "验证码 "+code[1]) {
		t.Error("the board does not show the code")
	}
	other.at(func() {
		if status, page := r.form("/staff/login/card", nil); status != http.StatusConflict || !strings.Contains(page, "另一处正在等人刷证") {
			t.Errorf("a second request at the same time gives %d", status)
		}
		if _, page := r.page("/staff/login/card"); !strings.Contains(page, "没有等到") {
			t.Error("another browser is shown somebody else's request")
		}
	})
	if r.c.Card(stranger) {
		t.Error("a visitor's card is taken")
	}
	if !r.c.Card(king) || r.c.Card(king) {
		t.Error("the card is not taken, or taken twice")
	}
	if _, board := r.page("/board"); strings.Contains(board, "验证码") {
		t.Error("the board shows a code although the card came")
	}
	other.at(func() {
		if _, page := r.page("/staff/login/card"); !strings.Contains(page, "没有等到") {
			t.Error("the card signs another browser in")
		}
	})
	mine.at(func() {
		if _, page := r.page("/staff/login/card"); !strings.Contains(page, "王（01）") {
			t.Errorf("the card does not sign its browser in: %s", page)
		}
	})
	r.do("staff/card", `{"staff":"01","card":""}`)
	mine.at(func() {
		if status, _ := r.get(r.web.URL, "queue"); status != http.StatusUnauthorized {
			t.Errorf("after the card was taken away its session gives %d, want 401", status)
		}
	})
}

// TestCardIsWaitedForAShortWhile: later it is a visitor's again.
func TestCardIsWaitedForAShortWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := consoletest.New()
		if err := h.SetCard("01", "king"); err != nil {
			t.Fatal(err)
		}
		c := console.New(h, console.Opts{Hall: consoletest.Config()})
		web := newBubble(t, c)
		web.do(web.web, httptest.NewRequest("POST", "/staff/login/card", nil))
		time.Sleep(31 * time.Second)
		if c.Card(hall.Person{Ref: "king"}) {
			t.Error("a card is taken half a minute after it was asked for")
		}
		resp := web.do(web.web, httptest.NewRequest("GET", "/staff/login/card", nil))
		if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), "没有等到") {
			t.Error("the page does not say that no card came")
		}
	})
}

// TestCardIsRegistered: the next card is, whosever it is.
func TestCardIsRegistered(t *testing.T) {
	r := newRig(t)
	read := make(chan string, 1)
	go func() {
		_, body := r.post(r.socket.URL, "staff/card/read", "")
		read <- body
	}()
	for !r.c.Card(hall.Person{Ref: "king", Last4: "0019"}) {
		time.Sleep(time.Millisecond)
	}
	if got, want := strings.TrimSpace(<-read), `{"card":"king","last4":"0019"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if status, _ := r.post(r.web.URL, "staff/card/read", ""); status != http.StatusUnauthorized {
		t.Errorf("registering over the network gives %d, want 401", status)
	}
}
