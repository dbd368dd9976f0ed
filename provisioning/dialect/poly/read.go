package poly

import (
	"slices"
	"strings"

	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/markup"
)

// read takes every attribute for a parameter, whatever its element is called.
func read(f dialect.File) (dialect.Reading, error) {
	root, notices, err := dialect.Markup(f)
	if err != nil {
		return dialect.Reading{}, err
	}
	out := dialect.Reading{Clears: true, Notices: notices}
	walk(root, &out)
	twins(out.Items)
	return out, nil
}

func walk(e *markup.Element, out *dialect.Reading) {
	for _, c := range e.Children {
		for _, a := range c.Attributes {
			if strings.HasPrefix(a.Name, "xmlns") || strings.Contains(a.Name, ":") {
				continue // of XML itself
			}
			item := dialect.Item{Key: a.Name, Value: strings.TrimSpace(a.Value), Line: a.Line}
			out.Items = append(out.Items, item)
			if a.Name == "CONFIG_FILES" {
				out.Includes = append(out.Includes, includes(item)...)
			}
		}
		walk(c, out)
	}
}

// substitutions are what stands for the telephone in the names of files.
var substitutions = strings.NewReplacer("[PHONE_MAC_ADDRESS]", "{mac}", "[MACADDRESS]", "{mac}", "[MAC]", "{mac}",
	"[PHONE_MODEL]", "{model}", "[PHONE_PART_NUMBER]", "{model}")

// includes are the files of a master file. They are read from left to right and
// the first that gives a parameter counts, so the first is laid over the others.
func includes(item dialect.Item) []dialect.Include {
	var all []dialect.Include
	for _, name := range strings.Split(substitutions.Replace(item.Value), ",") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, dialect.Include{Name: name, Line: item.Line})
		}
	}
	slices.Reverse(all)
	return all
}

// twins leaves out parameters of the device that are not to be set: one counts
// only beside another of its name with .set="1".
func twins(items []dialect.Item) {
	set := map[string]bool{}
	for _, item := range items {
		if name, ok := strings.CutSuffix(item.Key, ".set"); ok {
			set[name] = item.Value == "1" || strings.EqualFold(item.Value, "true")
		}
	}
	for i, item := range items {
		if !strings.HasPrefix(item.Key, "device.") || strings.HasSuffix(item.Key, ".set") {
			continue
		}
		if on, given := set["device"]; given && !on {
			items[i].Idle = `device.set is not "1"`
		}
		if !set[item.Key] {
			items[i].Idle = item.Key + `.set="1" is not beside it`
		}
	}
}
