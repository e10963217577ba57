package console

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"halld/cmd/internal/hall"
)

// helpers are what templates may say beside the fields.
var helpers = template.FuncMap{
	"form":   form,
	"hidden": hidden,
	"whole":  whole,
	"brief":  brief,
	"join":   func(list []string) string { return strings.Join(list, "、") },
	"lines":  func(list []string) string { return strings.Join(list, "\n") },
	"nonzero": func(v any) string {
		if reflect.ValueOf(v).IsZero() {
			return ""
		}
		return fmt.Sprint(v)
	},
	"clock": func(t time.Time) string { return t.Format("15:04") },
	"when":  func(t time.Time) string { return t.Format("01-02 15:04") },
	"word":  func(of string, v any) string { return hall.Name(of, fmt.Sprint(v)) },
	"per":   func() []hall.Unit { return []hall.Unit{hall.PerHour, hall.PerDay, hall.PerUse} },
	"pairs": func(m map[string]hall.Fen) string {
		var list []string
		for _, k := range slices.Sorted(maps.Keys(m)) {
			list = append(list, k+"="+m[k].String())
		}
		return strings.Join(list, "\n")
	},
}

// form opens a form that asks for something: it comes back to where it stands,
// and says what was done. Its end tag stands in the template.
func form(d *desk, path, class, said string) template.HTML {
	return template.HTML(fmt.Sprintf(`<form method="post" action="/staff/do/%s" class="%s">`, esc(path), esc(class))) +
		hidden("back", d.Here, "said", said)
}

// hidden makes the hidden fields of a form from names and values in turn.
func hidden(pairs ...any) template.HTML {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&b, `<input type="hidden" name="%s" value="%s">`, esc(pairs[i]), esc(pairs[i+1]))
	}
	return template.HTML(b.String())
}

func esc(v any) string { return template.HTMLEscaper(v) }

// brief is a cell of a book as a page shows it: of a person's reference so much as
// tells one row from another. The export has the whole.
func brief(cell string) string {
	if b, err := hex.DecodeString(cell); err == nil && len(b) == sha256.Size {
		return cell[:8] + "…"
	}
	return cell
}
