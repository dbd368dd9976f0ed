package link

import (
	"net/netip"
	"testing"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/ice"
	"offhook/media/ice/icetest"
	"offhook/media/sdp"
	"offhook/media/session"
)

func newICESession(t *testing.T, e session.Engine, way session.ICE) *session.Session {
	t.Helper()
	s, err := session.New(session.Config{Engine: e, ID: 2, Codecs: codecs, SRTP: sdp.Off, Addr: netip.MustParseAddr("127.0.0.1"), ICE: way})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// The way is found in control by packets that the media process receives, and the
// next media process goes on with it.
func TestEngine_ICE(t *testing.T) {
	before := descriptorCount(t)
	t.Run("call", func(t *testing.T) {
		f, n := newFar(t), newNear(t, nil)
		n.up(t)
		server := icetest.NewServer(t, netip.MustParseAddr("127.0.0.1"))
		far := newICESession(t, f.Engine, session.ICE{Mode: ice.Full})
		near := newICESession(t, n, session.ICE{Mode: ice.Full, STUN: server.Addr.String(), TURN: []session.TURN{{Server: server.Addr.String(), User: icetest.User, Password: icetest.Password}}})
		call(t, near, far)
		f.Connect(engine.Patch{Streams: []media.StreamID{2}, Mic: true})
		n.Connect(engine.Patch{Streams: []media.StreamID{2}, Mic: true})
		heard := func(s *session.Session) func() bool {
			base := s.Stats().Received
			return func() bool { return s.Stats().Received > base+20 }
		}
		until(t, "sound there", heard(far))
		until(t, "sound here", heard(near))
		n.kill()
		until(t, "the next process", func() bool { return n.Status().Restarts == 1 && n.Status().Up })
		until(t, "sound there after a crash", heard(far))
		until(t, "sound here after a crash", heard(near))
	})
	if after := descriptorCount(t); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

func TestWire_ICE(t *testing.T) {
	sent := &update{ID: 1, Spec: session.Spec{ICE: true, Relay: netip.MustParseAddrPort("192.0.2.1:3478"), Channel: 0x4001, Send: pcmu}}
	b, err := appendMessage(nil, sent)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parse(b)
	if err != nil || !same(sent, got) || got.(*update).Spec.Channel != 0x4001 || !got.(*update).Spec.ICE || got.(*update).Spec.Relay != sent.Spec.Relay {
		t.Errorf("%+v, %v", got, err)
	}
}
