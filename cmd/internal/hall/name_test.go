package hall

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestEveryWordHasAName: whatever state, kind or reason the interface can answer
// with has words for people.
func TestEveryWordHasAName(t *testing.T) {
	told := map[string]bool{}
	check := func(of, word string) {
		told[of] = true
		if Name(of, word) == word {
			t.Errorf("%s %q has no name", of, word)
		}
	}
	for k := range kinds {
		check("kind", string(k))
	}
	for _, s := range []*Storage{{}, {In: true}} {
		check("storage", s.view().State)
	}
	check("confirm", RightToWork)
	for typ, of := range map[string]string{
		"RentalState": "rental", "ToolState": "tool", "Class": "class", "Unit": "unit", "Role": "role", "TicketState": "ticket",
		"JobState": "slip", "OpState": "opening", "Purpose": "purpose", "Action": "action", "Result": "result", "Correct": "correction", "Reason": "refusal",
	} {
		for _, word := range constants(t, typ) {
			check(of, word)
		}
	}
	for of := range names {
		if !told[of] && of != "paper" { // the papers are laid out elsewhere
			t.Errorf("nothing is checked of %s", of)
		}
	}
}

// constants are the values of the constants of a type, or whose names begin with
// its name.
func constants(t *testing.T, typ string) (list []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			kind, _ := v.Type.(*ast.Ident)
			text, isText := v.Values[0].(*ast.BasicLit)
			if isText && text.Kind == token.STRING && (kind != nil && kind.Name == typ || kind == nil && strings.HasPrefix(v.Names[0].Name, typ)) {
				word, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, word)
			}
			return true
		})
	}
	if len(list) == 0 {
		t.Fatalf("no constant of %s", typ)
	}
	return list
}
