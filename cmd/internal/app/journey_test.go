package app

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// The whole way: provisioned over HTTPS, registered over TLS, a call out and a
// call in, by keys and hook alone.
func TestJourney(t *testing.T) {
	w := newWorld(t, boardFile)
	s := w.registered()
	if a := s.Accounts[0]; a.Transport != "tls" || a.AOR != "sip:1001@pbx.offhook.test" || a.Registered.IsZero() {
		t.Errorf("registered as %+v", a)
	}
	if !strings.HasPrefix(s.Provisioning.Source, "https://") || s.Provisioning.State != "provisioned" {
		t.Errorf("provisioned from %+v", s.Provisioning)
	}
	if s.Board != "fake" || len(s.Devices) != 0 || s.Audio.State != "running" {
		t.Errorf("%+v", s)
	}
	w.wait("the lamp of a registered phone", func() bool { return w.parts.lamp.pattern() == hal.LampOn }, func() any { return w.parts.lamp.pattern() })
	w.view("the idle screen", kind(phone.KindIdle))

	call := w.talking("600")
	if v := w.view("the call", kind(phone.KindInCall)); !v.Status.SecureSIP {
		t.Errorf("the screen does not tell of TLS: %+v", v.Status)
	}
	w.replace()
	ended := w.quiet().Calls[0]
	if m := ended.Media; ended.ID != call.ID || m == nil || m.Suite == "" || m.Received == 0 || m.Sent == 0 || m.Encoding != "G722" {
		t.Errorf("the call left %+v (%+v)", ended, ended.Media)
	}
	w.view("the idle screen after the call", kind(phone.KindIdle))

	w.talkedTo602()
	if picture, err := w.control.Screen(t.Context()); err != nil {
		t.Error(err)
	} else if img, err := png.Decode(bytes.NewReader(picture)); err != nil || img.Bounds().Dx() != 128 {
		t.Errorf("screenshot: %v", err)
	}
	w.stop()
	if kicks := w.parts.watchdog.count(); kicks == 0 {
		t.Error("the watchdog was never kicked")
	}
	if r := w.lab.Registrations(); len(r) != 0 {
		t.Errorf("the binding was left behind: %+v", r)
	}
}

// talkedTo602 has the exchange call back, and answers by lifting the handset.
func (w *world) talkedTo602() {
	w.t.Helper()
	w.lift()
	w.parts.keys.tap("6", "0", "2")
	w.callIn("confirmed")
	w.quiet()
	w.replace()
	if in := w.callIn("early"); !in.Incoming || !strings.Contains(in.Remote, "602") {
		w.t.Errorf("%+v", in)
	}
	w.view("the ringing", kind(phone.KindRinging))
	w.lift()
	w.callIn("confirmed")
	w.heard()
	w.replace()
	w.quiet()
}

// The command line's way to the same.
func TestControl_dial_answer_hangup(t *testing.T) {
	w := newWorld(t, boardFile)
	w.boot()
	ctx := t.Context()
	if err := w.control.Answer(ctx); err == nil || err.Error() != "no call rings" {
		t.Errorf("answer: %v", err)
	}
	if err := w.control.Hangup(ctx); err == nil || !strings.Contains(err.Error(), "no call to end") {
		t.Errorf("hangup: %v", err)
	}
	w.until("registration", isRegistered)
	for _, row := range []struct{ account, target, want string }{
		{"", "", "missing"},
		{"nobody", "600", "no account nobody"},
	} {
		if err := w.control.Dial(ctx, localapi.DialRequest{Account: row.account, Target: row.target}); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("dial %+v: %v", row, err)
		}
	}
	if err := w.control.Dial(ctx, localapi.DialRequest{Target: "600"}); err != nil {
		t.Fatal(err)
	}
	w.callIn("confirmed")
	if err := w.control.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	w.quiet()
	if err := w.lab.Ring("1001"); err != nil {
		t.Fatal(err)
	}
	w.view("the ringing", kind(phone.KindRinging))
	if err := w.control.Answer(ctx); err != nil {
		t.Fatal(err)
	}
	w.callIn("confirmed")
	w.heard()
	settings, err := w.control.Explain(ctx)
	if err != nil || len(settings) == 0 {
		t.Fatalf("explain: %d settings, %v", len(settings), err)
	}
	for _, s := range settings {
		for _, secret := range secrets {
			if strings.Contains(s.Value, secret) {
				t.Errorf("explain tells the secret of %s", s.Path)
			}
		}
	}
	var lines int
	if err := w.control.Logs(ctx, false, func([]byte) error { lines++; return nil }); err != nil || lines == 0 {
		t.Errorf("logs: %d, %v", lines, err)
	}
}

// The end comes in time though a call is up and nobody answers any more.
func TestStop_in_mid_call_without_a_server(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.talking("600")
	if err := w.lab.Close(); err != nil {
		t.Fatal(err)
	}
	w.stop()
}
