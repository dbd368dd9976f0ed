package flood

// kind is how an attack is made.
type kind string

const (
	datagrams  kind = "datagrams"  // SIP, or not, by UDP
	handshakes kind = "handshakes" // TLS, up to its end
	silences   kind = "silences"   // TCP with half a request
	packets    kind = "packets"    // RTP of a stranger's own source
	hijack     kind = "hijack"     // of the call's SSRC, from a stranger's address
	forgery    kind = "forgery"    // the same from the exchange's own address and port
)

// attack is one thing that strangers do.
type attack struct {
	name     string
	kind     kind
	messages []string // templates of datagrams, in turn
	sources  int      // addresses that it comes from
}

// many is about what the telephone remembers of sources: the worst that one who
// invents addresses can do.
const many = 1000

// attacks are all, in their order; the short ones are enough for every kind.
func attacks(short bool) []attack {
	all := []attack{
		{name: "INVITE", kind: datagrams, messages: []string{plain("INVITE", "%USER%", "")}, sources: 1},
		{name: "REGISTER", kind: datagrams, messages: []string{plain("REGISTER", "%USER%", "")}, sources: 1},
		{name: "OPTIONS", kind: datagrams, messages: []string{plain("OPTIONS", "%USER%", "")}, sources: 1},
		{name: "garbage", kind: datagrams, messages: garbage, sources: 1},
		{name: "TLS handshakes", kind: handshakes, sources: many},
		{name: "half-open TCP", kind: silences, sources: many},
		{name: "RTP", kind: packets, sources: 1},
		{name: "SSRC hijack", kind: hijack, sources: 1},
		{name: "SRTP forged as the exchange", kind: forgery, sources: 1},
		{name: "INVITE of a stranger to the account", kind: datagrams, messages: []string{plain("INVITE", extension, offer)}, sources: many},
		{name: "BYE, CANCEL, NOTIFY of the call", kind: datagrams, messages: endings(), sources: 1},
		{name: "the same, 1000 addresses", kind: datagrams, messages: endings(), sources: many},
		{name: "scanners", kind: datagrams, messages: scanners(), sources: 1},
		{name: "OPTIONS, 1000 addresses", kind: datagrams, messages: []string{plain("OPTIONS", "%USER%", "")}, sources: many},
		{name: "garbage, 1000 addresses", kind: datagrams, messages: garbage, sources: many},
	}
	if !short {
		return all
	}
	return []attack{all[0], all[3], all[4], all[5], all[6], all[10]}
}
