package main

import (
	"fmt"
	"strings"
	"time"
)

// record is a line of the ledger as it is exported.
type record struct {
	Sequence string         `json:"sequence"`
	Time     time.Time      `json:"time"`
	Clock    string         `json:"clock"`
	Type     string         `json:"type"`
	Subject  string         `json:"subject"`
	Data     map[string]any `json:"data"`
}

// kind is the record's kind without the leading "hall.".
func (r record) kind() string { return strings.TrimPrefix(r.Type, "hall.") }

// book is one of the hall's ledgers: the records of some kinds, in columns.
type book struct {
	key, name string
	kinds     []string // beginnings of the kinds that belong to it
	columns   []column
}

// column is a heading and the field that stands below it; a dot goes one object
// deeper.
type column struct{ head, field string }

var common = []column{{"序号", "#"}, {"时间", "@"}, {"时钟", "clock"}, {"类别", "kind"}, {"编号", "subject"}}

var (
	personColumn = column{"证件尾号", "person.last4"}
	refColumn    = column{"人员 ref", "person.ref"}
	staffColumn  = column{"经办", "staff"}
	reasonColumn = column{"原因", "reason"}
)

// books are the hall's ledgers (rules: 登记, 排队, 工具租赁, 工具核算, 押金往来,
// 培训, 告知), and one of everything else.
var books = []book{
	{"checkin", "登记台账", []string{"checkin.", "person."}, []column{personColumn, refColumn, {"证件", "document"}, {"方式", "way"}, {"等级", "mark.class"}, {"有效期至", "mark.until"}, reasonColumn, {"标记原因", "mark.reason"}, staffColumn}},
	{"queue", "排队台账", []string{"ticket.", "window.", "counter."}, []column{personColumn, {"服务", "service"}, {"窗口", "window"}, {"结果", "outcome"}, reasonColumn, staffColumn}},
	{"rental", "工具租赁台账", []string{"rental.", "locker.", "storage."}, []column{personColumn, {"工具", "tool"}, {"明细", "lines"}, {"状态", "state"}, {"签字联", "stub"}, {"租赁费", "fee"}, {"扣款", "deduction"}, {"检查", "result"}, {"检查扣款", "deduct"}, {"计价", "formula"}, {"柜门", "door"}, reasonColumn, staffColumn}},
	{"tool", "工具核算台账", []string{"tool.", "stock."}, []column{{"工具", "tool.tool"}, {"名称", "tool.name"}, {"类别", "tool.class"}, {"变动", "action"}, {"购置价", "tool.purchase"}, {"押金", "tool.deposit"}, {"单价", "tool.price.rate"}, {"费用", "cost"}, reasonColumn, staffColumn, {"第二经办", "second"}}},
	{"deposit", "押金往来台账", []string{"deposit.", "payment.", "cash."}, []column{{"金额", "amount"}, {"方式", "method"}, reasonColumn, staffColumn}},
	{"training", "培训台账", []string{"training."}, []column{personColumn, refColumn, {"课程", "course"}, {"讲师", "trainer"}, {"签退", "out"}, {"分钟", "minutes"}, {"此前次数", "repeat"}, staffColumn}},
	{"notice", "告知台账", []string{"notice."}, []column{personColumn, {"事项", "matter"}, {"所缺材料", "missing"}, reasonColumn, staffColumn}},
	{"other", "其他记录", []string{""}, []column{{"内容", "*"}, reasonColumn, staffColumn}},
}

// bookOf is the ledger that a record belongs to.
func bookOf(r record) int {
	for i, b := range books {
		for _, k := range b.kinds {
			if strings.HasPrefix(r.kind(), k) {
				return i
			}
		}
	}
	return len(books) - 1
}

func (b book) heads() []string {
	var heads []string
	for _, c := range append(common, b.columns...) {
		heads = append(heads, c.head)
	}
	return heads
}

// row is a record in the columns of its ledger.
func (b book) row(r record) []string {
	cells := make([]string, 0, len(common)+len(b.columns))
	for _, c := range append(common, b.columns...) {
		cells = append(cells, r.field(c.field))
	}
	return cells
}

