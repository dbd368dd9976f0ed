package session

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/keying"
	"offhook/media/sdp"
)

// What an INVITE usage asks of its media: ua.Session, which this pillar does
// not import.
var _ interface {
	Offer(hold bool) ([]byte, error)
	Answer(offer []byte) ([]byte, error)
	Accept(answer []byte) error
	Rollback()
	RemoteHold() bool
	Early() bool
	Close() error
} = (*Session)(nil)

// recorder is an Engine that keeps what it was told.
type recorder struct {
	specs     []Spec
	closed    int
	refuse    error
	sockets   Sockets
	sent      uint64 // under the key
	discarded uint64
}

func (r *recorder) OpenStream(_ media.StreamID, s Sockets) error {
	r.sockets = s
	return r.refuse
}

func (r *recorder) UpdateStream(_ media.StreamID, s Spec) error {
	if r.refuse == nil {
		r.specs = append(r.specs, s)
	}
	return r.refuse
}

func (r *recorder) CloseStream(media.StreamID) error {
	r.closed++
	return r.sockets.Close()
}

func (r *recorder) StreamStats(media.StreamID) (media.Stats, bool) {
	return media.Stats{Sent: 7, KeySent: r.sent, Discarded: r.discarded}, true
}

func (r *recorder) SendDigit(media.StreamID, rune, time.Duration) error { return ErrNoEvents }

func (r *recorder) last() Spec { return r.specs[len(r.specs)-1] }

