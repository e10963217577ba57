package hall

// LockerCleared records that a locker is opened door by door (清柜), with what
// should be behind each.
type LockerCleared struct {
	Locker string      `json:"locker"`
	Doors  []ClearDoor `json:"doors"`
	Staff  string      `json:"staff"`
	Second string      `json:"second"`
	Reason string      `json:"reason"`
}

// ClearDoor is a door on the list of a 清柜.
type ClearDoor struct {
	Door    DoorID    `json:"door"`
	Op      string    `json:"op,omitempty"` // its opening; empty: skipped
	Tool    string    `json:"tool,omitempty"`
	Name    string    `json:"name,omitempty"`
	State   ToolState `json:"state,omitempty"`
	Storage string    `json:"storage,omitempty"`
	Last4   string    `json:"last4,omitempty"` // whose things are stored
	Skipped string    `json:"skipped,omitempty"`
}

// ClearSlip is the content of a 清柜单.
type ClearSlip struct {
	LockerCleared
	Issued string `json:"issued"`
}

func (*LockerCleared) Kind() Kind        { return "locker.cleared" }
func (d *LockerCleared) Subject() string { return d.Locker }

func (d *LockerCleared) apply(h *Hall, at Stamp) {
	h.except(at, d.Staff, "清柜", d.Locker, d.Reason)
}

// ClearLocker opens the doors of a locker, all or some, one after the other
// before the eyes of two people, and prints the list. Each door is an operation of
// its own; a door that is in the middle of one is left out. [AbortDoors] stops it.
type ClearLocker struct {
	Locker string
	Doors  []DoorID // empty: all
	Staff  string
	Second string
	Reason string
}

// Cleared answers a 清柜 before any door moves.
type Cleared struct {
	Locker string      `json:"locker"`
	Doors  []ClearDoor `json:"doors"`
}

func (e ClearLocker) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Keeper, Head, Technician); err != nil {
		return Outcome{}, err
	}
	if err := h.second(at, e.Staff, e.Second, Keeper, Head, Manager, Approver, Finance); err != nil {
		return Outcome{}, err
	}
	doors := e.Doors
	if len(doors) == 0 {
		doors = h.doors(e.Locker)
	}
	switch {
	case h.cfg.Lockers[e.Locker] == 0:
		return Outcome{}, refuse("unknown-locker", "没有柜子“%s”", e.Locker)
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "清柜请写明原因（--reason）")
	}
	list := &LockerCleared{Locker: e.Locker, Staff: e.Staff, Second: e.Second, Reason: e.Reason}
	out := Outcome{
		Data:  []Data{list},
		Reply: func(*Hall) (any, error) { return Cleared{Locker: list.Locker, Doors: list.Doors}, nil },
	}
	seen := map[DoorID]bool{}
	for _, id := range doors {
		if name, _, _ := id.Split(); !h.known(id) || name != e.Locker || seen[id] {
			return Outcome{}, refuse("unknown-door", "柜子%s没有柜门“%s”，或写了两次", e.Locker, id)
		}
		seen[id] = true
		h.clear(&out, at, list, id)
	}
	h.addSlip(&out, newSlip("clear", "", e.Locker, ClearSlip{LockerCleared: *list, Issued: minute(at)}))
	return out, nil
}

// clear adds one door to a 清柜.
func (h *Hall) clear(out *Outcome, at Stamp, list *LockerCleared, id DoorID) {
	c := ClearDoor{Door: id}
	t, s := h.behind(id)
	if t != nil {
		c.Tool, c.Name, c.State = t.ID, t.Name, t.State
	}
	d := &DoorOpening{
		Op: opID(h.OpSeq + 1 + len(out.Effects)), Door: id, Purpose: ForClear,
		Staff: list.Staff, Second: list.Second, Reason: list.Reason, AfterHours: h.afterHours(at),
	}
	if s != nil {
		c.Storage, c.Last4, d.About = s.ID, s.Person.Last4, s.ID
	}
	if o := h.openOp(id); o != nil {
		c.Skipped = "上一次开门（" + o.ID + "）还没有结束"
	} else {
		c.Op = d.Op
		out.Data = append(out.Data, d)
		out.Effects = append(out.Effects, OpenDoor{Op: d.Op, Door: id})
	}
	list.Doors = append(list.Doors, c)
}

// AbortDoors stops what still waits for its turn at a locker, as the rest of a
// 清柜. A door whose lock is being driven is seen through.
type AbortDoors struct {
	Locker string
	Staff  string
	Reason string
}

// Aborted answers it.
type Aborted struct {
	Locker string   `json:"locker"`
	Doors  []DoorID `json:"doors"` // that will not open
}

func (e AbortDoors) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Keeper, Head, Technician); err != nil {
		return Outcome{}, err
	}
	if h.cfg.Lockers[e.Locker] == 0 {
		return Outcome{}, refuse("unknown-locker", "没有柜子“%s”", e.Locker)
	}
	reply := Aborted{Locker: e.Locker, Doors: []DoorID{}}
	out := Outcome{Reply: func(*Hall) (any, error) { return reply, nil }}
	for _, o := range h.ops() {
		if name, _, _ := o.Door.Split(); o.State == OpQueued && name == e.Locker {
			reply.Doors = append(reply.Doors, o.Door)
			out.Data = append(out.Data, h.unsent(o, &DoorUnsent{Cause: CauseAborted, Staff: e.Staff, Reason: e.Reason})...)
		}
	}
	return out, nil
}
