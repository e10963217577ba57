package hall

// DoorDecided records a person's word on an operation that the hall could not
// see the end of.
type DoorDecided struct {
	Op       string  `json:"op"`
	Door     DoorID  `json:"door"`
	Decision string  `json:"decision"` // Done or Undone
	State    OpState `json:"state"`
	Staff    string  `json:"staff"`
	Reason   string  `json:"reason"`
}

func (*DoorDecided) Kind() Kind        { return "locker.decided" }
func (d *DoorDecided) Subject() string { return string(d.Door) }

func (d *DoorDecided) apply(h *Hall, at Stamp) {
	h.setOp(d.Op, d.State)
	h.except(at, d.Staff, "登记开门结果", d.Op, d.Reason)
}

// The decisions on an operation: what it was for has happened, or has not.
const (
	DecisionDone   = "done"
	DecisionUndone = "undone"
)

// DecideDoor is a person's word on a door operation that was cut off, or whose
// door cannot be seen. The person has looked.
type DecideDoor struct {
	Op       string
	Decision string
	Staff    string
	Reason   string
}

func (e DecideDoor) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Keeper, Head, Technician); err != nil {
		return Outcome{}, err
	}
	o := h.Ops[e.Op]
	switch {
	case o == nil:
		return Outcome{}, refuse("unknown-op", "没有开门记录%s", e.Op)
	case o.ended():
		return Outcome{}, refuse("decided", "开门记录%s已经结束", e.Op)
	case o.State == OpQueued || o.State == OpOpening:
		return Outcome{}, refuse(CodeDoorBusy, "柜门%s正在等候或正在打开，请稍候", o.Door)
	case e.Decision != DecisionDone && e.Decision != DecisionUndone:
		return Outcome{}, refuse("decision", "处理结果只能是 done（已完成：工具已取走或已放回）或 undone（未完成）")
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "请写明查看的情况（--reason）")
	case e.Decision == DecisionUndone && o.Purpose == ForHandover && o.Seen:
		return Outcome{}, refuse("tool-out", "%s已记为出库，不能登记为未完成；没有取走请登记已完成后办理归还", o.Tool)
	}
	d := &DoorDecided{Op: o.ID, Door: o.Door, Decision: e.Decision, State: OpShut, Staff: e.Staff, Reason: e.Reason}
	out := Outcome{Data: []Data{d}, Reply: func(h *Hall) (any, error) { return h.Ops[o.ID].view(), nil }}
	if e.Decision == DecisionDone {
		if o.Purpose == ForReturn {
			at = o.Begun // nobody pays for the time until somebody looked
		}
		h.conclude(&out, at, o, e.Reason)
		return out, nil
	}
	d.State = OpFailed
	out.Data = h.notStored(o, d)
	return out, nil
}

// Undecided lists the operations that wait for a person's word. One whose door
// was told to stand open is among them, because a contact that broke can't say
// that it is shut.
func (h *Hall) Undecided() []OperationView {
	list := []OperationView{}
	for _, o := range h.ops() {
		stands := o.State == OpOpen && h.look(o.Door).Told > 0
		if o.State == OpUndecided || o.State == OpUnknown || stands {
			list = append(list, o.view())
		}
	}
	return list
}
