package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
		fmt.Fprintf(b, "%s%v\n", indent, value(v))
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
			fmt.Fprintf(b, "%s%s\t%s\n", indent, k.words, value(x))
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
		plain = append(plain, value(x))
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
		keys = append(keys, label{k, value(k)})
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

// value is one value as people read it.
func value(v any) string {
	s := fmt.Sprint(v)
	if t := stamp(v, "2006-01-02 15:04:05"); t != "" {
		return t
	}
	if strings.HasPrefix(s, "0001-01-01T") {
		return ""
	}
	if w, ok := wordOf[s]; ok {
		return w
	}
	return s
}

// table shows a list of objects as rows. Each column is a key and a heading.
func table(cols ...string) func(any) string {
	return func(v any) string {
		var b strings.Builder
		var keys, heads []string
		for _, c := range cols {
			key, head, _ := strings.Cut(c, " ")
			keys, heads = append(keys, key), append(heads, head)
		}
		b.WriteString(strings.Join(heads, "\t") + "\n")
		list, _ := v.([]any)
		for _, x := range list {
			m, _ := x.(map[string]any)
			cells := make([]string, len(keys))
			for i, k := range keys {
				cells[i] = cell(m[k])
			}
			b.WriteString(strings.Join(cells, "\t") + "\n")
		}
		return align(b.String())
	}
}

func cell(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case []any:
		parts := make([]string, len(x))
		for i, p := range x {
			parts[i] = value(p)
		}
		return strings.Join(parts, "、")
	default:
		return value(v)
	}
}
