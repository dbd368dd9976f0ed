package main

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
)

func TestPrintFirmware(t *testing.T) {
	now := time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)
	later := now.Add(90 * time.Minute)
	for _, c := range []struct {
		arrow string
		state localapi.Firmware
		want  string
	}{
		{"nothing wished -> nothing", localapi.Firmware{}, ""},
		{"downloading -> how much", localapi.Firmware{Phase: "downloading", Wanted: "v2", Percent: 45}, "firmware\tversion v2: 45 % downloaded\n"},
		{"ready -> when", localapi.Firmware{Phase: "ready", Wanted: "v2", Due: later}, "firmware\tversion v2: ready, installed in 1h30m0s\n"},
		{"due -> what it waits for", localapi.Firmware{Phase: "ready", Wanted: "v2", Due: now}, "firmware\tversion v2: ready, starts once nobody uses the telephone\n"},
		{"on trial -> what is missing", localapi.Firmware{Phase: "trial", Due: later, Missing: "no account is registered"}, "firmware\ton trial for 1h30m0s: no account is registered\n"},
		{"on trial, well -> so far", localapi.Firmware{Phase: "trial", Due: now}, "firmware\ton trial for 0s: well so far\n"},
		{"failing -> why, and when again", localapi.Firmware{Phase: "failing", Wanted: "v2", Error: "no room", Due: later}, "firmware\tversion v2: no room; again in 1h30m0s\n"},
		{"given up before -> why", localapi.Firmware{Failed: "version v2: it crashed"}, "firmware\tversion v2: it crashed\n"},
		{"not wanted -> why", localapi.Firmware{Error: "its turn has not come"}, "firmware\tits turn has not come\n"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			var out bytes.Buffer
			if err := printFirmware(&out, c.state, now); err != nil || out.String() != c.want {
				t.Errorf("%q, %v", out.String(), err)
			}
		})
	}
}

func TestInstalledOnly(t *testing.T) {
	got := installedOnly([]string{"HOME=/", slotVariable + "=a", installedVariable + "=/usr/bin/offhook", versionVariable + "=v1", "OFFHOOK_SOCKET=/s"})
	if !slices.Equal(got, []string{"HOME=/", "OFFHOOK_SOCKET=/s"}) {
		t.Errorf("%q", got)
	}
}
