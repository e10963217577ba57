package console

import (
	"net/url"
	"strings"

	"halld/cmd/internal/hall"
)

// doorDesk is the page of the lockers.
type doorDesk struct {
	Lockers  []locker
	Chosen   *hall.DoorView
	Fault    string
	Storages []hall.StorageView
}

// locker is a cabinet with its doors.
type locker struct {
	Name   string
	Doors  []hall.DoorView
	Queued int // doors that wait for their turn to open
}

// Is reports whether a door is the chosen one.
func (v doorDesk) Is(id hall.DoorID) bool { return v.Chosen != nil && v.Chosen.Door == id }

// Decidable reports whether somebody may say how the chosen door's opening ended.
func (v doorDesk) Decidable() bool {
	return v.Chosen.OpState != string(hall.OpQueued) && v.Chosen.OpState != string(hall.OpOpening)
}

func (d *desk) lookDoors(h *hall.Hall, ask url.Values) {
	id := choice(ask, "door")
	v := &d.Doors
	v.Storages = h.ListStorages()
	for _, door := range h.Doors() {
		name, _, _ := door.Door.Split()
		if n := len(v.Lockers); n == 0 || v.Lockers[n-1].Name != name {
			v.Lockers = append(v.Lockers, locker{Name: name})
		}
		last := &v.Lockers[len(v.Lockers)-1]
		last.Doors = append(last.Doors, door)
		if door.OpState == string(hall.OpQueued) {
			last.Queued++
		}
		if strings.EqualFold(string(door.Door), id) {
			v.Chosen = &door
		}
	}
	if id != "" && v.Chosen == nil {
		v.Fault = "没有柜门“" + id + "”"
	}
}
