package app

import (
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
	"offhook/ua"
)

func TestTrial_a_document_that_does_not_register_is_taken_back(t *testing.T) {
	w := newWorld(t, boardFile)
	good := w.registered().Provisioning
	w.serve(func(d *provisioning.Document) {
		d.Accounts[0].Password = ua.NewSecret("wrong")
		d.Provisioning.Confirm = time.Second // the phone looks for the first time after 3 s
	})
	w.reprovision()
	w.until("a failed registration", func(s localapi.Status) bool {
		return len(s.Accounts) == 1 && s.Accounts[0].State == "failed" && !s.Provisioning.OnTrial.IsZero()
	})
	s := w.until("the one before", func(s localapi.Status) bool { return s.Provisioning.Hash == good.Hash && isRegistered(s) })
	if !strings.Contains(s.Provisioning.RolledBack, "account 1001 is not registered, and was before") {
		t.Errorf("told: %+v", s.Provisioning)
	}
	v := w.view("the reason", kind(phone.KindNotice))
	if v.Title != "Configuration taken back" || !strings.Contains(v.Text[0], "account 1001 is not registered, and was before") {
		t.Errorf("shown: %q, %q", v.Title, v.Text)
	}
	w.parts.keys.tap(hal.KeyOK)
	w.view("its acknowledgement", kind(phone.KindIdle))
	h, err := w.control.History(t.Context())
	if err != nil || len(h.Documents) != 2 || h.Documents[0].Verdict != "rolled back" || !h.Documents[1].InForce {
		t.Errorf("history: %+v, %v", h, err)
	}
}

func TestRefused_a_document_with_a_fault_is_told_on_the_screen(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.lab.SetDocument(w.mac, []byte("offhook: 1\nphone: {nam: x, language: 3.x.7}\n"))
	w.lift() // it is told when the handset is back
	w.view("dial tone", kind(phone.KindDialling))
	w.reprovision()
	w.until("a refusal", func(s localapi.Status) bool { return s.Provisioning.Error != "" })
	if v := w.view("dial tone", kind(phone.KindDialling)); v.Title != "Enter a number" {
		t.Errorf("shown: %q", v.Title)
	}
	w.replace()
	v := w.view("the fault", kind(phone.KindNotice))
	if v.Title != "Configuration refused" || !strings.Contains(v.Text[0], "phone.nam: is not a setting here") || !strings.HasSuffix(v.Text[0], "(and 1 more)") {
		t.Errorf("shown: %q, %q", v.Title, v.Text)
	}
	w.parts.keys.tap(hal.KeySoft4)
	w.view("its acknowledgement", kind(phone.KindIdle))
}

func TestConfiguration_history_rollback_and_what_the_user_sets(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.serve(func(d *provisioning.Document) { d.Phone.Name = "Renamed" })
	w.reprovision()
	w.until("a confirmed document", func(s localapi.Status) bool {
		h, err := w.control.History(t.Context())
		return err == nil && len(h.Documents) == 2 && h.Documents[0].Verdict == "confirmed" && h.Documents[0].InForce
	})
	lines, err := w.control.Differences(t.Context(), 1, 2)
	if err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0], "phone.name: ") {
		t.Errorf("differences: %q, %v", lines, err)
	}
	d, err := w.control.Kept(t.Context(), 2)
	if err != nil || !strings.Contains(d.Document, "name: Renamed") || strings.Contains(d.Document, sipPassword) {
		t.Errorf("document 2: %+v, %v", d, err)
	}
	if err := w.control.Set(t.Context(), localapi.SetRequest{Path: "phone.language", Value: "de"}); err != nil {
		t.Error(err)
	}
	if err := w.control.Set(t.Context(), localapi.SetRequest{Path: "phone.name", Value: "Mine"}); err == nil || !strings.Contains(err.Error(), "not the user's to change") {
		t.Errorf("what is not the user's: %v", err)
	}
	if r, err := w.control.Rollback(t.Context(), localapi.RollbackRequest{}); err != nil || r.Number != 1 {
		t.Errorf("rollback: %+v, %v", r, err)
	}
	s := w.until("the one before", func(s localapi.Status) bool { return s.Provisioning.Pinned })
	if doc := w.app.manager.Document(); doc.Phone.Name == "Renamed" || doc.Phone.Language != "de" || s.Provisioning.Error != "" {
		t.Errorf("in force is %s in %s: %+v", doc.Phone.Name, doc.Phone.Language, s.Provisioning)
	}
	settings, err := w.control.Explain(t.Context())
	told := ""
	for _, e := range settings {
		if e.Path == "phone.language" {
			told = e.Origin
		}
	}
	if err != nil || !strings.HasPrefix(told, "set by the user on ") {
		t.Errorf("explained as %q, %v", told, err)
	}
}
