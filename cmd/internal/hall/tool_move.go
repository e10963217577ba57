package hall

import "slices"

// from are the states in which an action is possible.
var from = map[string][]ToolState{
	ActionChange:  {ToolIn, ToolInRepair, ToolLost},
	ActionCheck:   {ToolIn, ToolInRepair},
	ActionRepair:  {ToolIn},
	ActionRestore: {ToolInRepair, ToolLost}, // a lost tool may be found again
	ActionLoss:    {ToolIn, ToolInRepair},
	ActionRetire:  {ToolIn, ToolInRepair, ToolLost},
}

// movable finds a tool that an action is possible for.
func (h *Hall) movable(id, action string) (Tool, error) {
	t := h.Tools[id]
	switch {
	case t == nil:
		return Tool{}, refuse("unknown-tool", "没有编号为%s的工具", id)
	case !slices.Contains(from[action], t.State):
		return Tool{}, refuse("wrong-order", "%s现在是“%s”，不能%s", id, toolStateName[t.State], actionName[action])
	}
	return *t, nil
}

// move makes the change of a tool's state that an event asks for.
func (h *Hall) move(at Stamp, id, action string, to ToolState, d ToolLifecycle, two bool) (Outcome, error) {
	if _, err := h.who(at, d.Staff, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	t, err := h.movable(id, action)
	switch {
	case err != nil:
		return Outcome{}, err
	case d.Reason == "":
		return Outcome{}, refuse("no-reason", "%s请写明原因（--reason）", actionName[action])
	case d.Cost < 0 || d.Cost > MaxFen:
		return Outcome{}, refuse("cost", "费用不对，请写元，如 35.00")
	}
	if d.Tool = t; to != "" {
		d.Tool.State = to
	}
	d.Action = action
	if action == ActionRestore {
		d.Tool.Lacking = nil
	}
	return h.lifecycle(at, &d, two)
}

// ToolRepair takes a tool out of the stock for repair (维修). One keeper does that
// at once: it is the safe direction. What the repair costs is asked for with the
// tool's way back.
type ToolRepair struct {
	ID     string
	Staff  string
	Reason string
}

func (e ToolRepair) handle(h *Hall, at Stamp) (Outcome, error) {
	return h.move(at, e.ID, ActionRepair, ToolInRepair, ToolLifecycle{Staff: e.Staff, Reason: e.Reason}, false)
}

// ToolRestore brings a repaired tool, or one that was found again, back into
// stock, with two persons.
type ToolRestore struct {
	ID     string
	Staff  string
	Second string
	Reason string
	Cost   Fen // of the repair
}

func (e ToolRestore) handle(h *Hall, at Stamp) (Outcome, error) {
	return h.move(at, e.ID, ActionRestore, ToolIn, ToolLifecycle{Staff: e.Staff, Second: e.Second, Reason: e.Reason, Cost: e.Cost}, true)
}

// ToolLoss writes a tool off that is missing or broken (报损), with two persons.
type ToolLoss struct {
	ID     string
	Staff  string
	Second string
	Reason string
}

func (e ToolLoss) handle(h *Hall, at Stamp) (Outcome, error) {
	return h.move(at, e.ID, ActionLoss, ToolLost, ToolLifecycle{Staff: e.Staff, Second: e.Second, Reason: e.Reason}, true)
}

// ToolRetire takes a tool out of use for good (报废), with two persons.
type ToolRetire struct {
	ID     string
	Staff  string
	Second string
	Reason string
}

func (e ToolRetire) handle(h *Hall, at Stamp) (Outcome, error) {
	return h.move(at, e.ID, ActionRetire, ToolRetired, ToolLifecycle{Staff: e.Staff, Second: e.Second, Reason: e.Reason}, true)
}

// ToolCheck enters a passed safety check; the next one is due after the tool's
// interval.
type ToolCheck struct {
	ID     string
	Staff  string
	Reason string // what was checked
}

func (e ToolCheck) handle(h *Hall, at Stamp) (Outcome, error) {
	t, err := h.Tool(e.ID)
	switch {
	case err != nil:
		return Outcome{}, err
	case t.CheckEvery == 0:
		return Outcome{}, refuse("no-check", "%s没有规定安全检查的间隔", e.ID)
	case !at.Trusted:
		return Outcome{}, refuse(ReasonClock, "设备日期尚未核准，请大厅负责人核准日期")
	}
	out, err := h.move(at, e.ID, ActionCheck, "", ToolLifecycle{Staff: e.Staff, Reason: e.Reason}, false)
	if err != nil {
		return Outcome{}, err
	}
	d := out.Data[0].(*ToolLifecycle) //nolint:forcetypeassert // lifecycle puts it first
	d.Tool.CheckBy = DateOf(at.Time.AddDate(0, 0, t.CheckEvery)).String()
	return out, nil
}
