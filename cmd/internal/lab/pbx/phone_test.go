package pbx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"offhook/cmd/internal/lab/stream"
	"offhook/media/sdp"
	"offhook/ua"
	"offhook/ua/digest"
)

// testPhone is a telephone for tests: sipgo for the signalling, a port of
// package stream for the sound. What it gets it hands to channels.
type testPhone struct {
	t         *testing.T
	user      string
	password  string
	transport string
	server    string
	agent     *sipgo.UserAgent
	client    *sipgo.Client
	contact   sip.Uri
	invites   chan arrival
	byes      chan *sip.Request
	acks      chan *sip.Request
	cancels   chan *sip.Request
	notifies  chan *sip.Request
	policy    sdp.Policy
	mu        sync.Mutex
	ports     []*stream.Port
}

type arrival struct {
	req  *sip.Request
	tx   sip.ServerTransaction
	done chan struct{} // closed to let the handler return
}

func newPhone(t *testing.T, p *PBX, roots *x509.CertPool, user, transport string) *testPhone {
	t.Helper()
	secure, plain, datagram := p.Addresses()
	ph := &testPhone{
		t: t, user: user, password: "offhook-" + user, transport: transport,
		server:  map[string]string{"tls": secure, "tcp": plain, "udp": datagram}[transport],
		invites: make(chan arrival, 4), byes: make(chan *sip.Request, 4), acks: make(chan *sip.Request, 8),
		cancels: make(chan *sip.Request, 4), notifies: make(chan *sip.Request, 8),
	}
	ph.policy = sdp.Optional
	if transport == "tls" {
		ph.policy = sdp.Mandatory
	}
	var err error
	ph.agent, err = sipgo.NewUA(sipgo.WithUserAgent("test"), sipgo.WithUserAgenTLSConfig(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}))
	must(t, err)
	ph.client, err = sipgo.NewClient(ph.agent, sipgo.WithClientHostname("127.0.0.1"))
	must(t, err)
	ph.serve()
	ph.contact = sip.Uri{Scheme: "sip", User: user, Host: "127.0.0.1", Port: 5060}
	t.Cleanup(func() {
		ph.agent.Close()
		ph.mu.Lock()
		defer ph.mu.Unlock()
		for _, port := range ph.ports {
			port.Close()
		}
	})
	return ph
}

func (ph *testPhone) serve() {
	server, err := sipgo.NewServer(ph.agent)
	must(ph.t, err)
	server.OnInvite(func(req *sip.Request, tx sip.ServerTransaction) {
		tx.OnCancel(func(r *sip.Request) { ph.cancels <- r })
		a := arrival{req, tx, make(chan struct{})}
		ph.invites <- a
		select {
		case <-a.done:
		case <-tx.Done():
		}
	})
	server.OnAck(func(req *sip.Request, _ sip.ServerTransaction) { ph.acks <- req })
	ok := func(to chan *sip.Request) sipgo.RequestHandler {
		return func(req *sip.Request, tx sip.ServerTransaction) {
			_ = tx.Respond(sip.NewResponseFromRequest(req, 200, "OK", nil))
			to <- req
		}
	}
	server.OnBye(ok(ph.byes))
	server.OnNotify(ok(ph.notifies))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (ph *testPhone) request(method sip.RequestMethod, to string) *sip.Request {
	var uri sip.Uri
	must(ph.t, sip.ParseUri("sip:"+to+"@"+Realm, &uri))
	req := sip.NewRequest(method, uri)
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: ph.user, Host: Realm}}
	from.Params.Add("tag", sip.GenerateTagN(8))
	req.AppendHeader(from)
	req.AppendHeader(&sip.ToHeader{Address: uri})
	req.AppendHeader(&sip.ContactHeader{Address: ph.contact})
	req.SetTransport(strings.ToUpper(ph.transport))
	req.SetDestination(ph.server)
	return req
}

// do sends a request, answering challenges by the algorithm ("" for the best).
func (ph *testPhone) do(req *sip.Request, algorithm digest.Algorithm) *sip.Response {
	ph.t.Helper()
	res, err := ph.exchange(req)
	must(ph.t, err)
	if res.StatusCode != 401 && res.StatusCode != 407 {
		return res
	}
	res, err = ph.exchange(ph.authorize(req, res, algorithm))
	must(ph.t, err)
	return res
}

func (ph *testPhone) exchange(req *sip.Request) (*sip.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return ph.client.Do(ctx, req)
}

// authorize makes the request again with credentials.
func (ph *testPhone) authorize(req *sip.Request, res *sip.Response, algorithm digest.Algorithm) *sip.Request {
	ph.t.Helper()
	ask, reply := "WWW-Authenticate", "Authorization"
	if res.StatusCode == 407 {
		ask, reply = "Proxy-Authenticate", "Proxy-Authorization"
	}
	var www []string
	for _, h := range res.GetHeaders(ask) {
		if algorithm == "" || strings.Contains(h.Value(), "algorithm="+string(algorithm)) {
			www = append(www, h.Value())
		}
	}
	again := req.Clone()
	again.RemoveHeader("Via")
	again.RemoveHeader(reply)
	again.CSeq().SeqNo++
	exchange := digest.NewClient(ph.user, ua.NewSecret(ph.password)).Begin(string(req.Method), req.Recipient.String(), req.Body())
	must(ph.t, exchange.Challenged(www, nil))
	for _, h := range exchange.Headers() {
		again.AppendHeader(sip.NewHeader(reply, h.Value))
	}
	return again
}

func (ph *testPhone) register(seconds int) *sip.Response {
	ph.t.Helper()
	req := ph.request(sip.REGISTER, ph.user)
	req.Recipient.User = ""
	req.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(seconds)))
	return ph.do(req, "")
}

// voice is a phone's sound in one call.
type voice struct {
	*sound
	packets chan stream.Packet
}

func (ph *testPhone) voice() *voice {
	ph.t.Helper()
	port, err := stream.Open(stream.Config{Log: quiet, Host: "127.0.0.1"})
	must(ph.t, err)
	ph.mu.Lock()
	ph.ports = append(ph.ports, port)
	ph.mu.Unlock()
	v := &voice{sound: newSound(port, ph.policy), packets: make(chan stream.Packet, 4096)}
	port.Feed(func(p stream.Packet) {
		p.Payload = append([]byte(nil), p.Payload...)
		select {
		case v.packets <- p:
		default:
		}
	})
	return v
}

func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(10 * time.Second):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

// speak sends n packets, one a millisecond, whose payload begins with their
// number.
func (v *voice) speak(n int) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	payload := make([]byte, 160)
	for i := range n {
		payload[0], payload[1] = byte(i>>8), byte(i)
		v.port.Send(stream.Packet{PayloadType: v.agreed.Send.PayloadType, Sequence: uint16(i), Timestamp: uint32(160 * i), SSRC: 7, Payload: payload})
		<-ticker.C
	}
}

// heard waits for the packet of that number and returns the numbers of all
// that came until then.
func (v *voice) heard(t *testing.T, last int) []int {
	t.Helper()
	var numbers []int
	for {
		p := receive(t, v.packets, "the last packet")
		n := int(p.Payload[0])<<8 | int(p.Payload[1])
		numbers = append(numbers, n)
		if n >= last {
			return numbers
		}
	}
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	_, port, err := sip.ParseAddr(address)
	must(t, err)
	return port
}
