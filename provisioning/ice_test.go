package provisioning

import (
	"strings"
	"testing"

	"offhook/ua"
)

func TestValidate_ice(t *testing.T) {
	for _, row := range []struct {
		name string
		edit func(*Account)
		want string // of the fault; "": none
	}{
		{"off", func(*Account) {}, ""},
		{"lite", func(a *Account) { a.ICE = ICELite }, ""},
		{"full", func(a *Account) { a.ICE = ICEFull }, ""},
		{"full with a relay", func(a *Account) {
			a.ICE, a.TURN, a.TURNUser, a.TURNPassword = ICEFull, []string{"turn:relay.example:3478?transport=udp", "relay.example", "[2001:db8::1]:3478"}, "u", ua.NewSecret("p")
		}, ""},
		{"what is no way", func(a *Account) { a.ICE = "aggressive" }, "ice"},
		{"a relay without ICE", func(a *Account) { a.TURN, a.TURNUser = []string{"relay.example"}, "u" }, "set ice: full"},
		{"a relay with lite", func(a *Account) { a.ICE, a.TURN, a.TURNUser = ICELite, []string{"relay.example"}, "u" }, "set ice: full"},
		{"a relay without a user", func(a *Account) { a.ICE, a.TURN = ICEFull, []string{"relay.example"} }, "turn-user: is missing"},
		{"a user without a relay", func(a *Account) { a.ICE, a.TURNUser = ICEFull, "u" }, "turn: is missing"},
		{"a password without a relay", func(a *Account) { a.TURNPassword = ua.NewSecret("p") }, "turn: is missing"},
		{"by TLS", func(a *Account) { a.ICE, a.TURN, a.TURNUser = ICEFull, []string{"turns:relay.example"}, "u" }, "not by UDP"},
		{"by TCP", func(a *Account) {
			a.ICE, a.TURN, a.TURNUser = ICEFull, []string{"turn:relay.example?transport=tcp"}, "u"
		}, "not by UDP"},
		{"a STUN server", func(a *Account) { a.ICE, a.TURN, a.TURNUser = ICEFull, []string{"stun:relay.example"}, "u" }, "is given by stun"},
		{"no server", func(a *Account) { a.ICE, a.TURN, a.TURNUser = ICEFull, []string{"turn:a b"}, "u" }, "is not a TURN server"},
	} {
		d := Default()
		var a Account
		a.setDefaults()
		a.ID, a.User, a.Domain = "one", "100", "pbx.example"
		row.edit(&a)
		d.Accounts = []Account{a}
		err := d.Validate()
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}
