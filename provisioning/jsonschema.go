package provisioning

import (
	"fmt"
	"reflect"
	"slices"
)

// DocumentSchema is a JSON Schema of documents, for editors: of the same tags by
// which DecodeOver reads them.
func DocumentSchema() map[string]any {
	s := sectionSchema(reflect.ValueOf(Default()))
	return versioned(s, "offhook document", "offhook", SchemaVersion)
}

// AgentSchema is that of the agent's own file.
func AgentSchema() map[string]any {
	s := sectionSchema(reflect.ValueOf(DefaultAgentConfig()))
	return versioned(s, "offhook agent configuration", "agent", AgentSchemaVersion)
}

func versioned(s map[string]any, title, key string, version int) map[string]any {
	s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", title
	s["properties"].(map[string]any)[key] = map[string]any{"const": version}
	required, _ := s["required"].([]string)
	if !slices.Contains(required, key) {
		s["required"] = append(required, key)
	}
	return s
}

func sectionSchema(v reflect.Value) map[string]any {
	properties, required := map[string]any{}, []string(nil)
	for _, f := range fieldsOf(v.Type(), RestartNone) {
		properties[f.name] = settingSchema(v.Field(f.index), f)
		if f.required {
			required = append(required, f.name)
		}
	}
	s := map[string]any{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
	if required != nil {
		s["required"] = required
	}
	return s
}

func settingSchema(v reflect.Value, f field) map[string]any {
	switch t := v.Type(); {
	case t == localType:
		return map[string]any{"type": []string{"object", "string", "null"}}
	case isSection(t):
		return sectionSchema(v)
	case isElements(t):
		element := reflect.New(t.Elem())
		if def, ok := element.Interface().(defaulter); ok {
			def.setDefaults()
		}
		return map[string]any{"type": []string{"array", "null"}, "items": sectionSchema(element.Elem())}
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": settingSchema(reflect.Zero(t.Elem()), f)}
	}
	s := scalarSchema(v, f)
	switch {
	case v.IsZero(), v.Type() == secretType:
	case v.Kind() == reflect.Bool, v.CanInt() && v.Type() != durationType:
		s["default"] = v.Interface()
	default:
		s["default"] = format(v)
	}
	return s
}

func scalarSchema(v reflect.Value, f field) map[string]any {
	s := map[string]any{"type": []string{"string", "number", "null"}} // a number without quotes is text as well
	switch t := v.Type(); {
	case t == durationType, t == portsType:
	case t.Kind() == reflect.Bool:
		s["type"] = []string{"boolean", "null"}
	case f.match == "servers":
		s["type"] = []string{"string", "array", "null"}
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		s["type"] = []string{"integer", "null"}
		var lo, hi int64
		if _, err := fmt.Sscan(f.lo, &lo); err == nil {
			s["minimum"] = lo
		}
		if _, err := fmt.Sscan(f.hi, &hi); err == nil {
			s["maximum"] = hi
		}
	}
	if len(f.oneof) > 0 {
		var all []any
		for _, o := range f.oneof {
			all = append(all, o)
		}
		s["enum"] = append(all, nil)
	}
	return s
}
