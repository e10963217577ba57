package console_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// lendable is a hall with two drills, a spade and one visitor, and the staff
// that lend them.
func lendable(t *testing.T) (r *rig, clerk, head *clerk) {
	t.Helper()
	r = newRig(t)
	for _, tool := range []string{
		`"tool":"DR-1","name":"电锤","class":"priced","price":{"rate":"5.00","per":"hour"},"type":"drill","deposit":"200.00","door":"A/1","accessories":["钻头、大号","手柄"],"part_prices":{"手柄":"8.00"}`,
		`"tool":"DR-2","name":"电锤","class":"priced","price":{"rate":"5.00","per":"hour"},"type":"drill","deposit":"200.00","door":"A/2"`,
		`"tool":"SP-1","name":"铁锹","class":"simple","deposit":"20.00","place":"货架二"`,
	} {
		r.do("tool/add", `{"tool":{`+tool+`},"staff":"01"}`)
	}
	r.swipe("p1", "0019")
	return r, r.as("01", "4827"), r.as("02", "9134")
}

// rental of the only person, at its page.
func (c *clerk) request(tools string) (address string) {
	c.t.Helper()
	body := c.press("/staff/people?person=p1", "rental/request", "tools:each", tools, "trade", "瓦工")
	id := regexp.MustCompile(`R\d+-\d+`).FindAllString(body, 1)
	return "/staff/rental?rental=" + id[0]
}

// paid is a rental of tools for which the deposit was taken, at its page.
func paid(t *testing.T, clerk, head *clerk, tools string) (address string) {
	t.Helper()
	at := clerk.request(tools)
	head.press(at, "rental/approve")
	clerk.press(at, "rental/sign")
	clerk.press(at, "rental/deposit", "method", "扫码")
	return at
}

// TestRentalOnPages walks a rental of two tools through the pages: tools chosen,
// accessories and checks answered one by one, one brought back before the other,
// and money that the deposit does not cover.
func TestRentalOnPages(t *testing.T) {
	r, clerk, head := lendable(t)
	at := clerk.request("DR-1|SP-1")
	wants(t, "before the signature", head.press(at, "rental/approve"), "戴护目镜和手套", "签字联 <b>R260302-001</b>", "应收押金", "220.00", "不得转借",
		"5.00元/小时，不足1小时按1小时计", "价目表 2026-1")
	wants(t, "before the deposit", clerk.press(at, "rental/sign"), "已收押金 220.00 元")
	clerk.press(at, "rental/deposit", "method", "扫码")
	clerk.press(at, "rental/handover", "tool", "DR-1", "a0:to", "accessories=钻头、大号", "a1:to", "accessories=")
	clerk.press(at, "rental/handover", "tool", "SP-1")
	r.hall.Later(90 * time.Minute)
	clerk.press(at, "rental/return", "tool", "SP-1")
	page := clerk.press(at, "rental/return", "tool", "DR-1")
	wants(t, "both back", page, "检查 电源线", `name="tool" value="SP-1"`)
	if strings.Contains(page, "=手柄") {
		t.Error("an accessory is asked for that was not handed out")
	}
	if body := clerk.send(at, "rental/inspect", "tool", "DR-1", "result", "ok"); !strings.Contains(body, "还没有结果") {
		t.Error("an inspection passes on which nobody answered a question")
	}
	bad := clerk.send(at, "rental/inspect", "tool", "DR-1", "a0:to", "missing=钻头、大号", "c0:to", "passed=外壳", "c1:to", "failed=电源线", "c2:to", "passed=试机", "result", "ok")
	wants(t, "a check that failed on a tool without damage", bad, "检查单上有不合格项，结果只能是损坏<")
	clerk.press(at, "rental/inspect", "tool", "DR-1", "a0:to", "missing=钻头、大号", "c0:to", "passed=外壳", "c1:to", "failed=电源线", "c2:to", "passed=试机",
		"result", "damaged", "deduct", "300.00")
	page = clerk.press(at, "rental/inspect", "tool", "SP-1", "result", "ok")
	wants(t, "before the settlement", page, "应补交", "90.00", "交回的押金单", "缺 钻头、大号", "不合格 电源线", "R260302-001-J1", "5.00元/小时×2小时=10.00元")
	if body := clerk.send(at, "rental/settle", "receipt:join", "R260302-001-Y|7", "method", ""); !strings.Contains(body, "已作废") {
		t.Errorf("a deposit slip that does not count is taken")
	}
	page = clerk.press(at, "rental/settle", "receipt:join", "R260302-001-Y|1", "method", "")
	wants(t, "a debt", page, "尚欠90.00元", "收欠款")
	stale := clerk.find(at, "rental/pay") // at another screen
	stale.untouched.Set("amount", "40.00")
	clerk.press(at, "rental/pay", "amount", "40.00")
	clerk.at(func() { _, page = r.form(stale.action, stale.untouched) })
	wants(t, "a sum that somebody else has taken a part of", page, "可能已有人收过")
	wants(t, "the rest", clerk.press(at, "rental/pay", "method", "扫码"), "已结算")
}

