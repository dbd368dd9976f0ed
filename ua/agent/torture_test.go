package agent

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/guard"
	"offhook/ua/uatest"
	"offhook/ua/wire"
)

// torture says what each message of RFC 4475 brings. 0 is silence: responses,
// and what cannot be answered. 486 is what the test's telephone says to calls
// that reach it, so it means: accepted.
var torture = []struct {
	file    string
	status  int
	section string // of RFC 4475
	why     string
}{
	{"valid/wsinv", 481, "3.1.1.1", "well formed; its To tag names a dialog that we do not have"},
	{"valid/intmeth", 501, "3.1.1.2", "well formed; the method is unknown"},
	{"valid/esc01", 486, "3.1.1.3", "accepted"},
	{"valid/escnull", 405, "3.1.1.4", "well formed; a telephone is no registrar"},
	{"valid/esc02", 501, "3.1.1.5", "well formed; %-escapes mean nothing in a method"},
	{"valid/lwsdisp", 200, "3.1.1.6", "accepted"},
	{"valid/longreq", 486, "3.1.1.7", "accepted"},
	{"valid/dblreq", 405, "3.1.1.8", "the first message alone counts"},
	{"valid/semiuri", 200, "3.1.1.9", "accepted"},
	{"valid/transports", 200, "3.1.1.10", "accepted"},
	{"valid/mpart01", 403, "3.1.1.11", "well formed; texts are taken from the account's server alone"},
	{"valid/unreason", 0, "3.1.1.12", "a response to nothing that was sent"},
	{"valid/noreason", 0, "3.1.1.13", "a response to nothing that was sent"},

	{"invalid/badinv01", 400, "3.1.2.1", "extraneous separators"},
	{"invalid/clerr", 400, "3.1.2.2", "Content-Length larger than the message"},
	{"invalid/ncl", 400, "3.1.2.3", "negative Content-Length"},
	{"invalid/scalar02", 400, "3.1.2.4", "CSeq beyond 2**31"},
	{"invalid/scalarlg", 0, "3.1.2.5", "a malformed response is dropped"},
	{"invalid/quotbal", 400, "3.1.2.6", "unterminated quoted string"},
	{"invalid/ltgtruri", 400, "3.1.2.7", "angle brackets around the Request-URI"},
	{"invalid/lwsruri", 400, "3.1.2.8", "space in the Request-URI"},
	{"invalid/lwsstart", 400, "3.1.2.9", "several spaces in the request line"},
	{"invalid/trws", 400, "3.1.2.10", "space at the end of the request line"},
	{"invalid/escruri", 400, "3.1.2.11", "headers in the Request-URI"},
	{"invalid/baddate", 486, "3.1.2.12", "accepted: we do not read Date, as the RFC allows"},
	{"invalid/regbadct", 400, "3.1.2.13", "'?' in a URI without brackets"},
	{"invalid/badaspec", 400, "3.1.2.14", "spaces within the brackets"},
	{"invalid/baddn", 400, "3.1.2.15", "a display name that needs quotes"},
	{"invalid/badvers", 505, "3.1.2.16", "unknown version"},
	{"invalid/mismatch01", 400, "3.1.2.17", "CSeq names another method"},
	{"invalid/mismatch02", 501, "3.1.2.18", "an unknown method, and CSeq names another"},
	{"invalid/bigcode", 0, "3.1.2.19", "a response with an impossible status"},
	{"invalid/badbranch", 400, "3.2.1", "no transaction identifier"},
	{"invalid/insuf", 400, "3.3.1", "no Call-ID, From and To"},
	{"invalid/unkscm", 416, "3.3.2", "unknown scheme"},
	{"invalid/novelsc", 416, "3.3.3", "a known scheme that is not ours"},
	{"invalid/unksm2", 405, "3.3.4", "well formed; a telephone is no registrar"},
	{"invalid/bext01", 420, "3.3.5", "unknown option tags"},
	{"invalid/invut", 415, "3.3.6", "unknown Content-Type"},
	{"invalid/regaut01", 405, "3.3.7", "well formed; a telephone is no registrar"},
	{"invalid/multi01", 400, "3.3.8", "several values where one is allowed"},
	{"invalid/mcl01", 400, "3.3.9", "two Content-Lengths"},
	{"invalid/bcast", 0, "3.3.10", "a response with two Vias is not ours"},
	{"invalid/zeromf", 200, "3.3.11", "accepted: Max-Forwards does not matter at the end"},
	{"invalid/cparam01", 405, "3.3.12", "well formed; a telephone is no registrar"},
	{"invalid/cparam02", 405, "3.3.13", "well formed; a telephone is no registrar"},
	{"invalid/regescrt", 405, "3.3.14", "well formed; a telephone is no registrar"},
	{"invalid/sdp01", 406, "3.3.15", "Accept leaves SDP out"},
	{"invalid/inv2543", 486, "3.4.1", "accepted: RFC 2543"},
	{"invalid/test", 0, "", "no version: not SIP; it could not be answered without a Via either"},
}

