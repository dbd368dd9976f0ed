package digest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"offhook/ua"
)

func TestResponse_vectors(t *testing.T) {
	rfc7616 := Credentials{
		User: "Mufasa", Realm: "http-auth@example.org", URI: "/dir/index.html",
		Nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", NC: 1, QOP: "auth",
		CNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
	}
	sha256 := rfc7616
	sha256.Algorithm = SHA256
	rfc2617 := Credentials{
		User: "Mufasa", Realm: "testrealm@host.com", URI: "/dir/index.html",
		Nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", NC: 1, QOP: "auth", CNonce: "0a4f113b",
	}
	rfc2069 := Credentials{
		User: "Mufasa", Realm: "testrealm@host.com", URI: "/dir/index.html",
		Nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
	}
	sha512256 := Credentials{
		User: "J\u00e4s\u00f8n Doe", Realm: "api@example.org", URI: "/doe.json", Algorithm: SHA512256,
		Nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", NC: 1, QOP: "auth",
		CNonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
	}
	for _, c := range []struct {
		arrow, method, password, want string
		credentials                   Credentials
	}{
		{"RFC 7616 §3.9.1 MD5", "GET", "Circle of Life", "8ca523f5e9506fed4657c9700eebdbec", rfc7616},
		{"RFC 7616 §3.9.1 SHA-256", "GET", "Circle of Life", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", sha256},
		{"RFC 7616 §3.9.2 SHA-512-256 (erratum 4897)", "GET", "Secret, or not?", "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5", sha512256},
		{"RFC 2617 §3.5", "GET", "Circle Of Life", "6629fae49393a05397450978507c4ef1", rfc2617},
		{"RFC 2069 §2.4, corrected", "GET", "Circle Of Life", "670fd8c2df070c60b045671b8b24ff02", rfc2069},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			if got := response(c.credentials, c.method, nil, c.password); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// each is a challenge of every algorithm and qop.
func each() []Challenge {
	var all []Challenge
	for _, a := range []Algorithm{"", MD5, MD5Sess, SHA256, SHA256Sess, SHA512256, SHA512256Sess} {
		for _, qop := range [][]string{nil, {"auth"}, {"auth-int"}, {"auth-int", "auth"}} {
			all = append(all, Challenge{Realm: `a "b" \c`, Nonce: "n0nce==", Opaque: "op", Algorithm: a, QOP: qop})
		}
	}
	return all
}

func TestVerify_what_the_client_answers(t *testing.T) {
	body := []byte("v=0")
	for _, challenge := range each() {
		client := NewClient("1001", ua.NewSecret("secret"))
		exchange := client.Begin("INVITE", "sip:600@pbx;x=1", body)
		if exchange.Headers() != nil {
			t.Fatal("credentials before a challenge")
		}
		if err := exchange.Challenged([]string{challenge.String()}, nil); err != nil {
			t.Fatalf("%v: %v", challenge, err)
		}
		credentials, err := ParseCredentials(exchange.Headers()[0].Value)
		if err != nil {
			t.Fatalf("%v: %v", challenge, err)
		}
		if err := Verify(credentials, challenge, "INVITE", body, ua.NewSecret("secret")); err != nil {
			t.Errorf("%v: %v: %v", challenge, credentials, err)
		}
		for name, err := range map[string]error{
			"password": Verify(credentials, challenge, "INVITE", body, ua.NewSecret("other")),
			"method":   Verify(credentials, challenge, "BYE", body, ua.NewSecret("secret")),
		} {
			if !errors.Is(err, ErrResponse) {
				t.Errorf("%v: wrong %s: %v", challenge, name, err)
			}
		}
		if credentials.QOP == "auth-int" && Verify(credentials, challenge, "INVITE", nil, ua.NewSecret("secret")) == nil {
			t.Errorf("%v: another body", challenge)
		}
		challenge.Nonce = "new"
		if err := Verify(credentials, challenge, "INVITE", body, ua.NewSecret("secret")); !errors.Is(err, ErrNonce) {
			t.Errorf("another nonce: %v", err)
		}
	}
}

func TestVerify_refuses_downgrade(t *testing.T) {
	challenge := Challenge{Realm: "r", Nonce: "n", Algorithm: SHA256, QOP: []string{"auth-int"}}
	weak := Credentials{User: "u", Realm: "r", Nonce: "n", QOP: "auth", NC: 1, CNonce: "c"}
	weak.Response = response(weak, "INVITE", nil, "p")
	if err := Verify(weak, challenge, "INVITE", nil, ua.NewSecret("p")); !errors.Is(err, ErrResponse) {
		t.Errorf("MD5 for SHA-256: %v", err)
	}
	weak.Algorithm = SHA256
	weak.Response = response(weak, "INVITE", nil, "p")
	if err := Verify(weak, challenge, "INVITE", nil, ua.NewSecret("p")); !errors.Is(err, ErrResponse) {
		t.Errorf("auth for auth-int: %v", err)
	}
	weak.QOP, weak.NC, weak.CNonce = "", 0, ""
	weak.Response = response(weak, "INVITE", nil, "p")
	if err := Verify(weak, challenge, "INVITE", nil, ua.NewSecret("p")); !errors.Is(err, ErrResponse) {
		t.Errorf("RFC 2069 for auth-int: %v", err)
	}
}

func TestExchange(t *testing.T) {
	md5, sha := `Digest realm="pbx", nonce="1", algorithm=MD5, qop="auth"`, `Digest realm="pbx", nonce="2", algorithm=SHA-256, qop="auth"`
	for _, c := range []struct {
		arrow string
		turns [][2][]string // WWW, Proxy
		want  []string      // what is in the last headers
		err   string
	}{
		{"the strongest is taken", [][2][]string{{{sha, md5}, nil}}, []string{`Authorization: Digest username="1001", realm="pbx", nonce="2"`}, ""},
		{"the strongest is taken wherever it stands", [][2][]string{{{md5, sha}, nil}}, []string{`Authorization: Digest username="1001", realm="pbx", nonce="2"`}, ""},
		{"SHA-512-256 before SHA-256", [][2][]string{{{sha, `Digest realm="pbx", nonce="3", algorithm=SHA-512-256, qop="auth"`, md5}, nil}}, []string{`nonce="3"`}, ""},
		{"of equal ones the server's first", [][2][]string{{{sha, `Digest realm="pbx", nonce="3", algorithm=SHA-256-sess, qop="auth"`}, nil}}, []string{`nonce="2"`}, ""},
		{"with a count before without", [][2][]string{{{`Digest realm="pbx", nonce="3"`, md5}, nil}}, []string{`nonce="1"`}, ""},
		{"proxy and user agent in one response, as forks may (RFC 3261 §22.3)", [][2][]string{{{md5}, {sha}}}, []string{"Authorization: ", "Proxy-Authorization: "}, ""},
		{"unknown algorithm and other schemes are passed over", [][2][]string{{{`Basic realm="x"`, `Digest realm="pbx", nonce="0", algorithm=AKAv1-MD5`, md5}, nil}}, []string{`nonce="1"`}, ""},
		{"several in one header", [][2][]string{{{`Basic realm="x", ` + sha + ", " + md5}, nil}}, []string{`nonce="2"`}, ""},
		{"proxy, then registrar, then another proxy", [][2][]string{{nil, {sha}}, {{md5}, nil}, {nil, {`Digest realm="far", nonce="4"`}}}, []string{"Proxy-Authorization: ", "Authorization: ", `realm="far"`}, ""},
		{"proxy and registrar", [][2][]string{{{md5}, nil}, {nil, {sha}}}, []string{"Authorization: ", "Proxy-Authorization: "}, ""},
		{"two realms at once", [][2][]string{{nil, {md5, `Digest realm="other", nonce="3"`}}}, []string{`realm="pbx"`, `realm="other"`}, ""},
		{"nothing supported", [][2][]string{{{`Basic realm="x"`}, nil}}, nil, "not supported"},
		{"unknown qop", [][2][]string{{{`Digest realm="x", nonce="1", qop="auth-conf"`}, nil}}, nil, "not supported"},
		{"no challenge at all", [][2][]string{{nil, nil}}, nil, "not supported"},
		{"wrong password", [][2][]string{{{md5}, nil}, {{sha}, nil}}, nil, `user name "1001"`},
		{"stale", [][2][]string{{{md5}, nil}, {{`Digest realm="pbx", nonce="9", stale=TRUE`}, nil}}, []string{`nonce="9"`}, ""},
		{"stale for ever", [][2][]string{
			{{md5}, nil}, {{md5 + ", stale=true"}, nil}, {{md5 + ", stale=true"}, nil},
			{{md5 + ", stale=true"}, nil}, {{md5 + ", stale=true"}, nil}, {{md5 + ", stale=true"}, nil}}, nil, "1001"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			exchange := NewClient("1001", ua.NewSecret("x")).Begin("REGISTER", "sip:pbx", nil)
			var err error
			for _, turn := range c.turns {
				err = exchange.Challenged(turn[0], turn[1])
			}
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Fatalf("error %v", err)
			}
			headers := exchange.Headers()
			for i, want := range c.want {
				if got := headers[i].Name + ": " + headers[i].Value; !strings.Contains(got, want) {
					t.Errorf("header %s", got)
				}
			}
		})
	}
}

func TestClient_uses_a_nonce_again(t *testing.T) {
	client := NewClient("1001", ua.NewSecret("x"))
	first := client.Begin("REGISTER", "sip:pbx", nil)
	if err := first.Challenged([]string{`Digest realm="pbx", nonce="1", qop="auth"`}, nil); err != nil {
		t.Fatal(err)
	}
	count := func(e *Exchange) (string, uint32) {
		c, err := ParseCredentials(e.Headers()[0].Value)
		if err != nil {
			t.Fatal(err)
		}
		return c.Nonce, c.NC
	}
	count(first)
	if nonce, nc := count(client.Begin("INVITE", "sip:600@pbx", nil)); nonce != "1" || nc != 2 {
		t.Errorf("nonce %s, count %d", nonce, nc)
	}
	// The nonce has run out and the server does not say stale: not a wrong password.
	again := client.Begin("INVITE", "sip:600@pbx", nil)
	count(again)
	if err := again.Challenged([]string{`Digest realm="pbx", nonce="2", qop="auth"`}, nil); err != nil {
		t.Errorf("an old nonce: %v", err)
	}
	if nonce, nc := count(again); nonce != "2" || nc != 1 {
		t.Errorf("nonce %s, count %d", nonce, nc)
	}
	if err := again.Done(`nextnonce="3", qop=auth`, "", nil); err != nil {
		t.Error(err)
	}
	if nonce, nc := count(client.Begin("BYE", "sip:600@pbx", nil)); nonce != "3" || nc != 1 {
		t.Errorf("after nextnonce: %s, count %d", nonce, nc)
	}
	for i := range 20 {
		client.learn(true, Challenge{Realm: strings.Repeat("r", i), Nonce: "n"})
	}
	if len(client.spaces) != maxSpaces {
		t.Errorf("%d realms are remembered", len(client.spaces))
	}
	var refused *RefusedError
	last := client.Begin("BYE", "sip:x", nil)
	_ = last.Challenged([]string{`Digest realm="q", nonce="1"`}, nil)
	if err := last.Challenged([]string{`Digest realm="q", nonce="2"`}, nil); !errors.As(err, &refused) || refused.Realm != "q" {
		t.Errorf("error %v", err)
	}
	if slices.ContainsFunc(client.spaces, func(s *space) bool { return s.challenge.Realm == "q" }) {
		t.Error("a refused password is offered again")
	}
}

func TestParseChallenges(t *testing.T) {
	for _, c := range []struct {
		arrow, value string
		want         Challenge
		err          bool
	}{
		{arrow: "usual", value: `Digest realm="pbx", nonce="a,b=c", opaque="o", algorithm=md5, qop="auth,auth-int", stale=false`,
			want: Challenge{Realm: "pbx", Nonce: "a,b=c", Opaque: "o", Algorithm: MD5, QOP: []string{"auth", "auth-int"}}},
		{arrow: "spaces, case, no comma, single qop", value: "DIGEST  Realm = \"p\\\"x\"  ,NONCE=abc,stale=TRUE ,qop = Auth",
			want: Challenge{Realm: `p"x`, Nonce: "abc", Stale: true, QOP: []string{"auth"}}},
		{arrow: "userhash and charset", value: `Digest realm="r",nonce="n",userhash=TRUE,charset="utf-8"`, want: Challenge{Realm: "r", Nonce: "n", UserHash: true, UTF8: true}},
		{arrow: "quoted algorithm", value: `Digest realm="r",nonce="n",algorithm="sha-512-256"`, want: Challenge{Realm: "r", Nonce: "n", Algorithm: SHA512256}},
		{arrow: "unquoted list", value: `Digest realm="r",nonce="n",qop=auth-int,auth,opaque="o"`,
			want: Challenge{Realm: "r", Nonce: "n", Opaque: "o", QOP: []string{"auth-int", "auth"}}},
		{arrow: "space after the comma of qop", value: `Digest realm="r",nonce="n",qop="auth-int, auth"`, want: Challenge{Realm: "r", Nonce: "n", QOP: []string{"auth-int", "auth"}}},
		{arrow: "quote not closed", value: `Digest realm="r",nonce="n`, want: Challenge{Realm: "r", Nonce: "n"}},
		{arrow: "no nonce", value: `Digest realm="r"`, err: true},
		{arrow: "another scheme", value: `Bearer realm="r", nonce="x"`, err: true},
		{arrow: "empty", value: "", err: true},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got, err := ParseChallenges(c.value)
			if c.err != errors.Is(err, ErrMalformed) {
				t.Fatalf("error %v", err)
			}
			if c.err {
				return
			}
			if got[0].String() != c.want.String() || len(got) != 1 || got[0].UTF8 != c.want.UTF8 {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestParseCredentials_malformed(t *testing.T) {
	for _, value := range []string{"", "Basic abc", "Digest x", `Digest nonce="1"`, `Digest nonce="1",response="2",qop=auth`,
		`Digest nonce="1",response="2",qop=auth,nc=xyz`, `Digest nonce="1",response="2",algorithm=ROT13`} {
		if c, err := ParseCredentials(value); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v, %v", value, c, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`Digest realm="pbx", nonce="a", qop="auth,auth-int", Basic realm="x"`)
	f.Add(`Digest username="u", realm="r", nonce="n", uri="sip:x", response="0", qop=auth, nc=00000001, cnonce="c"`)
	f.Fuzz(func(t *testing.T, value string) {
		challenges, _ := ParseChallenges(value)
		for _, c := range challenges {
			written := c.String()
			if strings.ContainsAny(written, "\r\n") {
				t.Fatalf("a line end in %q", written)
			}
			if again, err := ParseChallenges(written); c.Supported() && !strings.ContainsFunc(c.Nonce, control) && (err != nil || len(again) != 1 || again[0].Nonce != c.Nonce) {
				t.Fatalf("%q is read as %v, %v", written, again, err)
			}
		}
		exchange := NewClient("u", ua.NewSecret("p")).Begin("INVITE", "sip:x", nil)
		if exchange.Challenged([]string{value}, nil) == nil {
			for _, h := range exchange.Headers() {
				if strings.ContainsAny(h.Value, "\r\n") {
					t.Fatalf("a line end in %q", h.Value)
				}
			}
		}
		if c, err := ParseCredentials(value); err == nil && strings.ContainsAny(c.String(), "\r\n") {
			t.Fatal("a line end")
		}
	})
}

func control(r rune) bool { return r < ' ' || r == 0x7f }
