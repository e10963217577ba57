package hall

import "cmp"

// The actions in a tool's life.
const (
	ActionAdd     = "add"     // 新增
	ActionChange  = "change"  // price, deposit, door or description
	ActionCheck   = "check"   // safety check passed
	ActionRepair  = "repair"  // 维修
	ActionRestore = "restore" // back into stock
	ActionLoss    = "loss"    // 报损
	ActionRetire  = "retire"  // 报废
)

var actionName = map[string]string{
	ActionAdd: "新增", ActionChange: "变更", ActionCheck: "安全检查", ActionRepair: "维修",
	ActionRestore: "修复入库", ActionLoss: "报损", ActionRetire: "报废",
}

// ToolLifecycle records that a tool came into the stock or changed in it.
type ToolLifecycle struct {
	Tool    Tool   `json:"tool"`
	Was     *Tool  `json:"was,omitempty"` // before a change
	Action  string `json:"action"`
	Cost    Fen    `json:"cost"`              // of a purchase or a repair
	Request string `json:"request,omitempty"` // that was approved; empty: done at once
	Staff   string `json:"staff"`
	Second  string `json:"second,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

func (*ToolLifecycle) Kind() Kind        { return "tool.lifecycle" }
func (d *ToolLifecycle) Subject() string { return d.Tool.ID }

func (d *ToolLifecycle) apply(h *Hall, at Stamp) {
	if what := d.notable(h); what != "" {
		h.except(at, d.Staff, what, d.Tool.ID, d.Reason)
	}
	t, old, a := d.Tool, h.Tools[d.Tool.ID], h.account(d.Tool.ID)
	h.Tools[t.ID] = &t
	delete(h.Requests, d.Request)
	switch d.Action {
	case ActionAdd:
		a.Begun = at
		h.post(t.ID, Sums{Purchase: d.Cost})
	case ActionRestore:
		h.post(t.ID, Sums{Repair: d.Cost})
		if old != nil && old.State == ToolInRepair {
			a.Repairs++
		}
	case ActionChange:
		if d.Was != nil { // the price of a purchase that was entered wrong
			h.post(t.ID, Sums{Purchase: t.Purchase - d.Was.Purchase})
		}
	case ActionLoss, ActionRetire:
		if old != nil && old.State != ToolLost {
			a.Ended = at
		}
	}
}

// notable is what supervision should see of a change, or empty.
func (d *ToolLifecycle) notable(h *Hall) string {
	old := h.Tools[d.Tool.ID]
	switch {
	case d.Action == ActionLoss || d.Action == ActionRetire:
		return actionName[d.Action]
	case d.Action == ActionChange && d.Was != nil && weighty(*d.Was, d.Tool):
		return "变更价格或押金等"
	case d.Action == ActionRestore && old != nil && old.State == ToolLost:
		return "报损后找回"
	}
	return ""
}

// LifecycleSlip is the content of a 工具新增/维修/报损/报废 form for the file.
type LifecycleSlip struct {
	Request string   `json:"request"` // number of the form
	Action  string   `json:"action"`  // 报废
	Tool    string   `json:"tool"`
	Name    string   `json:"name"`
	Changes []string `json:"changes,omitempty"` // 押金：200.00元 → 300.00元
	Reason  string   `json:"reason"`
	Amount  *Fen     `json:"amount,omitempty"` // cost of a purchase or a repair
	Staff   string   `json:"staff"`            // 申报人
	Second  string   `json:"second"`           // 审批人; empty: not decided yet
	Result  string   `json:"result"`           // 审批意见
	Issued  string   `json:"issued"`
}

// lifecycleSlip is the form of a change that is asked for, or approved.
func lifecycleSlip(at Stamp, d *ToolLifecycle) Slip {
	if d.Second == "" {
		return lifecycleForm(at, d, "")
	}
	return lifecycleForm(at, d, "同意")
}

func lifecycleForm(at Stamp, d *ToolLifecycle, result string) Slip {
	s := LifecycleSlip{
		Request: d.Request, Action: actionName[d.Action], Tool: d.Tool.ID, Name: d.Tool.Name, Reason: cmp.Or(d.Reason, actionName[d.Action]),
		Staff: d.Staff, Second: d.Second, Result: result, Issued: minute(at),
	}
	if s.Request == "" {
		s.Request = d.Tool.ID + "-" + at.Time.Format("060102-1504")
	}
	if d.Was != nil {
		s.Changes = changes(*d.Was, d.Tool)
	}
	if d.Cost > 0 {
		s.Amount = &d.Cost
	}
	return newSlip("lifecycle", "", d.Tool.ID, s)
}
