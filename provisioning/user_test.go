package provisioning

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestDocument_set(t *testing.T) {
	for _, c := range []struct{ path, value, fault string }{
		{"phone.language", "de", ""},
		{"phone.name", "Reception", ""},
		{"phone.call-waiting", "false", ""},
		{"audio.volume.ringer", "35", ""},
		{"screen.timeout", "90s", ""},
		{"phone.language", "?", "is not a language"},
		{"phone.call-waiting", "maybe", "is not true or false"},
		{"audio.volume.ringer", "101", "is out of range; use 0 to 100"},
		{"audio.volume.ringer", "loud", "is not a whole number"},
		{"audio.jitter.min", "400ms", "is more than max"},
		{"screen.timeout", "90", "is not a time with a unit"},
		{"phone", "x", "is not a setting of the telephone"},
		{"phone.nothing", "x", "is not a setting of the telephone"},
		{"accounts[a].user", "x", "is not a setting of the telephone"},
		{"phone.emergency", "110", "is not a setting of the telephone"},
	} {
		got, err := Default().set(UserSetting{Path: c.path, Value: c.value, At: time.Unix(1e9, 0)})
		if c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) || !strings.Contains(err.Error(), c.path) {
				t.Errorf("%s %s: %v, want %s", c.path, c.value, err, c.fault)
			}
			continue
		}
		e := got.Explain(c.path)
		if err != nil || len(e) != 1 || e[0].Value != strings.Replace(c.value, "90s", "1m30s", 1) || e[0].User.IsZero() {
			t.Errorf("%s %s: %+v, %v", c.path, c.value, e, err)
		}
	}
}

func TestDocument_with_what_the_user_has_set(t *testing.T) {
	setting := func(path, value string, reset int) UserSetting {
		return UserSetting{Path: path, Value: value, At: time.Unix(1e9, 0), Reset: reset}
	}
	for _, c := range []struct {
		name  string
		may   []string
		reset int
		set   UserSetting
		want  string
	}{
		{"left to him -> his", []string{"phone.language"}, 0, setting("phone.language", "de", 0), "de"},
		{"the section is left to him -> his", []string{"phone"}, 0, setting("phone.language", "de", 0), "de"},
		{"not left to him -> the document's", []string{"phone.lang", "audio"}, 0, setting("phone.language", "de", 0), "en"},
		{"reset since -> the document's", []string{"phone"}, 3, setting("phone.language", "de", 2), "en"},
		{"set after the reset -> his", []string{"phone"}, 3, setting("phone.language", "de", 3), "de"},
		{"an older document, before the reset -> his", []string{"phone"}, 2, setting("phone.language", "de", 3), "de"},
		{"does not fit any more -> the document's", []string{"phone"}, 0, setting("phone.language", "12", 0), "en"},
		{"never a user's -> the document's", []string{"log", "phone"}, 0, setting("log.level", "debug", 0), "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Default()
			d.Phone.UserMayChange, d.Phone.UserReset = c.may, c.reset
			got := d.withUser([]UserSetting{c.set})
			want(t, "language", got.Phone.Language, c.want)
			want(t, "level", got.Log.Level, "info")
			want(t, "before", d.Phone.Language+d.Explain("phone.language")[0].Where(), "endefault")
		})
	}
}

func TestExplanation_of_what_the_user_has_set(t *testing.T) {
	d := Default()
	d.origin = map[string]Position{"phone.language": {File: "x", Line: 12}}
	at := time.Date(2026, 11, 22, 22, 50, 0, 0, time.Local)
	d = d.withUser([]UserSetting{{Path: "phone.language", Value: "de", At: at}})
	want(t, "where", d.Explain("phone.language")[0].Where(), "set by the user on 2026-11-22 22:50, over x:12")
}

func TestValidate_what_is_left_to_the_user(t *testing.T) {
	for may, fault := range map[string]string{
		"phone.ring-tone": "", "audio": "", "audio.volume": "", "screen.timeout": "",
		"phone.emergency": "is not what a user may change", "accounts": "is not", "provisioning.url": "is not",
		"ring-tone": "is not", "phone.user-may-change": "is not", "": "is not",
	} {
		d := Default()
		d.Phone.UserMayChange = []string{may}
		err := d.Validate()
		if (err == nil) != (fault == "") || err != nil && !strings.Contains(err.Error(), "phone.user-may-change[0]: "+`"`+may+`" `+fault) {
			t.Errorf("%q: %v", may, err)
		}
	}
}

func TestManager_SetUser(t *testing.T) {
	w := newWorld("kept")
	w.records = stored("kept")
	run(t, w, func(m *Manager) {
		w.take()
		set := func(path, value string) error {
			err := m.SetUser(context.Background(), path, value)
			synctest.Wait()
			return err
		}
		if err := set("phone.language", "de"); err != nil {
			t.Error(err)
		}
		want(t, "applied", w.take(), "kept/1")
		want(t, "language", m.Document().Phone.Language, "de")
		if err := set("phone.name", "Mine"); err == nil || !strings.Contains(err.Error(), "is not the user's to change") {
			t.Errorf("what is not his: %v", err)
		}
		if err := set("phone.language", "?"); err == nil {
			t.Error("nonsense was taken")
		}
		w.serve("two") // a push: the language stays
		pass(time.Hour)
		want(t, "applied", w.take(), "two/1")
		want(t, "language", m.Document().Phone.Language, "de")
		w.mu.Lock()
		w.saveErr = errors.New("no space left")
		w.mu.Unlock()
		if err := set("phone.language", "fr"); err == nil || m.Document().Phone.Language != "de" {
			t.Errorf("on a full disk: %v", err)
		}
		w.mu.Lock()
		w.saveErr = nil
		w.mu.Unlock()
		if err := m.UnsetUser(context.Background(), "phone.language"); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		want(t, "language", m.Document().Phone.Language, "en")
		if err := m.UnsetUser(context.Background(), "phone.language"); err == nil || !strings.Contains(err.Error(), "was not set") {
			t.Errorf("unset again: %v", err)
		}
	})
	w.user = []UserSetting{{Path: "phone.language", Value: "it", At: time.Now()}}
	run(t, w, func(m *Manager) { want(t, "after a restart", m.Document().Phone.Language, "it") })
}
