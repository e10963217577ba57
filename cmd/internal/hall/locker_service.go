package hall

import "slices"

// DoorService records that a door went out of service or came back into it.
type DoorService struct {
	Door   DoorID `json:"door"`
	Out    bool   `json:"out"`
	Staff  string `json:"staff"`
	Reason string `json:"reason"`
}

func (*DoorService) Kind() Kind        { return "locker.service" }
func (d *DoorService) Subject() string { return string(d.Door) }

func (d *DoorService) apply(h *Hall, _ Stamp) {
	b := h.door(d.Door)
	b.Out, b.Fails = "", 0
	if d.Out {
		b.Out = d.Reason
	}
}

// OpenForService opens a door without a rental, with a reason; it is recorded as
// such.
type OpenForService struct {
	Door   DoorID
	Staff  string
	Reason string
}

func (e OpenForService) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Technician, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	if e.Reason == "" {
		return Outcome{}, refuse("no-reason", "打开柜门请写明原因（--reason）")
	}
	return h.open(&DoorOpening{Door: e.Door, Purpose: ForService, Staff: e.Staff, Reason: e.Reason})
}

// SetDoor takes a door out of service, as a jammed one, or puts it back.
type SetDoor struct {
	Door   DoorID
	Out    bool
	Staff  string
	Reason string
}

func (e SetDoor) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Technician, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	b := h.look(e.Door)
	switch {
	case !h.known(e.Door):
		return Outcome{}, refuse("unknown-door", "没有柜门“%s”，应写成 柜名/门号，如 A/3", e.Door)
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "请写明原因（--reason）")
	case e.Out == (b.Out != "") && b.Fails == 0:
		return Outcome{}, refuse("no-change", "柜门%s已经是这个状态", e.Door)
	}
	return Outcome{
		Data: []Data{&DoorService{Door: e.Door, Out: e.Out, Staff: e.Staff, Reason: e.Reason}},
		Reply: func(h *Hall) (any, error) {
			all := h.Doors()
			return all[slices.IndexFunc(all, func(v DoorView) bool { return v.Door == e.Door })], nil
		},
	}, nil
}
