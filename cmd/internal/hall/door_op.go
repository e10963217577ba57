package hall

import (
	"maps"
	"slices"
	"time"
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
	Cause       string   `json:"cause,omitempty"` // why nothing was sent
	Seen        bool     `json:"seen"`            // the door was seen open
	Begun       Stamp    `json:"begun"`
	Pulsed      Stamp    `json:"pulsed,omitzero"` // when its lock was driven
}

// Purpose says why a door is opened.
type Purpose string

// The purposes of an opening.
const (
	ForHandover Purpose = "handover" // the tool goes out
	ForReturn   Purpose = "return"   // the tool comes back
	ForService  Purpose = "service"  // a technician's, with a reason
	ForStore    Purpose = "store"    // a worker's own things go in
	ForFetch    Purpose = "fetch"    // and out again
	ForClear    Purpose = "clear"    // 清柜
)

// OpState is how far an operation is.
type OpState string

// The states of an operation. After a restart an operation whose lock may have
// been driven is undecided: a person looks and decides, and no door moves by
// itself.
const (
	OpQueued    OpState = "queued"    // it waits for its turn, nothing was sent
	OpOpening   OpState = "opening"   // the lock is being driven
	OpOpen      OpState = "open"      // the door was seen open
	OpShut      OpState = "shut"      // the door was seen shut again
	OpFailed    OpState = "failed"    // the lock was driven and the door did not open
	OpUnsent    OpState = "unsent"    // it ended before its lock was driven
	OpUnknown   OpState = "unknown"   // the board did not say
	OpUndecided OpState = "undecided" // cut off by a restart
)

// ended reports whether nothing more is expected of the operation.
func (o *Operation) ended() bool {
	return o.State == OpShut || o.State == OpFailed || o.State == OpUnsent
}

// Idle reports whether nothing is under way at a door.
func (h *Hall) Idle(door DoorID) bool { return h.openOp(door) == nil }

// OpWaits reports whether whoever asked for an operation should go on waiting
// for it: until the door was seen open, and on a return until it was shut.
func (h *Hall) OpWaits(op string) bool {
	o := h.Ops[op]
	return o != nil && (o.State == OpQueued || o.State == OpOpening || o.State == OpOpen && o.Purpose == ForReturn)
}

// OpIsOpen reports whether an operation's door was seen open and not yet shut.
func (h *Hall) OpIsOpen(op string) bool {
	o := h.Ops[op]
	return o != nil && o.State == OpOpen
}

// DoorOpening records that a door is to be opened, as soon as its turn comes.
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
	count(&h.OpSeq, d.Op)
	h.Ops[d.Op] = &Operation{
		ID: d.Op, Door: d.Door, Purpose: d.Purpose, About: d.About, Tool: d.Tool, Accessories: slices.Clone(d.Accessories),
		Staff: d.Staff, Reason: d.Reason, State: OpQueued, Begun: at,
	}
	if d.Purpose == ForService {
		h.except(at, d.Staff, "检修开门", string(d.Door), d.Reason)
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

// ListOps gives the operations of the day, and those of earlier days that have
// not ended, the oldest first.
func (h *Hall) ListOps() []OperationView {
	list := []OperationView{}
	for _, o := range h.ops() {
		list = append(list, o.view())
	}
	return list
}

// OperationView is an operation as staff see it.
type OperationView struct {
	Operation
	Begun  time.Time `json:"begun"`
	Pulsed time.Time `json:"pulsed,omitzero"`
}

func (o *Operation) view() OperationView { return OperationView{*o, o.Begun.Time, o.Pulsed.Time} }
