//go:build interop

package interop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/cmd/internal/lab/netns"
	"offhook/media"
	"offhook/media/g711"
	"offhook/media/ice"
	"offhook/media/ice/icetest"
	"offhook/media/keying"
	"offhook/media/sdp"
	"offhook/media/session"
)

// internet is a network of namespaces: two homes, each behind a router that
// translates addresses, and a server between them.
type internet struct {
	t      *testing.T
	names  map[string]string
	server netip.Addr
}

const mostSilence = 20 * time.Second

func newInternet(t *testing.T, nat map[string]string) *internet {
	t.Helper()
	n := &internet{t: t, names: map[string]string{}, server: netip.MustParseAddr("203.0.113.1")}
	for _, name := range []string{"wan", "ra", "rb", "pa", "pb"} {
		n.names[name] = fmt.Sprintf("offhook-ice%d-%s", os.Getpid(), name)
	}
	t.Cleanup(func() {
		var errs []error
		for _, name := range n.names {
			errs = append(errs, netns.IP(context.Background(), "netns delete "+name))
		}
		_ = errors.Join(errs...) // as far as they were made
	})
	for _, name := range n.names {
		n.ip("netns add " + name)
		n.ip("-n " + name + " link set lo up")
	}
	n.ip("-n WAN link add bridge type bridge")
	n.ip("-n WAN address add 203.0.113.1/24 dev bridge")
	n.ip("-n WAN link set bridge up")
	n.ip("-n WAN route add default dev bridge") // to whom it has no way coturn sends, and then to nobody
	for i, home := range []string{"A", "B"} {
		router, phone := "R"+home, "P"+home
		n.ip(fmt.Sprintf("link add wan netns %s type veth peer name to%s netns WAN", router, home))
		n.ip(fmt.Sprintf("-n WAN link set to%s master bridge up", home))
		n.ip(fmt.Sprintf("-n %s address add 203.0.113.1%d/24 dev wan", router, i+1))
		n.ip("-n " + router + " link set wan up")
		n.ip(fmt.Sprintf("link add lan netns %s type veth peer name lan netns %s", router, phone))
		n.ip(fmt.Sprintf("-n %s address add 10.%d.0.1/24 dev lan", router, i+1))
		n.ip(fmt.Sprintf("-n %s address add 10.%d.0.2/24 dev lan", phone, i+1))
		n.ip("-n " + router + " link set lan up")
		n.ip("-n " + phone + " link set lan up")
		n.ip(fmt.Sprintf("-n %s route add default via 10.%d.0.1", phone, i+1))
		n.run(router, "sysctl", "-qw", "net.ipv4.ip_forward=1")
		n.run(router, "nft", "add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }; add rule ip nat post oifname wan "+nat[home])
		// What a router lets in: answers alone.
		n.run(router, "nft", "add table ip f; add chain ip f forward { type filter hook forward priority 0; }; add rule ip f forward iifname wan ct state new drop; "+
			"add chain ip f input { type filter hook input priority 0; }; add rule ip f input iifname wan ct state new drop")
	}
	return n
}

// word puts the namespaces' names in place of WAN, RA, PA and so on.
func (n *internet) word(w string) string {
	if name, ok := n.names[strings.ToLower(w)]; ok && w == strings.ToUpper(w) {
		return name
	}
	return w
}

func (n *internet) ip(line string) {
	n.t.Helper()
	words := strings.Fields(line)
	for i, w := range words {
		words[i] = n.word(w)
	}
	must(n.t, netns.IP(context.Background(), strings.Join(words, " ")))
}

func (n *internet) run(where string, command ...string) {
	n.t.Helper()
	out, err := exec.Command("ip", append([]string{"netns", "exec", n.word(where)}, command...)...).CombinedOutput()
	if err != nil {
		n.t.Fatalf("%v: %v: %s (nft is in nftables)", command, err, out)
	}
}

func (n *internet) inside(where string, do func() error) {
	n.t.Helper()
	must(n.t, netns.Inside(n.word(where), do))
}

// end is one telephone's media, with an engine that has no sound device.
type end struct {
	*session.Session
	mutex  sync.Mutex
	stream *session.Stream
	spec   session.Spec
	heard  int
	done   chan struct{}
	wait   sync.WaitGroup
}

func (e *end) OpenStream(id media.StreamID, s session.Sockets) (err error) {
	began := time.Now()
	e.stream, err = session.OpenStream(session.StreamConfig{ID: id, Sockets: s, Now: func() time.Duration { return time.Since(began) }, Epoch: began, Real: true, Listener: e})
	if err != nil {
		return err
	}
	e.done = make(chan struct{})
	e.wait.Go(e.run)
	return nil
}

// run is the engine's thread: it speaks and listens.
func (e *end) run() {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for clock := uint32(0); ; clock += 80 {
		select {
		case <-e.done:
			return
		case <-tick.C:
		}
		e.stream.Send(session.Outgoing{Timestamp: clock, Payload: make([]byte, 80)})
		for p := e.stream.Next(); p != nil; p = e.stream.Next() {
			e.mutex.Lock()
			e.heard++
			e.mutex.Unlock()
		}
	}
}

func (e *end) UpdateStream(_ media.StreamID, s session.Spec) error {
	e.mutex.Lock()
	e.spec = s
	e.mutex.Unlock()
	return e.stream.Update(s)
}

func (e *end) CloseStream(media.StreamID) error {
	close(e.done)
	e.wait.Wait()
	return e.stream.Close()
}

