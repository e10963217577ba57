package hall

import "time"

// DoorOutcome is the lock board's word on an opening.
type DoorOutcome struct {
	Op    string
	State OpState // OpOpen, OpFailed or OpUnknown
}

func (e DoorOutcome) handle(h *Hall, _ Stamp) (Outcome, error) {
	o := h.Ops[e.Op]
	if o == nil || o.State != OpOpening {
		return Outcome{}, nil
	}
	switch e.State {
	case OpOpen:
		return Outcome{Data: h.opened(o)}, nil
	case OpFailed:
		data := []Data{&DoorFault{Op: o.ID, Door: o.Door, State: OpFailed, Fault: "door-stuck"}}
		if o.Purpose == ForStore {
			data = append(data, &StorageEnded{Storage: o.About, How: "柜门没有打开", Staff: o.Staff})
		}
		return Outcome{Data: data}, nil
	default:
		return Outcome{Data: []Data{&DoorFault{Op: o.ID, Door: o.Door, State: OpUnknown, Fault: "door-unknown"}}}, nil
	}
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

func (e DoorSeen) handle(h *Hall, at Stamp) (Outcome, error) {
	o, b := h.openOp(e.Door), h.look(e.Door)
	var out Outcome
	switch {
	case !h.known(e.Door):
	case e.State == DoorOpen && o == nil && !b.Open:
		forced := &DoorForced{Door: e.Door, AfterHours: !h.Opened}
		if t, _ := h.behind(e.Door); t != nil {
			forced.Tool = t.ID
		}
		out.Data = []Data{forced}
		out.Effects = []Effect{Alert{Door: e.Door, Text: "柜门" + string(e.Door) + "未经授权打开，请工作人员查看"}}
	case e.State == DoorOpen && o != nil && (o.State == OpOpening || o.State == OpUnknown):
		out.Data = h.opened(o)
	case e.State == DoorLocked && o != nil && (o.State == OpOpen || o.State == OpUndecided && o.harmless()):
		h.shut(&out, at, o)
	case e.State == DoorLocked && b.Open:
		out.Data = []Data{&DoorClosed{Door: e.Door}}
	}
	return out, nil
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

// DoorAjar records that a door was told to stand open: first by voice, then to
// staff.
type DoorAjar struct {
	Door  DoorID `json:"door"`
	Op    string `json:"op,omitempty"`
	Stage int    `json:"stage"`
}

func (*DoorAjar) Kind() Kind        { return "locker.ajar" }
func (d *DoorAjar) Subject() string { return string(d.Door) }

func (d *DoorAjar) apply(h *Hall, _ Stamp) { h.door(d.Door).Told = d.Stage }

// stages is how often a door that stands open is told: by voice, to staff, and
// at last to the county as a fault.
const stages = 3

// ajar tells of doors that stand open.
func (h *Hall) ajar(at Stamp, out *Outcome) time.Duration {
	wait := rest
	limit := h.cfg.Rental.AjarAfter
	for _, id := range h.doors("") {
		b := h.look(id)
		if limit <= 0 || !b.Open || b.Told >= stages {
			continue
		}
		since, _ := h.elapsed(b.Since, at)
		left := limit*time.Duration(b.Told+1) - since
		wait = min(wait, max(left, 0))
		if left > 0 || out == nil {
			continue
		}
		op := ""
		if o := h.openOp(id); o != nil {
			op = o.ID
		}
		text := "柜门" + string(id) + "没有关好，请关上柜门"
		if b.Told+1 == stages {
			out.Data = append(out.Data, &DoorFault{Op: op, Door: id, Fault: "left-open"})
		} else {
			out.Data = append(out.Data, &DoorAjar{Op: op, Door: id, Stage: b.Told + 1})
		}
		out.Effects = append(out.Effects, Alert{Door: id, Text: text, Spoken: b.Told == 0})
	}
	return wait
}

// answerWithin is how long a lock board may take to answer before the operation
// counts as unknown.
const answerWithin = time.Minute

// silent gives operations up whose lock board never answered.
func (h *Hall) silent(at Stamp, out *Outcome) time.Duration {
	wait := rest
	for _, o := range h.ops() {
		if o.State != OpOpening {
			continue
		}
		since, _ := h.elapsed(o.Begun, at)
		left := answerWithin - since
		wait = min(wait, max(left, 0))
		if left <= 0 && out != nil {
			out.Data = append(out.Data, &DoorFault{Op: o.ID, Door: o.Door, State: OpUnknown, Fault: "door-unknown"})
		}
	}
	return wait
}
