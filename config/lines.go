package config

import (
	"fmt"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines knows on which line each key of a document stands. Paths are written
// display[0].port; tables and elements of arrays have paths too.
type lines map[string]int

// of is the line of path, or of the nearest table around it, or 1.
func (l lines) of(path string) int {
	for path != "" {
		if n, ok := l[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 1
}

// indexer walks the syntax tree, which keeps the positions that go-toml's
// decoder does not hand out.
type indexer struct {
	parser unstable.Parser
	starts []int          // offset of each line
	tables map[string]int // how many elements each [[array]] has so far
	lines  lines
}

// index finds the lines of a document that is known to be well-formed.
func index(doc []byte) lines {
	x := indexer{tables: map[string]int{}, lines: lines{}, starts: []int{0}}
	for i, b := range doc {
		if b == '\n' {
			x.starts = append(x.starts, i+1)
		}
	}
	x.parser.Reset(doc)
	table := ""
	for x.parser.NextExpression() {
		switch e := x.parser.Expression(); e.Kind {
		case unstable.Table:
			table = x.path("", e.Key())
		case unstable.ArrayTable:
			table = x.element(e)
		case unstable.KeyValue:
			x.keyValue(table, e)
		}
	}
	return x.lines
}

// path follows a dotted key below base and marks every table on the way.
func (x *indexer) path(base string, key unstable.Iterator) string {
	for key.Next() {
		base = join(base, string(key.Node().Data))
		x.mark(base, key.Node())
		if n := x.tables[base]; n > 0 && !key.IsLast() {
			base = fmt.Sprintf("%s[%d]", base, n-1)
		}
	}
	return base
}

// element begins one more element of an [[array]].
func (x *indexer) element(e *unstable.Node) string {
	path := x.path("", e.Key())
	n := x.tables[path]
	x.tables[path] = n + 1
	path = fmt.Sprintf("%s[%d]", path, n)
	x.mark(path, e.Child())
	return path
}

func (x *indexer) keyValue(table string, e *unstable.Node) {
	x.value(x.path(table, e.Key()), e.Value())
}

func (x *indexer) value(path string, v *unstable.Node) {
	x.mark(path, v)
	it := v.Children()
	switch v.Kind {
	case unstable.InlineTable:
		for it.Next() {
			x.keyValue(path, it.Node())
		}
	case unstable.Array:
		for i := 0; it.Next(); i++ {
			x.value(fmt.Sprintf("%s[%d]", path, i), it.Node())
		}
	}
}

// mark notes the first place where path stands.
func (x *indexer) mark(path string, n *unstable.Node) {
	if _, ok := x.lines[path]; ok || n.Raw.Length == 0 {
		return
	}
	x.lines[path] = sort.SearchInts(x.starts, int(n.Raw.Offset)+1)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
