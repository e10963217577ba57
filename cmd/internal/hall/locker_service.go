package hall

import "fmt"

// DoorService records that a door went out of service or came back into it.
type DoorService struct {
	Door   DoorID `json:"door"`
	Out    bool   `json:"out"`
	Repair string `json:"repair,omitempty"` // number of the repair that is asked for, or done
	Staff  string `json:"staff"`
	Reason string `json:"reason"`
}

// DoorAcked records that somebody has looked at a door that had opened by itself.
type DoorAcked struct {
	Door   DoorID `json:"door"`
	Staff  string `json:"staff"`
	Reason string `json:"reason"` // what was found
}

func (*DoorService) Kind() Kind        { return "locker.service" }
func (*DoorAcked) Kind() Kind          { return "locker.acked" }
func (d *DoorService) Subject() string { return string(d.Door) }
func (d *DoorAcked) Subject() string   { return string(d.Door) }

func (d *DoorService) apply(h *Hall, _ Stamp) {
	b := h.door(d.Door)
	b.Out, b.Fails = "", 0
	switch {
	case !d.Out:
		b.Repair = ""
	case d.Repair != b.Repair:
		count(&h.RepairSeq, d.Repair)
		b.Repair = d.Repair
	}
	if d.Out {
		b.Out = d.Reason
	}
}

func (d *DoorAcked) apply(h *Hall, at Stamp) {
	h.door(d.Door).Forced = false
	h.except(at, d.Staff, "查看被打开的柜门", string(d.Door), d.Reason)
}

// OpenForService opens a door without a rental, with a reason; it is recorded as
// such.
type OpenForService struct {
	Door   DoorID
	Staff  string
	Reason string
}

func (e OpenForService) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, h.cfg.ServiceRole()); err != nil {
		return Outcome{}, err
	}
	if e.Reason == "" {
		return Outcome{}, refuse("no-reason", "打开柜门请写明原因（--reason）")
	}
	return h.open(at, &DoorOpening{Door: e.Door, Purpose: ForService, Staff: e.Staff, Reason: e.Reason})
}

// ServiceRole is who may open a door without a rental: a technician, and in a
// hall that has none its head.
func (c Config) ServiceRole() Role { return c.orHead(Technician) }

// SetDoor takes a door out of service, as a jammed one, or puts it back. Repair
// asks for its repair too, which is done when the door is put back.
type SetDoor struct {
	Door   DoorID
	Out    bool
	Repair bool // takes it out of service in any case
	Staff  string
	Reason string
}

func (e SetDoor) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Technician, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	b := h.look(e.Door)
	out, asks := e.Out || e.Repair, e.Repair && b.Repair == ""
	switch {
	case !h.known(e.Door):
		return Outcome{}, unknownDoor(e.Door)
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "请写明原因（--reason）")
	case out == (b.Out != "") && b.Fails == 0 && !asks:
		return Outcome{}, refuse("no-change", "柜门%s已经是这个状态", e.Door)
	}
	d := &DoorService{Door: e.Door, Out: out, Repair: b.Repair, Staff: e.Staff, Reason: e.Reason}
	if asks {
		d.Repair = fmt.Sprintf("W%06d", h.RepairSeq+1)
	}
	return Outcome{Data: []Data{d}, Reply: doorView(e.Door)}, nil
}

// AckDoor says that somebody has looked at a door that had opened by itself.
type AckDoor struct {
	Door   DoorID
	Staff  string
	Reason string // what was found
}

func (e AckDoor) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Keeper, Head, Technician); err != nil {
		return Outcome{}, err
	}
	switch {
	case !h.known(e.Door):
		return Outcome{}, unknownDoor(e.Door)
	case !h.look(e.Door).Forced:
		return Outcome{}, refuse("no-change", "柜门%s没有待查看的强开记录", e.Door)
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "请写明查看的情况（--reason）")
	}
	return Outcome{Data: []Data{&DoorAcked{Door: e.Door, Staff: e.Staff, Reason: e.Reason}}, Reply: doorView(e.Door)}, nil
}
