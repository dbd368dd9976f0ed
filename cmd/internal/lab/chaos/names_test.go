package chaos

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestNames(t *testing.T) {
	n, err := startNames(netip.MustParseAddrPort("127.0.0.1:0"), namesMode{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	at := n.socket.LocalAddr().String()
	r := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", at)
	}}
	for name, c := range map[string]struct {
		mode namesMode
		want string
	}{
		"honest -> the address": {namesMode{address: netip.MustParseAddr(office), life: 1}, office},
		"lies -> the lie":       {namesMode{address: netip.MustParseAddr(nobody), life: 86400}, nobody},
		"no such name -> none":  {namesMode{nothing: true}, ""},
		"dead -> none":          {namesMode{dead: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			n.be(c.mode)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			if c.mode.dead {
				ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
			}
			defer cancel()
			before := n.questions()
			got, err := r.LookupHost(ctx, hostName+".")
			if c.want == "" && err == nil || c.want != "" && (err != nil || len(got) != 1 || got[0] != c.want) {
				t.Errorf("%v, %v; want %q", got, err, c.want)
			}
			if n.questions() == before {
				t.Error("nobody was asked")
			}
		})
	}
}

func TestAnswer_to_what_is_no_question(t *testing.T) {
	for _, q := range []string{"", "short", "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x3fno", "\x00\x01\x01\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01"} {
		if a := answer([]byte(q), honest()); a != nil {
			t.Errorf("%q is answered %q", q, a)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte("\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03sip\x00\x00\x01\x00\x01"))
	f.Fuzz(func(t *testing.T, q []byte) {
		if a := answer(q, honest()); a != nil && (len(a) < 12 || a[0] != q[0] || a[1] != q[1]) {
			t.Errorf("%q is answered %q", q, a)
		}
	})
}
