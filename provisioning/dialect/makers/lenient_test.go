package makers

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
)

// What the strict checks alone refuse costs its parameter, not the file.
func TestRead_leaves_out_what_the_checks_refuse(t *testing.T) {
	const file = "#!version:1.0.0.1\naccount.1.user_name = 1001\naccount.1.password = s3cret-word\naccount.1.sip_server.1.address = pbx.example\n" +
		"voice_mail.number.1 = *9 7\nvoice.jib.min = 400\nvoice.jib.max = 50\naction_url.registered = http://exa mple/\n"
	var log bytes.Buffer
	config := Config{Base: provisioning.Default(), Log: slog.New(slog.NewTextHandler(&log, nil))}
	d, _ := dialect.ByName(All(), "yealink")
	doc, report, err := config.Read(d, []dialect.File{{Name: "x.cfg", Data: []byte(file)}})
	if err != nil || len(doc.Accounts) != 1 {
		t.Fatal(err, doc.Accounts)
	}
	if doc.Accounts[0].Voicemail != "" || doc.Audio.Jitter.Min > doc.Audio.Jitter.Max || len(doc.Actions) != 0 {
		t.Errorf("%+v", doc)
	}
	if len(doc.LeftOut()) < 3 {
		t.Errorf("left out: %v", doc.LeftOut())
	}
	for _, key := range []string{"voice_mail.number.1", "action_url.registered"} {
		found := false
		for _, e := range report.Of(dialect.Refused) {
			found = found || e.Key == key && e.Why != "" && e.Line > 0
		}
		if !found {
			t.Errorf("%s is not told of: %+v", key, report.Of(dialect.Refused))
		}
	}
	if got := doc.Explain("accounts[1].voicemail")[0].Where(); !strings.Contains(got, "left out: x.cfg:5 voice_mail.number.1=*9 7") {
		t.Errorf("explained: %s", got)
	}
	if _, err := config.Parse([]byte(file), "x.cfg"); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); !strings.Contains(got, "voice_mail.number.1") || !strings.Contains(got, "left out") || strings.Contains(got, "s3cret-word") {
		t.Errorf("log:\n%s", got)
	}
	if _, err := config.Parse([]byte("offhook: 1\naccounts: [{user: \"7\", domain: pbx.example, voicemail: \"*9 7\"}]\n"), "x.yaml"); err == nil {
		t.Error("a native document with the same fault is taken")
	}
}
