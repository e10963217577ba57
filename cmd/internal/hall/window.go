package hall

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Counters is what a window is doing.
type Counters struct {
	Ticket string // number being served, empty if none
	Staff  string // who signed in
	Paused bool   // 暂停服务
	Reason string // of the pause
	Turn   int    // place in the ratio's cycle, see [Hall.next]
}

// window gives the state of a window, making it at its first use.
func (h *Hall) window(n int) *Counters {
	if h.Windows[n] == nil {
		h.Windows[n] = &Counters{}
	}
	return h.Windows[n]
}

// serving is the number at a window, or empty.
func (h *Hall) serving(n int) string {
	if w := h.Windows[n]; w != nil {
		return w.Ticket
	}
	return ""
}

// leaveWindow frees the window that serves a ticket.
func (h *Hall) leaveWindow(t *Ticket) {
	if w := h.Windows[t.Window]; w != nil && w.Ticket == t.Number {
		w.Ticket = ""
	}
}

// atWindow finds a window of the configuration.
func (h *Hall) atWindow(n int) (Window, error) {
	i := slices.IndexFunc(h.cfg.Windows, func(w Window) bool { return w.Number == n })
	if n == 0 {
		return Window{}, refuse("no-window", "请写明窗口号（--window），窗口有%s", h.windowNumbers())
	}
	if i < 0 {
		return Window{}, refuse("unknown-window", "没有%d号窗口，窗口有%s", n, h.windowNumbers())
	}
	return h.cfg.Windows[i], nil
}

// windowNumbers lists the windows in words: 1、2.
func (h *Hall) windowNumbers() string {
	list := make([]string, len(h.cfg.Windows))
	for i, w := range h.cfg.Windows {
		list[i] = strconv.Itoa(w.Number)
	}
	return strings.Join(list, "、")
}

// atCounter finds the window at which a clerk acts. A window belongs to whoever
// signed in there, if anybody did; the head of the hall may help out.
func (h *Hall) atCounter(at Stamp, window int, staff string) (Window, error) {
	w, err := h.atWindow(window)
	if err != nil {
		return w, err
	}
	me, err := h.who(at, staff, Counter, Head)
	if err != nil {
		return w, err
	}
	if s := h.Windows[window]; s != nil && s.Staff != "" && s.Staff != staff && !slices.Contains(me.Roles, Head) {
		return w, refuse("not-yours", "%d号窗口由工号%s签到，请由本人办理，或先到岗签到接手", window, s.Staff)
	}
	return w, nil
}

// atHand finds the number that a clerk is serving.
func (h *Hall) atHand(at Stamp, window int, staff string) (*Ticket, error) {
	if _, err := h.atCounter(at, window, staff); err != nil {
		return nil, err
	}
	t := h.Tickets[h.serving(window)]
	if t == nil {
		return nil, refuse("idle", "%d号窗口没有正在办理的号码", window)
	}
	return t, nil
}

// windowData lists the kinds of this file.
var windowData = []func() Data{
	func() Data { return new(CounterSignedIn) },
	func() Data { return new(CounterSignedOut) },
	func() Data { return new(CounterPaused) },
	func() Data { return new(CounterResumed) },
}

// CounterSignedIn records that a clerk took a window.
type CounterSignedIn struct {
	Window int    `json:"window"`
	Staff  string `json:"staff"`
}

// CounterSignedOut records that a clerk left a window.
type CounterSignedOut struct {
	Window int    `json:"window"`
	Staff  string `json:"staff"`
}

// CounterPaused records that a window stopped serving (暂停服务).
type CounterPaused struct {
	Window int    `json:"window"`
	Staff  string `json:"staff"`
	Reason string `json:"reason"`
}

// CounterResumed records that a window serves again.
type CounterResumed struct {
	Window int    `json:"window"`
	Staff  string `json:"staff"`
}

func (*CounterSignedIn) Kind() Kind         { return "counter.in" }
func (*CounterSignedOut) Kind() Kind        { return "counter.out" }
func (*CounterPaused) Kind() Kind           { return "counter.paused" }
func (*CounterResumed) Kind() Kind          { return "counter.resumed" }
func (d *CounterSignedIn) Subject() string  { return windowSubject(d.Window) }
func (d *CounterSignedOut) Subject() string { return windowSubject(d.Window) }
func (d *CounterPaused) Subject() string    { return windowSubject(d.Window) }
func (d *CounterResumed) Subject() string   { return windowSubject(d.Window) }

func (d *CounterSignedIn) apply(h *Hall, _ Stamp)  { h.window(d.Window).Staff = d.Staff }
func (d *CounterSignedOut) apply(h *Hall, _ Stamp) { h.window(d.Window).Staff = "" }

func (d *CounterPaused) apply(h *Hall, _ Stamp) {
	w := h.window(d.Window)
	w.Paused, w.Reason = true, d.Reason
}

func (d *CounterResumed) apply(h *Hall, _ Stamp) {
	w := h.window(d.Window)
	w.Paused, w.Reason = false, ""
}

// CounterIn signs a clerk in at a window, who leaves the one before. A window at
// which another clerk signed in changes hands. Neither is left with a number at it.
type CounterIn struct {
	Window int
	Staff  string
}

