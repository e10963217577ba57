package county_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
)

// api is the interface's document, as JSON has it.
func api(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile(contract + "/asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	if err := yaml.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any)
}

// TestAsyncAPISchema holds the document to AsyncAPI's own schema, which npm has.
func TestAsyncAPISchema(t *testing.T) {
	modules := os.Getenv("HALL_NPM")
	if modules == "" {
		t.Skip("HALL_NPM names no folder with npm's @asyncapi/specs")
	}
	doc := api(t)
	path := filepath.Join(modules, "node_modules", "@asyncapi", "specs", "schemas", fmt.Sprint(doc["asyncapi"])+".json")
	if _, err := os.Stat(path); err != nil {
		countytest.Missing(t, "AsyncAPI's schema", "npm install @asyncapi/specs")
	}
	s, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Error(err)
	}
	delete(doc["info"].(map[string]any), "version")
	if s.Validate(doc) == nil {
		t.Error("the schema lets a document without a version pass")
	}
}

// TestAsyncAPI: the document speaks of the topics that there are, each with the
// schema of its payload, and nothing in it points nowhere.
func TestAsyncAPI(t *testing.T) {
	doc := api(t)
	channels := doc["channels"].(map[string]any)
	got := map[string]string{} // address to the file of its payload's schema
	for name, c := range channels {
		channel := c.(map[string]any)
		messages := channel["messages"].(map[string]any)
		if len(messages) != 1 {
			t.Errorf("channel %s has %d messages, want 1", name, len(messages))
		}
		for _, m := range messages {
			message := follow(t, doc, m).(map[string]any)
			payload, _ := message["payload"].(map[string]any)["$ref"].(string)
			got[channel["address"].(string)] = payload
		}
		for param := range channel["parameters"].(map[string]any) {
			if !strings.Contains(channel["address"].(string), "{"+param+"}") {
				t.Errorf("channel %s has no %s in its address", name, param)
			}
		}
	}
	for _, name := range []string{county.UpRecord, county.UpState, county.UpHealth, county.UpResult, county.DnAck, county.DnCommand} {
		want := "schemas/" + name[strings.Index(name, "/")+1:] + ".json"
		if topic := county.Topic("{hall}", name); got[topic] != want {
			t.Errorf("the payload of %s is %q, want %s", topic, got[topic], want)
		}
	}
	if len(got) != 6 {
		t.Errorf("%d channels, want 6", len(got))
	}
	var used []string
	for name, o := range doc["operations"].(map[string]any) {
		op := o.(map[string]any)
		address := follow(t, doc, op["channel"]).(map[string]any)["address"].(string)
		used = append(used, address)
		if up := strings.Contains(address, "/up/"); up != (op["action"] == "send") {
			t.Errorf("operation %s is %s on %s; the hall sends up and receives down", name, op["action"], address)
		}
	}
	slices.Sort(used)
	if len(slices.Compact(used)) != len(channels) {
		t.Errorf("the operations use %v, want every channel", used)
	}
	pointers(t, doc, doc)
}

// pointers follows every reference below a node.
func pointers(t *testing.T, doc map[string]any, node any) {
	t.Helper()
	switch node := node.(type) {
	case map[string]any:
		if _, is := node["$ref"]; is {
			follow(t, doc, node)
		}
		for _, child := range node {
			pointers(t, doc, child)
		}
	case []any:
		for _, child := range node {
			pointers(t, doc, child)
		}
	}
}

// follow gives what a node stands for, if it is a reference: within the document
// or to a file beside it.
func follow(t *testing.T, doc map[string]any, node any) any {
	t.Helper()
	ref, is := node.(map[string]any)["$ref"].(string)
	if !is {
		return node
	}
	inner, local := strings.CutPrefix(ref, "#/")
	if !local {
		if _, err := os.Stat(filepath.Join(contract, ref)); err != nil {
			t.Errorf("%s points nowhere: %v", ref, err)
		}
		return node
	}
	var at any = doc
	for part := range strings.SplitSeq(inner, "/") {
		below, ok := at.(map[string]any)[part]
		if !ok {
			t.Fatalf("%s points nowhere", ref)
		}
		at = below
	}
	return at
}
