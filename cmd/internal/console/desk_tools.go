package console

import (
	"encoding/json"
	"net/url"

	"halld/cmd/internal/hall"
)

// stockDesk is the page of the tools: all of them, and the one that somebody
// chose with its account.
type stockDesk struct {
	Tools  []hall.ToolView
	Chosen *hall.ToolView
	Fault  string
}

func (d *desk) lookTools(h *hall.Hall, ask url.Values) {
	s := &d.Stock
	id := choice(ask, "tool")
	for _, t := range h.ListTools() {
		v, err := h.ToolSheet(t.ID, d.At)
		if err != nil {
			continue
		}
		s.Tools = append(s.Tools, v)
		if t.ID == id {
			s.Chosen = &v
		}
	}
	if id != "" && s.Chosen == nil {
		s.Fault = "没有编号为" + id + "的工具"
	}
}

// Is reports whether a tool is the chosen one.
func (s stockDesk) Is(id string) bool { return s.Chosen != nil && s.Chosen.ID == id }

// description is a tool as the fields of a form show it.
type description struct {
	hall.Tool
	Types map[string]hall.ToolType
}

// Describes makes the fields that describe a tool; nil is one that is new.
func (d *desk) Describes(t any) description {
	tool, _ := t.(hall.Tool)
	return description{tool, d.Hall.Rental.Types}
}

// whole is a tool as a form carries it, so that a change keeps what the form
// does not ask for.
func whole(t hall.Tool) (string, error) {
	b, err := json.Marshal(t)
	return string(b), err
}
