package agent

import (
	"net/netip"
	"testing"

	"offhook/ua/wire"
)

func TestStampVia_gives_back_what_came(t *testing.T) {
	from := netip.MustParseAddrPort("127.0.0.1:5070")
	for name, c := range map[string]struct{ via, want string }{
		"a token -> as it came":                  {"SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK.1", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK.1"},
		"no token, yet bare -> as it came":       {"SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-1@127.0.0.1", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-1@127.0.0.1"},
		"quoted, and must be -> quoted":          {`SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK.1;x="a;b"`, `SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK.1;x="a;b"`},
		"rport -> filled in, and received added": {"SIP/2.0/UDP 127.0.0.1:5070;rport;branch=z9hG4bK.1", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK.1;received=127.0.0.1;rport=5070"},
	} {
		t.Run(name, func(t *testing.T) {
			m := wire.Message{Fields: []wire.Field{{Name: "Via", Value: c.via}}}
			stampVia(&m, from, true, false)
			if got := m.Get("Via"); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
