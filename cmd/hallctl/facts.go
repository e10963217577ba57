package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"halld/cmd/internal/hall"
)

// facts shows one object, such as a "tool", as lines of label and value; what is
// in it is indented.
func facts(of string) func(any) string {
	return func(v any) string {
		var b strings.Builder
		write(&b, "", of, v)
		return align(b.String())
	}
}

// write shows what stands below a key.
func write(b *strings.Builder, indent, above string, v any) {
	m, ok := v.(map[string]any)
	if !ok {
		fmt.Fprintf(b, "%s%s\n", indent, value("", v))
		return
	}
	for _, k := range ordered(above, m) {
		switch x := m[k.key].(type) {
		case map[string]any:
			fmt.Fprintf(b, "%s%s\t\n", indent, k.words)
			write(b, indent+"  ", k.key, x)
		case []any:
			writeList(b, indent, k, x)
		case nil:
		default:
			fmt.Fprintf(b, "%s%s\t%s\n", indent, k.words, value(vocabulary(above, k.key), x))
		}
	}
}

func writeList(b *strings.Builder, indent string, k label, list []any) {
	var plain []string
	for i, x := range list {
		if _, object := x.(map[string]any); object {
			fmt.Fprintf(b, "%s%s %d\t\n", indent, k.words, i+1)
			write(b, indent+"  ", k.key, x)
			continue
		}
		plain = append(plain, value(k.key, x))
	}
	if len(plain) > 0 || len(list) == 0 {
		fmt.Fprintf(b, "%s%s\t%s\n", indent, k.words, strings.Join(plain, "、"))
	}
}

// ordered are an object's keys with their words, in the order of the labels, then
// those of a list by name, such as staff ids.
func ordered(above string, m map[string]any) (keys []label) {
	rest := maps.Clone(m)
	for _, l := range labels {
		key, fits := l.under(above)
		if _, there := rest[key]; !fits || !there || l.key == key && special(above, key) {
			continue
		}
		delete(rest, key)
		if l.words != "" {
			keys = append(keys, label{key, l.words})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(rest)) {
		keys = append(keys, label{k, hall.Name(vocabulary("", above), k)})
	}
	return keys
}

// under is the key that a label is for, if it is for one below this key.
func (l label) under(above string) (key string, fits bool) {
	i := strings.LastIndex(l.key, ".")
	return l.key[i+1:], i < 0 || l.key[:i] == above
}

// special tells whether a key has words of its own below another.
func special(above, key string) bool {
	return slices.ContainsFunc(labels, func(l label) bool { return l.key == above+"."+key })
}

// vocabulary is what the words below a key are said of, for [hall.Name].
func vocabulary(above, key string) string {
	return cmp.Or(vocabularies[above+"."+key], vocabularies[key])
}

// value is one value as people read it; of is what it says something of.
func value(of string, v any) string {
	if is, ok := v.(bool); ok {
		return map[bool]string{true: "是", false: "否"}[is]
	}
	s := word(of, v)
	if t := stamp(v, "2006-01-02 15:04:05"); t != "" {
		return t
	}
	if strings.HasPrefix(s, "0001-01-01T") {
		return ""
	}
	return s
}

// table shows a list of objects as rows. Each column is a key, behind a colon what
// its words are said of, and a heading.
func table(cols ...string) func(any) string {
	return func(v any) string {
		var b strings.Builder
		heads := make([]string, len(cols))
		for i, c := range cols {
			_, heads[i], _ = strings.Cut(c, " ")
		}
		b.WriteString(strings.Join(heads, "\t") + "\n")
		for _, m := range objects(v) {
			cells := make([]string, len(cols))
			for i, c := range cols {
				key, _, _ := strings.Cut(c, " ")
				key, of, _ := strings.Cut(key, ":")
				cells[i] = cell(of, m[key])
			}
			b.WriteString(strings.Join(cells, "\t") + "\n")
		}
		return align(b.String())
	}
}

// objects are those of a list.
func objects(v any) (list []map[string]any) {
	all, _ := v.([]any)
	for _, x := range all {
		m, _ := x.(map[string]any)
		list = append(list, m)
	}
	return list
}

func cell(of string, v any) string {
	list, ok := v.([]any)
	if !ok {
		return value(of, v)
	}
	parts := make([]string, len(list))
	for i, p := range list {
		parts[i] = value(of, p)
	}
	return strings.Join(parts, "、")
}
