package console_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"halld/cmd/internal/console"
)

// faults are all words in which a driver tells what is wrong.
func faults(t *testing.T) (list []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../devices/devices.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		if kind, ok := v.Type.(*ast.Ident); ok && kind.Name == "Fault" {
			word, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			if word != "" {
				list = append(list, word)
			}
		}
		return true
	})
	if len(list) < 20 {
		t.Fatalf("found %d faults in devices.go: %v", len(list), list)
	}
	return list
}

// alien are the words that a clerk must not read of another kind of device.
var alien = map[string]*regexp.Regexp{
	"printer": regexp.MustCompile(`纸|打印|小票|切刀`),
	"reader":  regexp.MustCompile(`读卡|阅读器|刷证`),
	"display": regexp.MustCompile(`这块屏|digits`),
	"locker":  regexp.MustCompile(`柜门|柜前|触点`),
	"voice":   regexp.MustCompile(`音箱|声卡|aplay|语音模块`),
	"button":  regexp.MustCompile(`按钮|引脚用不了`),
}

// A clerk reads problem, effect and what to do, in the words of the device's own
// kind, or else the bare fault and whom to ask.
func TestEveryFaultInTheWordsOfItsDevice(t *testing.T) {
	told := map[string]bool{}
	for device, kind := range map[string]string{
		"reader": "reader", "printer": "printer", "display/window-1": "display", "locker/A": "locker", "voice": "voice", "button/call-1": "button",
	} {
		for _, f := range faults(t) {
			p := console.Explain(device, f)
			known := !strings.Contains(p.What, f)
			told[f] = told[f] || known
			if p.What == "" || p.Effect == "" || p.Remedy == "" || p.Where == device {
				t.Errorf("%s on %s: %+v", f, device, p)
			}
			for other, words := range alien {
				text := p.What + p.Effect + p.Remedy
				if other == "voice" && kind == "display" {
					text = strings.ReplaceAll(text, "语音和大屏照常", "")
				}
				if found := words.FindString(text); other != kind && found != "" {
					t.Errorf("%s on %s speaks of %s: %+v", f, device, found, p)
				}
			}
		}
	}
	for _, f := range faults(t) {
		if !told[f] {
			t.Errorf("%s is explained for no device", f)
		}
	}
}

func TestFaultsThatAreNoDriversOwn(t *testing.T) {
	for device, fault := range map[string]string{"ledger": "rolled-back", "county": "offline", "toaster": "burnt"} {
		if p := console.Explain(device, fault); p.What == "" || p.Effect == "" || p.Remedy == "" {
			t.Errorf("%s on %s: %+v", fault, device, p)
		}
	}
	if p := console.Explain("voice", "no-sound"); strings.Contains(p.Remedy, "波特率") || !strings.Contains(p.Remedy, "声卡") {
		t.Errorf("a hall without a player is told to look at %q", p.Remedy)
	}
}
