package hall

import "time"

// Tick says that time passed. The loop sends it when [Hall.WakeIn] says so.
type Tick struct{}

func (Tick) handle(h *Hall, at Stamp) (Outcome, error) {
	var out Outcome
	for _, m := range matters {
		m(h, at, &out)
	}
	return out, nil
}

// rest is how long the hall may be left alone at most.
const rest = time.Minute

// matter is something that time brings about. It says how long nothing of it is
// due, [rest] at most; what is due by now it adds to out, unless that is nil.
type matter func(h *Hall, at Stamp, out *Outcome) time.Duration

// matters are all of them. A new one is one line here, beside its function.
var matters = []matter{
	(*Hall).unapproved,
	(*Hall).tooLong,
	(*Hall).unchecked,
	(*Hall).ajar,
	(*Hall).silent,
	(*Hall).leftOver,
	(*Hall).heldLong,
}

// WakeIn is how long nothing is due; 0 means now.
func (h *Hall) WakeIn(at Stamp) time.Duration {
	at = h.judge(at)
	d := rest
	for _, m := range matters {
		d = min(d, m(h, at, nil))
	}
	return d
}
