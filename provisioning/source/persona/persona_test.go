package persona

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/source/bundle"
)

var phone = provisioning.Device{MAC: "02:00:5E:10:00:01", Model: "board"}

// absent is how a Source says that there is no such file.
type absent struct{ name string }

func (e *absent) Error() string  { return "404: no file " + e.name }
func (e *absent) NotFound() bool { return true }

// server has files by path; a file "!" is a fault of the server's.
type server struct {
	files map[string]string
	asked []string
	agent string
}

func (s *server) Fetch(_ context.Context, r provisioning.Request) (provisioning.Response, error) {
	name := strings.TrimPrefix(r.URL, "https://h")
	s.asked, s.agent = append(s.asked, name), r.UserAgent
	if r.ETag != "" {
		return provisioning.Response{}, errors.New("asked with the tag of another file")
	}
	data, ok := s.files[name]
	switch {
	case !ok:
		return provisioning.Response{}, fmt.Errorf("wrapped: %w", &absent{name})
	case data == "!":
		return provisioning.Response{}, errors.New("503: the server has a fault")
	}
	return provisioning.Response{Data: []byte(data), URL: r.URL}, nil
}

// lines takes each line "include X" of a file.
func lines(_ string, data []byte) (all []string) {
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "include "); ok {
			all = append(all, name)
		}
	}
	return all
}

func TestFetch(t *testing.T) {
	for _, c := range []struct {
		arrow   string
		persona Persona
		url     string
		files   map[string]string
		want    []string // names of what came
		agent   string
		wrong   string
	}{
		{"yealink with its common file -> both, the phone's last", Persona{Maker: "yealink", Code: "108"}, "https://h/y/",
			map[string]string{"/y/y000000000108.cfg": "a", "/y/02005e100001.cfg": "b"}, []string{"/y/y000000000108.cfg", "/y/02005e100001.cfg"},
			"Yealink SIP-T46U 108.86.0.20 02:00:5e:10:00:01", ""},
		{"yealink with a boot file -> what it includes, in order", Persona{Maker: "yealink"}, "https://h/",
			map[string]string{"/y000000000000.boot": "include c.cfg\ninclude sub/{mac}.cfg", "/c.cfg": "c", "/sub/02005e100001.cfg": "m", "/02005e100001.cfg": "not asked"},
			[]string{"/y000000000000.boot", "/c.cfg", "/sub/02005e100001.cfg"}, "", ""},
		{"grandstream -> the first of its names", Persona{Maker: "grandstream", Model: "GXP1625", Version: "1.0"}, "https://h",
			map[string]string{"/cfg02005e100001.xml": "x", "/cfg.xml": "y"}, []string{"/cfg02005e100001.xml"}, "Grandstream Model HW GXP1625 SW 1.0 DevId 02005e100001", ""},
		{"snom -> model, then phone", Persona{Maker: "snom"}, "https://h/",
			map[string]string{"/snomD785.htm": "x", "/snomD785-02005E100001.htm": "y"}, []string{"/snomD785.htm", "/snomD785-02005E100001.htm"}, "", ""},
		{"one file -> it alone, and its includes", Persona{Maker: "poly"}, "https://h/02005e100001.cfg?key=1",
			map[string]string{"/02005e100001.cfg?key=1": "include sip.cfg", "/sip.cfg": "s"}, []string{"/02005e100001.cfg", "/sip.cfg"}, "", ""},
		{"an included file is not there -> passed over", Persona{Maker: "poly"}, "https://h/",
			map[string]string{"/000000000000.cfg": "include gone.cfg"}, []string{"/000000000000.cfg"}, "", ""},
		{"nothing there -> what was asked for", Persona{Maker: "cisco"}, "https://h/", nil, nil, "", "spa02005e100001.cfg"},
		{"the server in trouble -> not less than all", Persona{Maker: "yealink"}, "https://h/",
			map[string]string{"/02005e100001.boot": "!", "/02005e100001.cfg": "x"}, nil, "", "503"},
		{"another server's file -> refused", Persona{Maker: "fanvil"}, "https://h/",
			map[string]string{"/02005e100001.cfg": "include https://evil/x"}, nil, "", "another server (evil)"},
		{"plain http of an include -> refused", Persona{Maker: "fanvil"}, "https://h/",
			map[string]string{"/02005e100001.cfg": "include http://h/x"}, nil, "", "another server"},
		{"a circle -> each once", Persona{Maker: "fanvil"}, "https://h/",
			map[string]string{"/02005e100001.cfg": "include a", "/a": "include 02005e100001.cfg"}, []string{"/02005e100001.cfg", "/a"}, "", ""},
		{"too deep -> refused", Persona{Maker: "fanvil"}, "https://h/",
			map[string]string{"/02005e100001.cfg": "include a", "/a": "include b", "/b": "include c", "/c": "include d", "/d": "include e"}, nil, "", "deep"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			s := &server{files: c.files}
			r, err := New(Config{Persona: c.persona, Device: phone, Includes: lines, Inner: s}).Fetch(t.Context(), provisioning.Request{URL: c.url, ETag: "x"})
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Fatalf("%v, want %q in it", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			files, err := bundle.Split(r.Data, "https://h"+c.want[0])
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, f := range files {
				names = append(names, strings.TrimPrefix(f.Name, "https://h"))
			}
			if !slices.Equal(names, c.want) || r.URL != c.url || c.agent != "" && s.agent != c.agent {
				t.Errorf("%q as %q from %s, want %q", names, s.agent, r.URL, c.want)
			}
		})
	}
}

func TestFetch_many(t *testing.T) {
	files := map[string]string{}
	var all strings.Builder
	for i := range 100 {
		files[fmt.Sprintf("/%d", i)] = "x"
		fmt.Fprintf(&all, "include %d\n", i)
	}
	files["/02005e100001.cfg"] = all.String()
	_, err := New(Config{Persona: Persona{Maker: "fanvil"}, Device: phone, Includes: lines, Inner: &server{files: files}}).Fetch(t.Context(), provisioning.Request{URL: "https://h/"})
	if err == nil || !strings.Contains(err.Error(), "more than 32") {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	for _, maker := range Makers() {
		if err := (Persona{Maker: maker}).Check(); err != nil {
			t.Error(err)
		}
	}
	if err := (Persona{Maker: "acme"}).Check(); err == nil || !strings.Contains(err.Error(), "cisco, fanvil, grandstream") {
		t.Error(err)
	}
}
