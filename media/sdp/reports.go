package sdp

import "strings"

// Reports are the RTCP extended reports that the writer of a description asks
// the other side for (RFC 3611 §5).
type Reports struct {
	VoIPMetrics  bool // RFC 3611 §4.7
	ReceiverTime bool // of receivers, to be answered, for the round trip (§4.4, §4.5)
}

// attribute is the value of a=rtcp-xr, "" for none.
func (r Reports) attribute() string {
	var list []string
	if r.ReceiverTime {
		list = append(list, "rcvr-rtt=all")
	}
	if r.VoIPMetrics {
		list = append(list, "voip-metrics")
	}
	return strings.Join(list, " ")
}

// parseReports passes over what is not known (RFC 3611 §5.1).
func parseReports(value string) (r Reports) {
	for _, field := range strings.Fields(value) {
		name, _, _ := strings.Cut(field, "=")
		switch strings.ToLower(name) {
		case "voip-metrics":
			r.VoIPMetrics = true
		case "rcvr-rtt":
			r.ReceiverTime = true
		}
	}
	return r
}
