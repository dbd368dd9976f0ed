package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"offhook/board"
	"offhook/provisioning"
	"offhook/provisioning/native"
)

// schema is a JSON Schema; it validates as far as ours go, and refuses words
// that it does not know.
type schema struct {
	t    *testing.T
	root map[string]any
}

// written is what editors are given; the firmware does not carry it.
func written(kind string) map[string]any {
	switch kind {
	case "board":
		return board.Schema(table())
	case "agent":
		return provisioning.AgentSchema()
	}
	return provisioning.DocumentSchema()
}

func schemaFor(t *testing.T, kind string) schema {
	t.Helper()
	file := "../../docs/schema/" + kind + ".json"
	var text bytes.Buffer
	if err := printJSON(&text, written(kind)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(data, text.Bytes()) {
		t.Errorf("%s is not what the program reads (%v): go test ./cmd/offhook -run Schema -update", file, err)
	}
	s := schema{t: t}
	if err := json.Unmarshal(text.Bytes(), &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s schema) faults(file string) []string {
	var v any
	if err := yaml.Unmarshal([]byte(file), &v); err != nil {
		return []string{err.Error()}
	}
	return s.check(s.root, v, "")
}

func (s schema) check(rule map[string]any, v any, at string) (faults []string) {
	bad := func(format string, args ...any) { faults = append(faults, at+": "+fmt.Sprintf(format, args...)) }
	for word, want := range rule {
		switch word {
		case "$schema", "title", "default", "$defs", "then":
		case "$ref":
			def := s.root["$defs"].(map[string]any)[strings.TrimPrefix(want.(string), "#/$defs/")]
			faults = append(faults, s.check(def.(map[string]any), v, at)...)
		case "type":
			if !slices.ContainsFunc(words(want), func(kind string) bool { return isOf(kind, v) }) {
				bad("%v is no %v", v, want)
			}
		case "enum":
			if !slices.ContainsFunc(want.([]any), func(e any) bool { return equal(e, v) }) {
				bad("%v is none of %v", v, want)
			}
		case "const":
			if !equal(want, v) {
				bad("%v is not %v", v, want)
			}
		case "minimum", "maximum":
			n, isNumber := number(v)
			if isNumber && (word == "minimum" && n < want.(float64) || word == "maximum" && n > want.(float64)) {
				bad("%v: %s is %v", v, word, want)
			}
		case "pattern":
			if text, ok := v.(string); ok && !regexp.MustCompile(want.(string)).MatchString(text) {
				bad("%q is not like %s", text, want)
			}
		case "required":
			if m, ok := v.(map[string]any); ok {
				for _, name := range words(want) {
					if _, there := m[name]; !there {
						bad("%s is missing", name)
					}
				}
			}
		case "properties", "additionalProperties", "propertyNames":
			if m, ok := v.(map[string]any); ok {
				faults = append(faults, s.members(rule, word, m, at)...)
			}
		case "items":
			list, _ := v.([]any)
			for i, item := range list {
				faults = append(faults, s.check(want.(map[string]any), item, fmt.Sprintf("%s[%d]", at, i))...)
			}
		case "allOf":
			for _, part := range want.([]any) {
				faults = append(faults, s.check(part.(map[string]any), v, at)...)
			}
		case "if":
			if len(s.check(want.(map[string]any), v, at)) == 0 {
				faults = append(faults, s.check(rule["then"].(map[string]any), v, at)...)
			}
		default:
			s.t.Fatalf("%s: the schema has a word %q", at, word)
		}
	}
	return faults
}

func (s schema) members(rule map[string]any, word string, m map[string]any, at string) (faults []string) {
	properties, _ := rule["properties"].(map[string]any)
	for name, v := range m {
		of, known := properties[name]
		switch {
		case word == "propertyNames":
			faults = append(faults, s.check(rule[word].(map[string]any), name, at+"."+name)...)
		case word == "properties" && known:
			faults = append(faults, s.check(of.(map[string]any), v, at+"."+name)...)
		case word == "additionalProperties" && !known && rule[word] == false:
			faults = append(faults, at+"."+name+": is not known")
		case word == "additionalProperties" && !known:
			faults = append(faults, s.check(rule[word].(map[string]any), v, at+"."+name)...)
		}
	}
	return faults
}

func words(v any) []string {
	if one, ok := v.(string); ok {
		return []string{one}
	}
	var all []string
	for _, w := range v.([]any) {
		all = append(all, w.(string))
	}
	return all
}

func isOf(kind string, v any) bool {
	n, isNumber := number(v)
	switch kind {
	case "integer":
		return isNumber && n == math.Trunc(n)
	case "number":
		return isNumber
	case "null":
		return v == nil
	}
	want := map[string]reflect.Kind{"string": reflect.String, "boolean": reflect.Bool, "array": reflect.Slice, "object": reflect.Map}[kind]
	return v != nil && reflect.TypeOf(v).Kind() == want
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

func equal(a, b any) bool {
	x, ok1 := number(a)
	y, ok2 := number(b)
	return ok1 && ok2 && x == y || ok1 == ok2 && reflect.DeepEqual(a, b)
}

func TestSchema_every_board_and_every_example_passes(t *testing.T) {
	boards, err := filepath.Glob("../../board/boards/*.yaml")
	if err != nil || len(boards) < 4 {
		t.Fatalf("%d boards, %v", len(boards), err)
	}
	s := schemaFor(t, "board")
	for _, file := range boards {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if faults := s.faults(string(data)); len(faults) > 0 {
			t.Errorf("%s: %q", file, faults)
		}
	}
	machine := hostile()
	if faults := s.faults(machine.Draft()); len(faults) > 0 {
		t.Errorf("a draft: %q", faults)
	}
	config, agent, seen := schemaFor(t, "config"), schemaFor(t, "agent"), 0
	for _, file := range []string{"../../README.md", "../../docs/provisioning.md", "../../docs/intercom.md", "../../docs/board.md", "../../docs/demo.md"} {
		for _, example := range fenced(t, file) {
			var faults []string
			switch native.Sniff([]byte(example)) {
			case native.KindDocument:
				faults = config.faults(example)
			case native.KindAgent:
				faults = agent.faults(example)
			default:
				continue
			}
			seen++
			if len(faults) > 0 {
				t.Errorf("%s: %q in\n%s", file, faults, example)
			}
		}
	}
	if seen == 0 {
		t.Error("the documentation has no example")
	}
}

// fenced lists the blocks of YAML in a page.
func fenced(t *testing.T, file string) []string {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile("(?s)```ya?ml\n(.*?)```").FindAllStringSubmatch(string(data), -1) {
		all = append(all, m[1])
	}
	return all
}

func TestSchema_finds_what_check_finds(t *testing.T) {
	const head = "offhook-board: 1\nname: x\n"
	for _, c := range []struct{ name, kind, in, want string }{
		{"unknown part -> said", "board", head + "keyboard: {}\n", ".keyboard: is not known"},
		{"unknown driver -> said", "board", head + "hook: {compatible: gpio-hok}\n", ".hook.compatible: gpio-hok is none of"},
		{"unknown parameter -> said", "board", head + "hook: {compatible: gpio-hook, line: GPIO4, pin: 4}\n", ".hook.pin: is not known"},
		{"missing parameter -> said", "board", head + "hook: {compatible: gpio-hook}\n", ".hook: line is missing"},
		{"none of the values -> said", "board", head + "hook: {compatible: gpio-hook, line: GPIO4, off-hook: up}\n", ".hook.off-hook: up is none of [high low]"},
		{"impossible rate -> said", "board", head + "audio: {compatible: alsa-pcm, sample-rate: 44100}\n", ".audio.sample-rate: 44100 is none of"},
		{"no such key -> said", "board", head + "keypads: [{compatible: gpio-keys, keys: {cal: GPIO4}}]\n", ".keypads[0].keys.cal: cal is none of"},
		{"too many periods -> said", "board", head + "audio: {compatible: alsa-pcm, periods: 17}\n", ".audio.periods: 17: maximum is 16"},
		{"unknown setting -> said", "config", "offhook: 1\nphoon: {}\n", ".phoon: is not known"},
		{"no version -> said", "agent", "board: x\n", ": agent is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := schemaFor(t, c.kind).faults(c.in)
			if !slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, c.want) }) {
				t.Errorf("got %q, want %s", faults, c.want)
			}
		})
	}
}
