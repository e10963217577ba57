package hall

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Call is a number called to a window.
type Call struct {
	Ticket string `json:"ticket"`
	Window int    `json:"window"`
}

// keptCalls is how many calls the board shows, and how many missed numbers.
const keptCalls = 8

// called puts a call on top of the board's list.
func (h *Hall) called(c Call) {
	h.Calls = slices.DeleteFunc(h.Calls, func(o Call) bool { return o.Ticket == c.Ticket })
	h.Calls = append([]Call{c}, h.Calls[:min(len(h.Calls), keptCalls-1)]...)
}

// Showing is what a window's display shows: the number it serves, or none. The
// hall's own display, window 0, shows the last call.
func (h *Hall) Showing(window int) Call {
	if window != 0 {
		return Call{Ticket: h.serving(window), Window: window}
	}
	if len(h.Calls) == 0 {
		return Call{}
	}
	return h.Calls[0]
}

// WindowText is what hangs over a window: the number it serves, 暂停 when it does
// not serve, or nothing.
func (h *Hall) WindowText(n int) string {
	w := h.Windows[n]
	switch {
	case w == nil:
		return ""
	case w.Ticket == "" && w.Paused:
		return "暂停"
	}
	return w.Ticket
}

// BoardView is what everybody may see: numbers and windows, no person.
type BoardView struct {
	Hall       string         `json:"hall"`
	Hotline    string         `json:"hotline"`
	Complaints string         `json:"complaints"`
	Open       bool           `json:"open"`
	Windows    []BoardWindow  `json:"windows"`
	Calls      []Call         `json:"calls"` // the last first
	Waiting    []BoardService `json:"waiting"`
	Missed     []string       `json:"missed"` // 过号 of the day, the last first
	Lines      []string       `json:"lines"`  // how things stand, in plain words
}

// BoardService is how many wait for a service.
type BoardService struct {
	Service string `json:"service"` // name
	Waiting int    `json:"waiting"`
}

// BoardWindow is a window on the board.
type BoardWindow struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
	Ticket string `json:"ticket"`
	Paused bool   `json:"paused"`
}

// Board gives the public board.
func (h *Hall) Board() BoardView {
	v := BoardView{
		Hall: h.cfg.Name, Hotline: h.cfg.Hotline, Complaints: h.cfg.Complaints, Open: h.Opened,
		Calls: append([]Call{}, h.Calls...), Missed: h.missed(), Lines: h.stateLines(),
	}
	v.Windows = []BoardWindow{}
	for _, w := range h.cfg.Windows {
		b := BoardWindow{Number: w.Number, Name: w.Name, Ticket: h.serving(w.Number)}
		if s := h.Windows[w.Number]; s != nil {
			b.Paused = s.Paused
		}
		v.Windows = append(v.Windows, b)
	}
	v.Waiting = []BoardService{}
	for _, s := range h.cfg.Services {
		v.Waiting = append(v.Waiting, BoardService{Service: s.Name, Waiting: h.waitingFor(s.Key)})
	}
	return v
}

// missed are the numbers whose people did not come, as many as the board shows.
func (h *Hall) missed() []string {
	var list []*Ticket
	for _, t := range h.Tickets {
		if t.State == Ended && t.Outcome == OutcomeSkipped && t.Day == h.Day {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *Ticket) int {
		return cmp.Or(b.Left.Time.Compare(a.Left.Time), byArrival(b, a))
	})
	numbers := []string{}
	for _, t := range list[:min(len(list), keptCalls)] {
		numbers = append(numbers, t.Number)
	}
	return numbers
}

// stateLines say honestly how things stand, in the public's words.
func (h *Hall) stateLines() []string {
	lines := []string{}
	say := func(is bool, text string) {
		if is && !slices.Contains(lines, text) {
			lines = append(lines, text)
		}
	}
	today, err := time.ParseInLocation(time.DateOnly, h.Day, h.cfg.Zone)
	say(true, h.notice())
	say(h.Day == "", "设备日期尚未核准，暂停自助取号，请到服务窗口")
	say(h.Day != "" && !h.Opened, "今天已停止取号")
	if err == nil {
		text := h.hoursText(today)
		say(text != "", text)
	}
	say(len(h.cfg.Windows) > 0 && !slices.ContainsFunc(h.cfg.Windows, func(w Window) bool {
		s := h.Windows[w.Number]
		return s == nil || !s.Paused
	}), "各窗口暂停服务，请稍候")
	for _, s := range h.cfg.Services {
		say(h.left(s) <= 0, "今天“"+s.Name+"”的号码已发完")
	}
	for _, d := range h.Health() {
		say(true, deviceLine(d))
	}
	say(h.stuckDoor(), "有柜门故障，请找工作人员")
	return slices.DeleteFunc(lines, func(l string) bool { return l == "" })
}

// NetworkName is the device name under which the line to the county is reported.
const NetworkName = "county"

// deviceLine is what a device's fault means to the public; empty if nothing.
func deviceLine(d Device) string {
	kind, _, _ := strings.Cut(d.Name, "/")
	switch {
	case d.Fault == "":
		return ""
	case kind == PrinterName && d.Fault == "paper-out":
		return "打印机缺纸，小票稍后打印"
	case kind == PrinterName && !printsWith[d.Fault]:
		return "打印机故障，小票稍后打印"
	case kind == "reader":
		return "读卡器故障，请到服务窗口登记"
	case kind == NetworkName && d.Fault == "offline":
		return "网络中断，业务可照常办理"
	case kind == "locker":
		return "有柜门故障，请找工作人员"
	}
	return ""
}

func (h *Hall) stuckDoor() bool {
	for _, o := range h.Ops {
		if o.State == OpUnknown || o.State == OpUndecided {
			return true
		}
	}
	return false
}
