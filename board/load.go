package board

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"offhook/hal"
)

// maxFile bounds a board file; the largest real one is a few kilobytes.
const maxFile = 256 << 10

// Load reads a board file. The error joins a *Fault for every mistake in its
// form; Validate finds the mistakes that need the drivers.
func Load(file string, data []byte) (*Board, error) {
	b := &Board{File: file, lines: map[string]int{}}
	if len(data) > maxFile {
		return nil, b.fault("", "is larger than %d KiB: this is no board file", maxFile>>10)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, b.yamlFault(err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, b.fault("", "is not a mapping: a board file begins with offhook-board: %d", Version)
	}
	t := tree{board: b}
	root, _ := t.value("", doc.Content[0], 0).(map[string]any)
	b.read(root, doc.Content[0], &t)
	if len(t.faults) > 0 {
		return nil, errors.Join(t.faults...)
	}
	return b, nil
}

func (b *Board) yamlFault(err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if n, _ := fmt.Sscanf(msg, "line %d:", &line); n == 1 {
		_, msg, _ = strings.Cut(msg, ": ")
	}
	return &Fault{File: b.File, Line: line, Msg: "not readable as YAML: " + msg}
}

func (b *Board) read(root map[string]any, node *yaml.Node, t *tree) {
	if v, ok := root["offhook-board"].(int); !ok || v != Version {
		t.fault("offhook-board", "must be %d, the format that this program reads", Version)
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i].Value
		value := root[key]
		switch Kind(key) {
		case "offhook-board":
		case "name":
			b.Name = t.text(key, value)
		case "model":
			b.Model = t.text(key, value)
		case "compatible":
			for j, item := range t.list(key, value) {
				b.Compatible = append(b.Compatible, t.text(fmt.Sprintf("%s[%d]", key, j), item))
			}
		case Keypad, Expander, Reader:
			for j, item := range t.list(key, value) {
				b.part(t, Kind(key), "", fmt.Sprintf("%s[%d]", key, j), item)
			}
		case "media":
			b.media(t, value)
		case Hook, Display, Audio, Mixer, Watchdog:
			b.part(t, Kind(key), "", key, value)
		case Lamp, Relay:
			m := t.mapping(key, value)
			for _, name := range b.inFileOrder(key, m) {
				b.part(t, Kind(key), name, key+"."+name, m[name])
			}
		default:
			t.fault(key, "is not known here (known: offhook-board, name, model, compatible, keypads, hook, display, lamps, relays, audio, mixer, watchdog, expanders, readers, media)")
		}
	}
}

// media reads how the sound is run: the one setting that belongs to no part.
func (b *Board) media(t *tree, value any) {
	m := t.mapping("media", value)
	for _, key := range b.inFileOrder("media", m) {
		path := "media." + key
		switch {
		case key != "process":
			t.fault(path, "is not known here (known: process)")
		case m[key] == "separate":
			b.Separate = true
		case m[key] == "inside":
			b.Inside = true
		case m[key] != "auto":
			t.fault(path, "%v is neither auto nor inside nor separate", m[key])
		}
	}
}

func (b *Board) inFileOrder(key string, m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		if d := b.lines[key+"."+x] - b.lines[key+"."+y]; d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	return names
}

func (b *Board) part(t *tree, kind Kind, name, path string, value any) {
	m := t.mapping(path, value)
	compatible, ok := m["compatible"].(string)
	if !ok {
		t.fault(path, "needs compatible: the name of its driver")
		return
	}
	part := Part{Kind: kind, Name: name, Path: path, Spec: hal.Spec{Compatible: compatible, Params: hal.Params{}}}
	for k, v := range m {
		switch {
		case k == "compatible":
		case k == handsFree && kind == Audio:
			part.HandsFree = b.handsFree(t, path, v)
		case k == profiles && kind == Audio:
		default:
			part.Params[k] = v
		}
	}
	if v, ok := m[profiles]; ok && kind == Audio {
		b.profiles(t, &part, v)
	}
	b.Parts = append(b.Parts, part)
}
