package config

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// schema is a JSON schema, as far as hall.toml needs one.
type schema struct {
	Schema     string             `json:"$schema,omitempty"`
	Title      string             `json:"title,omitempty"`
	Type       string             `json:"type"`
	Properties map[string]*schema `json:"properties,omitempty"`
	Required   []string           `json:"required,omitempty"`
	Additional any                `json:"additionalProperties,omitempty"` // false, or the schema of a map's values
	Items      *schema            `json:"items,omitempty"`
	MinItems   int                `json:"minItems,omitempty"`
	Enum       []string           `json:"enum,omitempty"`
	Pattern    string             `json:"pattern,omitempty"`
	Minimum    *int64             `json:"minimum,omitempty"`
	Maximum    *int64             `json:"maximum,omitempty"`
	Default    any                `json:"default,omitempty"`
	Examples   []any              `json:"examples,omitempty"`
}

// patterns of the types that read themselves.
var patterns = map[reflect.Type]string{
	reflect.TypeFor[time.Duration](): `^([0-9]+d|([0-9.]+(ms|s|m|h))+)$`,
	reflect.TypeFor[TimeOfDay]():     `^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$`,
	reflect.TypeFor[Date]():          `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`,
	reflect.TypeFor[MonthDay]():      `^[0-9]{2}-[0-9]{2}$`,
	reflect.TypeFor[Days]():          `^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$`,
	reflect.TypeFor[Ratio]():         `^[0-9]{1,2}:[0-9]{1,2}$`,
	reflect.TypeFor[Fen]():           yuan.String(),
}

// schemaText is hall.schema.json, made from the types, for editors that
// complete and check while one types. It describes form only.
func schemaText() ([]byte, error) {
	s := schemaOf(reflect.TypeFor[Config](), "")
	s.Schema = "https://json-schema.org/draft/2020-12/schema"
	s.Title = "hall.toml"
	b, err := json.MarshalIndent(s, "", "  ")
	return append(b, '\n'), err
}

func schemaOf(t reflect.Type, tag reflect.StructTag) *schema {
	if pattern, ok := patterns[t]; ok {
		return &schema{Type: "string", Pattern: pattern}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), tag)
	case reflect.Struct:
		return tableSchema(t)
	case reflect.Slice:
		return &schema{Type: "array", Items: schemaOf(t.Elem(), tag), MinItems: len(tag.Get("required")) / len("true")}
	case reflect.Map:
		return &schema{Type: "object", Additional: schemaOf(t.Elem(), tag)}
	case reflect.Int:
		return &schema{Type: "integer", Minimum: bound(tag, "min"), Maximum: bound(tag, "max")}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	}
	s := &schema{Type: "string"}
	if words := tag.Get("enum"); words != "" {
		s.Enum = strings.Split(words, ",")
	}
	return s
}

func tableSchema(t reflect.Type) *schema {
	s := &schema{Type: "object", Properties: map[string]*schema{}, Additional: false}
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("toml")
		if key == "-" {
			continue
		}
		p := schemaOf(f.Type, f.Tag)
		if def, ok := f.Tag.Lookup("default"); ok {
			p.Default = defaultValue(f.Type, def)
		}
		if e, ok := f.Tag.Lookup("example"); ok && p.Type != "array" && p.Type != "object" {
			p.Examples = []any{defaultValue(f.Type, e)}
		}
		s.Properties[key] = p
		if f.Tag.Get("required") != "" {
			s.Required = append(s.Required, key)
		}
	}
	return s
}

func bound(tag reflect.StructTag, name string) *int64 {
	n, err := strconv.ParseInt(tag.Get(name), 10, 64)
	if err != nil {
		return nil
	}
	return &n
}
