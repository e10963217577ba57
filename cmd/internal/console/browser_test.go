package console_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"halld/cmd/internal/console/browsertest"
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
		w.Eval("document.querySelectorAll('details').forEach((d) => { d.open = true; })", nil)
		for _, what := range w.Lint(least) {
			t.Errorf("%s: %s", address, what)
		}
		picture(t, w, regexp.MustCompile(`\W+`).ReplaceAllString(strings.TrimPrefix(address, "/"), "-"))
	}
	check(desk, "/staff/login", leastOnDesk)
	r.pin("02", "9134")
	desk.Fill("[name=staff]", "02")
	desk.Fill("[name=pin]", "9134")
	desk.Press("button.go")
	for _, address := range []string{
		"/staff/queue", "/staff/people", "/staff/people?person=p1", "/staff/people?person=p9", "/staff/rental", "/staff/tools",
		"/staff/tools?tool=DR-a", "/staff/doors", "/staff/doors?door=A/20", "/staff/problems", "/staff/day", "/staff/books",
		"/staff/books?book=rental", "/staff/find?q=R", "/staff/rental?rental=R260302-001", "/staff/rental?rental=R260302-002",
		"/staff/rental?rental=R260302-003", "/staff/rental?rental=R260302-004", "/staff/rental?rental=R260302-005",
		"/staff/rental?rental=R260302-006", "/staff/rental?rental=R260302-007", "/staff/rental?rental=R260302-008", "/staff/rental?rental=R260302-009",
	} {
		check(desk, address, leastOnDesk)
	}
	wall := b.Tab(1920, 1080)
	check(wall, "/board", leastOnWall)
	check(wall, "/rules", leastOnWall)
	check(wall, "/rules/flow", leastOnWall)
}

// TestBoardFits: whatever the hall has, nothing of the board is cut off.
func TestBoardFits(t *testing.T) {
	b := browsertest.Open(t)
	r := busy(t)
	wall := b.Tab(1920, 1080)
	wall.Go(r.web.URL + "/board")
	var cut []string
	wall.Eval(`(() => { const cut = [];
		const look = (el) => { if (el.scrollHeight > el.clientHeight + 1 || el.scrollWidth > el.clientWidth + 1) cut.push((el.id || el.className) + " " + el.textContent.slice(0, 40)); };
		document.querySelectorAll("main > section, .window, footer, header, #rules").forEach(look);
		document.querySelectorAll(".extract").forEach((p) => {
			document.querySelectorAll(".extract").forEach((o) => o.classList.toggle("here", o === p)); look(p); });
		return cut; })()`, &cut)
	for _, what := range cut {
		t.Errorf("cut off: %s", what)
	}
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
