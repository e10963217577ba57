package main

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"strconv"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/sim"
	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/printer"
)

//go:embed page
var files embed.FS

var pages = template.Must(template.ParseFS(files, "page/*.html"))

// page is where a visitor plays with the hall's hardware.
type page struct {
	hw     *sim.Hall
	line   *network
	slips  *slips
	listen net.Listener
	web    string // URL of the console
	signIn string // how to get into it
}

func newPage(addr string, hw *sim.Hall, line *network, s *slips) (*page, error) {
	l, err := listen(addr)
	if err != nil {
		return nil, fmt.Errorf("opening the simulator's page: %w", err)
	}
	return &page{hw: hw, line: line, slips: s, listen: l}, nil
}

// Addr is where the page is.
func (p *page) Addr() string { return p.listen.Addr().String() }

// Run serves the page until ctx ends.
func (p *page) Run(ctx context.Context, web, signIn string) error {
	p.web, p.signIn = web, signIn
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("GET /state", p.state)
	mux.HandleFunc("GET /slips/{n}", p.slip)
	mux.HandleFunc("POST /swipe/{n}", p.swipe)
	mux.HandleFunc("POST /do/{what}", p.do)
	mux.Handle("GET /page/", http.FileServerFS(files))
	return console.Serve(ctx, p.listen, http.NewCrossOriginProtection().Handler(mux), nil)
}

func (p *page) show(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = pages.ExecuteTemplate(w, "index.html", map[string]any{
		"Web": p.web, "SignIn": p.signIn, "People": cardreader.Sample(time.Now()), "Switches": switches, "Lines": p.lines(), "Cards": cardNames,
	})
}

// cardNames are the cards that are not a resident's.
var cardNames = map[cardreader.Type]string{
	cardreader.Permit: "港澳台居住证", cardreader.Foreigner2017: "外国人证，旧版", cardreader.Foreigner2023: "外国人证，新版",
}

// line is a line on which accidents can happen.
type line struct {
	Name, Text string
	Accidents  []sim.Accident
}

func (p *page) lines() (list []line) {
	for _, l := range []line{{Name: "reader", Text: "读卡器"}, {Name: "lockers", Text: "工具柜"}, {Name: "displays", Text: "数码管"}, {Name: "entrance", Text: "入口屏"}} {
		l.Accidents = p.hw.Accidents(l.Name)
		list = append(list, l)
	}
	return list
}

// state is what the page shows and may have changed.
func (p *page) state(w http.ResponseWriter, _ *http.Request) {
	tubes := []string{p.hw.Board.Shown()}
	for _, t := range p.hw.Tubes {
		tubes = append(tubes, t.Shown())
	}
	open := []int{}
	for n := 1; n <= sim.Doors; n++ {
		if !p.hw.Locker.Locked(n) {
			open = append(open, n)
		}
	}
	cables := map[string]bool{}
	for name, c := range p.hw.Cables {
		cables[name] = c.Plugged()
	}
	cables[netCable] = p.line.plugged()
	happens := map[string]string{}
	for line := range p.hw.Cables {
		happens[line] = p.hw.Happens(line)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"tubes": tubes, "entrance": p.hw.Entrance.Shown(), "open": open, "cables": cables, "happens": happens,
		"slips": p.slips.numbers(), "doors": sim.Doors,
	})
}

func (p *page) slip(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.PathValue("n"))
	t, ok := p.slips.find(n)
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_ = printer.WritePNG(w, t.Image)
}

func (p *page) swipe(w http.ResponseWriter, r *http.Request) {
	people := cardreader.Sample(time.Now())
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(people) {
		http.NotFound(w, r)
		return
	}
	swipe(r.Context(), p.hw.Reader, people[n])
}

// switches are the accidents that a visitor can cause, in the page's order.
var switches = []struct{ Name, On, Off string }{
	{"paper", "放回纸", "抽走纸"},
	{"cover", "合上纸仓盖", "打开纸仓盖"},
	{"power", "打印机通电", "打印机断电"},
}

// do works a switch: ?on=true or false; for a cable or a door, ?name= says which.
// An accident on the line ?name= is named by ?what=, nothing ends it.
func (p *page) do(w http.ResponseWriter, r *http.Request) {
	on := r.FormValue("on") == "true"
	switch r.PathValue("what") {
	case "paper":
		p.hw.Printer.PaperOut(!on)
	case "cover":
		p.hw.Printer.CoverOpen(!on)
	case "power":
		if on {
			p.hw.Printer.PowerOn()
		} else {
			p.hw.Printer.PowerOff()
		}
	case "door":
		n, _ := strconv.Atoi(r.FormValue("name"))
		if on {
			p.hw.Locker.ForceOpen(n)
		} else {
			p.hw.Locker.PushShut(n)
		}
	case "cable":
		p.cable(w, r, on)
	case "accident":
		if err := p.hw.Happen(r.FormValue("name"), r.FormValue("what")); err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
		}
	default:
		http.NotFound(w, r)
	}
}

// netCable is the name of the network's cable among the devices'.
const netCable = "network"

func (p *page) cable(w http.ResponseWriter, r *http.Request, on bool) {
	if r.FormValue("name") == netCable {
		p.line.plug(on)
		return
	}
	c := p.hw.Cables[r.FormValue("name")]
	if c == nil {
		http.NotFound(w, r)
		return
	}
	turn := c.Pull
	if on {
		turn = c.Plug
	}
	if err := turn(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
