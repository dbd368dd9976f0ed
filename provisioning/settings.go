package provisioning

import (
	"reflect"
	"strings"
)

// Setting describes one setting of a schema, for people.
type Setting struct {
	Path    string // accounts[].user
	Type    string // text, number, time, true/false, list, secret, ports
	Allowed string // "0..100", "tls tcp udp"; empty: see the text
	Default string
	Needed  bool
	Restart Restart // what a change interrupts
}

// Settings lists every setting of a Document, in order, as the decoder has them.
func Settings() []Setting { return settingsOf(reflect.ValueOf(Default()), RestartNone) }

// AgentSettings lists every setting of an AgentConfig; it is read when the agent
// starts.
func AgentSettings() []Setting {
	return settingsOf(reflect.ValueOf(DefaultAgentConfig()), RestartAgent)
}

func settingsOf(section reflect.Value, restart Restart) []Setting {
	var all []Setting
	describe("", section, restart, &all)
	return all
}

func describe(path string, section reflect.Value, inherited Restart, all *[]Setting) {
	for _, f := range fieldsOf(section.Type(), inherited) {
		v, at := section.Field(f.index), join(path, f.name)
		switch {
		case isSection(v.Type()):
			describe(at, v, f.restart, all)
		case isElements(v.Type()):
			element := reflect.New(v.Type().Elem())
			if def, ok := element.Interface().(defaulter); ok {
				def.setDefaults()
			}
			describe(at+"[]", element.Elem(), f.restart, all)
		default:
			*all = append(*all, f.setting(at, v))
		}
	}
}

func (f field) setting(path string, v reflect.Value) Setting {
	s := Setting{Path: path, Type: typeName(v.Type()), Needed: f.required, Restart: f.restart, Allowed: strings.Join(f.oneof, " ")}
	if f.lo != "" {
		s.Allowed = f.lo + ".." + f.hi
	}
	if v.Type() != localType {
		s.Default = format(v)
	}
	return s
}

func typeName(t reflect.Type) string {
	switch t {
	case durationType:
		return "time"
	case secretType:
		return "secret"
	case portsType:
		return "ports"
	case localType:
		return "section or file"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true/false"
	case reflect.Int:
		return "number"
	case reflect.Slice:
		return "list"
	}
	return "text"
}
