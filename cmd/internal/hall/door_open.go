package hall

import "fmt"

// CodeDoorBusy refuses a step whose door is still open or being opened: nothing of
// the step was written down, so it may be asked for again.
const CodeDoorBusy = "door-busy"

// open orders the opening of one door, for a reason that was checked before, and
// answers once the door was seen. A door that failed twice in a row is left to
// people.
func (h *Hall) open(at Stamp, d *DoorOpening) (Outcome, error) {
	b := h.look(d.Door)
	o := h.openOp(d.Door)
	service := d.Purpose == ForService || d.Purpose == ForClear
	switch {
	case !h.known(d.Door):
		return Outcome{}, unknownDoor(d.Door)
	case o != nil:
		return Outcome{}, refuse(CodeDoorBusy, "柜门%s上一次开门（%s）还没有结束，请先关好柜门；关不好或情况不明请登记处理", d.Door, o.ID)
	case !service && b.Out != "":
		return Outcome{}, refuse("door-out", "柜门%s已停用（%s），%s", d.Door, b.Out, jamPlan[d.Purpose])
	case !service && b.Fails > 1:
		return Outcome{}, refuse("door-jammed", "柜门%s连续两次没有打开，%s", d.Door, jamPlan[d.Purpose])
	}
	d.Op = opID(h.OpSeq + 1)
	d.AfterHours = h.afterHours(at)
	return Outcome{
		Data:    []Data{d},
		Effects: []Effect{OpenDoor{Op: d.Op, Door: d.Door}},
		Await:   d.Op,
		Reply:   func(h *Hall) (any, error) { return h.afterDoor(d.Op) },
	}, nil
}

func opID(n int) string { return fmt.Sprintf("D%06d", n) }

func unknownDoor(door DoorID) error {
	return refuse("unknown-door", "没有柜门“%s”，应写成 柜名/门号，如 A/3", door)
}

// jamPlan is what people do when a door does not open.
var jamPlan = map[Purpose]string{
	ForHandover: "请换用其他工具，或用钥匙打开并写明原因（人工出库），同时停用此门并报修",
	ForReturn:   "请换一扇空柜门，或当面收回并写明原因（人工收回），同时停用此门并报修",
	ForStore:    "请换一扇空柜门，同时停用此门并报修",
	ForFetch:    "请两人在场用钥匙打开，写明原因登记人工取出，同时停用此门并报修",
	ForService:  "请用钥匙打开，停用此门并报修",
	ForClear:    "请两人在场用钥匙打开，柜内寄存物品写明原因登记人工取出，同时停用此门并报修",
}

// notDone says what did not happen because a door stayed shut.
var notDone = map[Purpose]string{
	ForHandover: "工具没有出库", ForReturn: "工具还没有归还", ForStore: "没有寄存", ForFetch: "物品还在柜内",
	ForService: "没有进行检修", ForClear: "没有清柜",
}

// Causes of an opening that ended before anything was sent, beside the faults of
// the board in its driver's words.
const (
	CauseBusy    = "busy"    // its turn did not come in time
	CauseAborted = "aborted" // somebody of the staff stopped it
	CauseRestart = "restart" // the hall stopped before its turn came
)

// causeText says why nothing was sent, and what to do.
var causeText = map[string]string{
	CauseBusy:      "前面的柜门还没有开完，请稍后再试",
	CauseAborted:   "已中止，需要时请重新办理",
	CauseRestart:   "设备重新启动过，请重新办理",
	"offline":      "锁控板没有连接，请检查数据线和电源，急用时人工办理并写明原因",
	"no-answer":    "锁控板没有应答，请检查电源和接线，急用时人工办理并写明原因",
	"bad-answer":   "锁控板的应答读不懂，请检查波特率和接线，急用时人工办理并写明原因",
	"door-unknown": "锁控板没有报告这扇门，请核对门数和接线，急用时人工办理并写明原因",
}

// afterDoor answers whoever asked for a door.
func (h *Hall) afterDoor(op string) (any, error) {
	o := h.Ops[op]
	switch {
	case o == nil:
		return nil, refuse("unknown-op", "没有开门记录%s", op)
	case o.State == OpUnsent:
		return nil, refuse("door-unsent", "柜门%s没有动作，%s：%s", o.Door, notDone[o.Purpose], why(o.Cause))
	case o.State == OpFailed && !o.Seen:
		return nil, refuse("door-stuck", "柜门%s没有打开，%s。%s", o.Door, notDone[o.Purpose], h.afterJam(o))
	case o.State == OpQueued:
		return nil, refuse("door-queued", "柜门%s还在等候打开，请看柜门状态（%s）", o.Door, o.ID)
	case o.State == OpUnknown || o.State == OpOpening || o.State == OpUndecided:
		return nil, refuse("door-unknown", "柜门%s是否打开无法确认，请到柜前查看后登记处理（%s）", o.Door, o.ID)
	case o.Purpose == ForHandover || o.Purpose == ForReturn:
		return h.Rental(o.About)
	case o.Purpose == ForStore || o.Purpose == ForFetch:
		return h.storageReply(o), nil
	}
	return o.view(), nil
}

// Result says in the clerk's words what became of the opening itself, and nothing
// as long as that is open.
func (o *Operation) Result() string {
	switch o.State {
	case OpQueued, OpOpening:
		return ""
	case OpOpen, OpShut:
		return "已打开"
	case OpFailed:
		return "没有打开"
	case OpUnsent:
		return "没有动作：" + why(o.Cause)
	default:
		return "是否打开无法确认，请到柜前查看后登记处理（" + o.ID + "）"
	}
}

func why(cause string) string {
	if text, ok := causeText[cause]; ok {
		return text
	}
	return "锁控板故障（" + cause + "），请联系技术人员，急用时人工办理并写明原因"
}

func (h *Hall) afterJam(o *Operation) string {
	if h.look(o.Door).Fails < 2 {
		return "请再试一次"
	}
	return jamPlan[o.Purpose]
}
