package hall

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Emergent is a call for help from a counter (附件3 第六条). The head of the hall
// answers for it first, then the head of the market.
type Emergent struct {
	ID      string
	Window  int
	Staff   string
	At      Stamp
	Head    string // of the hall, who acknowledged it
	Manager string // of the market
}

func (a *Emergent) done() bool { return a.Head != "" && a.Manager != "" }

// alarmData lists the kinds of this file.
var alarmData = []func() Data{
	func() Data { return new(EmergencyRaised) },
	func() Data { return new(EmergencyAcked) },
}

// EmergencyRaised records a call for help.
type EmergencyRaised struct {
	ID     string `json:"emergency"`
	Window int    `json:"window"`
	Staff  string `json:"staff,omitempty"`
}

// EmergencyAcked records that somebody in charge takes care of it.
type EmergencyAcked struct {
	ID    string `json:"emergency"`
	Staff string `json:"staff"`
	Role  Role   `json:"role"`
	After int    `json:"after"` // seconds since it was raised
}

func (*EmergencyRaised) Kind() Kind        { return "emergency.raised" }
func (*EmergencyAcked) Kind() Kind         { return "emergency.acked" }
func (d *EmergencyRaised) Subject() string { return d.ID }
func (d *EmergencyAcked) Subject() string  { return d.ID }

func (d *EmergencyRaised) apply(h *Hall, at Stamp) {
	count(&h.AlarmSeq, d.ID)
	h.Tally.Emergencies++
	h.Emergencies[d.ID] = &Emergent{ID: d.ID, Window: d.Window, Staff: d.Staff, At: at}
}

func (d *EmergencyAcked) apply(h *Hall, _ Stamp) {
	a := h.Emergencies[d.ID]
	switch {
	case a == nil:
	case d.Role == Head:
		a.Head = d.Staff
	default:
		a.Manager = d.Staff
	}
}

// emergencyAgain is how long further presses belong to the same emergency.
const emergencyAgain = 10 * time.Second

// Emergency calls for help at a window, by button or by hand. It is never
// refused; nothing of it is shown to the public.
type Emergency struct {
	Window int
	Staff  string
}

func (e Emergency) handle(h *Hall, at Stamp) (Outcome, error) {
	for _, a := range h.Emergencies {
		since, _ := at.Since(a.At)
		if a.Window == e.Window && a.Head == "" && since < emergencyAgain {
			return Outcome{Reply: alarmReply(a.ID)}, nil
		}
	}
	d := &EmergencyRaised{ID: fmt.Sprintf("E%06d", h.AlarmSeq+1), Window: e.Window, Staff: e.Staff}
	return Outcome{Data: []Data{d}, Reply: alarmReply(d.ID)}, nil
}

// EmergencyButton is a press on a window's alarm button.
type EmergencyButton struct{ Window int }

func (e EmergencyButton) handle(h *Hall, at Stamp) (Outcome, error) {
	return Emergency{Window: e.Window, Staff: "button"}.handle(h, at)
}

// EmergencyAck says that the head of the hall, and later the head of the market,
// takes care of an emergency.
type EmergencyAck struct{ ID, Staff string }

func (e EmergencyAck) handle(h *Hall, at Stamp) (Outcome, error) {
	s, err := h.who(at, e.Staff, Head, Manager)
	if err != nil {
		return Outcome{}, err
	}
	a := h.Emergencies[e.ID]
	if a == nil {
		return Outcome{}, refuse("unknown-alarm", "没有编号为%s的紧急情况", e.ID)
	}
	role := a.next()
	switch {
	case a.done():
		return Outcome{}, refuse("acked", "%s已由大厅负责人和市场负责人处理", e.ID)
	case !slices.Contains(s.Roles, h.cfg.AlarmRole(role)):
		return Outcome{}, refuse("role", "%s要由%s确认", e.ID, roleName[h.cfg.AlarmRole(role)])
	}
	return Outcome{
		Data:  []Data{&EmergencyAcked{ID: e.ID, Staff: e.Staff, Role: role, After: seconds(at, a.At)}},
		Reply: alarmReply(e.ID),
	}, nil
}

// next is who has to answer for it now: the head of the hall acts, and the head of
// the market takes the report (附件3 第六条).
func (a *Emergent) next() Role {
	if a.Head == "" {
		return Head
	}
	return Manager
}

// AlarmRole is who answers for an emergency in a role: in a hall whose staff list
// has no head of the market, the head of the hall confirms that it was reported.
func (c Config) AlarmRole(r Role) Role { return c.orHead(r) }

// Alarm is an emergency as staff see it.
type Alarm struct {
	ID     string   `json:"emergency"`
	Window int      `json:"window"`
	Staff  string   `json:"staff"`
	At     string   `json:"at"`
	Acked  []string `json:"acked"` // by the head of the hall first, then by the head of the market
}

func alarmReply(id string) func(*Hall) (any, error) {
	return func(h *Hall) (any, error) { return h.Emergencies[id].view(), nil }
}

func (a *Emergent) view() Alarm {
	v := Alarm{ID: a.ID, Window: a.Window, Staff: a.Staff, At: minute(a.At), Acked: []string{}}
	for _, s := range []string{a.Head, a.Manager} {
		if s != "" {
			v.Acked = append(v.Acked, s)
		}
	}
	return v
}

// ListAlarms gives the emergencies of the day and those that nobody has
// answered for yet.
func (h *Hall) ListAlarms() []Alarm {
	list := []Alarm{}
	for _, id := range slices.Sorted(maps.Keys(h.Emergencies)) {
		list = append(list, h.Emergencies[id].view())
	}
	return list
}
