package slip

import (
	"encoding/json"
	"fmt"
	"strings"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// fill reads a template's own fields before laying them out.
func fill[T any](lay func(sheet, T) []printer.Line) func(sheet, []byte) ([]printer.Line, error) {
	return func(s sheet, data []byte) ([]printer.Line, error) {
		var fields T
		if err := json.Unmarshal(data, &fields); err != nil {
			return nil, fmt.Errorf("reading its fields: %w", err)
		}
		return lay(s, fields), nil
	}
}

// lacking names what the hall itself must put on every slip and has not, and a
// person who is not masked.
func (h House) lacking(job hall.Job, w Who) (missing []string) {
	for _, f := range []struct {
		name  string
		there bool
	}{
		{"hall name", h.Name != ""},
		{"hotline", h.Hotline != ""},
		{"job id", job.ID != ""},
		{"mask on the name", w.Name == "" || strings.Contains(w.Name, "*")},
		{"mask on the number", w.Number == "" || strings.Contains(w.Number, "*")},
	} {
		if !f.there {
			missing = append(missing, f.name)
		}
	}
	return missing
}

// lacking names the fields that a template needs and the data leave empty.
// Zero and no are values; an empty text or list is none.
func (t template) lacking(data []byte) (missing []string) {
	tree := decode(data)
	for _, path := range t.needs {
		values := lookup(tree, strings.Split(path, "."))
		there := len(values) > 0
		for _, v := range values {
			there = there && !empty(v)
		}
		if !there {
			missing = append(missing, path)
		}
	}
	return missing
}

func decode(data []byte) any {
	var tree any
	if json.Unmarshal(data, &tree) != nil {
		return nil // then every field is missing
	}
	return tree
}

// lookup gives the values at a path, one for each element of the lists on the
// way, nil where there is none.
func lookup(tree any, path []string) []any {
	if len(path) == 0 {
		return []any{tree}
	}
	switch node := tree.(type) {
	case map[string]any:
		for key, value := range node {
			if strings.EqualFold(key, path[0]) { // as encoding/json reads them
				return lookup(value, path[1:])
			}
		}
		return []any{nil}
	case []any:
		var all []any
		for _, element := range node {
			all = append(all, lookup(element, path)...)
		}
		return all
	}
	return nil
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
