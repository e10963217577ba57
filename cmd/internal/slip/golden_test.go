package slip

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"halld/devices/printer"
	emulator "halld/firmware-bridge/emulator/printer"
)

var update = flag.Bool("update", false, "write the golden texts and pictures")

var papers = map[string]int{"58mm": 32, "80mm": 48}

// press is an emulated printer for each paper.
type press map[string]*emulator.Printer

// print prints a document and gives the papers that it came out on.
func (p press) print(t testing.TB, doc printer.Doc, paper string) []emulator.Ticket {
	t.Helper()
	profile, ok := printer.ProfileFor("generic", paper)
	if !ok {
		t.Fatalf("no profile for %s paper", paper)
	}
	job, missing := printer.Encode(doc, profile)
	if missing != 0 {
		t.Errorf("%d characters without a picture", missing)
	}
	if p[paper] == nil {
		opts := emulator.TM80()
		opts.Paper = emulator.Paper(paper)
		p[paper] = emulator.New(opts)
	}
	before := len(p[paper].Tickets())
	wire := struct {
		io.Reader
		io.Writer
	}{bytes.NewReader(job), io.Discard}
	if err := p[paper].Run(context.Background(), wire); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("printing: %v", err)
	}
	return p[paper].Tickets()[before:]
}

// Every template on both papers is what somebody has looked at: as text, and
// dot by dot.
func TestGoldenSlips(t *testing.T) {
	far := press{}
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		for paper, columns := range papers {
			t.Run(name+"-"+paper, func(t *testing.T) {
				doc := laidOut(t, name)
				goldenText(t, name+"-"+paper+".txt", doc.Plain(columns))
				sheets := far.print(t, doc, paper)
				if want := max(1, len(templates[name].copies)); len(sheets) != want {
					t.Fatalf("%d papers came out, want %d", len(sheets), want)
				}
				for i, sheet := range sheets {
					goldenPicture(t, fmt.Sprintf("%s-%s-%d.png", name, paper, i+1), sheet.Image)
				}
			})
		}
	}
}

// laidOut is a template's sample. The ticket is a reprint, to show the mark.
func laidOut(t testing.TB, name string) printer.Doc {
	t.Helper()
	j := job(t, name, samples[name])
	if name == "ticket" {
		j.Reprint = 1
	}
	doc, err := Render(house(t), j, who)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func goldenText(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		write(t, path, []byte(got))
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs, -want +got:\n%s", path, diff)
	}
}

func goldenPicture(t *testing.T, name string, got image.Image) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		var b bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&b, got); err != nil {
			t.Fatal(err)
		}
		write(t, path, b.Bytes())
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if !same(want, got) {
		t.Errorf("%s is not what came out; look at both, then run with -update", path)
	}
}

// same compares two pictures of white and black, in that order.
func same(want, got image.Image) bool {
	w, ok := want.(*image.Paletted)
	g, ok2 := got.(image.PalettedImage)
	if !ok || !ok2 || w.Bounds() != g.Bounds() {
		return false
	}
	for y := range w.Rect.Dy() {
		for x, c := range w.Pix[y*w.Stride : y*w.Stride+w.Rect.Dx()] {
			if g.ColorIndexAt(x, y) != c {
				return false
			}
		}
	}
	return true
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