// tortureDir is where sipgo's module keeps the messages of RFC 4475.
func tortureDir(tb testing.TB) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/emiago/sipgo").Output()
	if err != nil {
		tb.Fatalf("finding sipgo's module: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "sip", "testdata", "torture")
}

// tortured is a telephone that strangers may call.
func tortured(tb testing.TB, transport ua.Transport) (*phone, netip.AddrPort) {
	tb.Helper()
	return torturedAt(tb, transport, netip.MustParseAddrPort("127.0.0.1:0"))
}

func torturedAt(tb testing.TB, transport ua.Transport, at netip.AddrPort) (*phone, netip.AddrPort) {
	tb.Helper()
	p := newPhone(tb, func(c *Config) {
		c.Inbound = InboundPolicy{
			Listen:  []Listen{{Transport: transport, Address: at}},
			AnyUser: true, ForceRport: true,
		}
		c.Guard = guard.Config{Rate: 1e6, Burst: 1e6, AllRate: 1e6, AllBurst: 1e6, Strikes: 1e6}
	})
	p.must(p.agent.SetAccounts([]ua.Account{{ID: "p2p", User: "phone", Domain: "127.0.0.1", Transport: transport}}))
	bound, err := p.agent.Listening(tb.Context())
	p.must(err)
	rejectAll(p)
	return p, bound[0]
}

func TestTorture_each_message_gets_its_answer(t *testing.T) {
	dir := tortureDir(t)
	for _, test := range torture {
		t.Run(test.file, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(dir, test.file+".dat"))
			if err != nil {
				t.Fatal(err)
			}
			// A telephone for each: some messages share their branch and sent-by.
			_, address := tortured(t, ua.UDP)
			peer := uatest.NewPeer(t, address)
			peer.SendRaw(raw)
			if got := tortureAnswer(peer, test.status == 0); got != test.status {
				t.Errorf("answered %d, want %d: %s (RFC 4475 §%s)", got, test.status, test.why, test.section)
			}
		})
	}
	t.Run("every file is in the table", func(t *testing.T) {
		files, _ := filepath.Glob(filepath.Join(dir, "*", "*.dat"))
		if len(files) != len(torture) {
			t.Errorf("%d files, %d in the table", len(files), len(torture))
		}
	})
}

// tortureAnswer reads the final response. When none is expected it sends an
// OPTIONS after the message, whose answer must be the first.
func tortureAnswer(peer *uatest.Peer, silence bool) int {
	if silence {
		peer.Send(`
OPTIONS sip:phone@%TO% SIP/2.0
Via: SIP/2.0/UDP %ME%;branch=z9hG4bKprobe;rport
From: <sip:probe@%ME%>;tag=probe
To: <sip:phone@%TO%>
Call-ID: probe
CSeq: 1 OPTIONS
Max-Forwards: 70

`)
	}
	for {
		m := peer.Next()
		switch {
		case m.Status < 200:
		case silence && m.Get("Call-ID") == "probe":
			return 0
		default:
			return m.Status
		}
	}
}

// rejectAll says 486 to every call.
func rejectAll(p *phone) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for event := range p.agent.Events() {
			if changed, ok := event.(ua.CallChanged); ok && changed.Call.Incoming && changed.Call.State == ua.Proceeding {
				_ = p.agent.Reject(changed.Call.ID, 486)
			}
		}
	}()
	p.tb.Cleanup(func() { p.stop(); <-done })
}

func TestTorture_over_a_stream_nothing_crashes(t *testing.T) {
	_, address := tortured(t, ua.TCP)
	files, _ := filepath.Glob(filepath.Join(tortureDir(t), "*", "*.dat"))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tcpSend(t, address, raw)
	}
	// The agent still answers.
	answer := tcpAsk(t, address, "OPTIONS sip:phone@x SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKa;rport\r\n"+
		"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: last\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
	if answer.Status != 200 {
		t.Errorf("answered %d", answer.Status)
	}
}

func FuzzReceive(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join(tortureDir(f), "*", "*.dat"))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	from := netip.MustParseAddrPort("192.0.2.1:5060")
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := wire.Parse(raw)
		if err != nil {
			return
		}
		if m.IsRequest() && guard.CheckRequest(&m) == nil {
			_ = stampVia(&m, from, true, true)
			_ = serverKey(&m, m.Method)
			s := &serverTx{request: m, tag: "t"}
			text := (&Agent{config: Config{UserAgent: "u"}}).response(s, 200, "", nil, nil).String()
			if _, err := wire.Parse([]byte(text)); err != nil {
				t.Errorf("our response cannot be read: %v\n%s", err, text)
			}
		}
		_ = fmt.Sprint(normalised(m.Fields))
	})
}
