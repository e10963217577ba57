package daemon

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/firmware-bridge/emulator/cardreader"
)

// TestBackendOnRealPorts asks for what the console offers beside the rules.
func TestBackendOnRealPorts(t *testing.T) {
	s := onStage(t)
	b, ctx := backend{s.d}, t.Context()

	if _, err := b.TestPrint(ctx); err != nil {
		t.Fatal(err)
	}
	if paper := s.paper(); !strings.Contains(paper, "打印测试") || !strings.Contains(paper, "平定县零工市场") {
		t.Errorf("the test page reads:\n%s", paper)
	}

	s.swipe(cardreader.Sample(time.Now())[2])
	scanned := regexp.MustCompile(`\[QR (ticket:\S+)\]`).FindStringSubmatch(s.paper())
	if scanned == nil {
		t.Fatal("a number slip has no code")
	}
	if claim, err := b.CheckSlip(scanned[1]); err != nil || !strings.HasPrefix(claim, "ticket:A001/") {
		t.Errorf("the hall's own slip gives %q, %v", claim, err)
	}
	if claim, err := b.CheckSlip(strings.Replace(scanned[1], "A001", "A002", 1)); err == nil {
		t.Errorf("an altered slip gives %q", claim)
	}

	c, err := b.Contacts(ctx, "A")
	if err != nil || len(c.Contacts) != 24 || c.Contacts[0] != '1' || c.Order != "high-first" {
		t.Errorf("got contacts %+v, %v; want 24 closed ones", c, err)
	}
	var no *hall.Refusal
	if _, err := b.Contacts(ctx, "Z"); !errors.As(err, &no) || no.Code != "unknown-locker" {
		t.Errorf("a locker that is not there gives %v", err)
	}

	if _, err := b.CheckIn(ctx, console.Typed{Number: "11010519491231002X", Name: "张三", Staff: "01"}); err != nil {
		t.Fatal(err)
	}
	if paper := s.paper(); !strings.Contains(paper, "A002") || strings.Contains(paper, "张三") {
		t.Errorf("the slip of a typed check-in reads:\n%s", paper)
	}
	sheet, err := b.Sheet(ctx, "checkin", hall.Period{})
	if err != nil || len(sheet.Rows) != 2 {
		t.Fatalf("got the sheet %+v, %v; want two check-ins", sheet, err)
	}
	if _, err := b.Do(ctx, hall.PrintSheet{Sheet: sheet, Staff: "01"}); err != nil {
		t.Fatal(err)
	}
	if paper := s.paper(); !strings.Contains(paper, "登记台账") || !strings.Contains(paper, "002X") {
		t.Errorf("the sheet on paper reads:\n%s", paper)
	}
	for _, bad := range []console.Typed{
		{Number: "110105194912310021", Name: "张三", Staff: "01"},
		{Number: "11010519491231002X", Staff: "01"},
		{Number: "11010519491231002X", Name: "张三"},
	} {
		if _, err := b.CheckIn(ctx, bad); !errors.As(err, &no) {
			t.Errorf("a check-in of %q by %q gives %v, want a refusal", bad.Name, bad.Staff, err)
		}
	}
}

// TestPinsStay over a restart, and go when they are taken away.
func TestPinsStay(t *testing.T) {
	s := onStage(t)
	if err := (backend{s.d}).SetPin("01", []byte("hash")); err != nil {
		t.Fatal(err)
	}
	s.stop()
	s.start()
	b := backend{s.d}
	if hash, err := b.Pin("01"); err != nil || string(hash) != "hash" {
		t.Errorf("got %q, %v after a restart", hash, err)
	}
	if err := b.SetPin("01", nil); err != nil {
		t.Fatal(err)
	}
	if hash, err := b.Pin("01"); err != nil || hash != nil {
		t.Errorf("got %q, %v after it was taken away", hash, err)
	}
}

// TestStaffCardSignsInAndIsNoVisitor: the entrance's own reader takes the card
// of somebody of the staff who asked for it, and only then.
func TestStaffCardSignsInAndIsNoVisitor(t *testing.T) {
	s := onStage(t)
	people := cardreader.Sample(time.Now())
	key, err := refKey(s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := (backend{s.d}).SetCard("01", identity.Ref(key, people[0].Number)); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	open := func(resp *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		page, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(page)
	}
	if page := open(browser.Post(s.d.web+"/staff/login/card", "", nil)); !strings.Contains(page, "验证码") {
		t.Fatalf("the page does not wait for a card: %s", page)
	}
	s.hw.Reader.Lay(people[0])
	for page := ""; !strings.Contains(page, "王（01）"); time.Sleep(20 * time.Millisecond) {
		if page = open(browser.Get(s.d.web + "/staff/login/card")); strings.Contains(page, "没有等到") {
			t.Fatal("the card did not sign its browser in")
		}
	}
	s.hw.Reader.Lift()
	s.swipe(people[1])
	if paper := s.paper(); !strings.Contains(paper, "A001") {
		t.Errorf("the next visitor's slip reads:\n%s", paper)
	}
	s.until("one visit is recorded", func(h *hall.Hall) bool { return h.Report().Visits == 1 })
}
