package hall

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

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
	Action  string `json:"action"`
	Cost    Fen    `json:"cost"` // of a purchase or a repair
	Request string `json:"request,omitempty"`
	Staff   string `json:"staff"`
	Second  string `json:"second,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// ToolRequested records that somebody asked for a change that a second person
// decides on (申报).
type ToolRequested struct {
	Request string        `json:"request"`
	Change  ToolLifecycle `json:"change"`
}

// ToolRefused records that a change was not approved.
type ToolRefused struct {
	Request string `json:"request"`
	Tool    string `json:"tool"`
	Staff   string `json:"staff"`
	Reason  string `json:"reason"`
}

// ToolRequest is a change that waits for a second person.
type ToolRequest struct {
	ID     string        `json:"request"`
	Change ToolLifecycle `json:"change"`
	Since  time.Time     `json:"since"`
}

func (*ToolLifecycle) Kind() Kind        { return "tool.lifecycle" }
func (*ToolRequested) Kind() Kind        { return "tool.requested" }
func (*ToolRefused) Kind() Kind          { return "tool.refused" }
func (d *ToolLifecycle) Subject() string { return d.Tool.ID }
func (d *ToolRequested) Subject() string { return d.Change.Tool.ID }
func (d *ToolRefused) Subject() string   { return d.Tool }

func (d *ToolLifecycle) apply(h *Hall, at Stamp) {
	t := d.Tool
	h.Tools[t.ID] = &t
	delete(h.Requests, d.Request)
	a := h.account(t.ID)
	switch d.Action {
	case ActionAdd:
		a.Begun = at
		h.post(t.ID, Sums{Purchase: d.Cost})
	case ActionRepair, ActionRestore:
		h.post(t.ID, Sums{Repair: d.Cost})
	}
}

func (d *ToolRequested) apply(h *Hall, at Stamp) {
	h.RequestSeq++
	h.Requests[d.Request] = &ToolRequest{ID: d.Request, Change: d.Change, Since: at.Time}
}

func (d *ToolRefused) apply(h *Hall, _ Stamp) { delete(h.Requests, d.Request) }

// LifecycleSlip is the content of a 工具新增/维修/报损/报废 form for the file.
type LifecycleSlip struct {
	Request string `json:"request"` // number of the form
	Action  string `json:"action"`  // 报废
	Tool    string `json:"tool"`
	Name    string `json:"name"`
	Reason  string `json:"reason"`
	Amount  *Fen   `json:"amount,omitempty"` // cost of a purchase or a repair
	Staff   string `json:"staff"`            // 申报人
	Second  string `json:"second"`           // 审批人
	Result  string `json:"result"`           // 审批意见
	Issued  string `json:"issued"`
}

func (h *Hall) lifecycleSlip(at Stamp, d *ToolLifecycle) Slip {
	s := LifecycleSlip{
		Request: d.Request, Action: actionName[d.Action], Tool: d.Tool.ID, Name: d.Tool.Name, Reason: d.Reason,
		Staff: d.Staff, Second: d.Second, Issued: minute(at),
	}
	if s.Request == "" {
		s.Request = d.Tool.ID + "-" + at.Time.Format("060102-1504")
	}
	if s.Reason == "" {
		s.Reason = s.Action
	}
	if d.Cost > 0 {
		s.Amount = &d.Cost
	}
	if d.Second != "" {
		s.Result = "同意"
	}
	return newSlip("lifecycle", "", d.Tool.ID, s)
}

// secondRoles are those who may decide on a change that another asked for.
var secondRoles = []Role{Approver, Head, Manager, Finance}

// lifecycle decides on a change of a tool. One that takes two persons is only
// requested until the second has agreed.
func (h *Hall) lifecycle(at Stamp, d *ToolLifecycle, two bool) (Outcome, error) {
	if d.Second != "" {
		if err := h.second(at, d.Staff, d.Second, secondRoles...); err != nil {
			return Outcome{}, err
		}
	}
	if two && d.Second == "" {
		return h.ask(d)
	}
	out := Outcome{Data: []Data{d}, Reply: func(h *Hall) (any, error) { return h.Tool(d.Tool.ID) }}
	if d.Second != "" || d.Action == ActionRepair {
		h.addSlip(&out, h.lifecycleSlip(at, d))
	}
	return out, nil
}

func (h *Hall) ask(d *ToolLifecycle) (Outcome, error) {
	for _, r := range h.Requests {
		if r.Change.Tool.ID == d.Tool.ID {
			return Outcome{}, refuse("pending", "%s已有申请%s等待审批", d.Tool.ID, r.ID)
		}
	}
	r := &ToolRequested{Request: fmt.Sprintf("L%06d", h.RequestSeq+1), Change: *d}
	r.Change.Request = r.Request
	return Outcome{Data: []Data{r}, Reply: func(h *Hall) (any, error) { return *h.Requests[r.Request], nil }}, nil
}

// ListRequests gives the changes that wait for a second person.
func (h *Hall) ListRequests() []ToolRequest {
	list := []ToolRequest{}
	for _, id := range slices.Sorted(maps.Keys(h.Requests)) {
		list = append(list, *h.Requests[id])
	}
	return list
}

// ToolDecide is the second person's word on a change.
type ToolDecide struct {
	Request string
	Approve bool
	Staff   string
	Reason  string // of a refusal
}

func (e ToolDecide) handle(h *Hall, at Stamp) (Outcome, error) {
	r := h.Requests[e.Request]
	if r == nil {
		return Outcome{}, refuse("unknown-request", "没有等待审批的申请%s", e.Request)
	}
	if err := h.second(at, r.Change.Staff, e.Staff, secondRoles...); err != nil {
		return Outcome{}, err
	}
	if !e.Approve {
		if e.Reason == "" {
			return Outcome{}, refuse("no-reason", "请写明不同意的原因（--reason）")
		}
		return Outcome{Data: []Data{&ToolRefused{Request: r.ID, Tool: r.Change.Tool.ID, Staff: e.Staff, Reason: e.Reason}}}, nil
	}
	d := r.Change
	d.Second = e.Staff
	if d.Action == ActionAdd {
		if h.Tools[d.Tool.ID] != nil {
			return Outcome{}, refuse("exists", "编号%s已经有工具，请换一个编号", d.Tool.ID)
		}
		if err := h.place(d.Tool); err != nil {
			return Outcome{}, err
		}
		return h.lifecycle(at, &d, true)
	}
	// The tool may have changed since somebody asked; only its place in life
	// is taken from the request.
	to := d.Tool.State
	t, err := h.movable(d.Tool.ID, d.Action)
	if err != nil {
		return Outcome{}, err
	}
	d.Tool = t
	d.Tool.State = to
	return h.lifecycle(at, &d, true)
}
