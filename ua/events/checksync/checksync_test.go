package checksync

import "testing"

func TestParse(t *testing.T) {
	for _, c := range []struct {
		event, body string
		reboot, ok  bool
	}{
		{"check-sync", "", false, true},
		{"check-sync;reboot=false", "", false, true},
		{"check-sync;reboot=true", "", true, true},
		{"Check-Sync ; Reboot = TRUE", "", true, true},
		{`check-sync;reboot="true"`, "", true, true},
		{"check-sync;id=5;reboot=true", "", true, true},
		{"check-sync;reboot", "", false, true},
		{"resync", "", false, true},
		{"resync;reboot=true", "", true, true},
		{"sys-control", "", false, true},
		{"reboot", "", true, true},
		{"reboot;reboot=false", "", false, true},
		{"reboot=true", "", true, true},
		{"reboot=false", "", false, true},
		{";reboot=true", "", true, true},
		{"restart_now", "", true, true},
		{"reboot_now", "", true, true},
		{"service-control", "action=restart\r\nRegisterCallId={1@2}\r\n", true, true},
		{"service-control", "action=check-version\nConfigVersionStamp={0}", false, true},
		{"service-control", "action=prt-report\n", false, false},
		{"service-control", "", false, false},
		{"", "", false, false},
		{";", "", false, false},
		{"message-summary", "", false, false},
		{"message-summary;reboot=true", "", false, false},
		{"talk", "action=restart", false, false},
		{"check-sync-not", "", false, false},
	} {
		t.Run(c.event+c.body, func(t *testing.T) {
			if got, ok := Parse(c.event, []byte(c.body)); ok != c.ok || got != (Request{c.reboot}) {
				t.Errorf("%+v, %v", got, ok)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("check-sync;reboot=true", []byte("action=restart"))
	f.Fuzz(func(t *testing.T, event string, body []byte) {
		if request, ok := Parse(event, body); request.Reboot && !ok {
			t.Error("a reboot nobody asked for")
		}
	})
}
