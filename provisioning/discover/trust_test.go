package discover

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/ua"
)

// lan is a discovery of one step whose addresses the network names.
type lan struct {
	t      *testing.T
	trust  *Trust
	access provisioning.Access
	log    bytes.Buffer
	file   string
	first  FirstUse
}

func newLAN(t *testing.T, first FirstUse) *lan {
	l := &lan{t: t, first: first, file: filepath.Join(t.TempDir(), "servers.json"), access: provisioning.Access{Username: "me", Password: ua.NewSecret("x")}}
	l.restart()
	return l
}

// restart is a new program with what the last one kept.
func (l *lan) restart() {
	l.trust = NewTrust(TrustConfig{File: l.file, FirstUse: l.first, Log: slog.New(slog.NewTextHandler(&l.log, nil))})
}

// look is a discovery in which the network names the addresses.
func (l *lan) look(last provisioning.Meta, urls ...string) string {
	l.t.Helper()
	step := Step{Name: "dhcp", Find: func(_ context.Context, known Known) (found []Found, _ error) {
		for _, u := range urls {
			found = append(found, Found{URL: u, Access: known.Access, Why: "said", From: FromNetwork})
		}
		return found, nil
	}}
	d, err := New(Config{Order: []string{"dhcp:proceed"}, Steps: []Step{step}, Access: l.access, Trust: l.trust})
	if err != nil {
		l.t.Fatal(err)
	}
	var all []string
	for f := range d.Discover(context.Background(), provisioning.Document{}, last) {
		switch {
		case f.Waits && f.URL == "" && f.Server != "":
			all = append(all, "waits")
		case f.URL == "":
			all = append(all, "no: "+f.Why)
		default:
			all = append(all, strings.TrimSpace(f.URL+" "+f.Access.Username))
		}
	}
	return strings.Join(all, ", ")
}

func (l *lan) want(name, got, want string) {
	l.t.Helper()
	if got != want {
		l.t.Errorf("%s: %s\nwant %s\n%s", name, got, want, &l.log)
	}
}

func TestTrust_confirm(t *testing.T) {
	l := newLAN(t, Confirm)
	none := provisioning.Meta{}
	if _, err := l.trust.Accept(""); !errors.Is(err, ErrNothingWaits) {
		t.Error(err)
	}
	l.want("new: a person is waited for", l.look(none, "https://a.example/x", "https://b.example:8443/y", "https://a.example/z"), "waits, waits, waits")
	if got := strings.Join(l.trust.Waiting(), " "); got != "https://a.example https://b.example:8443" {
		t.Error(got)
	}
	if _, err := l.trust.Accept(""); !errors.Is(err, ErrSeveral) || !strings.Contains(err.Error(), "b.example:8443") {
		t.Error(err)
	}
	if _, err := l.trust.Accept("https://c.example"); !errors.Is(err, ErrNotWaiting) {
		t.Error(err)
	}
	if got, err := l.trust.Accept("HTTPS://B.example:8443/y"); got != "https://b.example:8443" || err != nil {
		t.Error(got, err)
	}
	l.want("accepted", l.look(none, "https://a.example/x", "https://b.example:8443/y"), "waits, https://b.example:8443/y me")
	l.restart()
	l.want("after a restart", l.look(none, "https://b.example:8443/y"), "https://b.example:8443/y me")
	l.want("another port is another server", l.look(none, "https://b.example/y"), "waits")
}

