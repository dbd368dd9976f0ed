package agent

import (
	"strings"

	"offhook/ua"
	"offhook/ua/wire"
)

// anonymous is the From of who withholds himself (RFC 3261 §8.1.1.3).
const anonymous = `"Anonymous" <sip:anonymous@anonymous.invalid>`

// preferred is the identity that we want to be known by (RFC 3325 §9.3).
func (l *line) preferred() string {
	host, port, _ := splitServer(l.account.Domain)
	user := l.account.User
	if l.account.Identity != "" {
		user = l.account.Identity
	}
	return nameAddr(l.account.DisplayName, wire.URI{User: wire.EscapeUser(user), Host: host, Port: port}.String())
}

// identityFields tell the account's server who calls, and what it is to keep to
// itself. Who has no server has nobody to trust with that.
func (c *call) identityFields() []wire.Field {
	if !hasServer(c.line.account) || c.incoming {
		return nil
	}
	var fields []wire.Field
	if c.withheld || c.line.account.Identity != "" {
		fields = append(fields, wire.Field{Name: "P-Preferred-Identity", Value: c.line.preferred()})
	}
	if c.withheld {
		fields = append(fields, wire.Field{Name: "Privacy", Value: "id"}) // RFC 3325 §9.3
	}
	return fields
}

// asserted is who a server of ours says it is: by P-Asserted-Identity (RFC 3325
// §9.1), or by the Remote-Party-ID that older exchanges send.
func asserted(m *wire.Message) (ua.Party, bool) {
	for _, text := range m.List("P-Asserted-Identity") {
		if address, err := wire.ParseAddress(text); err == nil {
			party := partyOf(address.Display, address.URI)
			party.Verified = true
			return party, true
		}
	}
	for _, text := range m.List("Remote-Party-ID") {
		address, err := wire.ParseAddress(text)
		if err != nil {
			continue
		}
		privacy, _ := address.Params.Get("privacy")
		side, sided := address.Params.Get("party")
		if privacy != "" && !strings.EqualFold(privacy, "off") || sided && strings.EqualFold(side, "x-redirect") {
			continue
		}
		screen, _ := address.Params.Get("screen")
		party := partyOf(address.Display, address.URI)
		party.Verified = strings.EqualFold(screen, "yes")
		return party, true
	}
	return ua.Party{}, false
}
