package hall

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// fill makes a value of a type that has something in every list and map, so that
// its JSON shows all there can be.
func fill(v reflect.Value, deep int) {
	switch k := v.Kind(); {
	case deep == 0:
	case k == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), deep-1)
	case k == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), deep-1)
	case k == reflect.Map:
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(elem, deep-1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, elem)
	case k == reflect.Struct && v.Type() != reflect.TypeFor[Stamp]():
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(f, deep-1)
			}
		}
	case v.Type() == reflect.TypeFor[Stamp]():
		v.Set(reflect.ValueOf(Stamp{Boot: leaked}))
	}
}

const leaked = "boot-of-a-stamp"

// TestViewsShowTimesAsTimes: what is shown outside has times in RFC 3339, never
// the stamp with which the rules reckon.
func TestViewsShowTimesAsTimes(t *testing.T) {
	hall := reflect.TypeFor[*Hall]()
	inner := map[string]bool{"Handle": true, "Due": true}
	views := 0
	for i := range hall.NumMethod() {
		m := hall.Method(i)
		for j := range m.Type.NumOut() {
			out := m.Type.Out(j)
			if inner[m.Name] || out.Kind() == reflect.Interface {
				continue
			}
			v := reflect.New(out).Elem()
			fill(v, 12)
			b, err := json.Marshal(v.Interface())
			if err != nil {
				t.Errorf("%s: %v", m.Name, err)
			}
			if strings.Contains(string(b), leaked) {
				t.Errorf("%s shows a stamp: %s", m.Name, b)
			}
			views++
		}
	}
	if views < 30 {
		t.Errorf("only %d views were looked at", views)
	}
}
