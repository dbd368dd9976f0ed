package subscription

import (
	"strings"

	"offhook/ua"
)

// ParseCheckSync reads the Event header of a NOTIFY that asks to fetch the
// configuration again; ok is false for another event. The agent fills Account.
//
// PBXs spell it check-sync, check-sync;reboot=true|false, resync, reboot, a bare
// reboot=true, or ;reboot=true. Without a word on it nothing is to be rebooted.
func ParseCheckSync(event string) (sync ua.CheckSync, ok bool) {
	parts := strings.Split(strings.ToLower(event), ";")
	for i, part := range parts {
		name, value, has := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), `"`)
		switch {
		case i == 0 && (name == "check-sync" || name == "checksync" || name == "resync"):
			ok = true
		case name == "reboot" && (i == 0 || ok || strings.TrimSpace(parts[0]) == ""):
			ok = true
			sync.Reboot = !has && i == 0 || value == "true" || value == "1" || value == "yes"
		case i == 0 && name != "":
			return ua.CheckSync{}, false
		}
	}
	return sync, ok
}
