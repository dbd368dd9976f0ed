package provisioning

import (
	"time"

	"offhook/ua"
)

// Emergency is how calls for help are made. The numbers are phone.emergency's.
type Emergency struct {
	// ServiceURN: such a call asks for urn:service:sos (RFC 5031), not the number.
	ServiceURN bool `key:"service-urn" restart:"account"`
	// CallBack is how long after such a call nothing keeps a caller away: no do
	// not disturb, no forwarding.
	CallBack time.Duration `key:"call-back" range:"0s..24h"`
	Location Location      `key:"location" restart:"account"`
}

// Location is where the phone stands; calls for help tell it (RFC 6442). Its
// civic part is of RFC 5139, its point in degrees of WGS 84.
type Location struct {
	Country   string `key:"country" match:"country"`
	State     string `key:"state" match:"label"`
	City      string `key:"city" match:"label"`
	Street    string `key:"street" match:"label"`
	Number    string `key:"number" match:"label"` // of the house
	Postcode  string `key:"postcode" match:"label"`
	Building  string `key:"building" match:"label"`
	Floor     string `key:"floor" match:"label"`
	Room      string `key:"room" match:"label"`
	Latitude  string `key:"latitude" match:"latitude"`
	Longitude string `key:"longitude" match:"longitude"`
}

func (l Location) sip() ua.Location { return ua.Location(l) }