func TestTrust_refuse(t *testing.T) {
	l := newLAN(t, Confirm)
	none := provisioning.Meta{}
	l.look(none, "https://a.example/x", "https://b.example/y")
	if _, err := l.trust.Refuse(""); !errors.Is(err, ErrSeveral) {
		t.Error(err)
	}
	if _, err := l.trust.Refuse("https://c.example"); !errors.Is(err, ErrNotWaiting) {
		t.Error(err)
	}
	if got, err := l.trust.Refuse("https://a.example"); got != "https://a.example" || err != nil {
		t.Error(got, err)
	}
	const refused = "no: said: https://a.example was refused here; offhook provisioning accept https://a.example takes it all the same"
	l.want("refused", l.look(none, "https://a.example/x", "https://b.example/y"), refused+", waits")
	l.restart()
	l.want("after a restart", l.look(none, "https://a.example/x"), refused)
	if got := strings.Join(l.trust.Refused(), " "); got != "https://a.example" || len(l.trust.Waiting()) != 0 {
		t.Errorf("refused %s, %q wait", got, l.trust.Waiting())
	}
	l.first = Accept
	l.restart()
	l.want("nobody takes it at first sight", l.look(none, "https://a.example/x"), refused)
	if _, err := l.trust.Forget("https://b.example"); !errors.Is(err, ErrNotRefused) {
		t.Error(err)
	}
	l.first = Confirm
	l.restart()
	if got, err := l.trust.Forget(""); strings.Join(got, " ") != "https://a.example" || err != nil {
		t.Error(got, err)
	}
	l.want("forgotten", l.look(none, "https://a.example/x"), "waits")
	if _, err := l.trust.Refuse(""); err != nil {
		t.Error(err)
	}
	if got, err := l.trust.Accept("https://a.example"); got != "https://a.example" || err != nil {
		t.Error(got, err)
	}
	l.want("a person thought again", l.look(none, "https://a.example/x"), "https://a.example/x me")
	if _, err := l.trust.Forget(""); !errors.Is(err, ErrNotRefused) {
		t.Error(err)
	}
}

// A person who decides while the phone looks again is heard.
func TestTrust_waits_during_the_next_discovery_and_no_longer(t *testing.T) {
	l := newLAN(t, Confirm)
	l.look(provisioning.Meta{}, "https://a.example/x")
	l.trust.begin(provisioning.Meta{})
	if got := strings.Join(l.trust.Waiting(), " "); got != "https://a.example" {
		t.Errorf("%q wait", got)
	}
	l.look(provisioning.Meta{}, "https://b.example/x")
	if got := strings.Join(l.trust.Waiting(), " "); got != "https://b.example" {
		t.Errorf("%q wait", got)
	}
}

func TestTrust_pinned_authority(t *testing.T) {
	l := newLAN(t, Confirm)
	l.access.CA = "PEM"
	l.want("its certificate will tell", l.look(provisioning.Meta{}, "https://a.example/x"), "https://a.example/x me")
	l.access.AllowHTTP = true
	l.want("nothing tells who plain HTTP is", l.look(provisioning.Meta{}, "http://a.example/x"), "waits")
}

func TestTrust_accept_the_first(t *testing.T) {
	l := newLAN(t, Accept)
	l.want("the first", l.look(provisioning.Meta{}, "https://a.example/x"), "https://a.example/x me")
	l.want("one that gave nothing binds nobody", l.look(provisioning.Meta{}, "https://b.example/x"), "https://b.example/x me")
	came := provisioning.Meta{Step: "dhcp", URL: "https://b.example/x"}
	l.want("one that gave a document does", l.look(came, "https://a.example/x", "https://b.example/x"), "waits, https://b.example/x me")
	l.restart()
	l.want("for ever", l.look(provisioning.Meta{}, "https://a.example/x", "https://b.example/x"), "waits, https://b.example/x me")

	l = newLAN(t, Accept)
	l.want("who has a document from elsewhere takes no first one", l.look(provisioning.Meta{Step: "pinned", URL: "https://own.example"}, "https://a.example/x"), "waits")
}

func TestTrust_never_back_from_HTTPS(t *testing.T) {
	l := newLAN(t, Accept)
	l.access.AllowHTTP = true
	l.want("HTTP where it is allowed, without a password", l.look(provisioning.Meta{}, "http://a.example/x"), "http://a.example/x")
	last := provisioning.Meta{Step: "pinned", URL: "https://own.example/x"}
	refused := "no: said: http://a.example is not HTTPS, and this phone has had its configuration by HTTPS: it does not go back; remove " + l.file + " if that is wanted"
	l.want("a document came by HTTPS", l.look(last, "http://a.example/x"), refused)
	l.restart()
	l.want("after a restart, whatever came last", l.look(provisioning.Meta{URL: "http://own.example/x"}, "http://a.example/x"), refused)
	if waits, err := l.trust.admit("http://doc.example/x", FromServer, l.access); waits || err == nil {
		t.Error("a document moves the phone to HTTP")
	}
	if _, err := l.trust.admit("http://own.example/x", FromOwner, l.access); err != nil {
		t.Errorf("the owner of the board says so himself: %v", err)
	}
}

