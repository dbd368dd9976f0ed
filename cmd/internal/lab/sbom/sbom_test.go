package sbom

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// self is this test's own program, which the linker has written the modules of, too.
func self(t *testing.T) string {
	t.Helper()
	file, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestOf_this_program_names_what_it_is_made_of(t *testing.T) {
	info, err := buildinfo.ReadFile(self(t))
	if err != nil {
		t.Fatal(err)
	}
	licences := map[string]string{"Go": "BSD-3-Clause"}
	for _, m := range info.Deps {
		licences[m.Path] = "MIT and Apache-2.0"
	}
	d, err := Of("offhook", "v1.2.3", licences, []string{self(t)})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(d.Components); got != len(info.Deps)+1 {
		t.Errorf("%d components of %d modules and the standard library", got, len(info.Deps))
	}
	program := d.Metadata.Component.Parts[0]
	if len(program.Hashes) != 1 || len(program.Hashes[0].Content) != 64 || d.Dependencies[0].Ref != program.Ref {
		t.Errorf("%+v, %+v", program, d.Dependencies)
	}
	std := d.Components[0]
	for _, c := range d.Components {
		if c.Name == "std" {
			std = c
		}
	}
	if std.PURL != "pkg:golang/std@"+strings.TrimPrefix(info.GoVersion, "go") || std.Licenses[0].Expression != "BSD-3-Clause" {
		t.Errorf("%+v", std)
	}
}

func TestWrite_the_same_again_is_the_same(t *testing.T) {
	write := func(version string) (raw []byte, d Document) {
		var out bytes.Buffer
		d = Document{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: Metadata{Component: Component{Version: version}}}
		if err := d.Write(&out); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		return out.Bytes(), d
	}
	first, one := write("1")
	again, _ := write("1")
	_, other := write("2")
	if !bytes.Equal(first, again) || one.Serial == other.Serial {
		t.Errorf("%s\n%s\n%s", first, again, other.Serial)
	}
	if want := len("urn:uuid:00000000-0000-8000-8000-000000000000"); len(one.Serial) != want || one.Serial[len("urn:uuid:00000000-0000-")] != '8' {
		t.Errorf("serial number %q", one.Serial)
	}
}

func TestOf_refuses(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ arrow, file, want string }{
		{"what is not there -> says so", "/nowhere/offhook", "no such file"},
		{"what is no program -> says so", text, "could not read Go build info"},
		{"a licence that is not known -> what to do", self(t), "make notices"},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			_, err := Of("offhook", "v1", nil, []string{test.file})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.file) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestLicences_of_the_notices(t *testing.T) {
	text, err := os.ReadFile("../../../../docs/third-party.md")
	if err != nil {
		t.Fatal(err)
	}
	all := Licences(string(text))
	if all["Go"] != "BSD-3-Clause" || all["github.com/emiago/sipgo"] != "BSD-2-Clause" || all["go.yaml.in/yaml/v3"] != "MIT and Apache-2.0" {
		t.Errorf("%v", all)
	}
}
