package hall

import "maps"

// desk is the part of the state that check-in, queue, notices and training
// keep.
type desk struct {
	OpenedBy    string                // who opened the day; empty: it began by itself
	TicketSeq   int                   // numbers ever drawn
	Turned      map[string]Attempt    // refused check-ins of the day, by ref
	Paces       map[string][]int      // by service: seconds per person ahead, of the last waits
	Exceptions  []Exception           // of the day
	Notices     map[string]*Notice    // by number
	NoticeSeq   int                   // of the day
	Training    *Session              // the one that is open, or nil
	Sessions    []Session             // of the day, closed
	Trained     map[string]Attendance // by course and ref
	Emergencies map[string]*Emergent
	AlarmSeq    int
	County      CountyLists
}

func (d *desk) fill() {
	if d.Turned == nil {
		d.Turned = map[string]Attempt{}
	}
	if d.Paces == nil {
		d.Paces = map[string][]int{}
	}
	if d.Notices == nil {
		d.Notices = map[string]*Notice{}
	}
	if d.Trained == nil {
		d.Trained = map[string]Attendance{}
	}
	if d.Emergencies == nil {
		d.Emergencies = map[string]*Emergent{}
	}
}

// forgetDesk lets go of what belonged to the day before, and of what nobody will
// ask for any more, so that the state does not grow with the years.
func (h *Hall) forgetDesk() {
	h.OpenedBy, h.Exceptions, h.Training, h.Sessions = "", nil, nil, nil
	clear(h.Turned)
	clear(h.Paces)
	maps.DeleteFunc(h.Notices, func(_ string, n *Notice) bool { return n.Day < daysBefore(h.Day, keptNotices) })
	maps.DeleteFunc(h.Trained, func(_ string, a Attendance) bool { return a.Last < daysBefore(h.Day, keptTraining) })
	maps.DeleteFunc(h.Emergencies, func(_ string, a *Emergent) bool { return a.done() })
	maps.DeleteFunc(h.Persons, func(_ string, v *Visitor) bool { return h.forgettable(v) })
}

// How many days back the desk remembers.
const (
	keptVisitors = 31
	keptNotices  = 92
	keptTraining = 2 * 366
)

// forgettable reports whether nothing needs a visitor of an earlier day any
// more.
func (h *Hall) forgettable(v *Visitor) bool {
	if v.Day >= daysBefore(h.Day, keptVisitors) || v.Class.inForce(h.Day) || v.Block.inForce(h.Day) || h.Keeps(v.Ref) {
		return false
	}
	for _, t := range h.Tickets {
		if t.Person == v.Ref {
			return false
		}
	}
	return true
}
