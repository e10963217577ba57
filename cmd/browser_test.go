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

// formOf is the form for a verb; of the forms for several tools it is that of one.
func formOf(verb, tool string) string {
	form := fmt.Sprintf("form[action='/staff/do/%s']", verb)
	if tool != "" {
		form += fmt.Sprintf(":has([name=tool][value='%s'])", tool)
	}
	return form + " "
}

// press fills in fields of a form and presses its first button.
func (d desk) press(t *testing.T, form string, fill ...string) {
	t.Helper()
	d.pressOn(t, form, "button:not([type=button])", fill...)
}

// pressOn presses another button.
func (d desk) pressOn(t *testing.T, form, button string, fill ...string) {
	t.Helper()
	d.Unfold(form + button)
	for i := 0; i+1 < len(fill); i += 2 {
		d.Fill(form+fill[i], fill[i+1])
	}
	d.Press(form + button)
	var fault string
	d.Eval(`document.querySelector(".fault.said")?.textContent || ""`, &fault)
	if fault != "" {
		t.Fatalf("%s: %s", form, fault)
	}
}

// shut shuts a tool's door and waits until the hall has seen it.
func (d desk) shut(t *testing.T, keeper *staff, door int) {
	t.Helper()
	d.h.hw.Locker.PushShut(door)
	until(t, "the door is seen shut", func() bool { return !keeper.busy(t, doorID(door)) })
}

// shows waits until the page has a text, which it gets without being asked.
func (d desk) shows(text string) {
	d.Until(fmt.Sprintf("the page shows %q", text), fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

// TestStaffWorkInABrowser: a clerk serves a number and lends tools, a head
// approves, each in a real browser, with emulated devices behind the daemon.
func TestStaffWorkInABrowser(t *testing.T) {
	h, keeper, _ := lending(t, 3, 4, 5)
	b := browsertest.Open(t)
	clerk, head, wall := h.sit(b, "01"), h.sit(b, "02"), desk{b.Tab(1920, 1080), h}
	wall.Go(h.web + "/")

	clerk.shows("等候 1 人")
	clerk.press(t, formOf("call", ""))
	h.shown(t, 1, "A001")
	wall.shows("A001")
	h.swipe(cardreader.Sample(time.Now())[1])
	h.paper(t)
	wall.shows("登记成功")
	clerk.shows("等候 1 人") // the page follows by itself
	clerk.Press("main a.button[href^='/staff/people?person=']")
	clerk.lend(t, head, keeper)

	clerk.Go(h.web + "/staff/queue")
	clerk.press(t, formOf("done", ""), "[name=outcome]", "办结")
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

// lend lends two tools to the person on the clerk's page. One is swapped before
// it leaves; they come back one after the other, one broken beyond the deposit,
// one without a part; the debt is paid later.
func (d desk) lend(t *testing.T, head desk, keeper *staff) {
	t.Helper()
	d.shows("申请租用工具")
	d.Click("input[value='DR-03']")
	d.Click("input[value='DR-04']")
	d.press(t, formOf("rental/request", ""), "[name=trade]", "瓦工")
	d.shows("待审批")
	d.Press("main a[href^='/staff/rental?rental=']")
	head.Go(d.h.web + "/staff/rental")
	head.Press("main a[href^='/staff/rental?rental=']")
	head.press(t, formOf("rental/approve", ""))
	d.shows("戴护目镜和手套")
	d.press(t, formOf("rental/sign", ""))
	d.shows("已收押金 400.00 元")
	d.press(t, formOf("rental/deposit", ""), "[name=method]", "扫码")
	d.Click(formOf("rental/handover", "DR-03") + "[data-all]")
	d.press(t, formOf("rental/handover", "DR-03"))
	d.shut(t, keeper, 3)
	d.press(t, formOf("rental/swap", "DR-04"), "[name=with]", "DR-05", "[name=reason]", "异响")
	d.press(t, formOf("rental/sign", ""))
	d.Click(formOf("rental/handover", "DR-05") + "[data-all]")
	d.press(t, formOf("rental/handover", "DR-05"))
	d.shut(t, keeper, 5)

	d.press(t, formOf("rental/return", "DR-03"))
	d.shut(t, keeper, 3)
	inspect := formOf("rental/inspect", "DR-03")
	d.Until("the tool can be inspected", fmt.Sprintf("document.querySelector(%q)", inspect+"[value=ok]"))
	d.Click(inspect + "[value='failed=电源线完好']")
	d.Click(inspect + "[data-all]")
	d.pressOn(t, inspect, "[value=damaged]", "[name=deduct]", "500.00", "[name=note]", "摔坏")
	d.press(t, formOf("rental/return", "DR-05"))
	d.shut(t, keeper, 5)
	inspect = formOf("rental/inspect", "DR-05")
	d.Until("the other can be inspected", fmt.Sprintf("document.querySelector(%q)", inspect+"[value=ok]"))
	d.Click(inspect + "[value='missing=侧手柄']")
	d.Click(inspect + "[data-all]")
	d.pressOn(t, inspect, "[value=ok]")
	d.shows("应补交 118.00 元")
	d.press(t, formOf("rental/settle", ""), "input[name='receipt:join']:not([type=hidden])", "1")
	d.shows("尚欠118.00元")
	d.press(t, formOf("rental/pay", ""), "[name=amount]", "100.00")
	d.shows("还欠 18.00 元")
	d.press(t, formOf("rental/pay", ""), "[name=method]", "扫码")
	d.shows("已结算")
	var id string
	d.Eval(`new URLSearchParams(location.search).get("rental")`, &id)
	lent{d.h, keeper, nil, id}.paidUp(t)
}
