package main

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/cmd/internal/county"
	"halld/cmd/internal/hall"
)

// TestFactsAreChinese: every key that the daemon may answer with where an answer
// is shown as facts has words, or is not for people.
func TestFactsAreChinese(t *testing.T) {
	seen := map[string]bool{}
	var walk func(above string, typ reflect.Type)
	walk = func(above string, typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch path := above + "." + key; {
			case f.Anonymous && key == "":
				walk(above, f.Type)
			case key == "-" || seen[path]:
			default:
				seen[path] = true
				words, found := wordsOf(above, key)
				if !found {
					t.Errorf("%s of %s has no words", path, typ)
				}
				if worded(f.Type) && words != "" && vocabulary(above, key) == "" {
					t.Errorf("what %s of %s says is not put into words", path, typ)
				}
				if words != "" {
					walk(key, f.Type)
				}
			}
		}
	}
	for of, answer := range map[string]any{"person": hall.PersonView{}, "report": hall.DayReport{}, "tool": hall.ToolView{}, "county": county.Status{}} {
		walk(of, reflect.TypeOf(answer))
	}
}

// worded reports whether a type's values are words of the interface.
func worded(typ reflect.Type) bool {
	return typ.Kind() == reflect.String && typ.PkgPath() != "" && typ != reflect.TypeFor[hall.DoorID]()
}

func wordsOf(above, key string) (words string, found bool) {
	for _, l := range labels {
		if k, fits := l.under(above); fits && k == key {
			return l.words, true
		}
	}
	return "", false
}

// A key means what it means where it stands, and what is not for people is not
// shown.
func TestFactsInTheirPlace(t *testing.T) {
	got := facts("report")(map[string]any{
		"open": true, "out": 2, "service": "match", "refusal_reasons": map[string]any{"underage": 1}, "jumps_by": map[string]any{"01": 3},
		"money":    map[string]any{"owing": "200.00", "closed": false},
		"rentals":  []any{map[string]any{"held": "200.00", "state": "out", "state_name": "在租", "lines": []any{map[string]any{"out": "2026-03-02T09:30:00+08:00"}}}},
		"accounts": nil,
	})
	want := `正在营业 是
不予介绍原因
 未满十六周岁 1
插叫（按工号）
 01 3
租赁 1
 状态 在租
 明细 1
 出库 2026-03-02 09:30:00
 在管押金 200.00
在租工具 2
款项
 在管押金合计 200.00
 款项已全部交财务 否
`
	got = regexp.MustCompile(` +`).ReplaceAllString(got, " ")
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}
}
