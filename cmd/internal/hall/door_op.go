package hall

import (
	"fmt"
	"maps"
	"slices"
)

// Operation is one authorised opening of one door.
type Operation struct {
	ID          string   `json:"op"`
	Door        DoorID   `json:"door"`
	Purpose     Purpose  `json:"purpose"`
	About       string   `json:"about"` // rental or storage, or empty
	Tool        string   `json:"tool,omitempty"`
	Accessories []string `json:"accessories,omitempty"`
	Staff       string   `json:"staff"`
	Reason      string   `json:"reason,omitempty"`
	State       OpState  `json:"state"`
	Seen        bool     `json:"seen"` // the door was seen open
	Begun       Stamp    `json:"begun"`
}

// Purpose says why a door is opened.
type Purpose string

// The purposes of an opening.
const (
	ForHandover Purpose = "handover" // the tool goes out
	ForReturn   Purpose = "return"   // the tool comes back
	ForService  Purpose = "service"  // a technician or keeper, with a reason
	ForStore    Purpose = "store"    // a worker's own things go in
	ForFetch    Purpose = "fetch"    // and out again
	ForClear    Purpose = "clear"    // 清柜
)

// OpState is how far an operation is.
type OpState string

// The states of an operation. After a restart an operation that has not ended
// is undecided: a person looks and decides, and no door moves by itself.
const (
	OpOpening   OpState = "opening"   // the command is on its way
	OpOpen      OpState = "open"      // the door was seen open
	OpShut      OpState = "shut"      // the door was seen shut again
	OpFailed    OpState = "failed"    // the door did not open
	OpUnknown   OpState = "unknown"   // the board did not say
	OpUndecided OpState = "undecided" // cut off by a restart
)

// ended reports whether nothing more is expected of the operation.
func (o *Operation) ended() bool { return o.State == OpShut || o.State == OpFailed }

// Idle reports whether nothing is under way at a door.
func (h *Hall) Idle(door DoorID) bool { return h.openOp(door) == nil }

// OpWaits reports whether whoever asked for an operation should go on waiting
// for it: until the door was seen open, and on a return until it was shut.
func (h *Hall) OpWaits(op string) bool {
	o := h.Ops[op]
	return o != nil && (o.State == OpOpening || o.State == OpOpen && o.Purpose == ForReturn)
}

// OpIsOpen reports whether an operation's door was seen open and not yet shut.
func (h *Hall) OpIsOpen(op string) bool {
	o := h.Ops[op]
	return o != nil && o.State == OpOpen
}

// DoorOpening records that a door is about to be opened, before it moves.
type DoorOpening struct {
	Op          string   `json:"op"`
	Door        DoorID   `json:"door"`
	Purpose     Purpose  `json:"purpose"`
	About       string   `json:"about,omitempty"`
	Tool        string   `json:"tool,omitempty"`
	Accessories []string `json:"accessories,omitempty"`
	Staff       string   `json:"staff"`
	Second      string   `json:"second,omitempty"`
	Reason      string   `json:"reason,omitempty"`
	AfterHours  bool     `json:"after_hours,omitempty"`
}

func (*DoorOpening) Kind() Kind        { return "locker.opening" }
func (d *DoorOpening) Subject() string { return string(d.Door) }

func (d *DoorOpening) apply(h *Hall, at Stamp) {
	h.OpSeq++
	h.Ops[d.Op] = &Operation{
		ID: d.Op, Door: d.Door, Purpose: d.Purpose, About: d.About, Tool: d.Tool, Accessories: slices.Clone(d.Accessories),
		Staff: d.Staff, Reason: d.Reason, State: OpOpening, Begun: at,
	}
}

func (h *Hall) setOp(id string, s OpState) {
	if o := h.Ops[id]; o != nil {
		o.State = s
	}
}

// ops lists the operations in order.
func (h *Hall) ops() []*Operation {
	list := make([]*Operation, 0, len(h.Ops))
	for _, id := range slices.Sorted(maps.Keys(h.Ops)) {
		list = append(list, h.Ops[id])
	}
	return list
}

// openOp is the operation that a door is in the middle of, or nil.
func (h *Hall) openOp(door DoorID) *Operation {
	for _, o := range h.Ops {
		if o.Door == door && !o.ended() {
			return o
		}
	}
	return nil
}

// open opens one door, for a reason that was checked before, and answers once
// the door was seen. A door that failed twice in a row is left to people.
func (h *Hall) open(d *DoorOpening) (Outcome, error) {
	b := h.look(d.Door)
	o := h.openOp(d.Door)
	service := d.Purpose == ForService || d.Purpose == ForClear
	switch {
	case !h.known(d.Door):
		return Outcome{}, refuse("unknown-door", "没有柜门“%s”，应写成 柜名/门号，如 A/3", d.Door)
	case o != nil:
		return Outcome{}, refuse("door-busy", "柜门%s上一次开门（%s）还没有结束，请先关好柜门；关不好或情况不明请登记处理", d.Door, o.ID)
	case !service && b.Out != "":
		return Outcome{}, refuse("door-out", "柜门%s已停用（%s），%s", d.Door, b.Out, jamPlan)
	case !service && b.Fails > 1:
		return Outcome{}, refuse("door-jammed", "柜门%s连续两次没有打开，%s", d.Door, jamPlan)
	}
	d.Op = fmt.Sprintf("D%06d", h.OpSeq+1)
	d.AfterHours = !h.Opened
	return Outcome{
		Data:    []Data{d},
		Effects: []Effect{OpenDoor{Op: d.Op, Door: d.Door}},
		Await:   d.Op,
		Reply:   func(h *Hall) (any, error) { return h.afterDoor(d.Op) },
	}, nil
}

// jamPlan is what people do when a door does not open.
const jamPlan = "请换用其他工具或空柜门，或用钥匙打开并写明原因（人工出库、人工收回），同时停用此门并报修"

// afterDoor answers whoever asked for a door.
func (h *Hall) afterDoor(op string) (any, error) {
	o := h.Ops[op]
	switch {
	case o == nil:
		return nil, refuse("unknown-op", "没有开门记录%s", op)
	case o.State == OpFailed && !o.Seen:
		return nil, refuse("door-stuck", "柜门%s没有打开，%s。%s", o.Door, notDone[o.Purpose], h.afterJam(o.Door))
	case o.State == OpUnknown || o.State == OpOpening || o.State == OpUndecided:
		return nil, refuse("door-unknown", "柜门%s是否打开无法确认，请到柜前查看后登记处理（%s）", o.Door, o.ID)
	case o.Purpose == ForHandover || o.Purpose == ForReturn:
		return h.Rental(o.About)
	case o.Purpose == ForStore || o.Purpose == ForFetch:
		return h.storageReply(o), nil
	}
	return *o, nil
}

// notDone says what did not happen because a door stayed shut.
var notDone = map[Purpose]string{
	ForHandover: "工具没有出库", ForReturn: "工具还没有归还", ForStore: "没有寄存", ForFetch: "物品还在柜内",
	ForService: "没有进行维护", ForClear: "没有清柜",
}

func (h *Hall) afterJam(door DoorID) string {
	if h.look(door).Fails < 2 {
		return "请再试一次"
	}
	return jamPlan
}
