package console

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"halld/cmd/internal/hall"
)

// helpers are what templates may say beside the fields.
var helpers = template.FuncMap{
	"form":    form,
	"hidden":  hidden,
	"whole":   whole,
	"join":    func(list []string) string { return strings.Join(list, "、") },
	"lines":   func(list []string) string { return strings.Join(list, "\n") },
	"clock":   func(t time.Time) string { return t.Format("15:04") },
	"when":    func(t time.Time) string { return t.Format("01-02 15:04") },
	"word":    func(v any) string { return wordOf[fmt.Sprint(v)] },
	"opening": func(v any) string { return openingWord[hall.OpState(fmt.Sprint(v))] },
	"service": func(c hall.Config, key string) string {
		for _, s := range c.Services {
			if s.Key == key {
				return s.Name
			}
		}
		return key
	},
	"per": func() []hall.Unit { return []hall.Unit{hall.PerHour, hall.PerDay, hall.PerUse} },
	"pairs": func(m map[string]hall.Fen) string {
		var list []string
		for _, k := range slices.Sorted(maps.Keys(m)) {
			list = append(list, k+"="+m[k].String())
		}
		return strings.Join(list, "\n")
	},
}

// form opens a form that asks for something: it comes back to where it stands,
// and says what was done. Its end tag stands in the template.
func form(d *desk, path, class, said string) template.HTML {
	return template.HTML(fmt.Sprintf(`<form method="post" action="/staff/do/%s" class="%s">`, esc(path), esc(class))) +
		hidden("back", d.Here, "said", said)
}

// hidden makes the hidden fields of a form from names and values in turn.
func hidden(pairs ...any) template.HTML {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&b, `<input type="hidden" name="%s" value="%s">`, esc(pairs[i]), esc(pairs[i+1]))
	}
	return template.HTML(b.String())
}

func esc(v any) string { return template.HTMLEscaper(v) }

// wordOf are the words of the API in the clerk's.
var wordOf = map[string]string{
	"sending": "正在打印", "printed": "已出纸", "unconfirmed": "已发送", "held": "待打印", "unknown": "可能只打了一半", "undecided": "断电时正在打印",
	"in": "在库", "reserved": "已预订", "out": "在租", "returned": "待检", "repair": "维修", "lost": "报损", "retired": "报废",
	"handover": "出库", "return": "归还", "service": "检修", "store": "寄存", "fetch": "取回寄存", "clear": "清柜",
	"simple": "简单工具", "priced": "计价工具", "hour": "小时", "day": "天", "use": "次",
	"counter": "窗口", "keeper": "保管", "approver": "审批", "finance": "财务", "head": "大厅负责人", "manager": "市场负责人", "technician": "技术",
	"settlement": "结算", "inspection": "检查", "deposit": "收押金",
	"ok": "完好", "damaged": "损坏", "incomplete": "缺配件",
	"add": "新增", "change": "变更", "check": "安全检查", "restore": "入库", "loss": "报损", "retire": "报废",
	"stored": "在柜", "fetched": "已取回",
	"waiting": "等候", "called": "办理中", "ended": "已结束",
}

// openingWord is how far the opening of a door is.
var openingWord = map[hall.OpState]string{
	hall.OpOpening: "正在打开", hall.OpOpen: "开着", hall.OpShut: "已关", hall.OpFailed: "没有打开",
	hall.OpUnknown: "是否打开不明", hall.OpUndecided: "断电时正在打开",
}
