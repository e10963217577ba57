package hall

import (
	"fmt"
	"maps"
	"slices"
)

// Warning is something that waits for the staff: what is wrong, and what to do.
type Warning struct {
	Code    string `json:"code"` // short and stable, for programs
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// Warnings list what waits for the staff at the counters, the most urgent first.
func (h *Hall) Warnings() []Warning {
	list := []Warning{}
	add := func(code, subject, format string, args ...any) {
		list = append(list, warning(code, subject, format, args...))
	}
	for _, a := range h.ListAlarms() {
		switch n := len(a.Acked); {
		case n == 0:
			add("emergency", a.ID, "%d号窗口紧急呼叫（%s），请大厅负责人确认", a.Window, a.At)
		case n == 1:
			add("emergency", a.ID, "%d号窗口紧急呼叫（%s），请报告市场负责人，由%s确认", a.Window, a.At, roleName[h.cfg.AlarmRole(Manager)])
		}
	}
	h.warnDoors(add)
	for _, t := range h.byArrival() {
		switch p := h.Persons[t.Person]; {
		case t.State == Held && t.Reminded:
			add("held", t.Number, "%s挂起已久，请回呼或过号", t.Number)
		case t.State != Ended && p != nil && p.Confirm != "":
			add("confirm", t.Number, "%s持境外或港澳台证件，请核实可以在当地就业", t.Number)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(h.Tools)) {
		if t := h.Tools[id]; t.here() && t.CheckBy != "" && t.CheckBy < h.Day {
			add("check-due", id, "%s（%s）的安全检查已于%s到期，检查合格前不能出租", id, t.Name, t.CheckBy)
		}
	}
	for _, r := range h.ListRequests() {
		add("request", r.ID, "%s的%s申请%s等待审批，请第二人决定", r.Change.Tool.ID, r.ActionName, r.ID)
	}
	for _, s := range h.cfg.Services {
		if n := h.left(s); n <= s.WarnLeft {
			add("numbers", s.Key, "“%s”今天只剩%d个号码", s.Name, max(n, 0))
		}
		if !h.served(s.Key) && h.waitingFor(s.Key) > 0 {
			add("unserved", s.Key, "有人等候“%s”，但没有窗口办理", s.Name)
		}
	}
	for _, s := range h.ListSlips() {
		add("slip", s.Job, "%s", s.matter())
	}
	return append(list, h.rentalMatters()...)
}

func warning(code, subject, format string, args ...any) Warning {
	return Warning{code, subject, fmt.Sprintf(format, args...)}
}
