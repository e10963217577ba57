package console_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"halld/cmd/internal/console/browsertest"
	"halld/cmd/internal/console/consoletest"
	"halld/cmd/internal/hall"
)

// The smallest texts, in px: at arm's length on the staff's screens, and across
// the hall on a television.
const (
	leastOnDesk = 16
	leastOnWall = 24
)

// picture keeps a picture of a page in the folder HALL_PICTURES, for people to
// look at.
func picture(t *testing.T, w *browsertest.Tab, name string) {
	t.Helper()
	dir := os.Getenv("HALL_PICTURES")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), w.Picture(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestPagesForEverybody holds every page of a full morning to what people need
// who see badly or have no mouse.
func TestPagesForEverybody(t *testing.T) {
	b := browsertest.Open(t)
	r := busy(t)
	desk := b.Tab(1280, 800)
	check := func(w *browsertest.Tab, address string, least int) {
		t.Helper()
		w.Go(r.web.URL + address)
		picture(t, w, regexp.MustCompile(`\W+`).ReplaceAllString(strings.TrimPrefix(address, "/"), "-"))
		w.Eval("document.querySelectorAll('details').forEach((d) => { d.open = true; })", nil)
		for _, what := range w.Lint(least) {
			t.Errorf("%s: %s", address, what)
		}
	}
	check(desk, "/staff/login", leastOnDesk)
	r.pin("02", "9134")
	desk.Fill("[name=staff]", "02")
	desk.Fill("[name=pin]", "9134")
	desk.Press("button.go")
	for _, address := range []string{
		"/staff/queue", "/staff/people", "/staff/people?person=p1", "/staff/people?person=p9", "/staff/rental", "/staff/tools",
		"/staff/tools?tool=DR-a", "/staff/tools?tool=DR-k", "/staff/doors", "/staff/doors?door=A/16", "/staff/doors?door=A/20", "/staff/problems", "/staff/day", "/staff/books",
		"/staff/books?book=rental", "/staff/find?q=R", "/staff/rental?rental=R260302-001", "/staff/rental?rental=R260302-002",
		"/staff/rental?rental=R260302-003", "/staff/rental?rental=R260302-004", "/staff/rental?rental=R260302-005",
		"/staff/rental?rental=R260302-006", "/staff/rental?rental=R260302-007", "/staff/rental?rental=R260302-008", "/staff/rental?rental=R260302-009", "/staff/rental?rental=R260302-010",
	} {
		check(desk, address, leastOnDesk)
	}
	wall := b.Tab(1920, 1080)
	check(wall, "/board", leastOnWall)
	check(wall, "/rules", leastOnWall)
	check(wall, "/rules/flow", leastOnWall)
}

// TestBoardFits: however many windows and services a hall has, nothing of the
// board is cut off on a full day.
func TestBoardFits(t *testing.T) {
	b := browsertest.Open(t)
	for _, windows := range []int{1, 2, 4, 6, 9} {
		r := rigOf(t, crowded(windows))
		for i := range 30 {
			r.swipe(fmt.Sprintf("p%d", i), fmt.Sprintf("%04d", i))
		}
		for i := range 18 {
			window := 1 + i%windows
			r.do("call", fmt.Sprintf(`{"window":%d,"staff":"02"}`, window))
			if i < 18-windows {
				r.do("skip", fmt.Sprintf(`{"window":%d,"staff":"02"}`, window))
			}
		}
		if _, err := r.hall.Do(t.Context(), hall.DeviceReport{Device: "printer", Fault: "paper-out"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.hall.Do(t.Context(), hall.DeviceReport{Device: hall.NetworkName, Fault: "offline"}); err != nil {
			t.Fatal(err)
		}
		wall := b.Tab(1920, 1080)
		wall.Go(r.web.URL + "/board")
		var cut []string
		wall.Eval(`(() => { const cut = [];
			const look = (box) => { const b = box.getBoundingClientRect(); box.querySelectorAll("*").forEach((el) => { const e = el.getBoundingClientRect();
				const low = getComputedStyle(el).display !== "inline" && e.bottom > b.bottom + 1;
				if (low || e.right > b.right + 1) cut.push((box.id || box.className || box.tagName) + ": " + el.textContent.slice(0, 40)); }); };
			document.querySelectorAll("body, main > section, .window, footer, header, #flow li").forEach(look);
			const parts = document.querySelectorAll(".extract");
			parts.forEach((p) => { parts.forEach((o) => o.classList.toggle("here", o === p)); if (p.scrollHeight > p.clientHeight + 1) cut.push(p.textContent); });
			return cut; })()`, &cut)
		for _, what := range cut {
			t.Errorf("with %d windows is cut off: %s", windows, what)
		}
		picture(t, wall, fmt.Sprintf("board-%d-windows", windows))
	}
}

// crowded is a hall with all five services and many windows.
func crowded(windows int) hall.Config {
	cfg := consoletest.Config()
	cfg.Name = "阳泉市郊区零工市场"
	cfg.Services, cfg.Windows = nil, nil
	for i, name := range []string{"快速对接", "零工信息", "创业培训", "困难帮扶", "权益保护"} {
		cfg.Services = append(cfg.Services, hall.Service{Key: fmt.Sprint("s", i), Name: name, Prefix: string(rune('A' + i)), First: 1, Last: 499})
	}
	for n := range windows {
		cfg.Windows = append(cfg.Windows, hall.Window{Number: n + 1, Name: "求职登记综合服务", Services: []string{"s0"}})
	}
	return cfg
}

// TestPageStaysFresh: a page follows the hall, waits while somebody fills in a
// form and says so, and follows again when the field is empty.
func TestPageStaysFresh(t *testing.T) {
	b := browsertest.Open(t)
	r := newRig(t)
	r.pin("01", "4827")
	w := b.Tab(1280, 800)
	w.Go(r.web.URL + "/staff/login")
	w.Fill("[name=staff]", "01")
	w.Fill("[name=pin]", "4827")
	w.Press("button.go")
	w.Go(r.web.URL + "/staff/people")
	r.swipe("p1", "0019")
	w.Until("the visitor is on the page", `document.querySelector("#main").innerText.includes("0019")`)
	w.Fill("[name=course]", "电工")
	r.swipe("p2", "0028")
	w.Until("the page says that it is stale", `!document.querySelector("#stale").hidden`)
	if strings.Contains(w.Text(), "0028") {
		t.Error("the page was replaced although a form is half filled in")
	}
	w.Fill("[name=course]", "")
	w.Until("the page follows again", `document.querySelector("#main").innerText.includes("0028") && document.querySelector("#stale").hidden`)
	w.Go(r.web.URL + "/staff/find?" + url.Values{"q": {"A002"}}.Encode())
	w.Until("the search leads to the person", `location.search === "?person=p2"`)
}
