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
	Name  string
	Doors []hall.DoorView
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
		if strings.EqualFold(string(door.Door), id) {
			v.Chosen = &door
		}
	}
	if id != "" && v.Chosen == nil {
		v.Fault = "没有柜门“" + id + "”"
	}
}
