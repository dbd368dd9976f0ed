package hal

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Schema is a JSON Schema of the parameters that Decode takes into a struct like
// defaults: generated from the same tags, so that it cannot say another thing.
// `values:"high low"` and `range:"2..16"` bound a value in both.
func Schema(defaults any) map[string]any {
	v := reflect.ValueOf(defaults)
	properties, required := map[string]any{}, []string{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, opts, _ := strings.Cut(field.Tag.Get("param"), ",")
		if name == "" {
			continue
		}
		s := schemaOf(name, field.Type, field.Tag)
		if !v.Field(i).IsZero() && opts != "required" {
			s["default"] = defaultOf(v.Field(i))
		}
		if opts == "required" {
			required = append(required, name)
		}
		properties[name] = s
	}
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

var keyType = reflect.TypeFor[Key]()

func schemaOf(name string, t reflect.Type, tag reflect.StructTag) map[string]any {
	s := map[string]any{}
	switch {
	case t == keyType:
		return map[string]any{"$ref": "#/$defs/key"}
	case t == durationType && (strings.HasSuffix(name, "-ms") || strings.HasSuffix(name, "-us")):
		s["type"] = []string{"integer", "string"}
	case t == durationType:
		s["type"], s["pattern"] = "string", `^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`
	case t.Kind() == reflect.String:
		s["type"] = []string{"string", "integer"} // a digit needs no quotes
	case t.Kind() == reflect.Bool:
		s["type"] = "boolean"
	case t.Kind() == reflect.Int:
		s["type"] = "integer"
	case t.Kind() == reflect.Float64:
		s["type"] = "number"
	case t.Kind() == reflect.Slice:
		s["type"], s["items"] = "array", schemaOf("", t.Elem(), "")
	case t.Kind() == reflect.Map:
		s["type"], s["additionalProperties"] = "object", schemaOf("", t.Elem(), "")
		if t.Key() == keyType {
			s["propertyNames"] = map[string]any{"$ref": "#/$defs/key"}
		}
	case t.Kind() == reflect.Struct:
		return Schema(reflect.Zero(t).Interface())
	}
	bound(s, t, tag)
	return s
}

func bound(s map[string]any, t reflect.Type, tag reflect.StructTag) {
	if values := strings.Fields(tag.Get("values")); len(values) > 0 {
		var all []any
		for _, v := range values {
			if t.Kind() == reflect.Int {
				n := 0
				_, _ = fmt.Sscan(v, &n) // the tag is ours
				all = append(all, n)
			} else {
				all = append(all, v)
			}
		}
		s["enum"] = all
	}
	if r := tag.Get("range"); r != "" {
		low, high, _ := strings.Cut(r, "..")
		for key, text := range map[string]string{"minimum": low, "maximum": high} {
			n, _ := strconv.ParseFloat(text, 64) // the tag is ours
			if s[key] = n; t.Kind() == reflect.Int {
				s[key] = int(n)
			}
		}
	}
}

func defaultOf(v reflect.Value) any {
	if d, ok := v.Interface().(time.Duration); ok {
		return d.String()
	}
	return v.Interface()
}

// KeySchema is what a keymap may name, "#/$defs/key" of a Schema.
func KeySchema() map[string]any {
	all := []any{""} // a place without a key
	for d := range 10 {
		all = append(all, d)
	}
	for _, k := range Keys() {
		all = append(all, string(k))
	}
	return map[string]any{"enum": all}
}
