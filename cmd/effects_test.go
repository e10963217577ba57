package cmd_test

import (
	"go/ast"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryEffectIsCarriedOut: what the rules ask for has a case where the daemon
// hands it to a worker.
func TestEveryEffectIsCarriedOut(t *testing.T) {
	var asked, done []string
	_, files := house(t)
	for _, f := range files {
		if f.test {
			continue
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			switch {
			case !ok || fn.Recv == nil:
			case f.dir() == "cmd/internal/hall" && fn.Name.Name == "effect":
				asked = append(asked, fn.Recv.List[0].Type.(*ast.Ident).Name)
			case f.dir() == "cmd/internal/daemon" && fn.Name.Name == "act":
				done = append(done, cases(fn)...)
			}
		}
	}
	slices.Sort(asked)
	slices.Sort(done)
	if diff := cmp.Diff(done, asked); diff != "" || len(asked) == 0 {
		t.Errorf("effects (-carried out +asked for):\n%s", diff)
	}
}

// cases are the types of the rules that a function's type switches name.
func cases(fn *ast.FuncDecl) (names []string) {
	ast.Inspect(fn, func(n ast.Node) bool {
		if c, ok := n.(*ast.CaseClause); ok {
			for _, e := range c.List {
				if s, ok := e.(*ast.SelectorExpr); ok {
					names = append(names, s.Sel.Name)
				}
			}
		}
		return true
	})
	return names
}
