package link

import (
	"net/netip"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/keying"
	"offhook/media/sdp"
	"offhook/media/session"
)

func newDTLSSession(t *testing.T, e session.Engine) *session.Session {
	t.Helper()
	id, err := keying.NewIdentity(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s, err := session.New(session.Config{Engine: e, ID: 2, Codecs: codecs, SRTP: sdp.Mandatory, Addr: netip.MustParseAddr("127.0.0.1"),
		Keying: []keying.Method{keying.DTLS}, Identity: id, Failed: func(err error) { t.Error(err) }})
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

// Keys are made in control from packets that the media process receives, and are
// good for the next media process too.
func TestEngine_keys_by_DTLS(t *testing.T) {
	before := descriptorCount(t)
	t.Run("call", func(t *testing.T) {
		f, n := newFar(t), newNear(t, nil)
		n.up(t)
		far, near := newDTLSSession(t, f.Engine), newDTLSSession(t, n)
		call(t, near, far)
		f.Connect(engine.Patch{Streams: []media.StreamID{2}, Mic: true})
		n.Connect(engine.Patch{Streams: []media.StreamID{2}, Mic: true})
		heard := func(s *session.Session) func() bool {
			base := s.Stats().Received
			return func() bool { return s.Secure() != "" && s.Stats().Received > base+20 }
		}
		until(t, "sound there", heard(far))
		until(t, "sound here", heard(near))
		if near.Secure() != far.Secure() {
			t.Errorf("%q here, %q there", near.Secure(), far.Secure())
		}
		n.kill()
		until(t, "the next process", func() bool { return n.Status().Restarts == 1 && n.Status().Up })
		until(t, "sound there after a crash", heard(far))
		until(t, "sound here after a crash", heard(near))
		call(t, far, near) // a re-INVITE keeps the keys, and the way to new ones is open
		until(t, "sound after a re-INVITE", heard(far))
	})
	if after := descriptorCount(t); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}
