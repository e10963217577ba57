package hall

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// DoorID names a door of a locker as configuration and people do: "A/3".
type DoorID string

// Door makes the id of a locker's door.
func Door(locker string, number int) DoorID { return DoorID(fmt.Sprintf("%s/%d", locker, number)) }

// Split gives the locker and the door's number; ok is false if d is no door.
func (d DoorID) Split() (locker string, number int, ok bool) {
	locker, num, found := strings.Cut(string(d), "/")
	n, err := fmt.Sscanf(num+"\n", "%d\n", &number)
	return locker, number, found && err == nil && n == 1 && locker != "" && number > 0
}

// DoorBook is what the hall knows of a door beyond the operation at it.
type DoorBook struct {
	Open   bool   // it was last seen open
	Since  Stamp  // since when
	Told   int    // how often it was told that it stands open
	Fails  int    // openings in a row that failed
	Forced bool   // it opened by itself, and nobody has looked yet
	Out    string // why it is out of service; empty: it is in service
	Repair string // number of the repair that was asked for
	Cycles int    // openings in its life
}

// DoorState is what the contact of a door says.
type DoorState string

// The states of a door.
const (
	DoorLocked  DoorState = "locked"
	DoorOpen    DoorState = "open"
	DoorUnknown DoorState = "unknown"
)

// doorData lists the kinds of the door files.
var doorData = []func() Data{
	func() Data { return new(DoorOpening) },
	func() Data { return new(DoorPulsing) },
	func() Data { return new(DoorUnsent) },
	func() Data { return new(DoorOpened) },
	func() Data { return new(DoorClosed) },
	func() Data { return new(DoorFault) },
	func() Data { return new(DoorForced) },
	func() Data { return new(DoorAjar) },
	func() Data { return new(DoorDecided) },
	func() Data { return new(DoorAcked) },
	func() Data { return new(DoorService) },
	func() Data { return new(LockerCleared) },
}

// DoorOpened records that a door was seen open after an operation. Without one
// it says only how the contact stands: the operation is left to a person.
type DoorOpened struct {
	Op   string `json:"op,omitempty"`
	Door DoorID `json:"door"`
}

// DoorClosed records that a door was seen shut.
type DoorClosed struct {
	Op   string `json:"op,omitempty"`
	Door DoorID `json:"door"`
}

// DoorFault records that a door is not as it should be: stuck, unknown or left
// open.
type DoorFault struct {
	Op    string  `json:"op,omitempty"`
	Door  DoorID  `json:"door"`
	State OpState `json:"state,omitempty"`
	Fault string  `json:"fault"` // "door-stuck", "door-unknown", "left-open"
}

// DoorForced records that a door opened without an operation.
type DoorForced struct {
	Door       DoorID `json:"door"`
	Tool       string `json:"tool,omitempty"` // that was behind it
	AfterHours bool   `json:"after_hours"`
}

func (*DoorOpened) Kind() Kind        { return "locker.opened" }
func (*DoorClosed) Kind() Kind        { return "locker.closed" }
func (*DoorFault) Kind() Kind         { return "locker.fault" }
func (*DoorForced) Kind() Kind        { return "locker.forced" }
func (d *DoorOpened) Subject() string { return string(d.Door) }
func (d *DoorClosed) Subject() string { return string(d.Door) }
func (d *DoorFault) Subject() string  { return string(d.Door) }
func (d *DoorForced) Subject() string { return string(d.Door) }

func (d *DoorOpened) apply(h *Hall, at Stamp) {
	b := h.door(d.Door)
	b.Open, b.Since, b.Told = true, at, 0
	if o := h.Ops[d.Op]; o != nil {
		o.State, o.Seen, b.Fails = OpOpen, true, 0
		b.Cycles++
	}
}

func (d *DoorClosed) apply(h *Hall, at Stamp) {
	h.setOp(d.Op, OpShut)
	b := h.door(d.Door)
	b.Open, b.Since, b.Told = false, at, 0
}

func (d *DoorFault) apply(h *Hall, _ Stamp) {
	if d.State != "" {
		h.setOp(d.Op, d.State)
	}
	b := h.door(d.Door)
	switch {
	case d.State == OpFailed:
		b.Fails++
	case d.State == "":
		b.Told++
	}
}

func (d *DoorForced) apply(h *Hall, at Stamp) {
	b := h.door(d.Door)
	b.Open, b.Since, b.Told, b.Forced = true, at, 0, true
}

// door gives the book of a door, making it at its first use.
func (h *Hall) door(id DoorID) *DoorBook {
	if h.DoorBooks[id] == nil {
		h.DoorBooks[id] = &DoorBook{}
	}
	return h.DoorBooks[id]
}

// look reads the book of a door without making one.
func (h *Hall) look(id DoorID) DoorBook {
	if b := h.DoorBooks[id]; b != nil {
		return *b
	}
	return DoorBook{}
}

// known reports whether the configuration has a door.
func (h *Hall) known(id DoorID) bool {
	locker, n, ok := id.Split()
	return ok && n <= h.cfg.Lockers[locker] && id == Door(locker, n)
}

// doors lists the doors of a locker, or of all, in order.
func (h *Hall) doors(locker string) (list []DoorID) {
	for _, name := range slices.Sorted(maps.Keys(h.cfg.Lockers)) {
		for n := 1; n <= h.cfg.Lockers[name] && (locker == "" || name == locker); n++ {
			list = append(list, Door(name, n))
		}
	}
	return list
}

// behind gives the tool that belongs behind a door, and the things stored there.
func (h *Hall) behind(id DoorID) (t *Tool, s *Storage) {
	for _, o := range h.Tools {
		if o.Door == id && o.State != ToolRetired {
			t = o
		}
	}
	for _, o := range h.Storages {
		if o.Door == id {
			s = o
		}
	}
	return t, s
}

// taken says why a door cannot take something, or nothing; tool is the one that
// may be there.
func (h *Hall) taken(id DoorID, tool string) string {
	if !h.known(id) {
		return "不存在"
	}
	t, s := h.behind(id)
	switch b := h.look(id); {
	case t != nil && t.ID != tool:
		return "已放" + t.ID
	case s != nil:
		return "已有寄存物品"
	case b.Out != "":
		return "已停用"
	case b.Fails > 1:
		return "打不开"
	}
	return ""
}
