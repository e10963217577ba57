package console

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"halld/cmd/internal/hall"
)

// staffPage is one of the pages for staff.
type staffPage struct {
	Name  string // of its file and its address
	Title string // in the menu
	look  func(d *desk, h *hall.Hall, ask url.Values)

	// read adds what the ledger says; nil for a page that only shows the hall.
	read func(ctx context.Context, c *Console, d *desk, ask url.Values) error
}

// staffPages are the pages in the order of the menu.
var staffPages = []staffPage{
	{"queue", "叫号", (*desk).lookQueue, nil},
	{"people", "来访者", (*desk).lookPeople, nil},
	{"rental", "工具租赁", (*desk).lookRental, nil},
	{"tools", "工具", (*desk).lookTools, nil},
	{"doors", "柜门", (*desk).lookDoors, nil},
	{"problems", "待处理", nil, nil},
	{"day", "今日", (*desk).lookDay, nil},
	{"books", "台账", nil, readBook},
}

// desk is what a staff page shows, all of one moment: what every page has, and
// the part of the page itself.
type desk struct {
	Page  string // name
	Here  string // address to come back to after a button
	Hall  hall.Config
	Me    hall.Staff
	Flash string
	Fault string
	At    hall.Stamp
	Clock bool // whether the date is trusted
	Day   string
	Stop  bool // nothing can be written down

	Alarms    []hall.Alarm // that somebody in charge has still to answer for
	Warnings  []matter
	Undecided []hall.OperationView
	Slips     []hall.SlipView
	Troubles  []Problem
	Asked     int // rentals that wait for an approval
	Requests  []hall.ToolRequest

	Queue  queueDesk
	People peopleDesk
	Rental rentalDesk
	Stock  stockDesk
	Doors  doorDesk
	Today  dayDesk
	Books  bookDesk
}

// desk looks at the hall for a page.
func (c *Console) desk(r *http.Request, p staffPage) (*desk, error) {
	ctx := r.Context()
	d := &desk{Page: p.Name, Here: r.URL.RequestURI(), Hall: c.opts.Hall, At: c.hall.Now()}
	d.Stop = !c.hall.InService(ctx)
	d.Me, _ = c.door.staff(signedIn(ctx))
	d.Queue.Window = c.windowOf(r)
	if r.Header.Get(silent) == "" {
		d.Flash = c.door.sessions.PopString(ctx, keyFlash)
		d.Fault = c.door.sessions.PopString(ctx, keyFault)
	}
	ask := r.URL.Query()
	err := c.hall.View(ctx, func(h *hall.Hall) {
		d.look(h)
		if p.look != nil {
			p.look(d, h, ask)
		}
	})
	if err == nil && p.read != nil {
		err = p.read(ctx, c, d, ask)
	}
	return d, err
}

// look gathers what every page shows.
func (d *desk) look(h *hall.Hall) {
	d.Day, d.Clock = h.Day, d.At.Trusted || h.Confirmed(d.At)
	for _, a := range h.ListAlarms() {
		if len(a.Acked) < len(alarmAcks) {
			d.Alarms = append(d.Alarms, a)
		}
	}
	d.Warnings = matters(h)
	d.Undecided, d.Requests = h.Undecided(), h.ListRequests()
	d.Asked = len(h.FindRentals(hall.RentalFilter{State: hall.Requested}))
	d.Slips = h.ListSlips()
	for _, dev := range h.Health() {
		if dev.Fault != "" {
			d.Troubles = append(d.Troubles, Explain(dev.Name, dev.Fault))
		}
	}
}

// alarmAcks are who answers for an emergency, one after the other.
var alarmAcks = []string{"大厅负责人", "市场负责人"}

// Entry is a line of the menu.
type Entry struct {
	staffPage
	Here  bool
	Count int // of what waits there
}

// Menu gives the menu.
func (d *desk) Menu() (list []Entry) {
	count := map[string]int{"problems": d.Matters(), "rental": d.Asked, "tools": len(d.Requests)}
	for _, p := range staffPages {
		list = append(list, Entry{p, p.Name == d.Page, count[p.Name]})
	}
	return list
}

// Matters is how much waits for somebody to look at it.
func (d *desk) Matters() int {
	n := len(d.Alarms) + len(d.Warnings) + len(d.Undecided) + len(d.Slips) + len(d.Troubles)
	if !d.Clock {
		n++
	}
	return n
}

// part is a part of a page that several pages have, or one page several times.
type part struct {
	Desk *desk
	ID   string // what it is about
	Text string
}

// About makes a part about something.
func (d *desk) About(id any) part { return part{Desk: d, ID: fmt.Sprint(id)} }

// Asks makes a part that asks for something.
func (d *desk) Asks(text string) part { return part{Desk: d, Text: text} }

// Others are who can be the second person of whatever two have to do.
func (d *desk) Others() []hall.Staff {
	return slices.DeleteFunc(slices.Clone(d.Hall.Staff), func(s hall.Staff) bool { return s.ID == d.Me.ID })
}

// Only switches a button off for whoever has none of the roles, and says whose
// it is. The rules decide all the same.
func (d *desk) Only(roles ...any) template.HTMLAttr {
	var names []string
	for _, r := range roles {
		role := fmt.Sprint(r)
		if slices.Contains(d.Me.Roles, hall.Role(role)) {
			return ""
		}
		names = append(names, hall.Name("role", role))
	}
	return template.HTMLAttr(`disabled title="由有“` + strings.Join(names, "或") + `”权限的人员办理"`)
}

// choice is the first value of a page's question.
func choice(ask url.Values, key string) string { return strings.TrimSpace(ask.Get(key)) }
