package config

import (
	"encoding"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2"
)

// decoder puts a parsed document into the types of config.go. Unlike go-toml's
// own decoder it goes on after a mistake, so that all of them are told.
type decoder struct {
	file  string // as messages name it
	dir   string // what relative paths begin at
	lines lines
	// torn is set when lines had to be left out; then what is missing may
	// have stood in one of them.
	torn     bool
	problems []Problem
}

func (d *decoder) bad(path, text, fix string) {
	d.problems = append(d.problems, Problem{d.file, d.lines.of(path), path, text, fix})
}

// table fills the struct v from the keys of in.
func (d *decoder) table(v reflect.Value, path string, in map[string]any) {
	known := make([]string, 0, v.NumField())
	for i := range v.NumField() {
		f := v.Type().Field(i)
		key := f.Tag.Get("toml")
		if key == "-" {
			continue
		}
		known = append(known, key)
		if raw, ok := in[key]; ok {
			d.value(v.Field(i), f.Tag, join(path, key), raw)
		} else {
			d.absent(v.Field(i), f.Tag, join(path, key))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in)) {
		if !slices.Contains(known, key) {
			d.bad(join(path, key), "没有这个设置项", suggest(key, known))
		}
	}
}

// absent gives a key that is not there its default, or says that it must be.
func (d *decoder) absent(v reflect.Value, tag reflect.StructTag, path string) {
	if def, ok := tag.Lookup("default"); ok {
		d.value(v, tag, path, defaultValue(v.Type(), def))
		return
	}
	if tag.Get("required") != "" {
		if !d.torn {
			d.bad(path, "必须填写", "写上 "+example(v.Type(), tag))
		}
		// What the absent table would miss in turn is not worth a line.
		d = &decoder{torn: true}
	}
	if v.Kind() == reflect.Struct { // an absent table has its defaults too
		d.table(v, path, nil)
	}
}

// defaultValue is a default tag as TOML would have given it.
func defaultValue(t reflect.Type, def string) any {
	switch t.Kind() {
	case reflect.Bool:
		return def == "true"
	case reflect.Slice:
		var list []any
		for _, s := range strings.Split(def, ",") {
			list = append(list, s)
		}
		return list
	case reflect.Int:
		if n, err := strconv.ParseInt(def, 10, 64); err == nil && !isText(t) {
			return n
		}
	}
	return def
}

// value puts one TOML value into v.
func (d *decoder) value(v reflect.Value, tag reflect.StructTag, path string, raw any) {
	switch {
	case isText(v.Type()):
		d.text(v, path, raw)
	case v.Type() == reflect.TypeFor[time.Duration]():
		d.duration(v, tag, path, raw)
	default:
		d.kind(v, tag, path, raw)
	}
}

