package hall

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"halld/cmd/internal/ledger"
)

// recorded are records of every story that was told in this run, a few of each
// kind.
var recorded struct {
	sync.Mutex
	of map[Kind][]stored
}

// samples is how many of a kind are held to the contract.
const samples = 50

// keep notes a record of a story.
func keep(r stored) {
	recorded.Lock()
	defer recorded.Unlock()
	if recorded.of == nil {
		recorded.of = map[Kind][]stored{}
	}
	if len(recorded.of[r.kind]) < samples {
		recorded.of[r.kind] = append(recorded.of[r.kind], r)
	}
}

// HoldToContract holds what all stories together recorded to the contract with
// the county. A whole run has to show every kind that there is.
func HoldToContract() error {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("../../../config/contract/schemas/record.json")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "contract")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l, err := ledger.Open(filepath.Join(dir, "ledger.db"), ledger.Opts{Hall: "140321-01"})
	if err != nil {
		return err
	}
	defer l.Close()
	for kind, list := range recorded.of {
		entries := make([]ledger.Entry, len(list))
		for i, r := range list {
			d, err := Decode(r.kind, r.raw)
			if err != nil {
				return err
			}
			entries[i] = ledger.Entry{
				Kind: string(kind), Time: r.at.Time, Trusted: r.at.Trusted, Subject: d.Subject(), Boot: r.at.Boot, Uptime: r.at.Uptime,
				Data: json.RawMessage(r.raw),
			}
		}
		records, err := l.Append(entries)
		if err != nil {
			return err
		}
		for _, r := range records {
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.Doc))
			if err == nil {
				err = schema.Validate(doc)
			}
			if err != nil {
				return fmt.Errorf("%w\n%s", err, r.Doc)
			}
		}
	}
	return missing()
}

// missing names the kinds that no story of a whole run recorded. Those of the
// ledger are the daemon's to record.
func missing() error {
	for _, part := range []string{"test.run", "test.skip", "test.list", "test.fuzz"} {
		if flag.Lookup(part).Value.String() != "" {
			return nil
		}
	}
	var list []string
	for kind := range kinds {
		if recorded.of[kind] == nil && !strings.HasPrefix(string(kind), "ledger.") {
			list = append(list, string(kind))
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.Sort(list)
	return fmt.Errorf("no test records these kinds, so none is held to the contract: %s", strings.Join(list, ", "))
}
