package printer

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// queueTicket is the number slip of protocol notes, with everything on it.
func queueTicket() Doc {
	logo := newImage(96, 24)
	logo.fill(0, 0, 96, 2)
	logo.fill(0, 22, 96, 2)
	return Doc{Lines: []Line{
		logo,
		Text{Text: "东湖零工市场", Align: Center, Width: 2, Height: 2, Bold: true},
		Text{Text: "业务类别 普工·搬运", Align: Center, Height: 2},
		Text{Text: "A015", Align: Center, Width: 4, Height: 4, Bold: true},
		Rule{},
		Columns{Left: "前面还有", Right: "3 人"},
		Columns{Left: "预计约", Right: "10–15 分钟"},
		Text{Text: "取号时间 2026-01-05 09:31"},
		QR{Payload: "https://example.org/t/A015", Caption: "扫码看进度"},
		Text{Text: "当日有效，过号请重新取号。服务热线 12333", Align: Center},
		Text{Text: "补打 2", Align: Right, Reverse: true},
	}}
}

// rentalStub is a slip with a rare name and a signature.
func rentalStub() Doc {
	return Doc{Lines: []Line{
		Text{Text: "租赁单 存根联", Align: Center, Width: 2, Height: 2},
		Columns{Left: "借用人", Right: "𠮷㸚鿍"},
		Columns{Left: "押金", Right: "¥100.00", Bold: true},
		Feed{Lines: 1},
		Signature{Label: "签字："},
	}}
}

func profile(t testing.TB, name, paper string) Profile {
	t.Helper()
	p, ok := ProfileFor(name, paper)
	if !ok {
		t.Fatalf("no profile %s for %s", name, paper)
	}
	return p
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs, -want +got:\n%s", path, diff)
	}
}

func TestGoldenJobs(t *testing.T) {
	docs := map[string]Doc{"queue": queueTicket(), "rental": rentalStub()}
	for _, paper := range []string{"58mm", "80mm"} {
		for _, model := range []string{"generic", "sprt", "simple"} {
			for name, doc := range docs {
				t.Run(name+"-"+model+"-"+paper, func(t *testing.T) {
					job, missing := Encode(doc, profile(t, model, paper))
					if missing != 0 {
						t.Errorf("%d characters without a picture", missing)
					}
					if _, err := tokenize(job); err != nil {
						t.Error(err)
					}
					golden(t, name+"-"+model+"-"+paper+".hex", hex.Dump(job))
				})
			}
		}
	}
}

func TestGoldenPlain(t *testing.T) {
	golden(t, "queue-32.txt", queueTicket().Plain(32))
	golden(t, "queue-48.txt", queueTicket().Plain(48))
	golden(t, "rental-32.txt", rentalStub().Plain(32))
}

func BenchmarkEncodeQueueTicket(b *testing.B) {
	p := profile(b, "generic", "58mm")
	doc := queueTicket()
	b.ReportAllocs()
	for b.Loop() {
		Encode(doc, p)
	}
}

func BenchmarkEncodeRareName(b *testing.B) {
	p := profile(b, "generic", "58mm")
	doc := Doc{Lines: []Line{Text{Text: "借用人 𠮷㸚鿍"}}}
	b.ReportAllocs()
	for b.Loop() {
		Encode(doc, p)
	}
}
