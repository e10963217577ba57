package county_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	rules "halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/cmd/internal/ledger"
)

// contract is where the interface's files lie.
const contract = "../../../config/contract"

func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertContent()
	s, err := c.Compile(filepath.Join(contract, "schemas", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// holds holds a document to a schema.
func holds(t *testing.T, name string, doc []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err == nil {
		err = schema(t, name).Validate(v)
	}
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, doc)
	}
}

func TestExamplesOfTheContract(t *testing.T) {
	files, err := filepath.Glob(contract + "/schemas/*.json")
	if err != nil || len(files) < 7 {
		t.Fatalf("found %d schemas, %v", len(files), err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct{ Examples []json.RawMessage }
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if len(doc.Examples) == 0 {
			t.Errorf("%s has no examples", f)
		}
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		for _, e := range doc.Examples {
			holds(t, name, e)
			if name == "record" {
				if _, err := ledger.Decode(e); err != nil {
					t.Errorf("the ledger does not read an example record: %v", err)
				}
			}
		}
	}
}

// TestSchemasRefuse: a schema that lets everything pass proves nothing.
func TestSchemasRefuse(t *testing.T) {
	for name, docs := range map[string][]string{
		"record":  {`{}`, `{"specversion":"1.0","data":{"person":{"name":"张三"}}}`},
		"state":   {`{"online":true,"session":"a1b2c3d4e5f60718"}`, `{"online":false}`},
		"health":  {`{"session":"a1b2c3d4e5f60718"}`},
		"result":  {`{"id":"a","ok":false}`, `{"id":"a","ok":true,"error":"later"}`, `{"id":"a\nb","ok":true}`},
		"ack":     {`{"epoch":"3f9c2b7d10a4e586","upto":-1,"holes":[]}`, `{"epoch":"3f9c2b7d10a4e586","upto":1,"holes":null}`, `{"epoch":"x","upto":1,"holes":[]}`},
		"command": {`{"id":"a","name":"open-door","session":"a1b2c3d4e5f60718","expires":"2026-03-01T08:45:00+08:00"}`},
		"lists":   {`{"version":0}`},
	} {
		for _, doc := range docs {
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(doc))
			if err != nil {
				t.Fatal(err)
			}
			if schema(t, name).Validate(v) == nil {
				t.Errorf("%s lets this pass: %s", name, doc)
			}
		}
	}
}

// TestCommandsOfTheContract: whatever the hall reads in a command stands in its
// schema.
func TestCommandsOfTheContract(t *testing.T) {
	var doc struct {
		OneOf []struct {
			Properties map[string]map[string]any
		}
	}
	b, err := os.ReadFile(contract + "/schemas/command.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	named := map[any]map[string]map[string]any{}
	for _, branch := range doc.OneOf {
		named[branch.Properties["name"]["const"]] = branch.Properties
	}
	for name, event := range map[string]any{county.CmdApprove: rules.RentalApproveByCounty{}, county.CmdNotice: rules.CountyNotice{}} {
		for f := range reflect.TypeOf(event).Fields() {
			if named[name][strings.ToLower(f.Name)] == nil {
				t.Errorf("%s takes %s, which its schema does not know", name, f.Name)
			}
		}
	}
}

// TestMessagesHoldToTheContract: what really goes over the wire.
func TestMessagesHoldToTheContract(t *testing.T) {
	url := countytest.StartEmbedded(t)
	l := newLedger(t)
	key, err := identity.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	who := identity.Person{Name: "张三", Number: "11010519491231002X", Kind: "resident"}
	sealed := identity.Sealed{Ref: identity.Ref(make([]byte, identity.KeySize), who.Number), Last4: identity.Last4(who.Number)}
	if sealed.Sealed, sealed.Key, err = key.Public().Seal(identity.Place{Hall: hall, Seq: 1, Field: "person"}, who); err != nil {
		t.Fatal(err)
	}
	_, err = l.Append([]ledger.Entry{
		{Kind: "checkin.recorded", Time: time.Now(), Trusted: true, Subject: "x", Boot: "b", Data: map[string]any{"person": sealed}},
		{Kind: "hall.closed", Time: time.Now()},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := newPeer(t, url)
	o := options(l, url)
	o.Heartbeat = 50 * time.Millisecond
	o.Health = func() county.Health {
		return county.Health{Devices: []county.Device{{Name: "reader", Since: time.Now()}}, DiskFree: 1 << 30}
	}
	r, stop := run(t, o)
	until(t, "the hall is connected", func() bool { return r.Status().Connected })
	p.say(county.DnCommand, false, command("c1", "none", r.Status().Session, time.Now().Add(time.Minute), nil))
	answered(t, p, "c1")
	var h county.Health
	until(t, "a heartbeat came", func() bool { return p.last(county.UpHealth, &h) })
	until(t, "the records came", func() bool { return len(p.seqs()) >= 2 })
	stop()
	var s county.State
	until(t, "the goodbye came", func() bool { return p.last(county.UpState, &s) && !s.Online })
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.messages {
		_, name, _ := county.SplitTopic(m.Topic)
		holds(t, strings.TrimPrefix(name, "up/"), m.Payload)
		if bytes.Contains(m.Payload, []byte(who.Number)) || bytes.Contains(m.Payload, []byte(who.Name)) {
			t.Errorf("%s shows who somebody is", m.Topic)
		}
	}
	holds(t, "ack", []byte(`{"epoch":"`+l.Epoch()+`","upto":2,"holes":[]}`))
	_, private, _ := ed25519.GenerateKey(nil)
	pack, _ := county.SignLists(private, county.Lists{Version: 1, County: "140321", Issued: time.Now()})
	doc, _ := base64.StdEncoding.DecodeString(pack)
	holds(t, "lists", doc)
}
