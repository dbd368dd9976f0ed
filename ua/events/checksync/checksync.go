// Package checksync knows the NOTIFYs by which servers ask a telephone to fetch
// its configuration again, or to restart. No RFC has them: each vendor's
// telephones have had their own.
package checksync

import "strings"

// Request is what is asked for. Without a word on it nothing is to be rebooted.
type Request struct{ Reboot bool }

// names are the events of which the whole meaning is in the name. A false one
// may still say ;reboot=true.
var names = map[string]bool{
	"check-sync": false, "checksync": false, // Snom, Yealink, Polycom, Grandstream, Fanvil, Cisco 3PCC
	"resync":      false, // Cisco SPA, Linksys, Sipura
	"sys-control": false, // Grandstream
	"reboot":      true,  // Cisco SPA, Panasonic
	"reboot_now":  true,  // Linksys
	"restart_now": true,  // Linksys
}

// actions are those of Cisco's service-control body; others are not ours.
var actions = map[string]bool{"check-version": false, "update": false, "restart": true, "reset": true}

// Parse reads the Event header of a NOTIFY and its body; ok is false for another
// event.
func Parse(event string, body []byte) (request Request, ok bool) {
	name, rest, _ := strings.Cut(strings.ToLower(event), ";")
	name = strings.TrimSpace(name)
	if name == "service-control" {
		return serviceControl(body)
	}
	bare, value, has := strings.Cut(name, "=")
	if strings.TrimSpace(bare) == "reboot" && has { // reboot=true, instead of an event
		return Request{isTrue(value)}, true
	}
	request.Reboot, ok = names[name]
	for part := range strings.SplitSeq(rest, ";") {
		key, value, has := strings.Cut(part, "=")
		if strings.TrimSpace(key) == "reboot" && has && (ok || name == "") {
			request.Reboot, ok = isTrue(value), true
		}
	}
	return request, ok
}

func isTrue(value string) bool {
	switch strings.Trim(strings.TrimSpace(value), `"`) {
	case "true", "1", "yes":
		return true
	}
	return false
}

// serviceControl reads lines of key=value.
func serviceControl(body []byte) (Request, bool) {
	for line := range strings.SplitSeq(strings.ToLower(string(body)), "\n") {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if strings.TrimSpace(key) == "action" {
			reboot, ok := actions[strings.TrimSpace(value)]
			return Request{reboot}, ok
		}
	}
	return Request{}, false
}
