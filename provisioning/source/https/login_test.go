package https

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/ua"
)

func secret(s string) ua.Secret { return ua.NewSecret(s) }

var parameter = regexp.MustCompile(`(\w+)=(?:"([^"]*)"|([^,\s]*))`)

// checkDigest computes RFC 7616 §3.4.1 by itself.
func checkDigest(header, method, password string) (algorithm string, ok bool) {
	p := map[string]string{}
	for _, m := range parameter.FindAllStringSubmatch(strings.TrimPrefix(header, "Digest "), -1) {
		p[m[1]] = m[2] + m[3]
	}
	var h hash.Hash = md5.New()
	if p["algorithm"] == "SHA-256" {
		h = sha256.New()
	}
	sum := func(s string) string {
		h.Reset()
		_, _ = io.WriteString(h, s)
		return hex.EncodeToString(h.Sum(nil))
	}
	a1, a2 := sum(p["username"]+":"+p["realm"]+":"+password), sum(method+":"+p["uri"])
	want := sum(strings.Join([]string{a1, p["nonce"], p["nc"], p["cnonce"], p["qop"], a2}, ":"))
	return p["algorithm"], strings.HasPrefix(header, "Digest ") && p["response"] == want && p["username"] == "phone"
}

func TestFetch_digest(t *testing.T) {
	a := newAuthority(t)
	const realm = `Digest realm="prov", nonce="n1", opaque="o", qop="auth, auth-int", algorithm=`
	for _, c := range []struct {
		name       string
		challenges []string
		want       string
	}{
		{"SHA-256", []string{realm + "SHA-256"}, "SHA-256"},
		{"MD5", []string{realm + "MD5"}, "MD5"},
		{"the stronger of two", []string{realm + "MD5", realm + "SHA-256", `Basic realm="prov"`}, "SHA-256"},
		{"what we know of two", []string{realm + "SHA-256-sess", realm + "MD5"}, "MD5"},
		{"Basic", []string{`Basic realm="prov"`}, "Basic"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := serve(t, a, nil, nil, func(w http.ResponseWriter, r *http.Request) {
				header := r.Header.Get("Authorization")
				if name, password, basic := r.BasicAuth(); basic && name == "phone" && password == "hunter2" {
					_, _ = io.WriteString(w, "Basic")
					return
				}
				if algorithm, ok := checkDigest(header, r.Method, "hunter2"); ok {
					_, _ = io.WriteString(w, algorithm)
					return
				}
				for _, challenge := range c.challenges {
					w.Header().Add("WWW-Authenticate", challenge)
				}
				w.WriteHeader(http.StatusUnauthorized)
			})
			got, err := fetch(t, Config{}, provisioning.Request{URL: server.URL + "/x.yaml?a=b", Access: trusting(a)})
			if err != nil || string(got.Data) != c.want {
				t.Errorf("%s %v, want %s", got.Data, err, c.want)
			}
			wrong := trusting(a)
			wrong.Password = secret("wrong")
			_, err = fetch(t, Config{}, provisioning.Request{URL: server.URL, Access: wrong})
			told(t, err, "401: user name or password refused (HOST); see provisioning.username and password", hostOf(t, server))
			_, err = fetch(t, Config{}, provisioning.Request{URL: server.URL, Access: provisioning.Access{CA: a.pem}})
			told(t, err, "401: the server wants a user name and password (HOST); set provisioning.username and password", hostOf(t, server))
		})
	}
}

func TestFetch_digest_stale_nonce(t *testing.T) {
	a := newAuthority(t)
	asked := 0
	server := serve(t, a, nil, nil, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked == 3 && strings.Contains(r.Header.Get("Authorization"), `nonce="n2"`) {
			_, _ = io.WriteString(w, "in")
			return
		}
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Digest realm="p", nonce="n%d", qop="auth", stale=%v`, asked, asked == 2))
		w.WriteHeader(http.StatusUnauthorized)
	})
	got, err := fetch(t, Config{}, provisioning.Request{URL: server.URL, Access: trusting(a)})
	if err != nil || string(got.Data) != "in" {
		t.Errorf("%s %v after %d requests", got.Data, err, asked)
	}
}

func TestFetch_redirects(t *testing.T) {
	a := newAuthority(t)
	plain := servePlain(t, text("plain"))
	var seen []string
	other := serve(t, a, nil, nil, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization")+r.Header.Get("Referer"))
		w.Header().Set("WWW-Authenticate", `Basic realm="catch"`)
		w.WriteHeader(http.StatusUnauthorized)
	})
	var server string
	s := serve(t, a, nil, nil, func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{
			"/loop": "/loop", "/one": "/end", "/other": other.URL, "/plain": plain.URL, "/ftp": "ftp://127.0.0.1/x",
		}[r.URL.Path]
		if to == "" {
			_, _ = io.WriteString(w, "end")
			return
		}
		if _, _, ok := r.BasicAuth(); !ok {
			w.Header().Set("WWW-Authenticate", `Basic realm="prov"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, to, http.StatusFound)
	})
	server = s.URL
	for path, want := range map[string]string{
		"/loop":  "HTTP: the server redirects more than 5 times (" + server + "/loop); mend its redirects",
		"/plain": "HTTPS: the server redirects to plain http (" + plain.URL + "), which is refused; mend its redirect",
		"/ftp":   "HTTPS: the server redirects to plain http (ftp://127.0.0.1/x), which is refused; mend its redirect",
		"/other": "401: user name or password refused (" + hostOf(t, other) + "); see provisioning.username and password",
	} {
		access := trusting(a)
		access.AllowHTTP = true // allowing it for a URL does not allow falling back to it
		_, err := fetch(t, Config{}, provisioning.Request{URL: server + path, Access: access})
		told(t, err, want, "")
	}
	if len(seen) != 1 || seen[0] != "" {
		t.Errorf("the other server saw %q", seen)
	}
	got, err := fetch(t, Config{}, provisioning.Request{URL: server + "/one", Access: trusting(a)})
	if err != nil || string(got.Data) != "end" || got.URL != server+"/end" {
		t.Errorf("%s %s %v", got.Data, got.URL, err)
	}
}
