package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// labels are the interface's keys in the clerk's words, in the order in which
// people want to read them. A key that means something else in one place is
// written with what is above it: a key, or what the whole is. What has no words
// is not for people. TestFactsAreChinese holds this to what the daemon answers.
var labels = []label{
	{"rental", "租赁单"},
	{"ticket", "号码"},
	{"account.tool", ""},
	{"tool", "工具"},
	{"notice", "告知单"},
	{"handover", "交接单"},
	{"course", "课程"},
	{"account.name", ""},
	{"name", "名称"},
	{"money.day", ""},
	{"day", "日期"},
	{"hall", "市场"},
	{"report.open", "正在营业"},
	{"tickets.state", "状态"},
	{"lines.state", "状态"},
	{"person.class", "服务等级"},
	{"state", ""},
	{"account.state_name", ""},
	{"state_name", "状态"},
	{"next_step", "下一步"},
	{"class", "类别"},
	{"type", "类型"},
	{"flag.class", "等级"},
	{"block.class", ""},
	{"service", ""},
	{"person", "人员 ref"},
	{"last4", "证件尾号"},
	{"waiting_days", "待工天数"},
	{"flag", "服务等级"},
	{"block", "清出"},
	{"confirm", "待核实"},
	{"reason", "原因"},
	{"until", "有效期至"},
	{"visits", "登记人次"},
	{"refusals", "不予介绍"},
	{"refusal_reasons", "不予介绍原因"},
	{"tickets", "取号"},
	{"calls", "叫号"},
	{"recalls", "重呼"},
	{"transfers", "转移"},
	{"outcomes", "办理结果"},
	{"ended", "办结"},
	{"skipped", "过号"},
	{"waiting", "等候"},
	{"services", "各项服务"},
	{"called", "叫号"},
	{"served", "办理"},
	{"wait", "平均等候（分钟）"},
	{"longest", "最长等候（分钟）"},
	{"serve", "平均办理（分钟）"},
	{"window", "窗口"},
	{"ahead", "前面人数"},
	{"priority", "优先"},
	{"wait_from", "预计等候（分钟）自"},
	{"wait_to", "预计等候（分钟）至"},
	{"outcome", "结果"},
	{"reminded", "已提醒"},
	{"slip", "小票"},
	{"jumps", "插叫"},
	{"jumps_by", "插叫（按工号）"},
	{"exceptions", "例外（按工号）"},
	{"reprints", "补打小票"},
	{"notices", "一次性告知"},
	{"mistakes", "其中再次告知"},
	{"matter", "事项"},
	{"wrong", "漏告知"},
	{"trainings", "培训人次"},
	{"courses", "参加过的培训"},
	{"times", "次数"},
	{"last", "最近一次"},
	{"emergencies", "紧急呼叫"},
	{"rentals", "租赁"},
	{"rentals_open", "未结租赁"},
	{"settled", "结算"},
	{"report.out", "在租工具"},
	{"faults", "设备故障"},
	{"lines", "明细"},
	{"trade", "用途"},
	{"formula", "计价"},
	{"bill", "结算"},
	{"fee", "租赁费"},
	{"deduction", "扣款"},
	{"deduct", "扣款"},
	{"deposit", "押金"},
	{"rentals.held", "在管押金"},
	{"refund", "退还"},
	{"due", "应补交"},
	{"sure", "计时可靠"},
	{"minutes", "分钟"},
	{"price", ""},
	{"price_text", "计价"},
	{"door", "柜门"},
	{"place", "存放处"},
	{"accessories", "配件"},
	{"part_prices", "配件价"},
	{"lacking", "缺少配件"},
	{"missing", "缺少"},
	{"result", "检查结果"},
	{"for", "代替"},
	{"out", "出库"},
	{"in", "归还"},
	{"safety", "安全须知"},
	{"checklist", "检查项目"},
	{"check_every", "安全检查间隔（天）"},
	{"check_by", "安全检查到期"},
	{"stub", "签字联"},
	{"receipt", "押金单"},
	{"binding", "校验码"},
	{"approver", "审批人"},
	{"overdue", "超期"},
	{"money", "款项"},
	{"account.purchase", ""},
	{"purchase", "购置价"},
	{"account.bought", ""},
	{"bought", "购置日期"},
	{"account.life", ""},
	{"life", "使用年限（月）"},
	{"account", "单机账"},
	{"deposit_in", "收押金"},
	{"deposit_out", "退押金"},
	{"kept", "押金抵扣"},
	{"account.held", "在管押金"},
	{"rent", "租赁收入"},
	{"compensation", "赔偿收入"},
	{"paid", "补交款"},
	{"owed", "未收"},
	{"repair", "维修费"},
	{"repairs", "维修次数"},
	{"net", "净额"},
	{"depreciation", "累计折旧"},
	{"book", "账面净值"},
	{"loss", "报损"},
	{"account.result", "损益"},
	{"uses", "出租次数"},
	{"out_hours", "出租小时"},
	{"idle_hours", "闲置小时"},
	{"deposit_change", "当天押金增减"},
	{"methods", "各种方式收付"},
	{"owing", "在管押金合计"},
	{"money.closed", "款项已全部交财务"},
	{"drawer", "抽屉"},
	{"cash", "现金"},
	{"float_before", "原有备用金"},
	{"float", "备用金"},
	{"expected", "账面现金"},
	{"counted", "清点现金"},
	{"difference", "差额"},
	{"amount", "交款"},
	{"received", "实收"},
	{"handovers", "交接单"},
	{"closed", "财务接收"},
	{"total", "累计"},
	{"requested", "申请时间"},
	{"drawer.since", "上次交接"},
	{"handovers.since", "上次交接"},
	{"since", "时间"},
	{"time", "时间"},
	{"at", "时间"},
	{"by", "经办"},
	{"staff", "经办"},
	{"note", "备注"},
	{"connected", "已连接"},
	{"broker", "服务器"},
	{"session", "会话"},
	{"epoch", "账本批次"},
	{"last_seq", "最后序号"},
	{"upto", "县级已确认到"},
	{"unconfirmed", "待确认"},
	{"oldest_unconfirmed", "最早未确认"},
	{"last_ack", "最近确认"},
	{"frozen", "停报"},
	{"silent", "县级不确认"},
	{"twin", "疑有同名设备"},
	{"last_error", "最近错误"},
}