func (e CounterIn) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.atWindow(e.Window); err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Head); err != nil {
		return Outcome{}, err
	}
	out := windowReply(e.Window)
	for _, w := range h.cfg.Windows {
		s := h.Windows[w.Number]
		if s == nil || s.Staff == "" || (s.Staff == e.Staff) == (w.Number == e.Window) {
			continue // nobody there, already there, or somebody else elsewhere
		}
		if s.Ticket != "" {
			return Outcome{}, refuse("busy", "%d号窗口由工号%s办理%s，请先办结、挂起或过号", w.Number, s.Staff, s.Ticket)
		}
		if w.Number == e.Window {
			out.Data = append(out.Data, &CounterSignedOut{Window: w.Number, Staff: s.Staff})
		}
	}
	out.Data = append(out.Data, h.signIn(e.Window, e.Staff)...)
	return out, nil
}

// counterAct is what a clerk does at a window. Whoever does it signs in there, if
// nobody has: a session belongs to one clerk, and nothing is done outside one
// (附件3 第八条).
type counterAct interface {
	counter() (window int, staff string)
}

func (e CallNext) counter() (int, string) { return e.Window, e.Staff }
func (e Recall) counter() (int, string)   { return e.Window, e.Staff }
func (e Hold) counter() (int, string)     { return e.Window, e.Staff }
func (e Skip) counter() (int, string)     { return e.Window, e.Staff }
func (e Transfer) counter() (int, string) { return e.Window, e.Staff }
func (e Done) counter() (int, string)     { return e.Window, e.Staff }
func (e Pause) counter() (int, string)    { return e.Window, e.Staff }
func (e Resume) counter() (int, string)   { return e.Window, e.Staff }

// seated puts the sign-in that an act at a window brings before its records.
func (h *Hall) seated(ev Event, out *Outcome) {
	e, ok := ev.(counterAct)
	if !ok {
		return
	}
	window, staff := e.counter()
	if s := h.Windows[window]; s == nil || s.Staff == "" {
		out.Data = append(h.signIn(window, staff), out.Data...)
	}
}

// signIn signs a clerk in at a window, and out of others. Where a number is still
// at one, as with a clerk who serves two windows, that one stays the clerk's.
func (h *Hall) signIn(window int, staff string) (data []Data) {
	for _, w := range h.cfg.Windows {
		if s := h.Windows[w.Number]; s != nil && s.Staff == staff && s.Ticket == "" && w.Number != window {
			data = append(data, &CounterSignedOut{Window: w.Number, Staff: staff})
		}
	}
	if s := h.Windows[window]; s == nil || s.Staff != staff {
		data = append(data, &CounterSignedIn{Window: window, Staff: staff})
	}
	return data
}

// CounterOut signs a clerk out of a window, whose number must be settled first.
type CounterOut struct {
	Window int
	Staff  string
}

func (e CounterOut) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.atCounter(at, e.Window, e.Staff); err != nil {
		return Outcome{}, err
	}
	s := h.Windows[e.Window]
	switch {
	case s == nil || s.Staff == "":
		return Outcome{}, refuse("nobody", "%d号窗口没有人签到", e.Window)
	case s.Ticket != "":
		return Outcome{}, refuse("busy", "%d号窗口正在办理%s，请先办结、挂起或过号", e.Window, s.Ticket)
	}
	out := windowReply(e.Window)
	out.Data = []Data{&CounterSignedOut{Window: e.Window, Staff: s.Staff}}
	return out, nil
}

// Pause stops a window (暂停服务) once the number at it is done.
type Pause struct {
	Window int
	Staff  string
	Reason string // for staff; the public sees 暂停服务
}

func (e Pause) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.atCounter(at, e.Window, e.Staff); err != nil {
		return Outcome{}, err
	}
	out := windowReply(e.Window)
	s := h.Windows[e.Window]
	if s == nil || !s.Paused || e.Reason != "" && e.Reason != s.Reason {
		out.Data = []Data{&CounterPaused{Window: e.Window, Staff: e.Staff, Reason: cmp.Or(e.Reason, "暂停服务")}}
	}
	return out, nil
}

// Resume lets a window serve again.
type Resume struct {
	Window int
	Staff  string
}

func (e Resume) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.atCounter(at, e.Window, e.Staff); err != nil {
		return Outcome{}, err
	}
	out := windowReply(e.Window)
	if s := h.Windows[e.Window]; s != nil && s.Paused {
		out.Data = []Data{&CounterResumed{Window: e.Window, Staff: e.Staff}}
	}
	return out, nil
}

// WindowView is a window as staff see it.
type WindowView struct {
	Window  int      `json:"window"`
	Name    string   `json:"name"`
	Staff   string   `json:"staff"`
	Ticket  string   `json:"ticket"`
	Paused  bool     `json:"paused"`
	Reason  string   `json:"reason,omitempty"`
	Waiting int      `json:"waiting"` // numbers it may call
	Serves  []string `json:"services"`
}

func windowReply(n int) Outcome {
	return Outcome{Reply: func(h *Hall) (any, error) { return h.windowView(n), nil }}
}

func (h *Hall) windowView(n int) WindowView {
	w, _ := h.atWindow(n)
	v := WindowView{Window: n, Name: w.Name, Serves: slices.Clone(w.Services), Waiting: h.waitingFor(w.Services...)}
	if s := h.Windows[n]; s != nil {
		v.Staff, v.Ticket, v.Paused, v.Reason = s.Staff, s.Ticket, s.Paused, s.Reason
	}
	return v
}

// ListWindows gives the windows in the order of the configuration.
func (h *Hall) ListWindows() []WindowView {
	list := make([]WindowView, len(h.cfg.Windows))
	for i, w := range h.cfg.Windows {
		list[i] = h.windowView(w.Number)
	}
	return list
}

func windowSubject(n int) string { return "window/" + strconv.Itoa(n) }
