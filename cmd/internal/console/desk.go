package console

import (
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"halld/cmd/internal/hall"
)

// desk is what a staff page shows, all of one moment.
type desk struct {
	Page   string
	Hall   hall.Config
	Me     hall.Staff
	Flash  string
	Fault  string
	Window hall.Window
	Paused bool
	Now    *hall.TicketView // number that the window serves
	Queue  hall.QueueView
	Board  hall.BoardView
	Clock  bool // whether the date is trusted
	Day    string
	Last   *hall.PersonView // whose card was read last

	Trainings []hall.TrainingView
	Alarms    []hall.Alarm
	Report    hall.DayReport

	Rentals   []hall.RentalView
	Late      []hall.Late
	Tools     []hall.Tool
	Doors     []hall.DoorView
	Undecided []hall.Operation
	Slips     []hall.Job
	Troubles  []Problem
	Cash      hall.CashView
	Status    any
	County    any
}

// desk looks at the hall for a page.
func (c *Console) desk(r *http.Request, page string) (*desk, error) {
	ctx := r.Context()
	d := &desk{Page: page, Hall: c.opts.Hall}
	d.Me, _ = c.door.staff(signedIn(ctx))
	d.Window = c.windowOf(r)
	if r.Header.Get(silent) == "" {
		d.Flash = c.door.sessions.PopString(ctx, keyFlash)
		d.Fault = c.door.sessions.PopString(ctx, keyFault)
	}
	at := c.hall.Now()
	if err := c.hall.View(ctx, func(h *hall.Hall) { d.look(h, at) }); err != nil {
		return nil, err
	}
	var err error
	if d.County, err = c.hall.County(ctx); err != nil {
		return nil, err
	}
	d.Status, err = c.hall.Status(ctx)
	return d, err
}

// windowOf is the window that a session works at: the one that was chosen, else
// the first.
func (c *Console) windowOf(r *http.Request) hall.Window {
	windows := c.opts.Hall.Windows
	n, _ := strconv.Atoi(c.door.sessions.GetString(r.Context(), keyWindow))
	if i := slices.IndexFunc(windows, func(w hall.Window) bool { return w.Number == n }); i >= 0 {
		return windows[i]
	}
	if len(windows) == 0 {
		return hall.Window{}
	}
	return windows[0]
}

func (d *desk) look(h *hall.Hall, at hall.Stamp) {
	d.Queue, d.Board, d.Day, d.Clock = h.Queue(), h.Board(), h.Day, at.Trusted || h.Clock.Boot == at.Boot
	for i, t := range d.Queue.Called {
		if t.Window == d.Window.Number {
			d.Now = &d.Queue.Called[i]
		}
	}
	for _, w := range d.Board.Windows {
		d.Paused = d.Paused || w.Number == d.Window.Number && w.Paused
	}
	if p, err := h.Person("last"); err == nil {
		d.Last = &p
	}
	d.Trainings, d.Alarms, d.Report = h.ListTrainings(), slices.Clone(h.ListAlarms()), h.Report()
	d.Rentals, d.Late, d.Tools = h.FindRentals(hall.RentalFilter{Open: true}), h.Overdue(at), h.ListTools()
	d.Doors, d.Undecided = h.Doors(), h.Undecided()
	for _, id := range slices.Sorted(maps.Keys(h.Jobs)) {
		j := *h.Jobs[id]
		if !j.Settled && (j.State == hall.JobUnknown || j.State == hall.JobUndecided || j.State == hall.JobHeld) {
			d.Slips = append(d.Slips, j)
		}
	}
	for _, dev := range h.Health() {
		if dev.Fault != "" {
			d.Troubles = append(d.Troubles, Explain(dev.Name, dev.Fault))
		}
	}
	d.Cash = h.CashBook("")
}

// Can says whether whoever is signed in has one of the roles.
func (d *desk) Can(roles ...string) bool {
	for _, r := range roles {
		if slices.Contains(d.Me.Roles, hall.Role(r)) {
			return true
		}
	}
	return false
}

// Matters is how much waits for somebody to look at it.
func (d *desk) Matters() int {
	return len(d.Troubles) + len(d.Undecided) + len(d.Slips) + len(d.Calls())
}

// Calls are the emergency calls that nobody has acknowledged.
func (d *desk) Calls() (list []hall.Alarm) {
	for _, a := range d.Alarms {
		if len(a.Acked) == 0 {
			list = append(list, a)
		}
	}
	return list
}

// shown is how many waiting numbers a page lists.
const shown = 12

// Next are the numbers that wait and are shown; More is how many others do.
func (d *desk) Next() []hall.TicketView { return d.Queue.Waiting[:min(len(d.Queue.Waiting), shown)] }

// More is how many numbers wait beyond those that are shown.
func (d *desk) More() int { return len(d.Queue.Waiting) - len(d.Next()) }

// Free are the tools that can be lent.
func (d *desk) Free() (list []hall.Tool) {
	for _, t := range d.Tools {
		if t.State == hall.ToolIn {
			list = append(list, t)
		}
	}
	return list
}

// In are the rentals in a state.
func (d *desk) In(state string) (list []hall.RentalView) {
	for _, r := range d.Rentals {
		if string(r.State) == state {
			list = append(list, r)
		}
	}
	return list
}

// helpers are what templates may say beside the fields.
var helpers = template.FuncMap{
	"hidden": hidden,
	"clock":  func(t time.Time) string { return t.Format("15:04") },
	"when":   func(t time.Time) string { return t.Format("01-02 15:04") },
	"word":   func(v any) string { return wordOf[toString(v)] },
	"service": func(c hall.Config, key string) string {
		for _, s := range c.Services {
			if s.Key == key {
				return s.Name
			}
		}
		return key
	},
	"role": func(r hall.Role) string { return wordOf[string(r)] },
}

// hidden makes the hidden fields of a form from names and values in turn.
func hidden(pairs ...any) template.HTML {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&b, `<input type="hidden" name="%s" value="%s">`,
			template.HTMLEscaper(pairs[i]), template.HTMLEscaper(pairs[i+1]))
	}
	return template.HTML(b.String())
}

func toString(v any) string {
	switch x := v.(type) {
	case hall.JobState:
		return string(x)
	case hall.ToolState:
		return string(x)
	case hall.Purpose:
		return string(x)
	case hall.Class:
		return string(x)
	}
	return ""
}

var wordOf = map[string]string{
	"queued": "排队打印", "sending": "正在打印", "printed": "已出纸", "unconfirmed": "已发送", "held": "待打印", "unknown": "可能只打了一半", "undecided": "断电时正在打印",
	"in": "在库", "reserved": "已预留", "out": "在租", "returned": "待检", "repair": "维修", "lost": "报损", "retired": "报废",
	"handover": "出库", "return": "归还", "service": "检修", "simple": "简单", "priced": "计价",
	"counter": "窗口", "keeper": "保管", "approver": "审批", "finance": "财务", "head": "大厅负责人", "manager": "市场负责人", "technician": "技术",
}
