package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
	"offhook/ua"
)

func undisturbed(s localapi.Status) bool { return s.Diverting.DoNotDisturb }

func TestSettings_survive_a_restart_and_a_push(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	for _, switched := range []error{w.control.DoNotDisturb(t.Context(), localapi.Switch{On: true}), w.control.Forward(t.Context(), localapi.ForwardRequest{Target: "1007"})} {
		if switched != nil {
			t.Fatal(switched)
		}
	}
	w.until("do not disturb", undisturbed)
	w.stop()
	w.parts = newParts(t)
	w.cfg.Drivers = w.parts.drivers()
	w.registered()
	w.until("do not disturb after a restart", undisturbed)
	if s := w.until("forwarding after a restart", func(s localapi.Status) bool { return s.Diverting.Forward == "1007" }); len(s.Accounts[0].Ways) != 1 || s.Accounts[0].Ways[0].Transport != "tls" || s.Accounts[0].Ways[0].Remote == "" {
		t.Errorf("ways %+v", s.Accounts[0].Ways)
	}

	w.serve(func(d *provisioning.Document) { d.Phone.Name = "Renamed" })
	w.reprovision()
	w.view("a push of something else", func(v phone.View) bool { return v.Status.Name == "Renamed" })
	w.until("do not disturb after it", undisturbed)

	w.serve(func(d *provisioning.Document) { d.Phone.DoNotDisturb = true })
	w.reprovision()
	w.wait("that it is configured", func() bool { return w.app.manager.Document().Phone.DoNotDisturb }, func() any { return w.app.manager.Status() })
	w.serve(func(d *provisioning.Document) { d.Phone.DoNotDisturb = false })
	w.reprovision()
	w.until("that the configuration counts", func(s localapi.Status) bool { return !undisturbed(s) })
}

func TestListen(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.LocalAddr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	direct := func(listen ...string) func(*provisioning.Document) {
		return func(d *provisioning.Document) {
			gate := d.Accounts[0]
			gate.ID, gate.User, gate.Register = "gate", "gate", false
			d.Accounts = append(d.Accounts[:1:1], gate)
			d.Network.Listen = listen
		}
	}
	w.serve(direct("udp:"+at, "tcp:"+taken.Addr().String()))
	w.reprovision()
	s := w.until("listening", func(s localapi.Status) bool { return len(s.Listening) > 0 })
	if len(s.Listening) != 1 || s.Listening[0] != (localapi.Listener{Transport: "udp", Address: at}) || !strings.Contains(s.ListenError, "another program has this port") {
		t.Errorf("%+v, %q", s.Listening, s.ListenError)
	}
	w.serve(direct())
	w.reprovision()
	w.until("listening no more", func(s localapi.Status) bool { return len(s.Listening) == 0 && s.ListenError == "" })
}

func TestListening_notes_what_was_bound(t *testing.T) {
	d := provisioning.Document{Network: provisioning.Network{Listen: []string{"udp:5060", "tcp:5060", "tls:5061"}}}
	bound := []ua.Listener{d.Listeners()[0], d.Listeners()[2]}
	var l listening
	l.note(d.Listeners(), []netip.AddrPort{bound[0].Address, bound[1].Address}, fmt.Errorf("tcp: taken"))
	list, fault := l.list()
	if fmt.Sprint(list) != "[{udp [::]:5060} {tls [::]:5061}]" || fault != "tcp: taken" {
		t.Errorf("%v, %q", list, fault)
	}
}

func TestSettingsFile(t *testing.T) {
	dir, log := t.TempDir(), &journalText{}
	f := newSettingsFile(stateDir{dir: dir}, slog.New(slog.NewTextHandler(log, nil)))
	none := func(s phone.Settings) bool {
		return s.DND == (phone.Choice[bool]{}) && s.Forward == (phone.Choice[string]{}) && len(s.Volumes) == 0
	}
	if got := f.load(); !none(got) || log.String() != "" {
		t.Errorf("no file: %+v, %s", got, log)
	}
	set := phone.Settings{DND: phone.Choice[bool]{Made: true, Value: true}, Volumes: map[hal.Output]phone.Choice[int]{hal.Ringer: {Made: true, Value: 30, Instead: 70}}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.save(set)
	if err := f.run(ctx); err != nil {
		t.Fatal(err)
	}
	if got := f.load(); got.DND != set.DND || got.Volumes[hal.Ringer] != set.Volumes[hal.Ringer] {
		t.Errorf("kept %+v", got)
	}
	for damage, body := range map[string]string{"cut off": `{"do_not_disturb":{"made":true,"value":tr`, "of another kind": `{"do_not_disturb":{"made":true,"value":true},"forward":7}`, "empty": ""} {
		if err := os.WriteFile(filepath.Join(dir, "settings.json"), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := f.load(); !none(got) || !strings.Contains(log.String(), "begins anew") {
			t.Errorf("%s: %+v, %s", damage, got, log)
		}
	}
}
