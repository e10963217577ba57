package hall

import "slices"

// DoorView is a door as staff see it.
type DoorView struct {
	Door    DoorID    `json:"door"`
	Open    bool      `json:"open"`         // it was last seen open
	Contact DoorState `json:"contact"`      // what its contact says now
	Op      string    `json:"op,omitempty"` // operation that has not ended
	OpState string    `json:"op_state,omitempty"`
	Tool    string    `json:"tool,omitempty"`
	State   string    `json:"tool_state,omitempty"`
	Storage string    `json:"storage,omitempty"`
	Fails   int       `json:"fails"`
	Forced  bool      `json:"forced,omitempty"` // it opened by itself, and nobody has looked yet
	Out     string    `json:"out_of_service,omitempty"`
	Repair  string    `json:"repair,omitempty"` // number of the repair that was asked for
	Cycles  int       `json:"cycles"`
}

// Doors gives every door of every locker.
func (h *Hall) Doors() []DoorView {
	list := []DoorView{}
	for _, id := range h.doors("") {
		b := h.look(id)
		v := DoorView{Door: id, Open: b.Open, Contact: h.contact(id), Fails: b.Fails, Forced: b.Forced, Out: b.Out, Repair: b.Repair, Cycles: b.Cycles}
		if o := h.openOp(id); o != nil {
			v.Op, v.OpState = o.ID, string(o.State)
		}
		t, s := h.behind(id)
		if t != nil {
			v.Tool, v.State = t.ID, string(t.State)
		}
		if s != nil {
			v.Storage = s.ID
		}
		list = append(list, v)
	}
	return list
}

// contact is what a door's contact says: nothing, while its locker has a fault.
func (h *Hall) contact(id DoorID) DoorState {
	locker, _, _ := id.Split()
	switch c := h.Devices["locker/"+locker]; {
	case c != nil && c.Fault != "":
		return DoorUnknown
	case h.look(id).Open:
		return DoorOpen
	default:
		return DoorLocked
	}
}

// doorView answers a word on one door.
func doorView(id DoorID) func(*Hall) (any, error) {
	return func(h *Hall) (any, error) {
		all := h.Doors()
		return all[slices.IndexFunc(all, func(v DoorView) bool { return v.Door == id })], nil
	}
}

// warnDoors tells of doors and what is behind them that wait for somebody.
func (h *Hall) warnDoors(warn func(code, subject, format string, args ...any)) {
	for _, id := range h.doors("") {
		b := h.look(id)
		if b.Forced {
			warn("door-forced", string(id), "柜门%s未经授权打开过，请到柜前查看物品，关好后登记已查看", id)
		}
		if b.Open && b.Told > 0 {
			warn("door-open", string(id), "柜门%s一直没有关好，请去关上", id)
		}
		switch {
		case b.Repair != "":
			warn("door-repair", string(id), "柜门%s已停用报修（%s，%s），修好后请恢复使用", id, b.Repair, b.Out)
		case b.Out == "" && b.Fails > 1:
			warn("door-jammed", string(id), "柜门%s连续两次没有打开，请停用并报修", id)
		case b.Out == "" && b.Fails == 1:
			warn("door-stuck", string(id), "柜门%s上次没有打开，请到柜前查看，可再开一次；仍打不开就停用并报修", id)
		}
	}
	for _, o := range h.Undecided() {
		warn("door-undecided", o.ID, "柜门%s开门（%s）没有结果，请到柜前查看后登记处理", o.Door, o.ID)
	}
	for _, s := range h.storages() {
		if s.Told {
			warn("storage-left", s.ID, "柜门%s有隔夜寄存物品（%s，证件尾号%s），请联系本人取回，或两人清柜", s.Door, s.ID, s.Person.Last4)
		}
	}
}