func (r record) field(name string) string {
	switch name {
	case "#":
		return r.Sequence
	case "@":
		return r.Time.Format("2006-01-02 15:04:05")
	case "clock":
		return map[string]string{"trusted": "可信"}[r.Clock] + map[bool]string{true: "未核准"}[r.Clock != "trusted"]
	case "kind":
		return kindName(r.Type)
	case "subject":
		return r.Subject
	case "*":
		return strings.ReplaceAll(strings.TrimSpace(facts(map[string]any(r.Data))), "\n", "；")
	}
	return r.inside(name)
}

// inside is a field of the data.
func (r record) inside(path string) string {
	var v any = map[string]any(r.Data)
	for key := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return "" // such as "tool.name" where tool is only a number
		}
		v = m[key]
	}
	switch x := v.(type) {
	case map[string]any:
		return ""
	case []any:
		return items(x)
	}
	return cell(v)
}

// items lists what a rental's lines are about, or plain words.
func items(list []any) string {
	var parts []string
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			parts = append(parts, fmt.Sprint(m["name"], "（", m["tool"], "）"))
			continue
		}
		parts = append(parts, fmt.Sprint(x))
	}
	return strings.Join(parts, "、")
}

// kindNames are the kinds of records in the clerk's words.
var kindNames = map[string]string{
	"hall.opened": "开门", "hall.closed": "闭门", "hall.restarted": "重新启动", "clock.confirmed": "核准日期",
	"checkin.recorded": "登记", "checkin.refused": "不予介绍",
	"ticket.issued": "取号", "ticket.called": "叫号", "ticket.held": "挂起", "ticket.transferred": "转移", "ticket.ended": "结束",
	"rental.requested": "申请", "rental.approved": "审批", "rental.refused": "拒绝", "rental.signed": "签字", "rental.deposited": "已收押金",
	"rental.out": "出库", "rental.returned": "归还", "rental.inspected": "检查", "rental.settled": "结算",
	"deposit.taken": "收押金", "deposit.refunded": "退押金", "deposit.forfeited": "扣押金",
	"tool.lifecycle": "工具变动", "locker.opening": "开门指令", "locker.opened": "柜门打开", "locker.closed": "柜门关闭",
	"locker.fault": "柜门异常", "locker.forced": "柜门被强开", "device.fault": "设备故障", "device.recovered": "设备恢复",
	"slip.queued": "小票", "slip.begun": "小票送印", "slip.done": "小票结果", "slip.settled": "小票处理",
	"notice.issued": "一次性告知", "training.attendance": "培训出勤", "day.report": "日报",
	"person.flagged": "服务等级", "person.unflagged": "取消服务等级", "person.blocked": "清出名单", "person.unblocked": "恢复服务",
	"person.confirmed": "核实证件", "counter.in": "窗口签到", "counter.out": "窗口签退", "counter.paused": "窗口暂停", "counter.resumed": "窗口恢复",
	"ticket.rejoined": "回到队列", "ticket.reminded": "挂起提醒",
	"training.opened": "培训开始", "training.closed": "培训结束", "training.signin": "培训签到",
	"county.notice": "县级通知", "county.lists": "县级名单", "emergency.raised": "紧急呼叫", "emergency.acked": "紧急确认",
	"locker.ajar": "柜门未关好", "locker.cleared": "清柜", "locker.decided": "开门处理", "locker.service": "柜门停用或恢复",
	"rental.corrected": "冲正", "rental.dropped": "撤下工具", "rental.receipt": "补发收据", "rental.reminded": "催还", "rental.swapped": "换工具",
	"payment.taken": "补交", "cash.closed": "现金日结", "tool.counted": "盘点", "tool.requested": "变动申请", "tool.refused": "变动未批",
	"storage.begun": "寄存", "storage.in": "已存入", "storage.ended": "已取回", "storage.left": "过夜未取",
	"ledger.recovered": "账本恢复", "ledger.salvaged": "账本转录", "ledger.digest": "日终核对",
}

func kindName(typ any) string {
	k := strings.TrimPrefix(fmt.Sprint(typ), "hall.")
	if name, ok := kindNames[k]; ok {
		return name
	}
	return k
}
