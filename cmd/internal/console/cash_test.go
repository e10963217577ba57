package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
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
	r.signIn("02", "9134")
	if _, page := r.page("/staff/day"); !strings.Contains(page, "抽屉应有现金 20.00 元") || !strings.Contains(page, "交款 30.00 元") {
		t.Errorf("the page does not show the drawer and what waits: %s", page)
	}
	press := func(path string, fields url.Values) string {
		t.Helper()
		fields.Set("back", "/staff/day")
		_, page := r.form("/staff/do/"+path, fields)
		return page
	}
	if page := press("cash/close", url.Values{"handover": {"J000001"}, "received": {"30.001"}}); !strings.Contains(page, "金额“30.001”写得不对") {
		t.Errorf("a wrong sum is not told as a sentence: %s", page)
	}
	if page := press("cash/close", url.Values{"handover": {"J000001"}, "received": {"30.00"}}); !strings.Contains(page, "工号02已接收 30.00 元") {
		t.Errorf("finance could not take over: %s", page)
	}
	if page := press("cash/handover", url.Values{"counted": {"19.00"}}); !strings.Contains(page, "相差-1.00元") {
		t.Errorf("a difference without a reason was let pass: %s", page)
	}
}
