package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// labels are the interface's keys in the clerk's words, in the order in which
// people want to read them. A key that is not here is shown as it is.
var labels = []struct{ key, label string }{
	{"rental", "租赁单"},
	{"ticket", "号码"},
	{"tool", "工具"},
	{"name", "名称"},
	{"day", "日期"},
	{"hall", "市场"},
	{"state", "状态"},
	{"class", "类别"},
	{"type", "类型"},
	{"service", "服务"},
	{"person", "ref"},
	{"ref", "ref"},
	{"last4", "证件尾号"},
	{"reason", "原因"},
	{"until", "有效期至"},
	{"blocked", "清出"},
	{"priority", "优先"},
	{"jumps", "不按序叫号"},
	{"outcomes", "办理结果"},
	{"rentals_open", "未结租赁"},
	{"faults", "设备故障"},
	{"visits", "登记人次"},
	{"refusals", "不予介绍"},
	{"tickets", "取号"},
	{"calls", "叫号"},
	{"ended", "办结"},
	{"skipped", "过号"},
	{"transferred", "转移"},
	{"held", "挂起"},
	{"waiting", "等候"},
	{"notices", "一次性告知"},
	{"trainings", "培训人次"},
	{"rentals", "租赁"},
	{"lines", "明细"},
	{"formula", "计价"},
	{"fee", "租赁费"},
	{"deduction", "扣款"},
	{"deduct", "扣款"},
	{"deposit", "押金"},
	{"deposits", "押金"},
	{"refund", "退还"},
	{"refunds", "退还"},
	{"due", "应补交"},
	{"rate", "单价"},
	{"per", "单位"},
	{"cap", "日封顶"},
	{"free", "免费分钟"},
	{"price", "计价"},
	{"purchase", "购置价"},
	{"door", "柜门"},
	{"accessories", "配件"},
	{"account", "单机账"},
	{"income", "租金收入"},
	{"rent", "租金收入"},
	{"repair", "维修费"},
	{"compensation", "赔偿"},
	{"net", "净额"},
	{"money", "金额"},
	{"requested", "申请时间"},
	{"since", "时间"},
	{"out", "出库"},
	{"in", "归还"},
	{"stub", "签字联"},
	{"binding", "校验码"},
	{"by", "经办"},
	{"staff", "经办"},
	{"note", "备注"},
	{"at", "时间"},
	{"connected", "已连接"},
	{"broker", "服务器"},
	{"session", "会话"},
	{"epoch", "账本批次"},
	{"last_seq", "最后序号"},
	{"upto", "县级已确认到"},
	{"deposit_in", "押金收入"},
	{"deposit_out", "押金退出"},
	{"kept", "押金抵扣"},
	{"paid", "另收"},
	{"owing", "在存押金合计"},
	{"owed", "欠款"},
	{"uses", "次数"},
	{"out_hours", "在租小时"},
	{"idle_hours", "闲置小时"},
	{"methods", "方式"},
	{"closed", "日结"},
	{"total", "累计"},
	{"counted", "实点"},
	{"state_name", "状态"},
	{"price_text", "计价"},
	{"safety", "安全须知"},
	{"checklist", "检查项目"},
	{"place", "存放处"},
	{"unconfirmed", "待确认"},
	{"oldest_unconfirmed", "最早未确认"},
	{"last_ack", "最近确认"},
	{"frozen", "停报"},
	{"silent", "县级不确认"},
	{"twin", "疑有同名设备"},
	{"last_error", "最近错误"},
}

// facts shows one object as lines of label and value; what is in it is indented.
func facts(v any) string {
	var b strings.Builder
	write(&b, "", v)
	return align(b.String())
}

func write(b *strings.Builder, indent string, v any) {
	m, ok := v.(map[string]any)
	if !ok {
		fmt.Fprintf(b, "%s%v\n", indent, value(v))
		return
	}
	for _, k := range ordered(m) {
		switch x := m[k.key].(type) {
		case map[string]any:
			fmt.Fprintf(b, "%s%s\t\n", indent, k.label)
			write(b, indent+"  ", x)
		case []any:
			writeList(b, indent, k.label, x)
		case nil:
		default:
			fmt.Fprintf(b, "%s%s\t%s\n", indent, k.label, value(x))
		}
	}
}

func writeList(b *strings.Builder, indent, label string, list []any) {
	var plain []string
	for i, x := range list {
		if _, object := x.(map[string]any); object {
			fmt.Fprintf(b, "%s%s %d\t\n", indent, label, i+1)
			write(b, indent+"  ", x)
			continue
		}
		plain = append(plain, value(x))
	}
	if len(plain) > 0 || len(list) == 0 {
		fmt.Fprintf(b, "%s%s\t%s\n", indent, label, strings.Join(plain, "、"))
	}
}

// ordered are an object's keys: those with a label first, in the order of the
// labels, then the others by name.
func ordered(m map[string]any) (keys []struct{ key, label string }) {
	rest := maps.Clone(m)
	for _, l := range labels {
		if _, ok := m[l.key]; ok {
			keys = append(keys, l)
			delete(rest, l.key)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(rest)) {
		keys = append(keys, struct{ key, label string }{k, k})
	}
	return keys
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
