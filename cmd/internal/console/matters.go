package console

import (
	"net/url"
	"slices"

	"halld/cmd/internal/hall"
)

// matter is something that waits for the staff, with the page where it is
// settled.
type matter struct {
	hall.Warning
	Link string
}

// buttoned are the codes of the warnings that the page shows with their buttons.
var buttoned = []string{"emergency", "door-undecided", "slip"}

// matters are what the rules warn of, but for what the page lists itself.
func matters(h *hall.Hall) (list []matter) {
	for _, w := range h.Warnings() {
		if !slices.Contains(buttoned, w.Code) {
			list = append(list, matter{w, settledAt(h, w)})
		}
	}
	return list
}

// settledAt is the address of the page where a warning is settled.
func settledAt(h *hall.Hall, w hall.Warning) string {
	page, key, value := "queue", "", w.Subject
	switch w.Code {
	case "door-forced", "door-open", "door-repair", "door-stuck", "door-jammed":
		page, key = "doors", "door"
	case "storage-left":
		page, key = "doors", "door"
		if s := h.Storages[w.Subject]; s != nil {
			value = string(s.Door)
		}
	case "confirm":
		page, key = "people", "person"
		if t := h.Tickets[w.Subject]; t != nil {
			value = t.Person
		}
	case "check-due":
		page, key = "tools", "tool"
	case "request":
		page = "tools"
	case "approval", "overnight", "overdue", "inspection":
		page, key = "rental", "rental"
	}
	if key == "" {
		return "/staff/" + page
	}
	return "/staff/" + page + "?" + url.Values{key: {value}}.Encode()
}
