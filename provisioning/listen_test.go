package provisioning

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"offhook/ua"
)

func TestDocument_listeners(t *testing.T) {
	d := Document{Network: Network{Listen: []string{"udp:5060", "tcp:192.0.2.1:5070", "tls:[2001:db8::1]:5061"}}}
	want := []ua.Listener{
		{Transport: ua.UDP, Address: netip.MustParseAddrPort("[::]:5060")},
		{Transport: ua.TCP, Address: netip.MustParseAddrPort("192.0.2.1:5070")},
		{Transport: ua.TLS, Address: netip.MustParseAddrPort("[2001:db8::1]:5061")},
	}
	if got := d.Listeners(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestValidate_listening(t *testing.T) {
	direct := func(d *Document) { d.Accounts[0].Register = false }
	listen := func(at ...string) func(*Document) { return func(d *Document) { d.Network.Listen = at } }
	for _, c := range []struct {
		arrow   string
		changes []func(*Document)
		want    string // "" is no fault
	}{
		{"nowhere -> fine", nil, ""},
		{"by udp and tcp -> fine", []func(*Document){direct, listen("udp:5060", "tcp:5060")}, ""},
		{"nobody there -> who?", []func(*Document){listen("udp:5060")}, "add an account with register: false"},
		{"twice -> once", []func(*Document){direct, listen("udp:5060", "udp:5060")}, "network.listen[1]: udp:5060 is there already"},
		{"by tls without a certificate -> which?", []func(*Document){direct, listen("tls:5061")}, "network.listen-certificate: is missing"},
		{"with one that is not there -> which?", []func(*Document){direct, listen("tls:5061"), func(d *Document) { d.Network.ListenCertificate = "$door" }}, `there is no identity "door"`},
		{"with a file -> a reference", []func(*Document){direct, listen("tls:5061"), func(d *Document) { d.Network.ListenCertificate = "door.pem" }}, "is not a reference"},
		{"by sctp -> by what?", []func(*Document){direct, listen("sctp:5060")}, "is not a place to listen"},
		{"without a port -> where?", []func(*Document){direct, listen("udp")}, "is not a place to listen"},
		{"at port 0 -> where?", []func(*Document){direct, listen("udp:0")}, "is not a place to listen"},
		{"at a name -> where?", []func(*Document){direct, listen("udp:pbx:5060")}, "is not a place to listen"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			doc := Default()
			a := Account{ID: "a", User: "1001", Domain: "pbx.example"}
			a.setDefaults()
			doc.Accounts = []Account{a}
			for _, change := range c.changes {
				change(&doc)
			}
			doc.complete()
			err := doc.Validate()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
