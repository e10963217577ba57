package console_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/hall"
)

// clerk is somebody of the staff at a browser of their own.
type clerk struct {
	*rig
	client *http.Client
}

// browser is a browser that nobody has signed in with.
func (r *rig) browser() *clerk {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return &clerk{r, &http.Client{Jar: jar}}
}

// as signs somebody in.
func (r *rig) as(staff, pin string) *clerk {
	r.t.Helper()
	c := r.browser()
	c.at(func() { r.signIn(staff, pin) })
	return c
}

// at does something with the clerk's own cookies.
func (c *clerk) at(do func()) {
	before := c.rig.client
	c.rig.client = c.client
	defer func() { c.rig.client = before }()
	do()
}

// look opens a page.
func (c *clerk) look(address string) (body string) {
	c.t.Helper()
	c.at(func() {
		var status int
		if status, body = c.page(address); status != http.StatusOK {
			c.t.Fatalf("%s gives %d", address, status)
		}
	})
	return body
}

// find is the first form for a verb on a page that somebody can press with some
// fields filled in.
func (c *clerk) find(address, verb string, fill ...string) form {
	c.t.Helper()
	for _, f := range forms(c.t, address, c.look(address)) {
		if f.action == "/staff/do/"+verb && !f.off && fits(f, fill) {
			return f
		}
	}
	c.t.Fatalf("%s has no form for %s that can be pressed with %v", address, verb, fill)
	return form{}
}

// send presses the button of that form, and gives the page that comes of it.
func (c *clerk) send(address, verb string, fill ...string) (body string) {
	c.t.Helper()
	f := c.find(address, verb, fill...)
	for i := 0; i+1 < len(fill); i += 2 {
		if fill[i] == everything {
			f.answer()
		} else {
			f.untouched[fill[i]] = strings.Split(fill[i+1], "|")
		}
	}
	c.at(func() { _, body = c.form(f.action, f.untouched) })
	return body
}

// everything stands for the button that gives every question its good answer.
const everything = "everything"

// answer is what that button does.
func (f form) answer() {
	for name, values := range f.fields {
		if strings.HasSuffix(name, ":to") {
			f.untouched[name] = values[:1]
		}
	}
}

// fits reports whether a form has the fields that are to be filled in; one that
// nobody can change has to hold what is wanted.
func fits(f form, fill []string) bool {
	for i := 0; i+1 < len(fill); i += 2 {
		key := fill[i]
		fixed := f.hidden[key] != nil && len(f.fields[key]) == len(f.hidden[key])
		if key != everything && f.fields[key] == nil || fixed && f.hidden.Get(key) != fill[i+1] {
			return false
		}
	}
	return true
}

// press is send, and expects the rules to agree.
func (c *clerk) press(address, verb string, fill ...string) (body string) {
	c.t.Helper()
	body = c.send(address, verb, fill...)
	if m := regexp.MustCompile(`class="fault said" role="alert">([^<]*)`).FindStringSubmatch(body); m != nil {
		c.t.Fatalf("%s on %s: %s", verb, address, m[1])
	}
	return body
}

func wants(t *testing.T, what, page string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(page, s) {
			t.Errorf("%s: the page lacks %q", what, s)
		}
	}
}

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
	head.press(at, "person/unblock", "reason", "已处理")
	clerk.press("/staff/people", "training/open", "course", "电工")
	r.swipe("p5", "0055")
	wants(t, "training", clerk.look("/staff/people"), "在场 1 人", "0055")
	clerk.press("/staff/people", "training/close")
	clerk.press("/staff/queue", "emergency/raise")
	head.press("/staff/problems", "emergency/ack")
	wants(t, "the second answer", head.look("/staff/problems"), "市场负责人已知悉")
	head.press("/staff/day", "day/close", "reason", "请明日再来")
	head.press("/staff/day", "day/open")
}

// TestSearchFindsIt by whatever number is at hand.
func TestSearchFindsIt(t *testing.T) {
	r := busy(t)
	clerk := r.as("01", "4827")
	for asked, want := range map[string]string{
		"a005": "尾号 0055", "0046": "R260302-009", "R260302-006": "R260302-006", "R260302-006-Y1": "R260302-006", "006": "R260302-006",
		"DR-a": "单个核算", "铁锹": "货架二", "a/15": "寄存", "J000001": "柜门 A/15", "N260302-001": "求职登记", "zzz": "没有找到", "": "没有找到",
	} {
		wants(t, "looking for "+asked, clerk.look("/staff/find?"+url.Values{"q": {asked}}.Encode()), want)
	}
}

// TestScannedSlip: the console says of a slip whether the hall has printed it.
func TestScannedSlip(t *testing.T) {
	clerk := busy(t).as("01", "4827")
	ask := func(scanned string) string { return clerk.look("/staff/find?" + url.Values{"q": {scanned}}.Encode()) }
	wants(t, "a genuine slip", ask("deposit:R260302-004-Y1/200.00#TRUE"), "校验码相符", "押金单 R260302-004-Y1")
	if page := ask("deposit:R260302-004-Y1/900.00#ABCDEF"); !strings.Contains(page, "校验码不符") || strings.Contains(page, "R260302-004</h2>") {
		t.Error("a forged slip leads to the rental")
	}
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
	clerk := busy(t).as("02", "9134")
	wants(t, "rentals", clerk.look("/staff/books?book=rental&from=2026-03-01&to=2026-03-31"), "工具租赁台账", "R260302-001", "签字联")
	wants(t, "no rentals", clerk.look("/staff/books?book=rental&from=2026-04-01"), "没有记录")
	for _, b := range []string{"cash", "lifecycle", "accounts", "overdue"} {
		clerk.look("/staff/books?book=" + b)
	}
	wants(t, "a wrong day", clerk.look("/staff/books?book=rental&from=1.3."), "日期“1.3.”不对")
	wants(t, "a wrong book", clerk.look("/staff/books?book=x"), "没有台账")
	wants(t, "on paper", clerk.press("/staff/books?book=rental&from=2026-03-01&to=2026-03-31", "ledger/print"), "正在打印")
	csv := clerk.look("/staff/books.csv?book=cash")
	if !strings.HasPrefix(csv, "\ufeff时间,单号,") || !strings.Contains(csv, "收押金,扫码,200.00,,0.00,01") || !strings.Contains(csv, "\r\n") {
		t.Errorf("the CSV begins %q", csv[:min(len(csv), 200)])
	}
}
