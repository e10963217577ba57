package hall

import "time"

// DoorPulsing records that the lock of an operation's door is about to be
// driven. From here on nobody can say that nothing moved.
type DoorPulsing struct {
	Op   string `json:"op"`
	Door DoorID `json:"door"`
}

// DoorUnsent records that an operation ended before its lock was driven: nothing
// moved, and the door is not to blame.
type DoorUnsent struct {
	Op     string `json:"op"`
	Door   DoorID `json:"door"`
	Cause  string `json:"cause"` // a fault of the board, or one of the Cause constants
	Staff  string `json:"staff,omitempty"`
	Reason string `json:"reason,omitempty"`
}

func (*DoorPulsing) Kind() Kind        { return "locker.pulsing" }
func (*DoorUnsent) Kind() Kind         { return "locker.unsent" }
func (d *DoorPulsing) Subject() string { return string(d.Door) }
func (d *DoorUnsent) Subject() string  { return string(d.Door) }

func (d *DoorPulsing) apply(h *Hall, at Stamp) {
	h.setOp(d.Op, OpOpening)
	if o := h.Ops[d.Op]; o != nil {
		o.Pulsed = at
	}
}

func (d *DoorUnsent) apply(h *Hall, _ Stamp) {
	h.setOp(d.Op, OpUnsent)
	if o := h.Ops[d.Op]; o != nil {
		o.Cause = d.Cause
	}
}

// unsent ends an operation whose lock was not driven.
func (h *Hall) unsent(o *Operation, end *DoorUnsent) []Data {
	end.Op, end.Door = o.ID, o.Door
	return h.notStored(o, end)
}

// notStored adds to the end of an operation that nothing was stored by it.
func (h *Hall) notStored(o *Operation, end Data) []Data {
	data := []Data{end}
	if o.Purpose == ForStore && h.Storages[o.About] != nil {
		data = append(data, &StorageEnded{Storage: o.About, How: "未寄存", Staff: o.Staff})
	}
	return data
}

// PulseDoor asks, at the last moment before a lock is driven, whether it still
// may be. Who asks drives it only after a yes.
type PulseDoor struct{ Op string }

func (e PulseDoor) handle(h *Hall, at Stamp) (Outcome, error) {
	o := h.Ops[e.Op]
	if o == nil || o.State != OpQueued {
		return Outcome{}, refuse("not-queued", "开门指令%s已经失效", e.Op)
	}
	if left, _ := h.patience(o, at); left <= 0 { // the tick that ends it is due
		return Outcome{}, refuse("not-queued", "开门指令%s已经过期", e.Op)
	}
	return Outcome{Data: []Data{&DoorPulsing{Op: o.ID, Door: o.Door}}}, nil
}

// DoorOutcome is the lock board's word on an opening.
type DoorOutcome struct {
	Op    string
	State OpState // OpOpen, OpFailed, OpUnsent or OpUnknown
	Cause string  // of OpUnsent: the board's fault
}

func (e DoorOutcome) handle(h *Hall, _ Stamp) (Outcome, error) {
	o := h.Ops[e.Op]
	switch {
	case o == nil:
	case e.State == OpUnsent && (o.State == OpQueued || o.State == OpOpening):
		return Outcome{Data: h.unsent(o, &DoorUnsent{Cause: e.Cause})}, nil
	case o.State != OpOpening:
	case e.State == OpOpen:
		return Outcome{Data: h.opened(o)}, nil
	case e.State == OpFailed:
		return Outcome{Data: h.notStored(o, &DoorFault{Op: o.ID, Door: o.Door, State: OpFailed, Fault: "door-stuck"})}, nil
	default:
		return Outcome{Data: []Data{&DoorFault{Op: o.ID, Door: o.Door, State: OpUnknown, Fault: "door-unknown"}}}, nil
	}
	return Outcome{}, nil
}

// opened records that an operation's door was seen open; a tool that goes out is
// out from then on.
func (h *Hall) opened(o *Operation) []Data {
	data := []Data{&DoorOpened{Op: o.ID, Door: o.Door}}
	if o.Purpose == ForHandover {
		data = append(data, h.out(o, "")...)
	}
	return data
}

