// Package dialecttest checks a dialect against files and what they come to.
package dialecttest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
	"offhook/provisioning/native"
)

// Golden reads the files of every folder of testdata, in the order of their
// names, and compares the document and the report with golden.txt there.
// OFFHOOK_UPDATE=1 writes it anew.
func Golden(t *testing.T, d dialect.Dialect, device provisioning.Device) {
	t.Helper()
	dirs, err := filepath.Glob("testdata/*/golden.txt")
	if update() {
		dirs, err = filepath.Glob("testdata/*/*")
	}
	if err != nil || len(dirs) == 0 {
		t.Fatalf("there is nothing under testdata (%v)", err)
	}
	for i := range dirs {
		dirs[i] = filepath.Dir(dirs[i])
	}
	for _, dir := range slices.Compact(dirs) {
		if filepath.Base(dir) == "fuzz" || filepath.Base(filepath.Dir(dir)) == "fuzz" {
			continue
		}
		t.Run(filepath.Base(dir), func(t *testing.T) { golden(t, d, device, dir) })
	}
}

func update() bool { return os.Getenv("OFFHOOK_UPDATE") != "" }

func golden(t *testing.T, d dialect.Dialect, device provisioning.Device, dir string) {
	names, err := filepath.Glob(dir + "/*")
	if err != nil {
		t.Fatal(err)
	}
	var files []dialect.File
	for _, name := range names {
		if filepath.Base(name) == "golden.txt" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		short := filepath.Base(name)
		if len(short) > 2 && short[1] == '-' { // 1-common.cfg, 2-mac.cfg: the order
			short = short[2:]
		}
		f := dialect.File{Name: short, Data: data, Device: device}
		if len(files) == 0 && d.Sniff(f) < dialect.Sure {
			t.Errorf("%s is not known as a file of %s: %d", f.Name, d.Maker, d.Sniff(f))
		}
		files = append(files, f)
	}
	base := provisioning.Default()
	base.Door.Relay = "strike"
	got := Show(t, d, base, files...)
	path := dir + "/golden.txt"
	if update() {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what came:\n%s", path, difference(string(want), string(got)))
	}
}

// Show writes what files come to: the document or its faults, where each setting
// is from, and what became of every parameter.
func Show(t *testing.T, d dialect.Dialect, base provisioning.Document, files ...dialect.File) []byte {
	t.Helper()
	var out bytes.Buffer
	result, err := d.Decode(base, files...)
	if err != nil {
		fmt.Fprintf(&out, "fault: %v\n", err)
		return out.Bytes()
	}
	doc, err := provisioning.DecodeOver(base, result.Tree, files[len(files)-1].Name)
	if err != nil {
		fmt.Fprintf(&out, "faults:\n%v\n", err)
	} else {
		text, err := native.MarshalRedacted(doc)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s\n", text)
	}
	for _, e := range doc.Explain("") {
		if e.Set {
			fmt.Fprintf(&out, "explain %s: %s, from %s\n", e.Path, e.Value, e.Where())
		}
	}
	fmt.Fprintln(&out)
	for _, e := range result.Report.Entries {
		fmt.Fprintf(&out, "%s:%d %s: %s%s%s%s\n", e.File, e.Line, e.Key, e.Fate, tail(" to ", e.Path), tail("; ", e.How), tail(": ", e.Why))
		if e.Fate == "" {
			t.Errorf("%s:%d %s has no fate", e.File, e.Line, e.Key)
		}
	}
	fmt.Fprintln(&out)
	for _, w := range result.Report.Warnings {
		fmt.Fprintf(&out, "warning %s:%d %s: %s\n", w.File, w.Line, w.Key, w.Msg)
	}
	return out.Bytes()
}

func tail(lead, s string) string {
	if s == "" {
		return ""
	}
	return lead + s
}

// difference lists the lines that one has and the other has not.
func difference(want, got string) string {
	var out strings.Builder
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range w {
		if !slices.Contains(g, line) {
			fmt.Fprintf(&out, "- %s\n", line)
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			fmt.Fprintf(&out, "+ %s\n", line)
		}
	}
	return out.String()
}

// Fuzz reads anything at all: nothing may panic, and every parameter has a fate.
func Fuzz(f *testing.F, d dialect.Dialect) {
	names, err := filepath.Glob("testdata/*/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err == nil && filepath.Base(name) != "golden.txt" {
			f.Add(data)
		}
	}
	base := provisioning.Default()
	f.Fuzz(func(t *testing.T, data []byte) {
		file := dialect.File{Name: "0015651234ab.cfg", Data: data}
		d.Sniff(file)
		result, err := d.Decode(base, file)
		if err != nil {
			if len(provisioning.Faults(err)) == 0 {
				t.Fatalf("the error has no place: %v", err)
			}
			return
		}
		for _, e := range result.Report.Entries {
			if e.Fate == "" {
				t.Fatalf("%s has no fate", e.Key)
			}
		}
		_, _ = provisioning.DecodeOver(base, result.Tree, file.Name)
	})
}

// Table checks the table itself: what rules reach is in the document, every rule
// that reaches nothing tells why it may, and nothing is there twice.
func Table(t *testing.T, d dialect.Dialect) {
	t.Helper()
	d, err := d.Loaded()
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]bool{}
	for _, s := range provisioning.Settings() {
		settings[s.Path] = true
	}
	for _, r := range d.Rules {
		to := r.To
		if to == "" && r.As == nil {
			t.Errorf("%s reaches nothing and tells no why", r.Key)
		}
		if to == "" || strings.Contains(to, "@") {
			continue
		}
		for _, index := range []string{"{n}", "{n+1}", "{k}", "{k+1}", "*"} {
			to = strings.ReplaceAll(to, "["+index+"]", "[]")
		}
		if to = strings.NewReplacer("[1]", "[]").Replace(to); !settings[to] {
			t.Errorf("%s goes to %s, which is no setting of the document", r.Key, r.To)
		}
	}
	seen := map[string]bool{}
	for _, k := range d.Known {
		if seen[k.Key] {
			t.Errorf("%s is known twice", k.Key)
		}
		if seen[k.Key] = true; k.Why == "" {
			t.Errorf("%s has no why", k.Key)
		}
	}
}