func TestTrust_a_step_that_stops_is_passed_over_if_nothing_of_it_may_be_used(t *testing.T) {
	l := newLAN(t, Confirm)
	network := Step{"dhcp", func(context.Context, Known) ([]Found, error) {
		return []Found{{URL: "https://a.example/x", From: FromNetwork}}, nil
	}}
	own := Step{"static", func(context.Context, Known) ([]Found, error) { return []Found{{URL: "https://own.example/x"}}, nil }}
	d, err := New(Config{Order: []string{"dhcp:stop", "static:stop"}, Steps: []Step{network, own}, Trust: l.trust})
	if err != nil {
		t.Fatal(err)
	}
	look := func() (steps []string) {
		for f := range d.Discover(context.Background(), provisioning.Document{}, provisioning.Meta{}) {
			steps = append(steps, f.Step)
		}
		return steps
	}
	if got := strings.Join(look(), " "); got != "dhcp static" {
		t.Errorf("took %s", got)
	}
	if _, err := l.trust.Accept(""); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(look(), " "); got != "dhcp" {
		t.Errorf("accepted, and took %s", got)
	}
}

func TestTrust_a_network_that_names_many(t *testing.T) {
	l := newLAN(t, Confirm)
	l.access.CA = "PEM"
	got := strings.Split(l.look(provisioning.Meta{}, slices.Repeat([]string{"https://a.example/x"}, 20)...), ", ")
	if len(got) != 9 || got[8] != "no: the network names 12 more addresses; they are not tried" {
		t.Errorf("%q", got)
	}
}

func TestTrust_schemes(t *testing.T) {
	l := newLAN(t, Confirm)
	none := provisioning.Meta{}
	l.want("http", l.look(none, "http://a.example/x"), "no: said: http://a.example is plain http, which is not allowed; use https, or set provisioning.allow-http in the agent's file")
	l.want("tftp", l.look(none, "tftp://a.example/x"), "no: said: tftp://a.example is TFTP, which is not allowed; use https, or set provisioning.allow-tftp in the agent's file")
	l.want("others", l.look(none, "ftp://a.example/x"), `no: said: "ftp" URLs cannot be fetched; use https`)
	l.want("none", l.look(none, "a.example"), "no: said: what it names is not a URL")
	l.want("a macro of nobody", l.look(none, "https://a.example/{x}"), "no: said: {x} is not a macro; use {mac}, {MAC}, {model}, {serial}, {version} or {vendor}")
	l.access.AllowTFTP = true
	l.want("tftp, allowed", l.look(none, "tftp://a.example/x"), "waits")
}

func TestTrust_file_that_is_damaged_or_cannot_be_written(t *testing.T) {
	l := newLAN(t, Confirm)
	if err := os.WriteFile(l.file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	l.restart()
	if !strings.Contains(l.log.String(), "wait to be accepted again") {
		t.Error(&l.log)
	}
	l.trust.cfg.File = filepath.Join(l.file, "below", "a", "file")
	l.look(provisioning.Meta{}, "https://a.example/x")
	if server, err := l.trust.Accept(""); server != "https://a.example" || err == nil || !strings.Contains(err.Error(), "forgotten at the next start") {
		t.Errorf("%q %v", server, err)
	}
	l.want("it counts all the same", l.look(provisioning.Meta{}, "https://a.example/x"), "https://a.example/x me")
}

func TestOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"https://A.example.:443/x": "https://a.example", "http://a:80": "http://a", "https://[2001:DB8::1]:8443/x": "https://[2001:db8::1]:8443",
		"https://u:p@a/x": "https://a", "a.example": "", "%": "", "mailto:x@y": "",
	} {
		if got := origin(in); got != want {
			t.Errorf("%s -> %q, want %q", in, got, want)
		}
	}
}