// DoorSeen is a change of a door's contact, stable for a while.
type DoorSeen struct {
	Door  DoorID
	State DoorState
}

func (e DoorSeen) handle(h *Hall, at Stamp) (out Outcome, err error) {
	switch o, b := h.openOp(e.Door), h.look(e.Door); {
	case !h.known(e.Door):
	case e.State == DoorOpen && o != nil && (o.State == OpOpening || o.State == OpUnknown):
		out.Data = h.opened(o)
	case e.State == DoorOpen && !b.Open:
		h.opensItself(&out, at, e.Door, o)
	case e.State == DoorLocked && o != nil && (o.State == OpOpen || o.State == OpUndecided && o.harmless()):
		h.shut(&out, at, o)
	case e.State == DoorLocked && b.Open:
		out.Data = []Data{&DoorClosed{Door: e.Door}}
	}
	return out, nil
}

// opensItself records that a door opened while no lock was driven; o is the
// operation at it, or nil. The cause may be an operation that failed a moment
// ago, or one that a restart cut off; else the door was forced.
func (h *Hall) opensItself(out *Outcome, at Stamp, door DoorID, o *Operation) {
	late, superseded := h.late(at, door)
	switch {
	case o != nil && o.State == OpUndecided, late != nil && superseded:
		out.Data = []Data{&DoorOpened{Door: door}}
	case late != nil:
		out.Data = h.opened(late)
	default:
		forced := &DoorForced{Door: door, AfterHours: h.afterHours(at)}
		if t, _ := h.behind(door); t != nil {
			forced.Tool = t.ID
		}
		out.Data = []Data{forced}
		out.Effects = []Effect{Alert{Door: door, Text: "柜门" + string(door) + "未经授权打开，请工作人员查看"}}
	}
}

// lateWithin is how long after its lock was driven a door may still open by that:
// the bolt is back and the door sticks, until somebody pulls.
const lateWithin = time.Minute

// late is the failed operation to which the opening of a door belongs, or nil.
// It is superseded when a younger one at the door, or for the same thing, has
// taken its place. What a restart came between is for a person to say.
func (h *Hall) late(at Stamp, door DoorID) (late *Operation, superseded bool) {
	for _, o := range h.ops() {
		since, sure := at.Since(o.Pulsed)
		recent := sure && o.Pulsed.Boot == at.Boot && since < lateWithin
		switch {
		case o.Door == door && o.State == OpFailed && !o.Seen && recent:
			late, superseded = o, false
		case late != nil && (o.Door == door || o.About == late.About && o.Tool == late.Tool && late.About != ""):
			superseded = true
		}
	}
	return late, superseded
}

// harmless reports whether of an operation that a restart cut off nothing is
// left in doubt once its door is shut: it was seen open, and nothing hangs on
// what was put behind it.
func (o *Operation) harmless() bool {
	return o.Seen && (o.Purpose == ForHandover || o.Purpose == ForService || o.Purpose == ForClear)
}

// shut records that an operation's door was seen shut again; a tool that was
// brought back is back from then on.
func (h *Hall) shut(out *Outcome, at Stamp, o *Operation) {
	out.Data = append(out.Data, &DoorClosed{Op: o.ID, Door: o.Door})
	h.conclude(out, at, o, "")
}

// conclude adds what it means that an operation did what it was for.
func (h *Hall) conclude(out *Outcome, at Stamp, o *Operation, reason string) {
	switch o.Purpose {
	case ForReturn:
		out.Data = append(out.Data, h.backBy(at, o, reason)...)
	case ForHandover:
		out.Data = append(out.Data, h.out(o, reason)...)
	case ForStore:
		h.stored(out, at, o)
	case ForFetch:
		out.Data = append(out.Data, h.fetched(o, "取回")...)
	case ForClear:
		out.Data = append(out.Data, h.fetched(o, "清柜")...)
	case ForService:
	}
}
