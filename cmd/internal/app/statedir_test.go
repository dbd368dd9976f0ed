package app

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/provisioning"
	"offhook/provisioning/vault"
)

// tells are the files below a directory that hold one of the texts.
func tells(t *testing.T, dir string, texts ...string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, text := range texts {
			if bytes.Contains(data, []byte(text)) {
				files = append(files, filepath.Base(path))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	return slices.Compact(files)
}

func keyFile(t *testing.T, dir, name, material string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(material), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Who has the card reads no password, and no number that was called; the telephone
// starts from what it kept, also without its server.
func TestJourney_state_is_encrypted(t *testing.T) {
	w := newWorld(t, boardFile)
	state := w.cfg.Agent.State
	restart := func() localapi.Status {
		w.parts = newParts(t)
		w.cfg.Drivers = w.parts.drivers()
		return w.registered()
	}
	key := keyFile(t, w.dir, "key", "0123456789abcdef0123456789abcdef")
	const unusual = "settings-of-a-user"

	w.registered() // plain at first, as every telephone before
	newHistoryFile(stateDir{dir: state}, w.cfg.Log).write([]phone.Entry{{Number: unusual}})
	w.stop()
	if got := tells(t, state, sipPassword, unusual); !slices.Contains(got, "calls.json") || !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "document.") }) {
		t.Fatalf("nothing to hide: %q", got)
	}

	w.cfg.Agent.StateKey = key
	restart()
	if got := tells(t, state, sipPassword, unusual); len(got) > 0 {
		t.Errorf("plain: %q", got)
	}
	w.stop()
	w.cfg.Agent.Provisioning.URL = "https://127.0.0.1:1/" // nobody
	if s := restart(); s.Provisioning.Hash == "" {
		t.Errorf("not from what was kept: %+v", s.Provisioning)
	}
	if got := newHistoryFile(w.app.state, w.cfg.Log).load(); len(got) != 1 || got[0].Number != unusual {
		t.Errorf("the list of calls: %+v", got)
	}
	w.stop()

	// Without its key it says what to do and harms nothing; by its server it is a telephone still.
	w.cfg.Agent.Provisioning.URL = w.lab.Addresses().ProvisioningURL
	before := stateOf(t, state)
	for _, file := range []string{"", filepath.Join(w.dir, "none"), keyFile(t, w.dir, "other", "0123456789abcdef0123456789abcdeF")} {
		w.cfg.Agent.StateKey = file
		restart()
		w.until("what is wrong", func(s localapi.Status) bool {
			return slices.ContainsFunc(s.Devices, func(d localapi.Device) bool { return d.Part == "state" && strings.Contains(d.Error, "state") })
		})
		w.stop()
		if after := stateOf(t, state); after != before {
			t.Errorf("key %q: the state was changed:\n%s\nwas\n%s", file, after, before)
		}
	}
	w.cfg.Agent.StateKey = key
	restart()
}

// stateOf is what is kept, file for file.
func stateOf(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range []string{"*.json", "provisioning/*", keyCheck} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			b.WriteString(name + " " + strconv.Quote(string(data)) + "\n")
		}
	}
	return b.String()
}

func TestOpenState_key_what_becomes_of_it(t *testing.T) {
	dir := t.TempDir()
	const ours, theirs = "0123456789abcdef", "0123456789abcdeF"
	for _, c := range []struct {
		name, before, key string // before: the key that it was encrypted with
		want              string // of the error
	}{
		{"none", "", "", ""},
		{"the first", "", ours, ""},
		{"the same", ours, ours, ""},
		{"another", ours, theirs, "is not the key"},
		{"none any more", ours, "", "gives no state-key"},
		{"short", "", "short", "at least 16"},
		{"never written", "", string(make([]byte, 32)), "nothing was written there"},
	} {
		state, err := os.MkdirTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		config := provisioning.AgentConfig{State: state}
		if c.before != "" {
			config.StateKey = keyFile(t, dir, "before", c.before)
			if _, err := openState(config, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatal(err)
			}
		}
		config.StateKey = ""
		if c.key != "" {
			config.StateKey = keyFile(t, dir, "key", c.key)
		}
		d, err := openState(config, slog.New(slog.DiscardHandler))
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err := d.write("file", []byte("x")); (err != nil) != (c.want != "") {
			t.Errorf("%s: written with %v", c.name, err)
		}
	}
	_, err := openState(provisioning.AgentConfig{State: dir, StateKey: filepath.Join(dir, "none")}, slog.New(slog.DiscardHandler))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestStateDir_reads_what_was_plain(t *testing.T) {
	dir := t.TempDir()
	d, err := openState(provisioning.AgentConfig{State: dir, StateKey: keyFile(t, t.TempDir(), "key", "0123456789abcdef")}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.path("calls.json"), []byte(`[]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := d.read("calls.json"); string(data) != "[]" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	d.sealAll(slog.New(slog.DiscardHandler))
	raw, err := os.ReadFile(d.path("calls.json"))
	if err != nil || !vault.Sealed(raw) {
		t.Errorf("%q, %v", raw, err)
	}
	if data, err := d.read("calls.json"); string(data) != "[]" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
}
