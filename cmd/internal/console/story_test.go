package console_test

import (
	"strings"
	"testing"

	"halld/cmd/internal/hall"
)

// TestNoOtherPersonByAccident: whoever lays a card while a form is open changes
// nothing of whom the form is for.
func TestNoOtherPersonByAccident(t *testing.T) {
	r, clerk, _ := lendable(t)
	page := clerk.look("/staff/people")
	wants(t, "the last card", page, "尾号 0019", "/staff/people?person=p1")
	var asked form
	for _, f := range forms(t, "", clerk.look("/staff/people?person=p1")) {
		if f.action == "/staff/do/rental/request" {
			asked = f
		}
	}
	r.swipe("p2", "0028")
	asked.untouched.Set("tools:each", "DR-1")
	clerk.at(func() { _, page = r.form(asked.action, asked.untouched) })
	wants(t, "the rental", page, "尾号 0019", "R260302-001")
	for _, f := range everyForm(t) {
		if f.fields.Get("person") == "last" {
			t.Errorf("%s: the form of %s is for whoever laid a card last", f.page, f.action)
		}
	}
}

// TestStoryOfTheStock: a tool from its purchase to the end, on the pages.
func TestStoryOfTheStock(t *testing.T) {
	_, clerk, head := lendable(t)
	clerk.press("/staff/tools", "tool/add", "tool.tool", "MX-1", "tool.name", "搅拌器", "tool.class", "priced", "tool.price.rate", "4.00",
		"tool.price.per", "hour", "tool.price.round:int", "30", "tool.price.free:int", "10", "tool.price.open_hours:bool", "1", "tool.price.version", "2026-2",
		"tool.deposit", "100.00", "tool.place", "货架一", "tool.purchase", "300.00", "tool.bought", "2026-02-01", "tool.life:int", "36",
		"tool.check_every:int", "30", "tool.check_by", "2026-03-20", "tool.accessories:lines", "搅拌杆\n说明书", "tool.part_prices:pairs", "搅拌杆=35.00")
	at := "/staff/tools?tool=MX-1"
	wants(t, "the new tool", clerk.look(at), "搅拌器", "货架一", "搅拌杆、说明书", "4.00元/小时，不足30分钟按30分钟计，只计开放时间，10分钟内免费", "价目表 2026-2",
		"搅拌杆=35.00", "购置", "2026-02-01", `value="36"`, "安全检查到期 2026-03-20")
	clerk.press(at, "tool/change", "tool.place", "", "tool.door", "A/9", "reason", "入柜")
	page := clerk.look(at)
	wants(t, "the change", page, "A/9</a>", "搅拌杆=35.00", "只计开放时间")
	if strings.Contains(page, "货架一") {
		t.Error("a field that was emptied keeps its value")
	}
	wants(t, "a price", clerk.press(at, "tool/change", "tool.price.open_hours:bool", "", "tool.price.rate", "6.00", "reason", "调价"), "已提出申请L000001")
	wants(t, "what is to change", head.look("/staff/tools"), "计价：4.00元/小时", "6.00元/小时，不足30分钟按30分钟计，10分钟内免费")
	if body := head.send("/staff/tools", "tool/decide", "reason", ""); !strings.Contains(body, "原因") {
		t.Error("a request is refused without a reason")
	}
	head.press("/staff/tools", "tool/decide", "approve:bool", "1")
	wants(t, "the new price", clerk.look(at), "6.00元/小时，不足30分钟按30分钟计，10分钟内免费")
	clerk.press(at, "tool/check", "reason", "绝缘")
	clerk.press(at, "tool/repair", "reason", "异响")
	clerk.press(at, "tool/restore", "reason", "修好", "cost", "20.00", "second", "02", "second_pin", "9134")
	wants(t, "the account", clerk.press(at, "tool/print"), "核算单正在打印", "维修（1 次）", "20.00")
	wants(t, "asked for", clerk.press(at, "tool/retire", "reason", "电机烧坏"), "已提出申请L000002", "同意")
	head.press("/staff/tools", "tool/decide", "reason", "还能修")
	clerk.press(at, "tool/retire", "reason", "电机烧坏", "second", "02", "second_pin", "9134")
	wants(t, "retired", clerk.look(at), "报废")
	wants(t, "counted", clerk.press("/staff/tools", "tool/count", "seen:each", "DR-1|SP-1"), "账面3件，在场2件", "缺少 DR-2")
}