// TestNothingGoesAlong: a tool can be handed out without any of its accessories.
func TestNothingGoesAlong(t *testing.T) {
	_, clerk, head := lendable(t)
	at := paid(t, clerk, head, "DR-1")
	clerk.press(at, "rental/handover", "a0:to", "accessories=", "a1:to", "accessories=")
	if page := clerk.press(at, "rental/return"); strings.Contains(page, "=钻头") || strings.Contains(page, "配件 钻头") {
		t.Error("an accessory is asked for that was not handed out")
	}
}

// TestWayBackIsOpen: with one tool handed out of two, the other can be dropped
// and the first brought back, by hand too.
func TestWayBackIsOpen(t *testing.T) {
	r, clerk, head := lendable(t)
	at := paid(t, clerk, head, "DR-1|DR-2")
	clerk.press(at, "rental/handover", "tool", "DR-1", everything, "", "ByHand:bool", "1", "reason", "锁舌卡住")
	r.hall.Later(30 * time.Minute)
	if body := clerk.send(at, "rental/return", "ByHand:bool", "1"); !strings.Contains(body, "请写明原因") || strings.Contains(body, "--reason") {
		t.Error("taking a tool back by hand without a reason is not refused in the page's own words")
	}
	clerk.press(at, "rental/return", "ByHand:bool", "1", "reason", "锁舌卡住")
	clerk.press(at, "rental/cancel", "reason", "只要一件")
	clerk.press(at, "rental/inspect", everything, "", "result", "ok")
	wants(t, "settled", clerk.press(at, "rental/settle", "receipt:join", "R260302-001-Y|1"), "已结算", "应退还395.00元")
}

// TestFaultyToolOnPages: a tool that is faulty is swapped on the day, before it
// left and after it came back, and the contract signed anew.
func TestFaultyToolOnPages(t *testing.T) {
	r, clerk, head := lendable(t)
	r.do("tool/add", `{"tool":{"tool":"DR-3","name":"电锤","class":"priced","type":"drill","price":{"rate":"9.00","per":"hour"},"deposit":"200.00","place":"货架一"},"staff":"01"}`)
	r.do("tool/add", `{"tool":{"tool":"DR-4","name":"电锤","class":"priced","type":"drill","price":{"rate":"5.00","per":"hour"},"deposit":"500.00","place":"货架一"},"staff":"01"}`)
	at := paid(t, clerk, head, "DR-1")
	page := clerk.look(at)
	if strings.Contains(page, `<option value="DR-4">`) || strings.Contains(page, `<option value="SP-1">`) {
		t.Error("a tool is offered in another's place that is of another kind, or has a higher deposit")
	}
	wants(t, "swapped before it left", clerk.press(at, "rental/swap", "with", "DR-2", "reason", "异响"), "签字联 <b>R260302-001-2</b>")
	clerk.press(at, "rental/sign")
	clerk.press(at, "rental/handover")
	r.hall.Later(20 * time.Minute)
	clerk.press(at, "rental/return")
	clerk.press(at, "rental/inspect", everything, "", "result", "damaged", "note", "进水")
	clerk.press(at, "rental/swap", "with", "DR-3", "reason", "进水")
	clerk.press(at, "rental/sign")
	clerk.press(at, "rental/handover")
	r.hall.Later(20 * time.Minute)
	clerk.press(at, "rental/return")
	clerk.press(at, "rental/inspect", everything, "", "result", "ok")
	wants(t, "one price for all", clerk.press(at, "rental/settle", "receipt:join", "R260302-001-Y|1"), "应退还195.00元", "换下 DR-2")
	wants(t, "the faulty one", clerk.look("/staff/tools?tool=DR-2"), "维修")
}

// TestLostAndFoundOnPages: what takes two people, with the second one's PIN.
func TestLostAndFoundOnPages(t *testing.T) {
	_, clerk, head := lendable(t)
	at := paid(t, clerk, head, "DR-2")
	clerk.press(at, "rental/handover")
	if body := clerk.send(at, "rental/lost-slip", "statement", "S-1", "second", "02", "second_pin", "1111"); !strings.Contains(body, "PIN 不对") {
		t.Error("a second person is taken without the right PIN")
	}
	wants(t, "a new slip", clerk.press(at, "rental/lost-slip", "statement", "S-1", "second", "02", "second_pin", "9134"), "押金单 R260302-001-Y2")
	clerk.press(at, "rental/inspect", "result", "lost", "deduct", "150.00", "note", "丢在工地", "second", "02", "second_pin", "9134")
	wants(t, "lost", clerk.look(at), "丢失", "结算", "R260302-001-J1")
	wants(t, "found again", clerk.press(at, "rental/return"), "检查 电源线")
	clerk.press(at, "rental/inspect", everything, "", "result", "ok")
	wants(t, "a paper of its own", clerk.press(at, "rental/contract"), "签字联 <b>R260302-001-J3</b>")
	clerk.press(at, "rental/settle", "receipt:join", "R260302-001-Y|2")
	wants(t, "closed", clerk.look("/staff/rental?all=1"), "已结算")
	head.press(at, "rental/correct", "what", "settlement", "reason", "收错", "second", "01", "second_pin", "4827")
	if page := clerk.look(at); !strings.Contains(page, "待结算") {
		t.Error("a settlement was not taken back")
	}
	head.press(at, "rental/correct", "what", "inspection", "reason", "看错", "second", "01", "second_pin", "4827")
	wants(t, "to be inspected again", clerk.look(at), "检查 电源线")
}
