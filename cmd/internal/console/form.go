package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A page's form becomes the same JSON that hallctl sends, so that both go one
// way. A field's name is a key of the request, with a dot going one object
// deeper, and may say after a colon what it is:
//
//	reason          text
//	window:int      a whole number
//	ByHand:bool     true if it is there
//	missing:list    words between commas
//	parts:lines     a word a line
//	prices:pairs    手柄=8.00 a line, as an object
//	tools:each      a word for each field of the name
//	receipt:join    the fields of the name, one behind the other
//	tool:json       an object that the other fields change
//	a1:to           an answer, such as missing=手柄, that goes into the list it
//	                names; missing= puts nothing into that list
//
// A field left empty is left out, and taken out of such an object.
func formJSON(form url.Values) ([]byte, error) {
	body := map[string]any{}
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { // an object before what changes it
		if x, y := strings.HasSuffix(a, ":json"), strings.HasSuffix(b, ":json"); x != y {
			return map[bool]int{true: -1, false: 1}[x]
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		key, kind, _ := strings.Cut(name, ":")
		if kind == "to" {
			sort(body, form[name])
			continue
		}
		v, err := value(kind, form[name])
		if err != nil {
			return nil, err
		}
		set(body, key, v)
	}
	return json.Marshal(body)
}

// sort puts answers into the lists that they name.
func sort(body map[string]any, answers []string) {
	for _, a := range answers {
		field, word, _ := strings.Cut(a, "=")
		list, _ := body[field].([]string)
		body[field] = append(append([]string{}, list...), filledIn([]string{word})...)
	}
}

// value is what a field's texts are in JSON; nil if nothing was put in.
func value(kind string, texts []string) (any, error) {
	texts = filledIn(texts)
	if len(texts) == 0 {
		return nil, nil //nolint:nilnil // a field left empty is neither a value nor a mistake
	}
	switch kind {
	case "int":
		n, err := strconv.Atoi(texts[0])
		if err != nil {
			return nil, bad("“%s”不是整数，请只填数字", texts[0])
		}
		return n, nil
	case "bool":
		return true, nil
	case "list":
		return words(strings.Join(texts, ",")), nil
	case "lines":
		return filledIn(strings.Split(texts[0], "\n")), nil
	case "each":
		return texts, nil
	case "join":
		return strings.Join(texts, ""), nil
	case "pairs":
		return pairs(texts[0])
	case "json":
		var object map[string]any
		if err := json.Unmarshal([]byte(texts[0]), &object); err != nil {
			return nil, bad("表单读不懂")
		}
		return object, nil
	}
	return strings.Join(texts, ","), nil
}

func filledIn(texts []string) (list []string) {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			list = append(list, t)
		}
	}
	return list
}

func words(text string) []string {
	return filledIn(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、;；\n", r) }))
}

func pairs(text string) (map[string]any, error) {
	object := map[string]any{}
	for _, w := range filledIn(strings.Split(text, "\n")) {
		name, v, ok := strings.Cut(w, "=")
		if !ok {
			return nil, bad("“%s”要写成 名称=价格，如 手柄=8.00", w)
		}
		object[strings.TrimSpace(name)] = strings.TrimSpace(v)
	}
	return object, nil
}

// set puts a value at a path such as tool.price.rate; nil takes it away.
func set(body map[string]any, path string, v any) {
	key, rest, deeper := strings.Cut(path, ".")
	switch inner, ok := body[key].(map[string]any); {
	case deeper && ok:
		set(inner, rest, v)
	case deeper && v != nil:
		inner = map[string]any{}
		body[key] = inner
		set(inner, rest, v)
	case v != nil:
		body[key] = v
	case !deeper:
		delete(body, key)
	}
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
