package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A page's form becomes the same JSON that hallctl sends, so that both go one
// way. A field's name says what it is: "reason" is text, "window:int" a number,
// "missing:list" words between commas or a field that comes several times, and
// "by_hand:bool" is true when it is there. Fields left empty are left out.
func formJSON(form url.Values) ([]byte, error) {
	fields := map[string]any{}
	for name, values := range form {
		key, kind, _ := strings.Cut(name, ":")
		text := strings.TrimSpace(strings.Join(values, ","))
		if text == "" {
			continue
		}
		switch kind {
		case "int":
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, bad("%s 要是整数", key)
			}
			fields[key] = n
		case "list":
			fields[key] = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、;；\n", r) })
		case "bool":
			fields[key] = true
		default:
			fields[key] = text
		}
	}
	return json.Marshal(fields)
}

// submitted reads a form, within the limits of a request.
func submitted(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	b, err := body(w, r)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, bad("表单读不懂")
	}
	return form, nil
}
