package board

import (
	"fmt"
	"maps"
	"slices"

	"offhook/hal"
)

// Schema is a JSON Schema of board files, for editors: of the same declarations
// by which Load and the drivers read them.
func Schema(drivers hal.Drivers) map[string]any {
	defs := map[string]any{"key": hal.KeySchema(), profiles: hal.Schema(Profiles{})}
	text := map[string]any{"type": "string"}
	list := func(items any) map[string]any { return map[string]any{"type": "array", "items": items} }
	named := func(items any) map[string]any {
		return map[string]any{"type": "object", "additionalProperties": items}
	}
	properties := map[string]any{
		"offhook-board": map[string]any{"const": Version},
		"name":          text, "model": text, "compatible": list(text),
		"media": map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{
			"process": map[string]any{"enum": []string{"auto", "inside", "separate"}}}},
	}
	for _, kind := range kinds() {
		part := partSchema(drivers, kind, defs)
		switch kind {
		case Keypad, Expander, Reader:
			part = list(part)
		case Lamp, Relay:
			part = named(part)
		}
		properties[string(kind)] = part
	}
	return map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "offhook board file", "type": "object",
		"required": []string{"offhook-board", "name"}, "additionalProperties": false, "properties": properties, "$defs": defs,
	}
}

// partSchema has an editor offer the parameters of the driver that was chosen.
func partSchema(drivers hal.Drivers, kind Kind, defs map[string]any) map[string]any {
	var names []string
	var choices []any
	all := ofKind(drivers, kind)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		names = append(names, name)
		if all[name].defaults == nil {
			continue
		}
		params := hal.Schema(all[name].defaults)
		properties := params["properties"].(map[string]any)
		properties["compatible"] = map[string]any{"const": name}
		if kind == Audio {
			properties[handsFree] = hal.Schema(handsFreeDefaults())
			properties[profiles] = map[string]any{"$ref": "#/$defs/" + profiles}
		}
		def := fmt.Sprintf("%s-%s", kind, name)
		defs[def] = params
		choices = append(choices, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"compatible": map[string]any{"const": name}}},
			"then": map[string]any{"$ref": "#/$defs/" + def},
		})
	}
	return map[string]any{"type": "object", "required": []string{"compatible"},
		"properties": map[string]any{"compatible": map[string]any{"enum": names}}, "allOf": choices}
}
