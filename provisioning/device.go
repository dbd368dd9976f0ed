package provisioning

import "strings"

// Device is who this phone is, for URLs and the User-Agent.
type Device struct {
	MAC     string // 02:00:5e:10:00:01
	Model   string // the board
	Serial  string
	Version string // of the firmware
	Vendor  string // as servers know it; "" means offhook
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
