package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/cmd/internal/lab/provserver"
	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/provisioning"
	"offhook/ua"
)

func TestApply_in_mid_call(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.talking("600")

	w.serve(func(d *provisioning.Document) { d.Phone.Name = "Renamed" })
	w.reprovision()
	w.view("a new name in mid-call", func(v phone.View) bool { return v.Status.Name == "Renamed" && v.Kind == phone.KindInCall })

	w.serve(func(d *provisioning.Document) { d.Accounts[0].Expires = 7 * time.Minute })
	w.reprovision()
	w.wait("a document that waits", func() bool { return w.app.manager.Status().Pending != "" }, func() any { return w.app.manager.Status() })
	if s := w.until("the call", func(localapi.Status) bool { return true }); s.Calls[0].State != "confirmed" {
		t.Errorf("the call is %+v", s.Calls[0])
	}
	w.replace()
	w.quiet()
	w.wait("the document in force", func() bool { return w.app.manager.Document().Accounts[0].Expires == 7*time.Minute },
		func() any { return w.app.manager.Status() })
}

func TestApply_a_bad_document_changes_nothing(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered() // by the document that is being applied: its being in force is told a moment later
	good := w.until("its document in force", func(s localapi.Status) bool { return s.Provisioning.State == "provisioned" }).Provisioning
	call := w.talking("600")
	if err := w.lab.SetProvisioning(provserver.Bad); err != nil {
		t.Fatal(err)
	}
	w.reprovision()
	s := w.until("a refusal", func(s localapi.Status) bool { return s.Provisioning.Error != "" })
	if p := s.Provisioning; p.State != "provisioned" || p.Hash != good.Hash {
		t.Errorf("in force is %+v, was %+v", p, good)
	}
	if c := s.Calls[0]; c.ID != call.ID || c.State != "confirmed" {
		t.Errorf("the call is %+v", c)
	}
	w.heard()
	if err := w.lab.SetProvisioning(provserver.Good); err != nil {
		t.Fatal(err)
	}
	w.reprovision()
	w.until("a good document again", func(s localapi.Status) bool { return s.Provisioning.Error == "" })
	w.replace()
	w.quiet()
}

func TestRestart_waits_for_the_call_and_keeps_the_history(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.talking("600")
	if err := w.lab.CheckSync("1001", true); err != nil {
		t.Fatal(err)
	}
	w.wait("the check-sync", w.app.reboot.Load, func() any { return "none" })
	if s := w.until("the call", func(localapi.Status) bool { return true }); s.Calls[0].State != "confirmed" {
		t.Errorf("the call is %+v", s.Calls[0])
	}
	w.heard()
	w.replace()
	w.await(patience)
	if !errors.Is(w.result, ErrRestart) {
		t.Fatalf("the phone ended with %v", w.result)
	}
	if got := w.history(); len(got) != 1 || got[0].Number != "600" || got[0].Kind != phone.Dialled {
		t.Fatalf("the history is %+v", got)
	}

	before := w.parts
	w.parts = newParts(t)
	w.cfg.Drivers = w.parts.drivers()
	if before.card.inUse() != 0 {
		t.Error("the sound device is still open")
	}
	w.registered()
	w.lift()
	w.parts.keys.tap("6", "0", "3") // always busy
	w.until("an end", func(s localapi.Status) bool { return len(s.Calls) == 1 && !s.Calls[0].Ended.IsZero() })
	w.replace()
	w.stop()
	if got := w.history(); len(got) != 2 || got[0].Number != "603" || got[1].Number != "600" {
		t.Errorf("the history is %+v", got)
	}
}

func (w *world) history() (entries []phone.Entry) {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.cfg.Agent.State, "calls.json"))
	if err == nil {
		err = json.Unmarshal(data, &entries)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return entries
}

func TestProvisioning_fails_and_the_screen_says_why(t *testing.T) {
	w := newWorld(t, boardFile)
	if err := w.lab.SetProvisioning(provserver.Failing); err != nil {
		t.Fatal(err)
	}
	w.boot()
	v := w.view("a failure", kind(phone.KindProvisioningFailed))
	if text := strings.Join(v.Text, " "); !strings.Contains(text, "500") {
		t.Errorf("the screen says %q", text)
	}
	s := w.until("an error", func(s localapi.Status) bool { return s.Provisioning.Error != "" })
	if s.Provisioning.State != "unprovisioned" || len(s.Accounts) != 0 {
		t.Errorf("%+v", s)
	}
	if err := w.control.Dial(t.Context(), localapi.DialRequest{Target: "600"}); err == nil || !strings.Contains(err.Error(), "not configured") {
		t.Errorf("dial: %v", err)
	}
	if err := w.lab.SetProvisioning(provserver.Good); err != nil {
		t.Fatal(err)
	}
	w.reprovision()
	w.until("registration", isRegistered)
}

func TestPatiently_waits_while_the_agent_is_busy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		err := patiently(t.Context(), func() error {
			if asked++; asked < 3 {
				return ua.ErrBusy
			}
			return nil
		})
		if err != nil || asked != 3 {
			t.Errorf("%v after %d", err, asked)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := patiently(ctx, func() error { return ua.ErrBusy }); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if err := patiently(ctx, func() error { return ua.ErrClosed }); !errors.Is(err, ua.ErrClosed) {
			t.Error(err)
		}
	})
}
