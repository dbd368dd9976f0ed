package app

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
	"offhook/provisioning/discover"
)

// quietServer is a web server with a certificate of this authority.
func quietServer(t *testing.T, handler http.Handler, authority *ca.Authority) *httptest.Server {
	t.Helper()
	certificate, err := authority.Server("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func newAuthority(t *testing.T) *ca.Authority {
	t.Helper()
	authority, err := ca.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return authority
}

func TestCertificateOf(t *testing.T) {
	authority := newAuthority(t)
	asked := false
	s := quietServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }), authority)
	sum := sha256.Sum256(s.TLS.Certificates[0].Certificate[0])
	far := time.Now().Add(100 * 365 * 24 * time.Hour)
	for _, c := range []struct {
		name, server, authorities string
		floor                     time.Time
		fingerprint, problem      string
	}{
		{"trusted", s.URL, authority.PEM(), time.Time{}, hex.EncodeToString(sum[:]), ""},
		{"another's authority", s.URL, newAuthority(t).PEM(), time.Time{}, hex.EncodeToString(sum[:]), "unknown authority"},
		{"by the clock of a board that has none", s.URL, authority.PEM(), far, hex.EncodeToString(sum[:]), "expired"},
		{"nobody there", "https://127.0.0.1:1", "", time.Time{}, "", "cannot be looked at"},
		{"plain", "http://127.0.0.1:1", "", time.Time{}, "", ""},
	} {
		w := certificateOf(t.Context(), c.server, c.authorities, c.floor)
		if w.Fingerprint != c.fingerprint || (w.Issuer == "") != (c.fingerprint == "") || !strings.Contains(w.Problem, c.problem) || c.problem == "" && w.Problem != "" {
			t.Errorf("%s: %+v", c.name, w)
		}
	}
	if asked {
		t.Error("something was asked of a server that nobody has accepted")
	}
	if got := short(hex.EncodeToString(sum[:])); len(got) != 19 || short("") != "" {
		t.Errorf("short: %q", got)
	}
}

// A phone without configuration finds a server by a step that anybody on the
// network could have answered; a person accepts it at the keys.
func TestNewcomers_a_server_is_accepted_at_the_telephone(t *testing.T) {
	w := newWorld(t, boardFile)
	authority := newAuthority(t)
	s := quietServer(t, http.NotFoundHandler(), authority)
	w.boot()
	waits(t, w, s.URL)
	w.view("the question, with the certificate", func(v phone.View) bool {
		return v.Kind == phone.KindNotice && len(v.Text) == 2 && v.Text[0] == s.URL && strings.Contains(v.Text[1], "Not trusted")
	})
	status := w.until("who waits", func(s localapi.Status) bool { return len(s.Provisioning.Waiting) == 1 })
	if n := status.Provisioning.Waiting[0]; n.Server != s.URL || n.Step != "dhcp" || len(n.Fingerprint) != 64 {
		t.Errorf("told: %+v", n)
	}
	w.parts.keys.tap(hal.KeySoft1)
	w.view("the second question", func(v phone.View) bool { return v.Title == "Really accept?" })
	w.lift() // a call goes before it
	w.view("dial tone", kind(phone.KindDialling))
	w.parts.keys.tap(hal.KeyOK)
	w.replace()
	w.view("the first question", func(v phone.View) bool { return v.Title == "Accept server?" })
	if !w.waiting(s.URL) {
		t.Fatal("a key pressed off-hook has decided")
	}
	w.parts.keys.tap(hal.KeySoft1)
	w.parts.keys.tap(hal.KeyOK)
	w.wait("acceptance", func() bool { return !w.waiting(s.URL) }, func() any { return w.app.trust.Waiting() })
	if len(w.app.trust.Refused()) != 0 {
		t.Error("refused")
	}
	w.until("nobody waits", func(s localapi.Status) bool { return len(s.Provisioning.Waiting) == 0 })
}

func TestNewcomers_a_server_is_refused_at_the_telephone(t *testing.T) {
	w := newWorld(t, boardFile)
	w.boot()
	waits(t, w, "http://127.0.0.1:1")
	w.view("the question", func(v phone.View) bool {
		return v.Kind == phone.KindNotice && strings.HasPrefix(v.Text[1], "Not encrypted")
	})
	w.parts.keys.tap(hal.KeySoft2)
	w.parts.keys.tap(hal.KeyOK)
	w.until("a refusal", func(s localapi.Status) bool {
		return len(s.Provisioning.Waiting) == 0 && len(s.Provisioning.Refused) == 1
	})
	w.parts.keys.tap(hal.KeyMenu, hal.KeyOK)
	w.view("the refused one in the status", func(v phone.View) bool { return v.Soft[1].Label == "Unblock" })
	w.parts.keys.tap(hal.KeySoft2)
	w.until("nobody is refused", func(s localapi.Status) bool { return len(s.Provisioning.Refused) == 0 })
}

// waits has a server wait, as if DHCP had named it.
func waits(t *testing.T, w *world, server string) {
	t.Helper()
	w.wait("rest: no discovery is under way that would forget it, and none is told of late", func() bool {
		s := w.app.manager.Status()
		return s.Activity == provisioning.Resting && s.InForce.Number != 0 && len(w.app.manager.Updates()) == 0
	}, func() any { return w.app.manager.Status() })
	step := discover.Step{Name: "dhcp", Find: func(_ context.Context, k discover.Known) ([]discover.Found, error) {
		return []discover.Found{{URL: server, Access: k.Access, Why: "option 66", From: discover.FromNetwork}}, nil
	}}
	d, err := discover.New(discover.Config{Order: []string{"dhcp:proceed"}, Steps: []discover.Step{step},
		Access: provisioning.Access{AllowHTTP: true}, Trust: w.app.trust})
	if err != nil {
		t.Fatal(err)
	}
	var found provisioning.Status
	for f := range d.Discover(t.Context(), provisioning.Document{}, provisioning.Meta{}) {
		found.Attempts = append(found.Attempts, provisioning.Attempt{Step: f.Step, Why: f.Why, Waits: f.Server})
	}
	w.wait("who waits", func() bool {
		w.app.newcomers.observe(found)
		return len(w.app.newcomers.list()) == 1
	}, func() any { return w.app.newcomers.list() })
}

func (w *world) waiting(server string) bool {
	for _, s := range w.app.trust.Waiting() {
		if s == server {
			return true
		}
	}
	return false
}

func TestNewcomers_without_a_screen_the_command_is_left(t *testing.T) {
	trust := discover.NewTrust(discover.TrustConfig{File: filepath.Join(t.TempDir(), "s.json"), FirstUse: discover.Confirm, Log: slog.New(slog.DiscardHandler)})
	n := newNewcomers(slog.New(slog.DiscardHandler))
	n.trust = trust
	n.use(t.Context(), nil, map[string]localapi.Waiting{}) // tells nobody, and does not break
	if len(n.list()) != 0 {
		t.Error("somebody waits")
	}
}