// label is what people read for a key.
type label struct{ key, words string }

// facts shows one object, such as a "tool", as lines of label and value; what is
// in it is indented.
func facts(of string) func(any) string {
	return func(v any) string {
		var b strings.Builder
		write(&b, "", of, v)
		return align(b.String())
	}
}

// write shows what stands below a key.
func write(b *strings.Builder, indent, above string, v any) {
	m, ok := v.(map[string]any)
	if !ok {
		fmt.Fprintf(b, "%s%v\n", indent, value(v))
		return
	}
	for _, k := range ordered(above, m) {
		switch x := m[k.key].(type) {
		case map[string]any:
			fmt.Fprintf(b, "%s%s\t\n", indent, k.words)
			write(b, indent+"  ", k.key, x)
		case []any:
			writeList(b, indent, k, x)
		case nil:
		default:
			fmt.Fprintf(b, "%s%s\t%s\n", indent, k.words, value(x))
		}
	}
}

func writeList(b *strings.Builder, indent string, k label, list []any) {
	var plain []string
	for i, x := range list {
		if _, object := x.(map[string]any); object {
			fmt.Fprintf(b, "%s%s %d\t\n", indent, k.words, i+1)
			write(b, indent+"  ", k.key, x)
			continue
		}
		plain = append(plain, value(x))
	}
	if len(plain) > 0 || len(list) == 0 {
		fmt.Fprintf(b, "%s%s\t%s\n", indent, k.words, strings.Join(plain, "、"))
	}
}

// ordered are an object's keys with their words, in the order of the labels, then
// those of a list by name, such as staff ids.
func ordered(above string, m map[string]any) (keys []label) {
	rest := maps.Clone(m)
	for _, l := range labels {
		key, fits := l.under(above)
		if _, there := rest[key]; !fits || !there || l.key == key && special(above, key) {
			continue
		}
		delete(rest, key)
		if l.words != "" {
			keys = append(keys, label{key, l.words})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(rest)) {
		keys = append(keys, label{k, value(k)})
	}
	return keys
}

// under is the key that a label is for, if it is for one below this key.
func (l label) under(above string) (key string, fits bool) {
	i := strings.LastIndex(l.key, ".")
	return l.key[i+1:], i < 0 || l.key[:i] == above
}

// special tells whether a key has words of its own below another.
func special(above, key string) bool {
	return slices.ContainsFunc(labels, func(l label) bool { return l.key == above+"."+key })
}

// value is one value as people read it.
func value(v any) string {
	s := fmt.Sprint(v)
	if t := stamp(v, "2006-01-02 15:04:05"); t != "" {
		return t
	}
	if strings.HasPrefix(s, "0001-01-01T") {
		return ""
	}
	if w, ok := wordOf[s]; ok {
		return w
	}
	return s
}

// table shows a list of objects as rows. Each column is a key and a heading.
func table(cols ...string) func(any) string {
	return func(v any) string {
		var b strings.Builder
		var keys, heads []string
		for _, c := range cols {
			key, head, _ := strings.Cut(c, " ")
			keys, heads = append(keys, key), append(heads, head)
		}
		b.WriteString(strings.Join(heads, "\t") + "\n")
		list, _ := v.([]any)
		for _, x := range list {
			m, _ := x.(map[string]any)
			cells := make([]string, len(keys))
			for i, k := range keys {
				cells[i] = cell(m[k])
			}
			b.WriteString(strings.Join(cells, "\t") + "\n")
		}
		return align(b.String())
	}
}

func cell(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case []any:
		parts := make([]string, len(x))
		for i, p := range x {
			parts[i] = value(p)
		}
		return strings.Join(parts, "、")
	default:
		return value(v)
	}
}
