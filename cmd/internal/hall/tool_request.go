package hall

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

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
	ID         string        `json:"request"`
	Change     ToolLifecycle `json:"change"`
	ActionName string        `json:"action_name"` // 报废
	Changes    []string      `json:"changes"`     // 押金：200.00元 → 300.00元
	Since      time.Time     `json:"since"`
}

func (*ToolRequested) Kind() Kind        { return "tool.requested" }
func (*ToolRefused) Kind() Kind          { return "tool.refused" }
func (d *ToolRequested) Subject() string { return d.Change.Tool.ID }
func (d *ToolRefused) Subject() string   { return d.Tool }

func (d *ToolRequested) apply(h *Hall, at Stamp) {
	count(&h.RequestSeq, d.Request)
	r := &ToolRequest{ID: d.Request, Change: d.Change, ActionName: actionName[d.Change.Action], Changes: []string{}, Since: at.Time}
	if was := d.Change.Was; was != nil {
		r.Changes = changes(*was, d.Change.Tool)
	}
	h.Requests[d.Request] = r
}

func (d *ToolRefused) apply(h *Hall, _ Stamp) { delete(h.Requests, d.Request) }

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
		return h.ask(at, d)
	}
	out := Outcome{Data: []Data{d}, Reply: func(h *Hall) (any, error) { return h.Tool(d.Tool.ID) }}
	if d.Second != "" || d.Action == ActionRepair {
		h.addSlip(&out, lifecycleSlip(at, d))
	}
	return out, nil
}

// ask puts a change before a second person, with its form on paper.
func (h *Hall) ask(at Stamp, d *ToolLifecycle) (Outcome, error) {
	if r := h.requestOf(d.Tool.ID); r != nil {
		return Outcome{}, refuse("pending", "%s已有申请%s（%s）等待审批", d.Tool.ID, r.ID, r.ActionName)
	}
	r := &ToolRequested{Request: fmt.Sprintf("L%06d", h.RequestSeq+1), Change: *d}
	r.Change.Request = r.Request
	out := Outcome{Data: []Data{r}, Reply: func(h *Hall) (any, error) { return *h.Requests[r.Request], nil }}
	h.addSlip(&out, lifecycleSlip(at, &r.Change))
	return out, nil
}

// requestOf is the change of a tool that waits for a second person, or nil.
func (h *Hall) requestOf(tool string) *ToolRequest {
	for _, r := range h.Requests {
		if r.Change.Tool.ID == tool {
			return r
		}
	}
	return nil
}

// ListRequests gives the changes that wait for a second person, by number.
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
		return e.refuse(h, at, r)
	}
	d, err := h.due(at, r)
	if err != nil {
		return Outcome{}, err
	}
	d.Second = e.Staff
	return h.lifecycle(at, d, true)
}

func (e ToolDecide) refuse(h *Hall, at Stamp, r *ToolRequest) (Outcome, error) {
	if e.Reason == "" {
		return Outcome{}, refuse("no-reason", "请写明不同意的原因（--reason）")
	}
	d := &ToolRefused{Request: r.ID, Tool: r.Change.Tool.ID, Staff: e.Staff, Reason: e.Reason}
	out := Outcome{Data: []Data{d}, Reply: func(*Hall) (any, error) { return *d, nil }}
	change := r.Change
	change.Second = e.Staff
	h.addSlip(&out, lifecycleForm(at, &change, "不同意："+e.Reason))
	return out, nil
}

// due is a requested change as it is to be made now. The tool may have gone on
// since somebody asked, so only what the request is about is taken from it.
func (h *Hall) due(at Stamp, r *ToolRequest) (*ToolLifecycle, error) {
	d := r.Change
	if d.Action == ActionAdd {
		if h.Tools[d.Tool.ID] != nil {
			return nil, refuse("exists", "编号%s已经有工具，请换一个编号", d.Tool.ID)
		}
		return &d, h.place(d.Tool)
	}
	t, err := h.movable(d.Tool.ID, d.Action)
	switch {
	case err != nil:
		return nil, err
	case d.Action != ActionChange:
		t.State = d.Tool.State
		if d.Action == ActionRestore {
			t.Lacking = nil
		}
		d.Tool = t
		return &d, nil
	case !alike(t, *d.Was):
		return nil, refuse("changed", "%s的资料在申请%s之后又有变动，请不同意这份申请，重新申请", t.ID, r.ID)
	}
	d.Tool.State, d.Tool.Rental, d.Tool.Lacking = t.State, t.Rental, t.Lacking
	_, err = h.acceptable(at, d.Tool)
	return &d, err
}
