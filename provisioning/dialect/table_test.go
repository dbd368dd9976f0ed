package dialect

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

func packed(t testing.TB, text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTableParse(t *testing.T) {
	d := Dialect{Maker: "Nobody", Table: &Table{Packed: packed(t, strings.Join([]string{
		"# a comment", "",
		"let clock\tenum|0=12h|1=24h|2=!there is no such day|3=~as it is",
		"a.{n}.time\tphone.time-format\tclock\t0 12h",
		"a.{n}.pass\t- weak secret\tnever|not here",
		"a.plain\tphone.name",
		"a.{k}.*\t!this phone has none",
	}, "\n"))}}
	d, err := d.Loaded()
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Rules) != 3 || len(d.Known) != 1 || d.Known[0] != (Known{"a.{k}.*", "this phone has none"}) {
		t.Fatalf("%+v %+v", d.Rules, d.Known)
	}
	r := d.Rules[0]
	if v, err := r.As("1"); err != nil || v.Text != "24h" || r.To != "phone.time-format" || r.Note != "0 12h" || r.Weak || r.Secret {
		t.Errorf("%+v: %+v, %v", r, v, err)
	}
	if v, err := r.As("3"); err != nil || v.How != "as it is" || v.Text != "" {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := r.As("2"); err == nil || err.Error() != "there is no such day" {
		t.Errorf("%v", err)
	}
	if r := d.Rules[1]; r.To != "" || !r.Weak || !r.Secret {
		t.Errorf("%+v", r)
	}
	if r := d.Rules[2]; r.As != nil || r.To != "phone.name" {
		t.Errorf("%+v", r)
	}
}

func TestTableFaults(t *testing.T) {
	for line, want := range map[string]string{
		"a.b\tphone.name\tnobody":         "there is no converter nobody",
		"a.b\tphone.name\tflag|1":         "wrong arguments",
		"a.b\tphone.name\tenum|1":         "wrong arguments",
		"a.b\tphone.name\tenum":           "wrong arguments",
		"a.b\tphone.name\tonly|1":         "wrong arguments",
		"a.b\tphone.name\twanted":         "wrong arguments",
		"a.b\tphone.name\tnever":          "wrong arguments",
		"a.b\tphone.name\talways|a|b":     "wrong arguments",
		"a.b\tphone.name\tis":             "wrong arguments",
		"a.b\tphone.name\tchoice|a":       "wrong arguments",
		"a.b\tphone.name\tlevel|0":        "wrong arguments",
		"a.{m}\tphone.name":               "is not a pattern",
		"a.{n\tphone.name":                "is not a pattern",
		"\tphone.name":                    "is not a pattern",
		"a.b":                             "neither a setting nor a why",
		"a.b\tphone.name strong\tflag":    "neither weak nor secret",
		"let x\tnobody":                   "there is no converter nobody",
		"# fine\n\na.b\tphone.name\tflog": "line 3: there is no converter flog",
	} {
		d := Dialect{Maker: "Nobody", Table: &Table{Packed: packed(t, line)}, Read: func(File) (Reading, error) { return Reading{}, nil }}
		if _, err := d.Loaded(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
	}
	d := Dialect{Maker: "Nobody", Table: &Table{Packed: "nothing of the kind"}}
	if _, err := d.Loaded(); err == nil || !strings.Contains(err.Error(), "the table of Nobody") {
		t.Errorf("%v", err)
	}
}

// What is read once is not read again.
func TestTableOnce(t *testing.T) {
	d := Dialect{Table: &Table{Packed: packed(t, "a\tphone.name\tflag")}}
	if _, err := d.Loaded(); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() { _, _ = d.Loaded() }); n != 0 {
		t.Errorf("%v allocations for a table that is there", n)
	}
}

func FuzzTable(f *testing.F) {
	f.Add("a.{n}\tphone.name weak\tenum|0=a|1=!b\tnote\nb\t!why\nlet x\tlevel|9\nc\t-\tx")
	f.Fuzz(func(t *testing.T, text string) {
		table := Table{}
		if err := table.Parse(text); err != nil {
			return
		}
		for _, r := range table.rules {
			if r.As != nil {
				_, _ = r.As("1")
			}
		}
		Dialect{Rules: table.rules, Known: table.known}.index()
	})
}
