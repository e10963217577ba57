package cmd_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/console/browsertest"
	"halld/firmware-bridge/emulator/cardreader"
)

// desk is somebody of the staff in front of a browser.
type desk struct {
	*browsertest.Tab
	h *theatre
}

// sit signs somebody in with the PIN.
func (h *theatre) sit(b *browsertest.Browser, staff string) desk {
	d := desk{b.Tab(1280, 800), h}
	d.Go(h.web + "/staff/login")
	d.Fill("[name=staff]", staff)
	d.Fill("[name=pin]", pins[staff])
	d.Press("form[action='/staff/login'] button")
	d.Until("the queue is shown", `location.pathname === "/staff/queue"`)
	return d
}

// press presses the button of the first form for a verb, with fields filled in.
func (d desk) press(t *testing.T, verb string, fill ...string) {
	t.Helper()
	form := fmt.Sprintf("form[action='/staff/do/%s'] ", verb)
	for i := 0; i+1 < len(fill); i += 2 {
		d.Fill(form+fill[i], fill[i+1])
	}
	d.Press(form + "button")
	var fault string
	d.Eval(`document.querySelector(".fault.said")?.textContent || ""`, &fault)
	if fault != "" {
		t.Fatalf("%s: %s", verb, fault)
	}
}

// shows waits until the page has a text, which it gets without being asked.
func (d desk) shows(text string) {
	d.Until(fmt.Sprintf("the page shows %q", text), fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

// TestStaffWorkInABrowser: a clerk serves a number and lends a tool, a head
// approves, each in a real browser, with emulated devices behind the daemon.
func TestStaffWorkInABrowser(t *testing.T) {
	h, keeper, _ := lending(t, 3)
	b := browsertest.Open(t)
	clerk, head, wall := h.sit(b, "01"), h.sit(b, "02"), desk{b.Tab(1920, 1080), h}
	wall.Go(h.web + "/")

	clerk.shows("等候 1 人")
	clerk.press(t, "call")
	h.shown(t, 1, "A001")
	wall.shows("A001")
	h.swipe(cardreader.Sample(time.Now())[1])
	h.paper(t)
	clerk.shows("等候 1 人") // the page follows by itself
	clerk.Press("main a[href^='/staff/people?person=']")
	clerk.shows("申请租用工具")
	clerk.Eval(`document.querySelector("input[value='DR-03']").checked = true`, nil)
	clerk.press(t, "rental/request", "[name=trade]", "瓦工")
	clerk.shows("待审批")
	clerk.Press("main a[href^='/staff/rental?rental=']")

	head.Go(h.web + "/staff/rental")
	head.Press("main a[href^='/staff/rental?rental=']")
	head.press(t, "rental/approve")
	h.paper(t)
	clerk.shows("应收押金 200.00 元")
	clerk.press(t, "rental/sign")
	clerk.press(t, "rental/deposit", "[name=method]", "扫码")
	clerk.press(t, "rental/handover")
	clerk.shows("在租")
	h.hw.Locker.PushShut(3)
	until(t, "the door is seen shut", func() bool { return !keeper.busy(t, "A/3") })
	clerk.press(t, "rental/return")
	h.hw.Locker.PushShut(3)
	clerk.shows("检查 DR-03")
	clerk.press(t, "rental/inspect", "[name=result]", "damaged", "[name=deduct]", "20.00")
	clerk.shows("应退还 175.00 元")
	clerk.press(t, "rental/settle", "input[name='receipt:join']:not([type=hidden])", "1")
	clerk.shows("已结算")
	var id string
	clerk.Eval(`new URLSearchParams(location.search).get("rental")`, &id)
	keeper.closed(t, id, 1)

	clerk.Go(h.web + "/staff/queue")
	clerk.press(t, "done", "[name=outcome]", "办结")
	clerk.shows("空闲")
	wall.Go(h.web + "/")
	if err := h.hw.Cables["printer"].Pull(); err != nil {
		t.Fatal(err)
	}
	wall.shows("打印机故障")
	clerk.Go(h.web + "/staff/problems")
	clerk.shows("小票打印机：连接线断开")
	if text := wall.Text(); strings.Contains(text, "0019") {
		t.Errorf("the public board names a person:\n%s", text)
	}
}
