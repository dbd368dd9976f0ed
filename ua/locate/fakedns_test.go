package locate

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// fakeDNS is a name server on loopback, UDP and TCP at one port. It answers
// from its zone, and what else a test wants is done by its hook.
type fakeDNS struct {
	tb      testing.TB
	address netip.AddrPort
	packets *net.UDPConn
	streams net.Listener
	group   sync.WaitGroup

	mu    sync.Mutex
	zone  map[string][]resource // by "name TYPE"
	asked []string              // "udp name TYPE"
	hook  func(q asked) (reply []byte, taken bool)
}

type resource struct {
	kind  dnsmessage.Type
	ttl   uint32
	value any
}

// asked is a question as it came.
type asked struct {
	network, name string
	id            uint16
	question      dnsmessage.Question
	edns          bool
}

func (q asked) String() string { return q.network + " " + q.name + " " + typeName(q.question.Type) }

func typeName(t dnsmessage.Type) string {
	if t == typeNAPTR {
		return "NAPTR"
	}
	return strings.TrimPrefix(t.String(), "Type")
}

func newFakeDNS(tb testing.TB, zone ...string) *fakeDNS {
	tb.Helper()
	d := &fakeDNS{tb: tb, zone: map[string][]resource{}}
	for range 50 {
		streams, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		d.address = streams.Addr().(*net.TCPAddr).AddrPort()
		d.packets, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(d.address))
		if err == nil {
			d.streams = streams
			break
		}
		streams.Close()
	}
	for _, line := range zone {
		d.add(line)
	}
	d.group.Go(d.servePackets)
	d.group.Go(d.serveStreams)
	tb.Cleanup(d.close)
	return d
}

func (d *fakeDNS) close() {
	d.packets.Close()
	d.streams.Close()
	d.group.Wait()
}

// add takes "name ttl TYPE value…", as in a zone file.
func (d *fakeDNS) add(line string) {
	d.tb.Helper()
	words := strings.Fields(line)
	number := func(i int) uint16 {
		var n uint16
		for _, c := range words[i] {
			n = n*10 + uint16(c-'0')
		}
		return n
	}
	r := resource{ttl: uint32(number(1))}
	switch words[2] {
	case "A":
		r.kind, r.value = dnsmessage.TypeA, netip.MustParseAddr(words[3])
	case "AAAA":
		r.kind, r.value = dnsmessage.TypeAAAA, netip.MustParseAddr(words[3])
	case "CNAME":
		r.kind, r.value = dnsmessage.TypeCNAME, words[3]
	case "SRV":
		r.kind, r.value = dnsmessage.TypeSRV, SRV{number(3), number(4), number(5), words[6]}
	case "NAPTR":
		r.kind, r.value = typeNAPTR, NAPTR{number(3), number(4), strings.Trim(words[5], `"`), strings.Trim(words[6], `"`), strings.Trim(words[7], `"`), words[8]}
	default:
		d.tb.Fatalf("zone line %q", line)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	name := strings.ToLower(words[0])
	d.zone[name] = append(d.zone[name], r)
}

// on sets the hook; a nil reply that was taken is silence.
func (d *fakeDNS) on(hook func(asked) ([]byte, bool)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hook = hook
}

// questions are those so far, and there are none any more.
func (d *fakeDNS) questions() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.asked
	d.asked = nil
	slices.Sort(out)
	return out
}

func (d *fakeDNS) servePackets() {
	buffer := make([]byte, 4096)
	for {
		n, from, err := d.packets.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if reply := d.reply("udp", buffer[:n]); reply != nil {
			_, _ = d.packets.WriteToUDPAddrPort(reply, from)
		}
	}
}

func (d *fakeDNS) serveStreams() {
	for {
		conn, err := d.streams.Accept()
		if err != nil {
			return
		}
		d.group.Go(func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			var size [2]byte
			if _, err := io.ReadFull(conn, size[:]); err != nil {
				return
			}
			raw := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(conn, raw); err != nil {
				return
			}
			if reply := d.reply("tcp", raw); reply != nil {
				_, _ = conn.Write(framed(reply))
			}
		})
	}
}

