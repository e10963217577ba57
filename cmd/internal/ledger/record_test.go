package ledger

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

const testEpoch = "0123456789abcdef"

func sampleDoc(t testing.TB) []byte {
	t.Helper()
	r, err := entry(1).Record(testHall, testEpoch, 1, Genesis)
	if err != nil {
		t.Fatal(err)
	}
	return r.Doc
}

func TestDecodeRefuses(t *testing.T) {
	good := string(sampleDoc(t))
	if _, err := Decode([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string][2]string{
		"specversion": {`"1.0"`, `"0.3"`},
		"source":      {`/halls/`, `/rooms/`},
		"hall":        {`/halls/140321-01`, `/halls/140321/01`},
		"type":        {`hall.ticket`, `room.ticket`},
		"kind":        {`hall.ticket.issued`, `hall.`},
		"epoch":       {`"epoch":"0123456789abcdef"`, `"epoch":"0123456789 abcdef"`},
		"other epoch": {`"epoch":"0123456789abcdef"`, `"epoch":"0123456789ABCDEF"`},
		"sequence":    {`"sequence":"1"`, `"sequence":"01"`},
		"zero":        {`"sequence":"1"`, `"sequence":"0"`},
		"id":          {`cdef-1"`, `cdef-2"`},
		"time":        {`.123+08:00`, ``},
		"clock":       {`trusted`, `probably`},
		"uptime":      {`"uptime":"1000"`, `"uptime":"-1"`},
		"huge uptime": {`"uptime":"1000"`, `"uptime":"9223372036854775807"`},
		"prev":        {Genesis, strings.Repeat(Genesis, 3)},
		"data":        {`"data":`, `"date":`},
		"json":        {`{`, `[`},
		"kind of id":  {`"sequence":"1"`, `"sequence":1`},
	} {
		bad := strings.Replace(good, r[0], r[1], 1)
		if bad == good {
			t.Fatalf("%s: nothing to replace", name)
		}
		if _, err := Decode([]byte(bad)); err == nil {
			t.Errorf("%s: Decode took it", name)
		}
	}
	if _, err := Decode(bytes.Repeat([]byte(" "), MaxDoc+1)); err == nil {
		t.Error("Decode took more than MaxDoc")
	}
}

// TestDecodeTakesTheContract: a hall of another make writes what the contract
// leaves open otherwise than Append does.
func TestDecodeTakesTheContract(t *testing.T) {
	good := string(sampleDoc(t))
	for name, r := range map[string][2]string{
		"whole seconds":  {`.123+08:00`, `+08:00`},
		"UTC":            {`.123+08:00`, `Z`},
		"nanoseconds":    {`.123+08:00`, `.123456789+08:00`},
		"another epoch":  {testEpoch, `5d0c1a64-6F0E.4c9b_8a53`},
		"no first prev":  {Genesis, ``},
		"prev of theirs": {Genesis, `sha256:abc`},
		"no boot":        {`"boot":"b1","uptime":"1000",`, ``},
	} {
		theirs := strings.ReplaceAll(good, r[0], r[1])
		if theirs == good {
			t.Fatalf("%s: nothing to replace in %s", name, good)
		}
		if _, err := Decode([]byte(theirs)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodeErrorsQuoteNothing(t *testing.T) {
	for _, doc := range []string{`{"subject":"11010519491231002X"`, `{"subject":{"11010519491231002X":1}}`, `{"type":11010519491231002X}`} {
		if _, err := Decode([]byte(doc)); err == nil || strings.Contains(err.Error(), "1101") {
			t.Errorf("Decode of %s = %v", doc, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(sampleDoc(f))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := Decode(doc)
		if err != nil {
			return
		}
		again, err := Entry{
			Kind: r.Kind, Time: r.Time, Trusted: r.Trusted, Subject: r.Subject, Boot: r.Boot, Uptime: r.Uptime, Data: r.Data,
		}.Record(r.Hall, r.Epoch, r.Seq, r.Prev)
		if err != nil {
			if len(doc) > MaxDoc/8 { // spelled out it may grow past MaxDoc
				return
			}
			t.Fatalf("what decodes does not encode: %v", err)
		}
		var a, b bytes.Buffer
		if json.Compact(&a, r.Data) != nil || json.Compact(&b, again.Data) != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("data %s became %s", r.Data, again.Data)
		}
		if again.Seq != r.Seq || again.Kind != r.Kind || !again.Time.Equal(r.Time.Truncate(time.Millisecond)) || again.Trusted != r.Trusted ||
			again.Subject != r.Subject || again.Boot != r.Boot || again.Uptime != r.Uptime || again.Prev != r.Prev {
			t.Errorf("%+v became %+v", r, again)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for name, n := range map[string]int{"1": 1, "10": 10} {
		b.Run(name, func(b *testing.B) {
			l, _ := openNew(b)
			batch := make([]Entry, n)
			for i := range batch {
				batch[i] = entry(i)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.Append(batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead200k(b *testing.B) {
	l, _ := openNew(b)
	fill(b, l, 200_000, map[string]string{"service": "match"})
	base, most := heap(), uint64(0)
	for b.Loop() {
		n := 0
		for _, err := range l.Read(b.Context(), 1, 0) {
			if err != nil {
				b.Fatal(err)
			}
			if n++; n%50_000 == 0 {
				most = max(most, heap())
			}
		}
	}
	b.ReportMetric(float64(most)-float64(base), "B-heap-growth")
}