func (d *decoder) kind(v reflect.Value, tag reflect.StructTag, path string, raw any) {
	switch v.Kind() {
	case reflect.String:
		if s, ok := as[string](d, path, raw); ok {
			d.str(v, tag, path, s)
		}
	case reflect.Bool:
		if b, ok := as[bool](d, path, raw); ok {
			v.SetBool(b)
		}
	case reflect.Int:
		if n, ok := as[int64](d, path, raw); ok {
			d.integer(v, tag, path, n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(v.Elem(), tag, path, raw)
	case reflect.Struct:
		if in, ok := as[map[string]any](d, path, raw); ok {
			d.table(v, path, in)
		}
	case reflect.Slice:
		if in, ok := as[[]any](d, path, raw); ok {
			d.list(v, tag, path, in)
		}
	case reflect.Map:
		if in, ok := as[map[string]any](d, path, raw); ok {
			d.dict(v, tag, path, in)
		}
	}
}

func (d *decoder) list(v reflect.Value, tag reflect.StructTag, path string, in []any) {
	if len(in) == 0 && tag.Get("required") != "" {
		d.bad(path, "不能为空", "例如 "+example(v.Type(), tag))
	}
	v.Set(reflect.MakeSlice(v.Type(), len(in), len(in)))
	for i, raw := range in {
		d.value(v.Index(i), tag, fmt.Sprintf("%s[%d]", path, i), raw)
	}
}

func (d *decoder) dict(v reflect.Value, tag reflect.StructTag, path string, in map[string]any) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, key := range slices.Sorted(maps.Keys(in)) {
		elem := reflect.New(v.Type().Elem()).Elem()
		d.value(elem, tag, join(path, key), in[key])
		v.SetMapIndex(reflect.ValueOf(key), elem)
	}
}

func (d *decoder) str(v reflect.Value, tag reflect.StructTag, path, s string) {
	words := tag.Get("enum")
	switch {
	case strings.ContainsFunc(s, unicode.IsControl):
		d.bad(path, "含有控制字符", "删去换行、制表符等看不见的字符")
	case strings.TrimSpace(s) == "" && tag.Get("required") != "":
		d.bad(path, "不能为空", "例如 "+example(v.Type(), tag))
	case s != "" && words != "" && !slices.Contains(strings.Split(words, ","), s):
		d.bad(path, fmt.Sprintf("%q 不是可用的值", s), suggest(s, strings.Split(words, ",")))
	case s != "" && tag.Get("path") != "" && !filepath.IsAbs(s):
		s = filepath.Join(d.dir, s)
	}
	v.SetString(s)
}

func (d *decoder) integer(v reflect.Value, tag reflect.StructTag, path string, n int64) {
	lo, errLo := strconv.ParseInt(tag.Get("min"), 10, 64)
	hi, errHi := strconv.ParseInt(tag.Get("max"), 10, 64)
	if errLo == nil && errHi == nil && (n < lo || n > hi) {
		d.bad(path, fmt.Sprintf("%d 超出范围", n), fmt.Sprintf("应在 %d 到 %d 之间", lo, hi))
		return
	}
	v.SetInt(n)
}

func (d *decoder) duration(v reflect.Value, tag reflect.StructTag, path string, raw any) {
	s, ok := as[string](d, path, raw)
	if !ok {
		return
	}
	t, err := parseDuration(s)
	if err != nil {
		d.bad(path, err.Error(), "")
		return
	}
	lo, errLo := time.ParseDuration(tag.Get("min"))
	hi, errHi := time.ParseDuration(tag.Get("max"))
	if errLo == nil && errHi == nil && (t < lo || t > hi) {
		d.bad(path, fmt.Sprintf("%s 超出范围", s), fmt.Sprintf("应在 %s 到 %s 之间", tag.Get("min"), tag.Get("max")))
		return
	}
	v.SetInt(int64(t))
}

// text fills a type that reads itself. TOML's own dates count as text.
func (d *decoder) text(v reflect.Value, path string, raw any) {
	switch local := raw.(type) {
	case toml.LocalDate:
		raw = local.String()
	case toml.LocalTime:
		raw = fmt.Sprintf("%02d:%02d", local.Hour, local.Minute)
	}
	s, ok := as[string](d, path, raw)
	if !ok {
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
		d.bad(path, err.Error(), "")
	}
}

func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// as is raw as a T, or a problem that says what was there instead.
func as[T any](d *decoder, path string, raw any) (T, bool) {
	t, ok := raw.(T)
	if !ok {
		d.bad(path, fmt.Sprintf("应为%s，写的是%s", kindName(any(t)), kindName(raw)), howTo(any(t), raw))
	}
	return t, ok
}

func kindName(raw any) string {
	switch raw.(type) {
	case string:
		return "文字"
	case bool:
		return " true 或 false"
	case int64:
		return "整数"
	case float64:
		return "小数"
	case []any:
		return "列表"
	case map[string]any:
		return "一节"
	default:
		return "日期或时刻"
	}
}

// howTo says how to write what was wanted in place of what was found.
func howTo(want, found any) string {
	_, foundTable := found.(map[string]any)
	_, foundList := found.([]any)
	switch want.(type) {
	case string:
		return "用双引号括起来"
	case bool:
		return "写 true 或 false，不加引号"
	case int64:
		return "只写数字，不加引号"
	case []any:
		if foundTable {
			return "节名用双方括号 [[ ]]"
		}
		return "用方括号括起来，如 [\"a\", \"b\"]"
	default:
		if foundList {
			return "节名用单方括号 [ ]，且只写一次"
		}
		return "写成 [节名]，下面每行一项"
	}
}

// example shows how a key is written.
func example(t reflect.Type, tag reflect.StructTag) string {
	key, text := tag.Get("toml"), tag.Get("example")
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return "[[" + key + "]] 一节"
	case t.Kind() == reflect.Struct:
		return "[" + key + "] 一节"
	case t.Kind() == reflect.Slice:
		return fmt.Sprintf("%s = [%q]", key, text)
	case t.Kind() == reflect.Int && !isText(t):
		return key + " = " + text
	default:
		return fmt.Sprintf("%s = %q", key, text)
	}
}
