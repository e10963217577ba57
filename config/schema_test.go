package config

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), string(want)); diff != "" {
		t.Errorf("%s (-got +want), -update writes it:\n%s", name, diff)
	}
}

func TestSchemaIsTheTypes(t *testing.T) {
	got, err := schemaText()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "hall.schema.json", got)
}

// TestReferenceFitsTheSchema reads the schema as an editor would, with no help
// of the types that it was made from.
func TestReferenceFitsTheSchema(t *testing.T) {
	text, err := os.ReadFile("hall.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	plain, full := reference(t)
	for name, doc := range map[string][]byte{"as shipped": plain, "all switched on": full} {
		var tree map[string]any
		if err := toml.Unmarshal(doc, &tree); err != nil {
			t.Fatal(err)
		}
		for _, miss := range misfits(s, tree, "") {
			t.Errorf("reference %s: %s", name, miss)
		}
	}
	if len(misfits(s, map[string]any{"hall": "no table", "lister": 1}, "")) < 3 {
		t.Error("the schema takes an unknown key, a wrong type or a missing table")
	}
}

// misfits is the part of JSON schema that ours uses.
func misfits(s map[string]any, v any, path string) (out []string) {
	bad := func(format string, args ...any) { out = append(out, path+": "+fmt.Sprintf(format, args...)) }
	switch v := v.(type) {
	case map[string]any:
		if s["type"] != "object" {
			bad("is a table, want %v", s["type"])
			return out
		}
		props, _ := s["properties"].(map[string]any)
		for _, key := range asList(s["required"]) {
			if _, ok := v[key]; !ok {
				bad("lacks %s", key)
			}
		}
		for key, sub := range v {
			rule, ok := props[key].(map[string]any)
			if !ok {
				rule, ok = s["additionalProperties"].(map[string]any)
			}
			if !ok {
				bad("has an unknown key %s", key)
				continue
			}
			out = append(out, misfits(rule, sub, join(path, key))...)
		}
	case []any:
		if s["type"] != "array" {
			bad("is a list, want %v", s["type"])
			return out
		}
		for _, e := range v {
			out = append(out, misfits(s["items"].(map[string]any), e, path)...)
		}
	case string:
		if s["type"] != "string" {
			bad("is a string, want %v", s["type"])
		}
		if words := asList(s["enum"]); len(words) > 0 && !slices.Contains(words, v) {
			bad("%q is none of %v", v, words)
		}
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			bad("%q does not match %s", v, p)
		}
	case int64:
		if s["type"] != "integer" || !inside(s, float64(v)) {
			bad("%d is out of bounds or no integer is wanted", v)
		}
	case bool:
		if s["type"] != "boolean" {
			bad("is a boolean, want %v", s["type"])
		}
	}
	return out
}

func inside(s map[string]any, v float64) bool {
	lo, hasLo := s["minimum"].(float64)
	hi, hasHi := s["maximum"].(float64)
	return (!hasLo || v >= lo) && (!hasHi || v <= hi)
}

func asList(v any) []string {
	var out []string
	list, _ := v.([]any)
	for _, e := range list {
		out = append(out, strings.TrimSpace(fmt.Sprint(e)))
	}
	return out
}