func (d *fakeDNS) reply(network string, raw []byte) []byte {
	var p dnsmessage.Parser
	header, err := p.Start(raw)
	if err != nil {
		d.tb.Errorf("a query that cannot be read: %v", err)
		return nil
	}
	questions, err := p.AllQuestions()
	if err != nil || len(questions) != 1 || !header.RecursionDesired || header.Response {
		d.tb.Errorf("a wrong query: %+v %v %v", header, questions, err)
		return nil
	}
	q := asked{network: network, id: header.ID, question: questions[0], name: strings.TrimSuffix(questions[0].Name.String(), ".")}
	_ = p.SkipAllAnswers()
	_ = p.SkipAllAuthorities()
	if extra, err := p.AllAdditionals(); err != nil {
		d.tb.Errorf("additional section: %v", err)
	} else {
		q.edns = len(extra) == 1 && extra[0].Header.Type == dnsmessage.TypeOPT
	}
	d.mu.Lock()
	d.asked = append(d.asked, q.String())
	hook := d.hook
	d.mu.Unlock()
	if hook != nil {
		if reply, taken := hook(q); taken {
			return reply
		}
	}
	return d.answer(q)
}

// answer is what the zone says, with the CNAMEs on the way.
func (d *fakeDNS) answer(q asked) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	name, code := strings.ToLower(q.name), dnsmessage.RCodeSuccess
	var records []resource
	var names []string
	for range 4 {
		known := d.zone[name]
		if known == nil && len(names) == 0 {
			code = dnsmessage.RCodeNameError
		}
		next := ""
		for _, r := range known {
			if r.kind == q.question.Type || r.kind == dnsmessage.TypeCNAME {
				records, names = append(records, r), append(names, name)
			}
			if r.kind == dnsmessage.TypeCNAME {
				next = r.value.(string)
			}
		}
		if next == "" || strings.HasPrefix(next, "far.") {
			break
		}
		name = next
	}
	return d.message(q, code, false, names, records)
}

func (d *fakeDNS) message(q asked, code dnsmessage.RCode, cut bool, names []string, records []resource) []byte {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: q.id, Response: true, RCode: code, Truncated: cut, RecursionAvailable: true})
	b.EnableCompression()
	check := func(err error) {
		if err != nil {
			d.tb.Errorf("fake name server: %v", err)
		}
	}
	check(b.StartQuestions())
	check(b.Question(q.question))
	check(b.StartAnswers())
	for i, r := range records {
		header := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(names[i] + "."), Class: dnsmessage.ClassINET, TTL: r.ttl}
		switch value := r.value.(type) {
		case netip.Addr:
			if r.kind == dnsmessage.TypeA {
				check(b.AResource(header, dnsmessage.AResource{A: value.As4()}))
			} else {
				check(b.AAAAResource(header, dnsmessage.AAAAResource{AAAA: value.As16()}))
			}
		case string:
			check(b.CNAMEResource(header, dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(value + ".")}))
		case SRV:
			target := strings.TrimSuffix(value.Target, ".") + "."
			check(b.SRVResource(header, dnsmessage.SRVResource{Priority: value.Priority, Weight: value.Weight, Port: value.Port, Target: dnsmessage.MustNewName(target)}))
		case NAPTR:
			data, err := value.Pack()
			check(err)
			header.Type = typeNAPTR
			check(b.UnknownResource(header, dnsmessage.UnknownResource{Type: typeNAPTR, Data: data}))
		}
	}
	out, err := b.Finish()
	check(err)
	return out
}

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) get() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// zeros are the dice of tests: SRV records of equal weight stay in order.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// newResolver asks the servers; nothing of this machine plays a part.
func newResolver(tb testing.TB, change func(*Config), servers ...netip.AddrPort) (*Resolver, *clock) {
	tb.Helper()
	c := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	dir := tb.TempDir()
	config := Config{
		ResolvConf: filepath.Join(dir, "resolv.conf"), Hosts: filepath.Join(dir, "hosts"),
		Servers: servers, Now: c.get, Random: zeros{}, Reachable: func(netip.Addr) bool { return true },
	}
	if change != nil {
		change(&config)
	}
	return New(config), c
}

func write(tb testing.TB, path, text string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}
