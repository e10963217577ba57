// Package cmd_test holds the whole tree to the house's plan: who may import
// whom, who may start a goroutine, and what stands at the top.
package cmd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file is one Go file of the repository.
type file struct {
	name    string // from the top, as in devices/idcard/idcard.go
	test    bool   // a test, or a package that only tests import
	imports []string
	syntax  *ast.File
}

func (f file) dir() string { return path.Dir(f.name) }

// house is every Go file, parsed.
func house(t *testing.T) (*token.FileSet, []file) {
	t.Helper()
	set := token.NewFileSet()
	var files []file
	err := filepath.WalkDir("..", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "testdata" || len(e.Name()) > 2 && e.Name()[0] == '.') {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		syntax, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := file{name: filepath.ToSlash(strings.TrimPrefix(name, ".."+string(filepath.Separator))), syntax: syntax}
		f.test = strings.HasSuffix(name, "_test.go") || strings.HasSuffix(f.dir(), "test")
		for _, spec := range syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("only %d Go files found; is this test still in cmd?", len(files))
	}
	return set, files
}

// under says whether an import path or a folder is room or lies below it.
func under(p, room string) bool { return p == room || strings.HasPrefix(p, room+"/") }

func TestDirections(t *testing.T) {
	rules := []struct {
		room string
		deny []string
		why  string
	}{
		{"devices", []string{"halld/cmd", "halld/config", "halld/firmware-bridge", "periph.io/x/host/v3", "github.com/tarm/serial"}, "a driver is lent a line; it knows no hall, no configuration and no port"},
		{"firmware-bridge/emulator", []string{"halld/devices", "halld/cmd", "halld/config"}, "an emulator reads the data sheet for itself"},
		{"firmware-bridge", []string{"halld/cmd", "halld/config"}, "a line knows no rules"},
		{"config", []string{"halld"}, "the configuration knows no other room"},
		{"cmd/internal/hall", []string{"halld"}, "the rules stand on the standard library alone"},
		{"cmd/internal/ledger", []string{"halld/config", "halld/devices", "halld/firmware-bridge", "halld/cmd/internal/console", "halld/cmd/internal/county", "halld/cmd/internal/daemon"}, "the ledger is below all that writes and reads it"},
		{"cmd/internal/county", []string{"halld/config", "halld/devices", "halld/firmware-bridge", "halld/cmd/internal/console", "halld/cmd/internal/daemon"}, "the county's line reads the ledger, nothing else"},
		{"cmd/internal/console", []string{"halld/config", "halld/devices", "halld/firmware-bridge", "halld/cmd/internal/county", "halld/cmd/internal/daemon"}, "the pages ask the daemon through an interface"},
	}
	_, files := house(t)
	for _, r := range rules {
		for _, f := range files {
			if f.test || !under(f.dir(), r.room) {
				continue
			}
			for _, imported := range f.imports {
				if slices.ContainsFunc(r.deny, func(d string) bool { return under(imported, d) }) {
					t.Errorf("%s imports %s: %s", f.name, imported, r.why)
				}
			}
		}
	}
}

// TestHallIsPure: the rules see only events, so that a replay gives the same
// hall. No clock, no I/O, no chance, nothing outside the standard library.
func TestHallIsPure(t *testing.T) {
	banned := []string{"os", "io/fs", "net", "syscall", "log", "log/slog", "sync", "math/rand", "math/rand/v2", "crypto/rand", "context"}
	clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTimer", "NewTicker"}
	set, files := house(t)
	for _, f := range files {
		if f.test || f.dir() != "cmd/internal/hall" {
			continue
		}
		for _, imported := range f.imports {
			if strings.Contains(imported, ".") || slices.ContainsFunc(banned, func(b string) bool { return under(imported, b) }) {
				t.Errorf("%s imports %s", f.name, imported)
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, s.Sel.Name) {
					t.Errorf("%s: time.%s in the rules; time comes in the event", set.Position(n.Pos()), s.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestOneImporter: what has traps is contained in one file each.
func TestOneImporter(t *testing.T) {
	want := map[string][]string{
		"github.com/tarm/serial":              {"firmware-bridge"},
		"periph.io/x/host/v3":                 {"firmware-bridge"},
		"github.com/eclipse/paho.mqtt.golang": {"cmd/internal/county"},
	}
	got := map[string][]string{}
	_, files := house(t)
	for _, f := range files {
		for module := range want {
			if !strings.HasSuffix(f.name, "_test.go") && slices.ContainsFunc(f.imports, func(i string) bool { return under(i, module) }) {
				got[module] = append(got[module], f.dir())
			}
		}
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("files that import a module, by folder (-got +want one):\n%s", diff)
	}
}

// TestGoroutines: every goroutine of the product is started in daemon or in a
// command's main package, where somebody waits for it.
func TestGoroutines(t *testing.T) {
	set, files := house(t)
	for _, f := range files {
		if f.test || f.dir() == "cmd/internal/daemon" || under(f.name, "cmd") && !under(f.name, "cmd/internal") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if starts(n) {
				t.Errorf("%s: a goroutine is started; give the part a Run(ctx) and let daemon start it", set.Position(n.Pos()))
			}
			return true
		})
	}
}

// starts says whether a node starts a goroutine: a go statement, or the Go of
// an errgroup or a WaitGroup.
func starts(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		return true
	case *ast.CallExpr:
		s, ok := n.Fun.(*ast.SelectorExpr)
		return ok && (s.Sel.Name == "Go" || s.Sel.Name == "TryGo")
	}
	return false
}

func TestTopLevel(t *testing.T) {
	prescribed := strings.Fields("cmd devices firmware-bridge config systemd go.mod go.sum README.md LICENSE")
	built := strings.Fields("bin dist halld hallctl hallsim countyd") // in .gitignore
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); name[0] != '.' && !slices.Contains(prescribed, name) && !slices.Contains(built, name) {
			t.Errorf("%s stands at the top level, which is given: %v", name, prescribed)
		}
	}
}