// TestStoryOfTheDoors: things stored, a door opened, taken out of service and
// cleared, one broken open, and one left open that nobody saw shut.
func TestStoryOfTheDoors(t *testing.T) {
	r, clerk, _ := lendable(t)
	technician := r.as("03", "5938")
	clerk.press("/staff/people?person=p1", "storage/store", "what", "工具包", "door", "A/5")
	wants(t, "stored", clerk.look("/staff/doors"), "工具包", "A/5")
	clerk.press("/staff/people?person=p1", "storage/fetch")
	clerk.press("/staff/people?person=p1", "storage/store", "what", "工具包", "door", "A/6")
	clerk.press("/staff/doors", "storage/fetch", "ByHand:bool", "1", "reason", "锁坏", "second", "02", "second_pin", "9134")
	wants(t, "taken out", clerk.look("/staff/doors"), "没有寄存的物品")
	technician.press("/staff/doors?door=A/7", "door/open", "reason", "检修")
	clerk.press("/staff/doors?door=A/7", "door/set", "out:bool", "1", "reason", "锁舌坏")
	wants(t, "out of service", clerk.look("/staff/doors?door=A/7"), "停用原因：锁舌坏")
	clerk.press("/staff/doors?door=A/7", "door/set", "repair:bool", "1", "reason", "锁舌坏")
	wants(t, "to be repaired", clerk.look("/staff/doors?door=A/7"), "报修 W000001")
	clerk.press("/staff/doors?door=A/7", "door/set", "reason", "修好")
	r.force("A/10")
	wants(t, "forced", clerk.look("/staff/problems"), "柜门A/10未经授权打开过", `href="/staff/doors?door=A%2F10"`)
	clerk.press("/staff/doors?door=A/10", "door/ack", "reason", "物品都在")
	r.hall.Misbehave("A/8", hall.OpOpen)
	technician.press("/staff/doors?door=A/8", "door/open", "reason", "检修")
	clerk.press("/staff/doors?door=A/8", "door/decide", "decision", "done", "reason", "已关好")
	wants(t, "cleared", clerk.press("/staff/doors", "door/clear", "doors:list", "A/1，A/2", "reason", "月底清柜", "second", "02", "second_pin", "9134"), "正在打开2扇柜门")
	r.hall.Misbehave("A/3", hall.OpQueued)
	clerk.press("/staff/doors", "door/clear", "doors:list", "A/3", "reason", "清点", "second", "02", "second_pin", "9134")
	clerk.press("/staff/doors", "door/abort", "reason", "有人要用")
	if page := clerk.look("/staff/doors"); strings.Contains(page, "等候打开") {
		t.Error("a door still waits for its turn although the clearing was stopped")
	}
}

