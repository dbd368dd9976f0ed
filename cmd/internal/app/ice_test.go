package app

import (
	"reflect"
	"testing"

	"offhook/media/ice"
	"offhook/media/session"
	"offhook/provisioning"
	"offhook/ua"
)

func TestICEOf(t *testing.T) {
	relay := provisioning.Account{STUN: "stun.example", TURN: []string{"turn:relay.example:3479?transport=udp", "other.example"}, TURNUser: "u", TURNPassword: ua.NewSecret("p")}
	for _, row := range []struct {
		name string
		way  provisioning.ICE
		want session.ICE
	}{
		{"off is not at all", provisioning.ICEOff, session.ICE{}},
		{"nothing said is not at all", "", session.ICE{}},
		{"lite has no servers", provisioning.ICELite, session.ICE{Mode: ice.Lite}},
		{"full has them all", provisioning.ICEFull, session.ICE{Mode: ice.Full, STUN: "stun.example",
			TURN: []session.TURN{{Server: "relay.example:3479", User: "u", Password: "p"}, {Server: "other.example", User: "u", Password: "p"}}}},
	} {
		a := relay
		a.ICE = row.way
		if got := iceOf(a); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: %+v", row.name, got)
		}
	}
}
