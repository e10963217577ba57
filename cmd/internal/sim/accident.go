package sim

import (
	"fmt"

	"halld/firmware-bridge/emulator/wire"
)

// Accident is something that can go wrong with a device's answers, or with the
// device itself.
type Accident struct {
	Name string // as [Hall.Happen] takes it
	Text string // as a page shows it
}

// onWires are the accidents of every device that answers on a wire.
var onWires = []Accident{
	{"mute", "不应答"},
	{"late", "应答迟到"},
	{"half", "只答一半"},
	{"badsum", "校验和错"},
	{"junk", "应答前有噪声"},
	{"inside", "应答中有噪声"},
	{"trailing", "应答后有噪声"},
	{"echo", "回声"},
	{"split", "应答断成两截"},
}

// atLocks are those of the lock board alone.
var atLocks = []Accident{{"wrong-board", "别的板号应答"}, {"stuck-bolt", "锁舌都卡住"}, {"jammed", "柜门都被顶住"}}

// Accidents are what can happen to the devices on a line, by the line's name.
func (h *Hall) Accidents(line string) []Accident {
	switch {
	case line == "lockers":
		return append(append([]Accident{}, onWires...), atLocks...)
	case len(h.stations(line)) > 0:
		return onWires
	default:
		return nil
	}
}

// Happen lets an accident happen to every answer of the devices on a line from
// now on, in the place of the one before. The empty name ends it.
func (h *Hall) Happen(line, name string) error {
	known := name == ""
	for _, a := range h.Accidents(line) {
		known = known || a.Name == name
	}
	stations := h.stations(line)
	if !known || len(stations) == 0 {
		return fmt.Errorf("no accident %q happens to %q", name, line)
	}
	if line == "lockers" {
		h.atLocks(name)
	}
	for _, s := range stations {
		s.Clear()
		if a := wire.Named(name); a != nil {
			s.Times(wire.Forever, a)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.happens[line] = name
	return nil
}

// Happens is the accident that lasts on a line, or nothing.
func (h *Hall) Happens(line string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.happens[line]
}

// always is more answers than a visitor waits for.
const always = 1 << 30

func (h *Hall) atLocks(name string) {
	wrong := 0
	if name == "wrong-board" {
		wrong = always
	}
	h.Locker.WrongBoard(wrong)
	for door := 1; door <= Doors; door++ {
		h.Locker.StuckBolt(door, name == "stuck-bolt")
		h.Locker.Jammed(door, name == "jammed")
	}
}

// station is a device that answers on a wire.
type station interface {
	Times(n int, a ...wire.Accident)
	Clear()
}

func (h *Hall) stations(line string) (list []station) {
	switch line {
	case "reader":
		list = append(list, h.Reader)
	case "lockers":
		list = append(list, h.Locker)
	case "displays":
		for _, t := range h.Tubes {
			list = append(list, t)
		}
	case "entrance":
		list = append(list, h.Entrance)
	}
	return list
}