// TestStoryOfTheCounter: what a clerk does with numbers and people all day.
func TestStoryOfTheCounter(t *testing.T) {
	r, clerk, head := lendable(t)
	if body := head.send("/staff/people", "person/checkin", "number", "11010519491231002X", "name", "张三", "second", "01", "second_pin", "0000"); !strings.Contains(body, "PIN 不对") {
		t.Error("a second look is taken without a PIN")
	}
	wants(t, "typed", head.press("/staff/people", "person/checkin", "number", "11010519491231002X", "name", "张三", "second", "01", "second_pin", "4827"), "已登记取号：号码 A002")
	clerk.press("/staff/queue", "counter/in")
	clerk.press("/staff/queue", "call", "ticket", "A002", "reason", "急事")
	wants(t, "called", clerk.look("/staff/queue"), "A002", "证件尾号 002X")
	clerk.press("/staff/queue", "recall")
	clerk.press("/staff/queue", "hold")
	clerk.press("/staff/queue", "unhold")
	clerk.press("/staff/queue", "call")
	clerk.press("/staff/queue", "transfer", "to", "training")
	clerk.press("/staff/queue", "call")
	wants(t, "a pause while somebody is served", clerk.press("/staff/queue", "pause", "reason", "开会"), "办完这个号码后暂停")
	clerk.press("/staff/queue", "resume")
	clerk.press("/staff/queue", "done", "outcome", "转办")
	wants(t, "the end", clerk.press("/staff/queue", "call"), "没有人等候")
	clerk.press("/staff/queue", "pause", "reason", "开会")
	clerk.press("/staff/queue", "resume")
	clerk.press("/staff/queue", "counter/out")
	at := "/staff/people?person=p1"
	clerk.press(at, "notice/give", "matter", "求职登记", "missing:list", "照片，银行卡")
	clerk.press(at, "print/receipt")
	clerk.press(at, "person/flag", "reason", "残疾", "until", "2027-01-01")
	wants(t, "flagged", clerk.look(at), "优先 1 级：残疾")
	clerk.press(at, "person/unflag", "reason", "到期")
	head.press(at, "person/block", "reason", "打架")
	wants(t, "blocked", clerk.look(at), "清出")
	head.press(at, "person/unblock", "reason", "已处理")
	r.swipe("p1", "0011") // whose number the block ended
	clerk.press("/staff/people", "training/open", "course", "电工")
	r.swipe("p5", "0055")
	wants(t, "training", clerk.look("/staff/people"), "在场 1 人", "0055")
	clerk.press("/staff/people", "training/close")
	clerk.press("/staff/queue", "emergency/raise")
	head.press("/staff/problems", "emergency/ack")
	wants(t, "the second answer", head.look("/staff/problems"), "已报告市场负责人")
	head.press("/staff/problems", "emergency/ack")
	head.press("/staff/day", "day/close", "reason", "请明日再来")
	head.press("/staff/day", "day/open")
}

// TestNobodyIsKeptFromAButton: what a page switches off for a role, the rules
// refuse to it.
func TestNobodyIsKeptFromAButton(t *testing.T) {
	for staff, pin := range map[string]string{"01": "4827", "02": "9134", "03": "5938"} {
		r := busy(t)
		r.signIn(staff, pin)
		for _, address := range r.addresses() {
			_, body := r.page(address)
			for _, f := range forms(t, address, body) {
				if !f.off {
					continue
				}
				_, page := r.form(f.action, f.untouched)
				if !strings.Contains(page, "权限") && !strings.Contains(page, "要由") && !strings.Contains(page, "不能是本人") {
					t.Errorf("%s: %s is off for %s, but the rules do not refuse it to the role", address, f.action, staff)
				}
			}
		}
	}
}

// TestBooksOnPages: a ledger to look at and to take away.
func TestBooksOnPages(t *testing.T) {
	r := busy(t)
	clerk := r.as("02", "9134")
	wants(t, "rentals", clerk.look("/staff/books?book=rental&from=2026-03-01&to=2026-03-31"), "工具租赁台账", "R260302-001", "签字联")
	wants(t, "no rentals", clerk.look("/staff/books?book=rental&from=2026-04-01"), "没有记录")
	for _, b := range []string{"cash", "lifecycle", "accounts", "overdue"} {
		clerk.look("/staff/books?book=" + b)
	}
	wants(t, "a wrong day", clerk.look("/staff/books?book=rental&from=1.3."), "日期“1.3.”不对")
	wants(t, "a wrong book", clerk.look("/staff/books?book=x"), "没有台账")
	wants(t, "on paper", clerk.press("/staff/books?book=rental&from=2026-03-01&to=2026-03-31", "ledger/print"), "正在打印")
	ref := strings.Repeat("0a", 32)
	if err := r.hall.Swipe(ref, "002X"); err != nil {
		t.Fatal(err)
	}
	if page := clerk.look("/staff/books?book=checkin"); strings.Contains(page, ref) || !strings.Contains(page, "0a0a0a0a…") {
		t.Error("the page does not show the beginning of a reference")
	}
	wants(t, "the whole reference", clerk.look("/staff/books.csv?book=checkin"), ref)
	csv := clerk.look("/staff/books.csv?book=cash")
	if !strings.HasPrefix(csv, "\ufeff时间,单号,") || !strings.Contains(csv, "收押金,扫码,200.00,,0.00,01") || !strings.Contains(csv, "\r\n") {
		t.Errorf("the CSV begins %q", csv[:min(len(csv), 200)])
	}
}
