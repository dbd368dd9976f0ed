package session

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	pion "github.com/pion/ice/v4"
	stun4 "github.com/pion/stun/v4"

	"offhook/media/ice"
	"offhook/media/ice/icetest"
	"offhook/media/sdp"
)

// oracle is pion's agent as a far end.
type oracle struct {
	*pion.Agent
	text string // its description
	conn chan *pion.Conn
}

func newOracle(t *testing.T, options ...pion.AgentOption) *oracle {
	t.Helper()
	a, err := pion.NewAgentWithOptions(append([]pion.AgentOption{pion.WithIncludeLoopback(), pion.WithNetworkTypes([]pion.NetworkType{pion.NetworkTypeUDP4}),
		pion.WithMulticastDNSMode(pion.MulticastDNSModeDisabled), pion.WithInterfaceFilter(func(name string) bool { return name == "lo" })}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	o := &oracle{Agent: a, conn: make(chan *pion.Conn, 1)}
	t.Cleanup(func() {
		if err := a.GracefulClose(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// describe gathers, and says what came of it.
func (o *oracle) describe(t *testing.T, lite bool, only pion.CandidateType) {
	t.Helper()
	done := make(chan struct{})
	var lines []string
	port := 0
	if err := o.OnCandidate(func(c pion.Candidate) {
		if c == nil {
			close(done)
			return
		}
		if only == pion.CandidateTypeUnspecified || c.Type() == only {
			lines = append(lines, "a=candidate:"+c.Marshal())
			port = c.Port()
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := o.GatherCandidates(); err != nil {
		t.Fatal(err)
	}
	<-done
	ufrag, pwd, err := o.GetLocalUserCredentials()
	if err != nil {
		t.Fatal(err)
	}
	head := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
	if lite {
		head += "a=ice-lite\r\n"
	}
	o.text = head + fmt.Sprintf("m=audio %d RTP/AVP 0\r\na=rtcp-mux\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n%s\r\n", port, ufrag, pwd, strings.Join(lines, "\r\n"))
}

// meet tells it of us.
func (o *oracle) meet(t *testing.T, ctx context.Context, text []byte, controlling bool) {
	t.Helper()
	d, err := sdp.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	m := d.Media[0]
	for _, value := range m.Values("candidate") {
		c, err := pion.UnmarshalCandidate(value)
		if err != nil {
			t.Fatalf("it does not understand %q: %v", value, err)
		}
		if err := o.AddRemoteCandidate(c); err != nil {
			t.Fatal(err)
		}
	}
	ufrag, _ := m.Attribute("ice-ufrag")
	pwd, _ := m.Attribute("ice-pwd")
	go func() {
		defer close(o.conn)
		connect := o.Accept
		if controlling {
			connect = o.Dial
		}
		conn, err := connect(ctx, ufrag, pwd)
		if err != nil {
			t.Error(err)
			return
		}
		o.conn <- conn
	}()
}

// echo gives sound back as another source's, until the connection ends.
func (o *oracle) echo() {
	conn, ok := <-o.conn
	if !ok {
		return
	}
	var b [1500]byte
	for {
		n, err := conn.Read(b[:])
		if err != nil {
			return
		}
		if n > 12 && b[1]&127 == 0 {
			b[8] ^= 0xff
			_, _ = conn.Write(b[:n])
		}
	}
}

// Pion's agent is who says whether we speak as others do.
func TestOracle(t *testing.T) {
	for _, row := range []struct {
		name     string
		ours     ice.Mode
		lite     bool // the far end
		weOffer  bool
		conflict bool // the far end thinks that it controls, whoever offers
		relay    bool // of the far end's candidates: the relay alone
	}{
		{name: "we control", ours: ice.Full, weOffer: true},
		{name: "it controls", ours: ice.Full},
		{name: "both control", ours: ice.Full, weOffer: true, conflict: true},
		{name: "neither controls", ours: ice.Full, conflict: true},
		{name: "it is lite and answers", ours: ice.Full, lite: true, weOffer: true},
		{name: "it is lite and offers", ours: ice.Full, lite: true},
		{name: "we are lite and answer", ours: ice.Lite},
		{name: "we are lite and offer", ours: ice.Lite, weOffer: true},
		{name: "it is behind a relay", ours: ice.Full, weOffer: true, relay: true},
		{name: "it is behind a relay and controls", ours: ice.Full, relay: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
			defer cancel()
			var options []pion.AgentOption
			only := pion.CandidateTypeUnspecified
			if row.lite {
				options = append(options, pion.WithICELite(true), pion.WithCandidateTypes([]pion.CandidateType{pion.CandidateTypeHost}))
			}
			if row.relay {
				s := icetest.NewServer(t, loopback)
				only = pion.CandidateTypeRelay
				options = append(options, pion.WithCandidateTypes([]pion.CandidateType{only}), pion.WithUrls([]*stun4.URI{{
					Scheme: stun4.SchemeTypeTURN, Host: "127.0.0.1", Port: int(s.Addr.Port()), Username: icetest.User, Password: icetest.Password, Proto: stun4.ProtoTypeUDP}}))
			}
			far := newOracle(t, options...)
			far.describe(t, row.lite, only)
			us := newSide(t, loopback, mode(row.ours))
			controls := !row.weOffer && !row.lite || row.ours == ice.Lite
			if row.conflict {
				controls = !controls
			}
			var text []byte
			var err error
			if row.weOffer {
				if text, err = us.Offer(false); err == nil {
					err = us.Accept([]byte(far.text))
				}
			} else {
				text, err = us.Answer([]byte(far.text))
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, far.text)
			}
			far.meet(t, ctx, text, controls)
			go far.echo()
			said := []byte("sound for the oracle")
			clock := uint32(0)
			next := time.Now()
			until(t, "an echo", func() bool {
				if now := time.Now(); now.After(next) {
					next = now.Add(5 * time.Millisecond)
					clock += 160
					us.engine.send(Outgoing{Timestamp: clock, Payload: said})
				}
				return us.engine.hears(said)
			})
			until(t, "a nominated pair", func() (done bool) {
				_ = us.finder.do(func() { done = us.finder.state == ice.Completed })
				return done
			})
		})
	}
}
