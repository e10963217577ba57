package console_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestDrawerPage: the one who is signed in counts the drawer, and finance takes
// over what somebody else counted.
func TestDrawerPage(t *testing.T) {
	r := newRig(t)
	r.post(r.socket.URL, "tool/add", `{"tool":{"tool":"LD-01","name":"梯子","class":"simple","deposit":"50.00"},"staff":"01"}`)
	if err := r.hall.Swipe("p1", "002X"); err != nil {
		t.Fatal(err)
	}
	for _, step := range [][2]string{
		{"rental/request", `{"tools":["LD-01"],"staff":"01"}`},
		{"rental/approve", `{"rental":"R260302-001","staff":"02"}`},
		{"rental/sign", `{"rental":"R260302-001","staff":"01"}`},
		{"rental/deposit", `{"rental":"R260302-001","staff":"01"}`},
		{"cash/handover", `{"counted":"50.00","keep":"20.00","staff":"01"}`},
	} {
		if status, body := r.post(r.socket.URL, step[0], step[1]); status != http.StatusOK {
			t.Fatalf("%s gives %d: %s", step[0], status, body)
		}
	}
	finance, clerk := r.as("02", "9134"), r.as("01", "4827")
	wants(t, "the drawer", text(t, finance.look("/staff/day")), "账上应有 20.00 元", "交款 30.00 元")
	if page := finance.send("/staff/day", "cash/close", "received", "30.001"); !strings.Contains(page, "金额“30.001”写得不对") {
		t.Errorf("a wrong sum is not told as a sentence: %s", page)
	}
	wants(t, "taken over", text(t, finance.press("/staff/day", "cash/close")), "工号 02 已接收 30.00 元")
	if page := clerk.send("/staff/day", "cash/handover", "counted", "19.00"); !strings.Contains(page, "相差-1.00元") {
		t.Errorf("a difference without a reason was let pass: %s", page)
	}
	clerk.press("/staff/day", "cash/handover", "counted", "19.00", "reason", "找零多给", "second", "02", "second_pin", "9134")
	wants(t, "an empty drawer", text(t, clerk.look("/staff/day")), "账上应有 0.00 元", "J000002")
	finance.press("/staff/day", "cash/float", "amount", "100.00", "second", "01", "second_pin", "4827")
	wants(t, "filled again", text(t, clerk.look("/staff/day")), "账上应有 100.00 元，其中备用金 100.00 元")
}

// text is what of a page can be read.
func text(t *testing.T, page string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(textOf(doc)), " ")
}
