package slip

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"halld/cmd/internal/hall"
	"halld/devices/printer"
)

// What the notice wants on every paper stands on every copy of every slip.
func TestEveryCopyCarriesTheHouse(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		t.Run(name, func(t *testing.T) {
			tpl := templates[name]
			if hall.Name("paper", name) == name {
				t.Error("the paper has no title")
			}
			for i, text := range copiesOf(laidOut(t, name)) {
				for _, want := range []string{"平定县零工市场", "服务热线 0353-6060000", "投诉举报 12333", hall.Name("paper", name), "S000142", fmt.Sprint("版式", tpl.version)} {
					if !strings.Contains(text, want) {
						t.Errorf("copy %d lacks %q:\n%s", i+1, want, text)
					}
				}
				if key := regexp.MustCompile(`(?m)^[^\[\n]*\b[a-z]{3,}\b`).FindString(text); key != "" {
					t.Errorf("copy %d says %q, which is nothing to whoever holds the paper", i+1, key)
				}
				if len(tpl.copies) > 0 && !strings.Contains(text, tpl.copies[i]) {
					t.Errorf("copy %d does not say that it is the %s", i+1, tpl.copies[i])
				}
				if regexp.MustCompile(`\d{17}[\dX]`).MatchString(text) {
					t.Errorf("copy %d shows a full number:\n%s", i+1, text)
				}
				if named := strings.Contains(text, who.Full); named != (name == "rental") {
					t.Errorf("copy %d names its person in full: %t\n%s", i+1, named, text)
				}
			}
		})
	}
}

// copiesOf gives the text of each copy. Paper of 96 columns wraps nothing.
func copiesOf(doc printer.Doc) []string {
	return strings.Split(doc.Plain(96), strings.Repeat("=", 96)+"\n")
}

// What costs nothing says so (附件5 第一条, 附件6 第一条, 附件4 第五条第三项).
func TestFreeServicesSaySo(t *testing.T) {
	for _, name := range []string{"ticket", "checkin", "notice", "refusal", "rental", "storage", "training"} {
		for i, text := range copiesOf(laidOut(t, name)) {
			if !strings.Contains(text, "免费") && !strings.Contains(text, "不收费用") {
				t.Errorf("%s, copy %d, does not say that it is free:\n%s", name, i+1, text)
			}
		}
	}
}

// A slip is signed on the copy that the hall keeps.
func TestStubsAreSigned(t *testing.T) {
	for name, tpl := range templates {
		for i, text := range copiesOf(laidOut(t, name)) {
			if i < len(tpl.copies) && tpl.copies[i] == stub && !strings.Contains(text, "签字：____") {
				t.Errorf("the stub of %s has no line to sign on:\n%s", name, text)
			}
		}
	}
}

// Each field that a template needs is missed by its name when it is gone.
func TestMissingFieldIsNamed(t *testing.T) {
	for name, tpl := range templates {
		for _, path := range tpl.needs {
			t.Run(name+"/"+path, func(t *testing.T) {
				j := job(t, name, samples[name])
				tree := decode(j.Slip.Data)
				drop(tree, strings.Split(path, "."))
				j.Slip.Data, _ = json.Marshal(tree)
				_, err := Render(house(t), j, who)
				if err == nil || !strings.Contains(err.Error(), "no "+path) {
					t.Errorf("got error %v, want one that names %s", err, path)
				}
			})
		}
	}
}

// drop takes the values at a path away.
func drop(tree any, path []string) {
	switch node := tree.(type) {
	case map[string]any:
		for key, value := range node {
			switch {
			case !strings.EqualFold(key, path[0]):
			case len(path) == 1:
				delete(node, key)
			default:
				drop(value, path[1:])
			}
		}
	case []any:
		drop(node[len(node)-1], path) // one element without it is enough
	}
}

func TestRefusedSlips(t *testing.T) {
	good := job(t, "ticket", samples["ticket"])
	change := func(f func(*House, *hall.Job, *Who)) (House, hall.Job, Who) {
		h, j, w := house(t), good, who
		f(&h, &j, &w)
		return h, j, w
	}
	tests := []struct {
		name string
		f    func(*House, *hall.Job, *Who)
		want string
	}{
		{"unknown template", func(_ *House, j *hall.Job, _ *Who) { j.Slip.Template = "poem" }, `no template "poem"`},
		{"no hall", func(h *House, _ *hall.Job, _ *Who) { h.Name = "" }, "no hall name"},
		{"no hotline", func(h *House, _ *hall.Job, _ *Who) { h.Hotline = "" }, "no hotline"},
		{"no job", func(_ *House, j *hall.Job, _ *Who) { j.ID = "" }, "no job id"},
		{"full name", func(_ *House, _ *hall.Job, w *Who) { w.Name = "张三" }, "no mask on the name"},
		{"full number", func(_ *House, _ *hall.Job, w *Who) { w.Number = "11010519491231002X" }, "no mask on the number"},
		{"no JSON", func(_ *House, j *hall.Job, _ *Who) { j.Slip.Data = []byte("{") }, "no ticket"},
		{"wrong type", func(_ *House, j *hall.Job, _ *Who) {
			j.Slip.Data = bytes.Replace(j.Slip.Data, []byte(`"ahead":3`), []byte(`"ahead":"3"`), 1)
		}, "reading its fields"},
		{"empty list", func(_ *House, j *hall.Job, _ *Who) {
			*j = job(t, "training", object{"course": "砌筑", "session": "1", "place": "1", "trainer": "1", "people": []any{}, "issued": issued})
		}, "no people.last4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Render(change(tt.f))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got error %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "张三") || strings.Contains(err.Error(), "11010519491231002X") {
				t.Errorf("the error tells who it is: %v", err)
			}
		})
	}
}

