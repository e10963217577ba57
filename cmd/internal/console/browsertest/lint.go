package browsertest

import (
	_ "embed"
	"fmt"
)

//go:embed lint.js
var lint string

// Lint says what of the page keeps out people who see badly or have no mouse:
// contrast, sizes, labels, the order and the sight of the focus. No text may be
// smaller than least, in px.
func (w *Tab) Lint(least int) (found []string) {
	w.b.t.Helper()
	w.Eval(fmt.Sprintf("%s(%d)", lint, least), &found)
	return found
}
