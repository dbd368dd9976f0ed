package app

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/provisioning"
)

// files are what a web server has, by their paths.
type files struct {
	mu   sync.Mutex
	text map[string]string
}

func (f *files) put(path, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.text[path] = text
}

func (f *files) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	text, found := f.text[r.URL.Path]
	f.mu.Unlock()
	if !found {
		http.NotFound(out, r)
		return
	}
	_, _ = out.Write([]byte(text)) // the phone may be gone
}

// explained is what the phone tells of a setting.
func (w *world) explained(path string) localapi.Setting {
	w.t.Helper()
	all, err := w.control.Explain(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range all {
		if s.Path == path {
			return s
		}
	}
	w.t.Fatalf("there is no %s", path)
	return localapi.Setting{}
}

// The files of a Yealink telephone, one for all and one of this phone's, and a
// person at it: who has said what, over whom, since when.
func TestExplain_yealink_files_and_a_setting_of_the_user(t *testing.T) {
	authority := newAuthority(t)
	served := &files{text: map[string]string{}}
	served.put("/y/y000000000108.cfg", "#!version:1.0.0.1\nvoice.handset.spk_vol = 5\nlocal_time.time_format = 0\nvoice.headset.spk_vol = 6\n")
	const own = "#!version:1.0.0.1\nvoice.handset.spk_vol = 7\nvoice.handset.spk_vol = 9\nvoice.handfree.spk_vol = 3\n"
	served.put("/y/00005e005307.cfg", own)
	server := quietServer(t, served, authority)
	w := newWorld(t, boardFile)
	p := &w.cfg.Agent.Provisioning
	p.URL, p.CA, p.Username = server.URL+"/y/", authority.PEM(), ""
	p.Persona = provisioning.AgentPersona{Maker: "yealink", Model: "T46U", Code: "108"}
	before := time.Now()
	w.boot()
	status := w.until("the files", func(s localapi.Status) bool { return s.Provisioning.Verdict == "confirmed" }).Provisioning
	if status.Step != "pinned" || status.Found != "provisioning.url of the agent's file" || status.Fetched.Before(before) || status.Applied.Before(status.Fetched) {
		t.Errorf("in force: %+v", status)
	}
	if err := w.control.Set(t.Context(), localapi.SetRequest{Path: "audio.volume.headset", Value: "80"}); err != nil {
		t.Fatal(err)
	}
	w.wait("the user's volume", func() bool { return w.explained("audio.volume.headset").Value == "80" }, func() any { return w.explained("audio.volume.headset") })
	place, today := server.URL+"/y/", time.Now().Format("2006-01-02")
	for _, c := range []struct{ path, value, origin string }{
		{"phone.time-format", "12h", place + "y000000000108.cfg:3 local_time.time_format=0 (0 12h, 1 24h)"},
		{"audio.volume.handset", "60", place + "00005e005307.cfg:3 voice.handset.spk_vol=9 (0 to 15), over " + place + "00005e005307.cfg:2 voice.handset.spk_vol=7, over " + place + "y000000000108.cfg:2 voice.handset.spk_vol=5"},
		{"audio.volume.headset", "80", "set by the user on " + today},
		{"audio.volume.headset", "80", ", over " + place + "y000000000108.cfg:4 voice.headset.spk_vol=6 (0 to 15)"},
	} {
		s := w.explained(c.path)
		if s.Value != c.value || !strings.Contains(s.Origin, c.origin) {
			t.Errorf("%s is %s, %q; want %s, %q", c.path, s.Value, s.Origin, c.value, c.origin)
		}
		if s.Step != "pinned" || s.URL != server.URL+"/y/" || !s.Applied.Equal(status.Applied) || s.State != "confirmed" {
			t.Errorf("%s: found %+v", c.path, s)
		}
	}
	if s := w.explained("phone.name"); s.Origin != "default" || s.Step != "" || !s.Applied.IsZero() {
		t.Errorf("a default: %+v", s)
	}

	served.put("/y/00005e005307.cfg", own+"voice.handset.spk_vol = 12\n")
	w.reprovision()
	w.until("a trial", func(s localapi.Status) bool { return !s.Provisioning.OnTrial.IsZero() })
	if s := w.explained("audio.volume.handset"); s.State != "on trial" || !s.Applied.After(status.Applied) {
		t.Errorf("on trial: %+v", s)
	}
	w.until("its end", func(s localapi.Status) bool { return s.Provisioning.Verdict == "confirmed" })
}
