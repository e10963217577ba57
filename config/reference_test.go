package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	_ "time/tzdata" // the test machine may have no time zones

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// reference is hall.toml as it ships, and with every setting switched on that
// is commented out there.
func reference(t *testing.T) (plain, full []byte) {
	t.Helper()
	plain, err := os.ReadFile("hall.toml")
	if err != nil {
		t.Fatal(err)
	}
	return plain, regexp.MustCompile(`(?m)^#([a-z\[])`).ReplaceAll(plain, []byte("$1"))
}

func TestReferenceLoadsAsShipped(t *testing.T) {
	cfg, err := Load("hall.toml")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, w := range cfg.Warnings {
		keys = append(keys, w.Key)
	}
	want := []string{"county.brokers", "county.seal_to", "county.ref_key"} // what only the county can give
	if diff := cmp.Diff(keys, want); diff != "" {
		t.Errorf("warnings (-got +want):\n%s", diff)
	}
}

func TestReferenceWithEverythingSwitchedOn(t *testing.T) {
	_, full := reference(t)
	dir := countyFiles(t)
	doc := strings.ReplaceAll(string(full), "/etc/halld/", dir+"/")
	cfg, err := Parse(filepath.Join(dir, "hall.toml"), []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Warnings) > 0 {
		t.Errorf("warnings in the full reference:\n%s", Problems(cfg.Warnings).Error())
	}
}

// TestReferenceNamesEveryKey holds the Go types and the file to each other:
// what a type knows is explained, and what is explained exists.
func TestReferenceNamesEveryKey(t *testing.T) {
	_, full := reference(t)
	var tree map[string]any
	if err := toml.Unmarshal(full, &tree); err != nil {
		t.Fatal(err)
	}
	got, want := map[string]bool{}, map[string]bool{}
	treeKeys(tree, "", got)
	typeKeys(reflect.TypeFor[Config](), "", want)
	for role := range tree["rental"].(map[string]any)["approval_limit"].(map[string]any) {
		delete(got, "rental.approval_limit."+role) // a map's keys belong to the installer
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("keys of hall.toml against the types (-file +types):\n%s", diff)
	}
}

// TestReferenceShowsTheDefaults keeps the values that the file shows for
// defaults from drifting away from them.
func TestReferenceShowsTheDefaults(t *testing.T) {
	shipped, err := Load("hall.toml")
	if err != nil {
		t.Fatal(err)
	}
	bare, err := Parse("hall.toml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]any{
		{shipped.DataDir, bare.DataDir},
		{shipped.Socket, bare.Socket},
		{shipped.Day, bare.Day},
		{shipped.Clock, bare.Clock},
		{shipped.Queue, bare.Queue},
		{shipped.Voice, bare.Voice},
		{shipped.Rental, bare.Rental},
		{shipped.County, bare.County},
		{shipped.Console, bare.Console},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%T in hall.toml is not the default (-file +default):\n%s", pair[0], diff)
		}
	}
}

func treeKeys(tree map[string]any, path string, into map[string]bool) {
	for key, v := range tree {
		into[join(path, key)] = true
		switch v := v.(type) {
		case map[string]any:
			treeKeys(v, join(path, key), into)
		case []any:
			for _, e := range v {
				if sub, ok := e.(map[string]any); ok {
					treeKeys(sub, join(path, key), into)
				}
			}
		}
	}
}

func typeKeys(t reflect.Type, path string, into map[string]bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("toml")
		if key == "-" {
			continue
		}
		into[join(path, key)] = true
		sub := f.Type
		for sub.Kind() == reflect.Pointer || sub.Kind() == reflect.Slice {
			sub = sub.Elem()
		}
		if sub.Kind() == reflect.Struct && !isText(sub) {
			typeKeys(sub, join(path, key), into)
		}
	}
}