func newSession(t *testing.T, edit func(*Config)) (*Session, *recorder) {
	t.Helper()
	r := &recorder{}
	cfg := Config{Engine: r, ID: 3, Codecs: []media.Codec{g711.PCMU, g711.PCMA}, Addr: loopback, DSCP: -1}
	if edit != nil {
		edit(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, r
}

func policy(p sdp.Policy, suites ...keying.Suite) func(*Config) {
	return func(c *Config) { c.SRTP, c.Suites = p, suites }
}

func exchange(t *testing.T, a, b *Session, hold bool) (offer, answer []byte) {
	t.Helper()
	offer, err := a.Offer(hold)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err = b.Answer(offer); err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(answer); err != nil {
		t.Fatal(err)
	}
	return offer, answer
}

func TestSession_policies_of_both_sides(t *testing.T) {
	off, optional, mandatory := sdp.Off, sdp.Optional, sdp.Mandatory
	for _, test := range []struct {
		a, b   sdp.Policy
		secure bool
		want   error // of the answer
	}{
		{off, off, false, nil},
		{off, optional, false, nil},
		{off, mandatory, false, sdp.ErrNoEncryption},
		{optional, off, false, nil},
		{optional, optional, true, nil},
		{optional, mandatory, true, nil},
		{mandatory, off, false, sdp.ErrEncryption},
		{mandatory, optional, true, nil},
		{mandatory, mandatory, true, nil},
	} {
		t.Run(test.a.String()+" to "+test.b.String(), func(t *testing.T) {
			a, ra := newSession(t, policy(test.a))
			b, rb := newSession(t, policy(test.b))
			offer, err := a.Offer(false)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := b.Answer(offer)
			if !errors.Is(err, test.want) {
				t.Fatal(err)
			}
			if err != nil {
				if b.Early() || len(rb.specs) > 0 {
					t.Error("refused and yet begun")
				}
				return
			}
			if err := a.Accept(answer); err != nil {
				t.Fatal(err)
			}
			if (a.Secure() != "") != test.secure || a.Secure() != b.Secure() || ra.last().LocalKey != rb.last().RemoteKey || ra.last().RemoteKey != rb.last().LocalKey {
				t.Errorf("a %q, b %q", a.Secure(), b.Secure())
			}
		})
	}
}

func TestSession_refusal_is_for_people(t *testing.T) {
	a, _ := newSession(t, nil)
	b, _ := newSession(t, policy(sdp.Mandatory))
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Answer(offer); err == nil || !strings.Contains(err.Error(), "the far end offers no encryption and the account requires it") {
		t.Error(err)
	}
}

func TestSession_suites(t *testing.T) {
	for _, test := range []struct {
		a, b []keying.Suite
		want keying.Suite
	}{
		{nil, nil, keying.AES128GCM},
		{[]keying.Suite{keying.AES128CMSHA1_80}, nil, keying.AES128CMSHA1_80},
		{[]keying.Suite{keying.AES128CMSHA1_32}, nil, keying.AES128CMSHA1_32},
		{nil, []keying.Suite{keying.AES128CMSHA1_80, keying.AES128GCM}, keying.AES128CMSHA1_80},
		{[]keying.Suite{keying.AES256GCM}, nil, keying.AES256GCM},
	} {
		a, _ := newSession(t, policy(sdp.Mandatory, test.a...))
		b, _ := newSession(t, policy(sdp.Mandatory, test.b...))
		exchange(t, a, b, false)
		if a.Secure() != string(test.want) {
			t.Errorf("%v and %v: %q, want %q", test.a, test.b, a.Secure(), test.want)
		}
	}
	a, _ := newSession(t, policy(sdp.Mandatory, keying.AES256GCM))
	b, _ := newSession(t, policy(sdp.Mandatory, keying.AES128GCM))
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Answer(offer); !errors.Is(err, sdp.ErrNoEncryption) {
		t.Errorf("no suite in common: %v", err)
	}
}

func TestSession_reinvites_keep_keys_codec_and_version(t *testing.T) {
	a, ra := newSession(t, policy(sdp.Optional))
	b, rb := newSession(t, func(c *Config) {
		c.SRTP, c.Codecs = sdp.Optional, []media.Codec{g711.PCMA, g711.PCMU}
	})
	exchange(t, a, b, false)
	keyA, keyB := ra.last().LocalKey, rb.last().LocalKey
	again, _ := exchange(t, b, a, false) // the other side re-INVITEs
	if ra.last().LocalKey != keyA || rb.last().LocalKey != keyB || ra.last().RemoteKey != keyB {
		t.Error("keys changed")
	}
	if f := rb.last().Send; f.Encoding != "PCMU" {
		t.Errorf("the codec changed to %s", f.Encoding)
	}
	if same, _ := exchange(t, b, a, false); string(same) != string(again) {
		t.Errorf("nothing changed but the description:\n%s\n%s", again, same)
	}
	if held, _ := exchange(t, b, a, true); !strings.Contains(string(held), "a=sendonly") || string(held) == string(again) {
		t.Errorf("%s", held)
	}
	if !a.RemoteHold() || b.RemoteHold() || ra.last().Direction != media.RecvOnly || rb.last().Direction != media.SendOnly {
		t.Errorf("held: %v %v", ra.last().Direction, rb.last().Direction)
	}
	// While b holds, a's re-INVITE is answered by what b wishes.
	exchange(t, a, b, false)
	if rb.last().Direction != media.SendOnly {
		t.Errorf("b forgot that it holds: %v", rb.last().Direction)
	}
}

func TestSession_rollback(t *testing.T) {
	a, ra := newSession(t, nil)
	b, _ := newSession(t, nil)
	exchange(t, a, b, false)
	if _, err := a.Offer(true); err != nil {
		t.Fatal(err)
	}
	a.Rollback()
	if err := a.Accept([]byte("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4 RTP/AVP 0\r\n")); !errors.Is(err, sdp.ErrNoOffer) {
		t.Errorf("%v", err)
	}
	exchange(t, b, a, false)
	if len(ra.specs) != 2 || ra.last().Direction != media.SendRecv {
		t.Errorf("the refused hold stands: %v", ra.last().Direction)
	}
}

func TestSession_several_answers_the_last_counts(t *testing.T) {
	a, ra := newSession(t, policy(sdp.Mandatory))
	one, _ := newSession(t, policy(sdp.Mandatory))
	two, r2 := newSession(t, policy(sdp.Mandatory))
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, far := range []*Session{one, two} {
		answer, err := far.Answer(offer)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Accept(answer); err != nil {
			t.Fatal(err)
		}
	}
	if ra.last().Remote != two.LocalAddr() || ra.last().RemoteKey != r2.last().LocalKey || ra.last().LocalKey != r2.last().RemoteKey {
		t.Errorf("%+v", ra.last())
	}
}

func TestSession_an_answer_with_a_foreign_key_is_refused(t *testing.T) {
	a, _ := newSession(t, policy(sdp.Optional))
	if _, err := a.Offer(false); err != nil {
		t.Fatal(err)
	}
	foreign := key(t, keying.AES128GCM)
	foreign.Tag = 9
	err := a.Accept([]byte("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4 RTP/AVP 0\r\na=crypto:" + foreign.Attribute() + "\r\n"))
	if !errors.Is(err, keying.ErrNoSuite) || a.Early() {
		t.Error(err)
	}
}

func TestSession_engine_refuses(t *testing.T) {
	broken := errors.New("no codec")
	s, r := newSession(t, nil)
	r.refuse = broken
	if _, err := s.Answer([]byte("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n")); !errors.Is(err, broken) || s.Early() {
		t.Errorf("%v", err)
	}
	r = &recorder{refuse: broken}
	if _, err := New(Config{Engine: r, Addr: loopback}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := r.sockets.RTP.Write(nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the sockets of a refused stream are open: %v", err)
	}
}

// A description that the engine refused was never sent: m-lines and payload
// types are those of the exchange before it.
func TestSession_engine_refuses_a_reinvite_what_stood_before_stands(t *testing.T) {
	s, r := newSession(t, nil)
	const audio = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n"
	if _, err := s.Answer([]byte(audio)); err != nil {
		t.Fatal(err)
	}
	r.refuse = errors.New("out of order")
	if _, err := s.Answer([]byte(audio + "m=video 4002 RTP/AVP 97\r\n")); !errors.Is(err, r.refuse) {
		t.Fatal(err)
	}
	r.refuse = nil
	offer, err := s.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(offer), "m=video") {
		t.Errorf("an m-line that was never agreed:\n%s", offer)
	}
	d, err := sdp.Parse(offer)
	if err != nil || d.Origin.Version != 2 {
		t.Errorf("version %d, %v: want 2, the one after what was sent", d.Origin.Version, err)
	}
}

func TestSession_closed(t *testing.T) {
	s, r := newSession(t, nil)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, offer := s.Offer(false)
	_, answer := s.Answer(nil)
	for _, err := range []error{offer, answer, s.Accept(nil)} {
		if !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	}
	if r.closed != 1 || s.Stats().Sent != 7 || s.ID() != 3 {
		t.Errorf("closed %d times", r.closed)
	}
}

func TestSession_log_has_no_key(t *testing.T) {
	var log strings.Builder
	a, ra := newSession(t, func(c *Config) {
		c.SRTP, c.Log = sdp.Mandatory, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	b, _ := newSession(t, policy(sdp.Mandatory))
	offer, _ := exchange(t, a, b, false)
	for _, line := range strings.Split(string(offer), "\r\n") {
		if _, secret, ok := strings.Cut(line, "inline:"); ok && strings.Contains(log.String(), secret) {
			t.Error("the log has the key")
		}
	}
	if !strings.Contains(log.String(), "AEAD_AES_128_GCM") || ra.last().LocalKey.IsZero() {
		t.Error(log.String())
	}
}

func TestSession_offer_as_written(t *testing.T) {
	s, _ := newSession(t, func(c *Config) {
		c.Advertised, c.PTime, c.SeparateRTCP = netip.MustParseAddr("203.0.113.5"), 30*time.Millisecond, true
	})
	offer, err := s.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"c=IN IP4 203.0.113.5\r\n", "RTP/AVP 0 8 101\r\n", "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n", "a=ptime:30\r\n"} {
		if !strings.Contains(string(offer), want) {
			t.Errorf("no %q in\n%s", want, offer)
		}
	}
	if strings.Contains(string(offer), "rtcp-mux") || s.LocalAddr().Addr() != loopback || s.LocalAddr().Port()%2 != 0 {
		t.Errorf("%s", offer)
	}
}

func TestListen(t *testing.T) {
	six, err := Listen(netip.IPv6Loopback(), PortRange{}, 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = six.Close() }()
	if six.LocalAddr().Port()%2 != 0 || six.localRTCP().Port() != six.LocalAddr().Port()+1 {
		t.Errorf("%v, %v", six.LocalAddr(), six.localRTCP())
	}
	port := six.LocalAddr().Port()
	for name, try := range map[string]struct {
		addr  netip.Addr
		ports PortRange
		want  string
	}{
		"taken":          {netip.IPv6Loopback(), PortRange{port, port + 1}, "no free pair of RTP ports in"},
		"one port":       {loopback, PortRange{4001, 4002}, "has no even port"},
		"backwards":      {loopback, PortRange{4010, 4000}, "has no even port"},
		"wildcard":       {netip.IPv4Unspecified(), PortRange{}, "cannot be told"},
		"not an address": {netip.Addr{}, PortRange{}, "cannot be told"},
		"not ours":       {netip.MustParseAddr("192.0.2.1"), PortRange{}, "no free pair"},
	} {
		if _, err := Listen(try.addr, try.ports, -1, nil); err == nil || !strings.Contains(err.Error(), try.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
