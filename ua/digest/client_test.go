package digest

import (
	"errors"
	"strings"
	"testing"

	"offhook/ua"
)

// challenged is an exchange that was asked for credentials once and has them.
func challenged(t *testing.T, client *Client, challenge Challenge, body []byte) (*Exchange, Credentials) {
	t.Helper()
	exchange := client.Begin("INVITE", "sip:600@pbx", body)
	if err := exchange.Challenged([]string{challenge.String()}, nil); err != nil {
		t.Fatal(err)
	}
	headers := exchange.Headers()
	credentials, err := ParseCredentials(headers[len(headers)-1].Value)
	if err != nil {
		t.Fatal(err)
	}
	return exchange, credentials
}

func TestClient_refuses_MD5(t *testing.T) {
	md5, sess, old := `Digest realm="pbx", nonce="1", algorithm=MD5, qop="auth"`, `Digest realm="pbx", nonce="2", algorithm=MD5-sess, qop="auth"`, `Digest realm="pbx", nonce="3"`
	sha := `Digest realm="pbx", nonce="4", algorithm=SHA-256, qop="auth"`
	for _, test := range []struct {
		arrow  string
		values []string
		err    error
	}{
		{"MD5 alone -> weak", []string{md5}, ErrWeak},
		{"MD5-sess alone -> weak", []string{sess}, ErrWeak},
		{"no algorithm, which is MD5 -> weak", []string{old}, ErrWeak},
		{"MD5 and SHA-256 -> SHA-256", []string{md5, sha}, nil},
		{"another scheme -> unsupported", []string{`Basic realm="x"`}, ErrUnsupported},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			exchange := NewClient("1001", ua.NewSecret("x"), MD5).Begin("REGISTER", "sip:pbx", nil)
			if err := exchange.Challenged(test.values, nil); !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			headers := exchange.Headers()
			if test.err == nil && (len(headers) != 1 || !strings.Contains(headers[0].Value, "SHA-256")) || test.err != nil && headers != nil {
				t.Errorf("headers %v", headers)
			}
		})
	}
}

// The example of RFC 7616 §3.9.2: a hashed name that is not ASCII.
func TestClient_hides_the_user(t *testing.T) {
	const user = "J\u00e4s\u00f8n Doe"
	challenge := Challenge{Realm: "api@example.org", Nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", Algorithm: SHA512256, QOP: []string{"auth"}, UserHash: true, UTF8: true}
	_, credentials := challenged(t, NewClient(user, ua.NewSecret("Secret, or not?")), challenge, nil)
	// The RFC prints the hash of SHA-256 there (erratum 4897), as with the response.
	if credentials.User != "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b" || !credentials.UserHash {
		t.Errorf("user %q", credentials.User)
	}
	if _, ok := credentials.Of("Mufasa"); ok {
		t.Error("they are taken for another's")
	}
	named, ok := credentials.Of(user)
	if !ok {
		t.Fatal("nobody's")
	}
	if err := Verify(named, challenge, "INVITE", nil, ua.NewSecret("Secret, or not?")); err != nil {
		t.Error(err)
	}
	_, clear := challenged(t, NewClient(user, ua.NewSecret("x")), Challenge{Realm: "r", Nonce: "n"}, nil)
	if _, ok := clear.Of(user); !ok || clear.User != user {
		t.Errorf("in clear: %q", clear.User)
	}
}

func TestExchange_done(t *testing.T) {
	password := ua.NewSecret("x")
	answer := []byte("v=0")
	for _, challenge := range each() {
		// What a server that knows the password says, and one that does not.
		proof := func(c Credentials, secret string) string { return response(c, "", answer, secret) }
		for _, test := range []struct {
			arrow string
			info  func(Credentials) string
			nonce string // of the next request
			err   error
		}{
			{"nothing -> the same nonce", func(Credentials) string { return "" }, challenge.Nonce, nil},
			{"nextnonce -> that one", func(Credentials) string { return `nextnonce="next"` }, "next", nil},
			{"proof and nextnonce -> that one", func(c Credentials) string {
				return `qop=auth, rspauth="` + proof(c, "x") + `", nextnonce="next"`
			}, "next", nil},
			{"wrong proof -> told, not believed", func(c Credentials) string {
				return `rspauth="` + proof(c, "y") + `", nextnonce="next"`
			}, challenge.Nonce, ErrProof},
		} {
			client := NewClient("1001", password)
			exchange, credentials := challenged(t, client, challenge, nil)
			if err := exchange.Done(test.info(credentials), "", answer); !errors.Is(err, test.err) {
				t.Fatalf("%v: %s: %v", challenge, test.arrow, err)
			}
			if test.err != nil && exchange.Done(test.info(credentials), "", answer) != nil {
				t.Error("told twice")
			}
			next, err := ParseCredentials(client.Begin("BYE", "sip:x", nil).Headers()[0].Value)
			if err != nil {
				t.Fatal(err)
			}
			want, count := test.nonce, uint32(1)
			if challenge.Algorithm.session() {
				want = challenge.Nonce
			}
			if want == challenge.Nonce {
				count = 2
			}
			if len(challenge.QOP) == 0 {
				count = 0
			}
			if next.Nonce != want || next.NC != count {
				t.Errorf("%v: %s: nonce %q count %d", challenge, test.arrow, next.Nonce, next.NC)
			}
		}
	}
}

func TestClient_counts_requests_that_are_under_way_at_once(t *testing.T) {
	client := NewClient("1001", ua.NewSecret("x"))
	challenged(t, client, Challenge{Realm: "pbx", Nonce: "1", QOP: []string{"auth"}}, nil)
	seen := map[uint32]bool{1: true}
	var under []*Exchange
	for range 5 {
		under = append(under, client.Begin("INVITE", "sip:x", nil))
	}
	for range 2 { // each is sent, and once more
		for _, exchange := range under {
			c, err := ParseCredentials(exchange.Headers()[0].Value)
			if err != nil || seen[c.NC] {
				t.Fatalf("count %d again, %v", c.NC, err)
			}
			seen[c.NC] = true
		}
	}
	// All of them meet a server that has forgotten the nonce: none is refused.
	for i, exchange := range under {
		stale := Challenge{Realm: "pbx", Nonce: "new" + string(rune('a'+i)), QOP: []string{"auth"}, Stale: true}
		if err := exchange.Challenged([]string{stale.String()}, nil); err != nil {
			t.Error(err)
		}
		if c, _ := ParseCredentials(exchange.Headers()[0].Value); c.Nonce != stale.Nonce || c.NC != 1 {
			t.Errorf("nonce %s, count %d", c.Nonce, c.NC)
		}
	}
}