func (e *end) StreamStats(media.StreamID) (media.Stats, bool)      { return e.stream.Stats(), true }
func (e *end) SendDigit(media.StreamID, rune, time.Duration) error { return session.ErrNoEvents }
func (e *end) MediaStarted(media.StreamID)                         {}
func (e *end) DigitReceived(media.StreamID, rune, time.Duration)   {}
func (e *end) now() (spec session.Spec, heard int) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.spec, e.heard
}

func (n *internet) end(where, addr string, way session.ICE, edit ...func(*session.Config)) *end {
	n.t.Helper()
	e := &end{}
	identity, err := keying.NewIdentity(time.Now())
	must(n.t, err)
	n.inside(where, func() (err error) {
		cfg := session.Config{Engine: e, ID: 1, Codecs: []media.Codec{g711.PCMU}, SRTP: sdp.Mandatory, Keying: []keying.Method{keying.DTLS},
			Identity: identity, Addr: netip.MustParseAddr(addr), ICE: way}
		for _, change := range edit {
			change(&cfg)
		}
		e.Session, err = session.New(cfg)
		return err
	})
	n.t.Cleanup(func() { must(n.t, e.Close()) })
	return e
}

// TestNAT has two telephones behind routers find each other, encrypted. It needs
// root and nft.
func TestNAT(t *testing.T) {
	const cone, symmetric = "masquerade", "masquerade random,fully-random"
	for _, c := range []struct {
		name string
		a, b string // routers
		turn bool   // coturn, in place of a server that only tells addresses
		want func(a, b session.Spec) bool
	}{
		{"two homes with routers that keep ports, a STUN server -> server-reflexive pair", cone, cone, false, func(a, b session.Spec) bool {
			return a.Channel == 0 && b.Channel == 0 && a.Remote.Addr().String() == "203.0.113.12" && b.Remote.Addr().String() == "203.0.113.11"
		}},
		{"two homes with symmetric routers, coturn -> relayed pair", symmetric, symmetric, true, oneRelays},
		{"a home with a symmetric router and one that keeps ports, coturn -> relayed pair", symmetric, cone, true, oneRelays},
	} {
		row(t, c.name, func(t *testing.T, ctx context.Context) {
			n := newInternet(t, map[string]string{"A": c.a, "B": c.b})
			at := n.serve(ctx, c.turn)
			way := session.ICE{Mode: ice.Full, Gather: 3 * time.Second, STUN: at.String()}
			if c.turn {
				way.TURN = []session.TURN{{Server: at.String(), User: icetest.User, Password: icetest.Password}}
			}
			a, b := n.end("PA", "10.1.0.2", way), n.end("PB", "10.2.0.2", way)
			began := time.Now()
			offer, err := a.Offer(false)
			must(t, err)
			told("gathered in %v", time.Since(began).Round(time.Millisecond))
			answer, err := b.Answer(offer)
			must(t, err)
			began = time.Now()
			must(t, a.Accept(answer))
			n.talk(ctx, a, b)
			told("sound both ways %v after the answer", time.Since(began).Round(time.Millisecond))
			n.nominated(ctx, a, b, c.want)
		})
	}
}

func oneRelays(a, b session.Spec) bool { return a.Channel != 0 || b.Channel != 0 }

// talk waits until both hear some.
func (n *internet) talk(ctx context.Context, a, b *end) {
	n.t.Helper()
	for _, e := range []*end{a, b} {
		_, before := e.now()
		n.until(ctx, "sound", func() bool { _, heard := e.now(); return heard > before+50 && e.Secure() != "" })
	}
}

func (n *internet) nominated(ctx context.Context, a, b *end, want func(a, b session.Spec) bool) {
	n.t.Helper()
	n.until(ctx, "the pair that was to be found", func() bool {
		here, _ := a.now()
		there, _ := b.now()
		return want(here, there)
	})
	n.talk(ctx, a, b)
}

func (n *internet) until(ctx context.Context, what string, so func() bool) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, mostSilence)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			n.t.Fatalf("waited for %s", what)
		}
	}
}

// serve starts a STUN server between the homes, or coturn.
func (n *internet) serve(ctx context.Context, coturn bool) netip.AddrPort {
	n.t.Helper()
	if !coturn {
		var s *icetest.Server
		n.inside("WAN", func() error { s = icetest.NewServer(n.t, n.server); return nil })
		return s.Addr
	}
	peer(version("coturn", `[0-9]+\.[0-9]+\.[0-9]+`, "turnserver", "--version"))
	const port = 3478
	dir := n.t.TempDir()
	// Not by start: what ends with the thread that began it would end with the
	// threads that have been in another namespace.
	cmd := exec.Command("ip", "netns", "exec", n.word("WAN"), "turnserver", "-n", "--no-tls", "--no-dtls", "--no-cli", "--lt-cred-mech", "--realm", icetest.Realm,
		"--user", icetest.User+":"+icetest.Password, "--listening-ip", n.server.String(), "--relay-ip", n.server.String(), "--listening-port", fmt.Sprint(port),
		"--min-port", "50000", "--max-port", "50099", "--log-file", "stdout", "--pidfile", dir+"/pid", "--userdb", dir+"/db")
	cmd.Dir = dir
	must(n.t, cmd.Start())
	n.t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	at := netip.AddrPortFrom(n.server, port)
	n.until(ctx, "coturn", func() bool {
		var conn net.Conn
		err := netns.Inside(n.word("WAN"), func() (err error) { conn, err = net.Dial("tcp", at.String()); return err })
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return at
}
