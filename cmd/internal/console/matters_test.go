package console_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
)

// TestEveryWarningHasAPage: whatever the rules can warn of is settled somewhere
// else than at the page of the numbers, unless it is about numbers.
func TestEveryWarningHasAPage(t *testing.T) {
	about := map[string]bool{"held": true, "numbers": true, "unserved": true}
	onPage := map[string]bool{"emergency": true, "door-undecided": true, "slip": true} // settled where all is listed
	codes := map[string]bool{}
	for _, file := range []string{"warning.go", "door_view.go", "rental_matter.go"} {
		b, err := os.ReadFile("../hall/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:add|warn|warning)\("([a-z-]+)"`).FindAllStringSubmatch(string(b), -1) {
			codes[m[1]] = true
		}
	}
	if len(codes) < 15 {
		t.Fatalf("found only the warnings %v", codes)
	}
	r := newRig(t)
	err := r.hall.View(t.Context(), func(h *hall.Hall) {
		for code := range codes {
			link := console.SettledAt(h, hall.Warning{Code: code, Subject: "X"})
			if queue := link == "/staff/queue"; queue != about[code] && !onPage[code] {
				t.Errorf("%s is settled at %s", code, link)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestMattersLeadOn: each matter of a busy hall, and of one on the morning after,
// leads to a page that knows what it is about.
func TestMattersLeadOn(t *testing.T) {
	today, later := busy(t), busy(t)
	later.hall.Later(26 * time.Hour)
	if _, err := later.hall.Do(t.Context(), hall.Tick{}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*rig{today, later} {
		clerk := r.as("02", "9134")
		list := matters(t, clerk.look("/staff/problems"))
		if len(list) == 0 {
			t.Error("nothing waits in a busy hall")
		}
		for text, link := range list {
			page := clerk.look(link)
			subject := regexp.MustCompile(`[A-Z]/\d+|R\d+-\d+|L\d+|DR-\w|尾号\w{4}`).FindString(text)
			if subject != "" && !strings.Contains(page, strings.TrimPrefix(subject, "尾号")) {
				t.Errorf("“%s” leads to %s, which does not show %s", text, link, subject)
			}
		}
	}
}

// matters are the texts of what a page reminds of, with their links.
func matters(t *testing.T, page string) map[string]string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for n := range doc.Descendants() {
		if n.Data != "tr" {
			continue
		}
		for a := range n.Descendants() {
			if a.Data == "a" && textOf(a) == "去办理" {
				list[textOf(n.FirstChild)] = attr(a, "href")
			}
		}
	}
	return list
}