// A change that waits shows what would become different, and leaves the decision
// to the pen.
func TestFormOfAChange(t *testing.T) {
	j := job(t, "lifecycle", hall.LifecycleSlip{
		Request: "L000004", Action: "变更", Tool: "T-0007", Name: "电锤", Changes: []string{"押金：300.00元 → 200.00元"},
		Reason: "县里调价", Staff: "01", Issued: issued,
	})
	doc, err := Render(house(t), j, Who{})
	if err != nil {
		t.Fatal(err)
	}
	text := doc.Plain(48)
	if !strings.Contains(text, "变更 押金：300.00元 → 200.00元") || strings.Contains(text, "审批意见") || !strings.Contains(text, "审批人签字：____") {
		t.Errorf("got\n%s", text)
	}
}

// A number that goes on into the next day does not say that it ends.
func TestTicketThatIsCarriedOver(t *testing.T) {
	doc, err := Render(house(t), job(t, "ticket", hall.TicketSlip{Ticket: "A001", Service: "信息服务", Issued: issued, Carried: true}), Who{})
	if err != nil {
		t.Fatal(err)
	}
	if text := doc.Plain(32); strings.Contains(text, "当日有效") || !strings.Contains(text, "没叫到的次日有效，过号请重新刷证") {
		t.Errorf("got\n%s", text)
	}
}

// The least that the rules may make still gives a paper: no logo, no complaint
// line, no name, nobody ahead.
func TestBareTicket(t *testing.T) {
	j := job(t, "ticket", hall.TicketSlip{Ticket: "A001", Service: "信息服务", Issued: issued})
	doc, err := Render(House{Name: "平定县零工市场", Hotline: "0353-6060000"}, j, Who{})
	if err != nil {
		t.Fatal(err)
	}
	want := `         平定县零工市场
取号单                  信息服务
              A001
         前面没有人等候
  [二维码 ticket:A001/260105]
取号时间 2026-01-05 09:31
当日有效，过号请重新刷证
                    各项服务免费
服务热线 0353-6060000
                投诉举报请拨热线
S000142                    版式1
`
	if diff := cmp.Diff(want, doc.Plain(32)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A number slip is no longer than 90 mm on 80 mm paper, whatever stands on it.
func TestTicketIsShort(t *testing.T) {
	paper := press{}.print(t, laidOut(t, "ticket"), "80mm")
	const mm = 8 // dots
	if got := paper[0].Image.Bounds().Dy(); got > 90*mm {
		t.Errorf("it is %d dots long, more than %d", got, 90*mm)
	}
}

// The slips that prove themselves show their claim and its code, and nothing
// else does.
func TestProofs(t *testing.T) {
	h := house(t)
	for name, tpl := range templates {
		text := copiesOf(laidOut(t, name))[0]
		claim := tpl.claim(job(t, name, samples[name]))
		want := "[二维码 " + claim + "#" + h.Code(claim) + "]"
		if proves := len(tpl.proof) > 0; strings.Contains(text, want) != proves {
			t.Errorf("%s, proves itself %t, with %q:\n%s", name, proves, want, text)
		}
	}
}

// What is on paper can be scanned, and proves itself: the shortest code, and the
// longest.
func TestScannedFromPaper(t *testing.T) {
	for _, name := range []string{"ticket", "rental"} {
		for _, paper := range []string{"58mm", "80mm"} {
			scanned, err := scan(press{}.print(t, laidOut(t, name), paper)[0].Image)
			if err != nil {
				t.Errorf("%s on %s: %v", name, paper, err)
				continue
			}
			claim, err := Verify(house(t).Code, scanned)
			want := templates[name].claim(job(t, name, samples[name]))
			if err != nil || claim != want {
				t.Errorf("%s on %s: the QR code says %q (%v), want %q", name, paper, scanned, err, want)
			}
		}
	}
}

func scan(img image.Image) (string, error) {
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	res, err := qrcode.NewQRCodeReader().Decode(bits, hints)
	if err != nil {
		return "", err
	}
	return res.GetText(), nil
}

// Whatever slip the rules queue can be laid out.
func TestEveryQueuedSlipHasATemplate(t *testing.T) {
	files, err := filepath.Glob("../hall/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`newSlip\("(\w+)"`).FindAllSubmatch(source, -1) {
			found++
			if _, ok := templates[string(m[1])]; !ok {
				t.Errorf("%s queues a slip of template %q, which nobody laid out", name, m[1])
			}
		}
	}
	if found == 0 {
		t.Error("the rules queue no slip")
	}
}
