package provisioning

import (
	"fmt"
	"net/url"
	"strings"
)

// Device is who this phone is, for URLs and the User-Agent.
type Device struct {
	MAC     string // 02:00:5e:10:00:01
	Model   string // the board
	Serial  string
	Version string // of the firmware
}

// Expand puts the device into the macros of a URL: {mac} in lower case without
// separators, {MAC} in upper case, {model}, {serial}.
func (d Device) Expand(s string) (string, error) {
	mac := strings.NewReplacer(":", "", "-", "", ".", "").Replace(d.MAC)
	values := map[string]string{
		"mac": strings.ToLower(mac), "MAC": strings.ToUpper(mac), "model": d.Model, "serial": d.Serial,
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "{")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := values[name]
		if !closed || !known {
			return "", fmt.Errorf("{%s is not a macro; use {mac}, {MAC}, {model} or {serial}", clip(rest))
		}
		out.WriteString(url.PathEscape(value))
		s = after
	}
}

// UserAgent names the phone to a server.
func (d Device) UserAgent() string {
	agent := "offhook"
	if d.Version != "" {
		agent += "/" + d.Version
	}
	if about := strings.TrimSpace(d.Model + " " + d.MAC); about != "" {
		agent += " (" + about + ")"
	}
	return agent
}
