package makers

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
)

// fileOf writes a maker's file of parameters, each on a line "key value".
var fileOf = map[string]func(parameters []string) string{
	"yealink": func(all []string) string {
		return "#!version:1.0.0.1\n" + each(all, func(k, v string) string { return k + " = " + v })
	},
	"snom": func(all []string) string {
		return "<settings><phone-settings>\n" + each(all, func(k, v string) string {
			if name, idx, ok := strings.Cut(strings.TrimSuffix(k, "]"), "["); ok {
				return fmt.Sprintf("<%s idx=%q perm=\"R\">%s</%s>", name, idx, v, name)
			}
			return fmt.Sprintf("<%s perm=\"R\">%s</%s>", k, v, k)
		}) + "</phone-settings></settings>\n"
	},
	"grandstream": func(all []string) string {
		return "<gs_provision version=\"1\"><config version=\"2\">\n" + each(all, func(k, v string) string {
			if k[0] == 'P' && strings.Trim(k[1:], "0123456789") == "" {
				return fmt.Sprintf("<%s>%s</%s>", k, v, k)
			}
			return fmt.Sprintf("<item name=%q>%s</item>", k, v)
		}) + "</config></gs_provision>\n"
	},
	"poly": func(all []string) string {
		return "<phone\n" + each(all, func(k, v string) string { return fmt.Sprintf(" %s=%q", k, v) }) + "/>\n"
	},
	"cisco": func(all []string) string {
		return "<flat-profile>\n" + each(all, func(k, v string) string { return fmt.Sprintf("<%s>%s</%s>", k, v, k) }) + "</flat-profile>\n"
	},
	"fanvil": func(all []string) string {
		return "<sysConf>\n" + each(all, func(k, v string) string {
			open, shut := "", ""
			for part := range strings.SplitSeq(k, "/") {
				name, index, ok := strings.Cut(strings.TrimSuffix(part, "]"), "[")
				open += "<" + name
				if ok {
					open += " index=\"" + index + "\""
				}
				open, shut = open+">", "</"+name+">"+shut
			}
			return open + v + shut
		}) + "</sysConf>\n"
	},
}

func each(all []string, write func(key, value string) string) string {
	var out strings.Builder
	for _, line := range all {
		key, value, _ := strings.Cut(line, " ")
		out.WriteString(write(key, value) + "\n")
	}
	return out.String()
}

// The parameters that servers in the field write most, in testdata/map.txt: none
// is unknown, none is without a fate, and what does not arrive has a reason.
func TestMap_every_parameter_arrives_or_is_told(t *testing.T) {
	text, err := os.ReadFile("testdata/map.txt")
	if err != nil {
		t.Fatal(err)
	}
	byMaker, maker := map[string][]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			maker = strings.Trim(line, "[]")
		default:
			byMaker[maker] = append(byMaker[maker], line)
		}
	}
	for _, d := range All() {
		t.Run(d.Name, func(t *testing.T) {
			all := byMaker[d.Name]
			file := dialect.File{Name: d.Name + ".cfg", Data: []byte(fileOf[d.Name](all))}
			if found, ok := (Config{}).Detect([]dialect.File{file}); !ok || found.Name != d.Name {
				t.Fatalf("is not known as %s:\n%s", d.Name, bytes.TrimSpace(file.Data))
			}
			doc, report, err := Config{Base: provisioning.Default()}.Read(d, []dialect.File{file})
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Entries) < len(all) || len(all) < 40 || len(doc.Accounts) != 1 {
				t.Errorf("%d parameters of %d came, %d accounts", len(report.Entries), len(all), len(doc.Accounts))
			}
			for _, e := range report.Entries {
				switch {
				case e.Fate == dialect.Unknown, e.Fate == dialect.Refused, e.Fate == "":
					t.Errorf("%s:%d %s: %q %s", e.File, e.Line, e.Key, e.Fate, e.Why)
				case e.Fate != dialect.Mapped && e.Why == "":
					t.Errorf("%s:%d %s: %s without a reason", e.File, e.Line, e.Key, e.Fate)
				case e.Fate == dialect.Mapped && e.Path == "" && e.How == "":
					t.Errorf("%s:%d %s: arrived nowhere", e.File, e.Line, e.Key)
				}
			}
			t.Log(report.Count())
		})
	}
}
