package redirect

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/discover"
	"offhook/provisioning/source/https"
	"offhook/ua"
)

func TestStep(t *testing.T) {
	var asked []string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		switch r.URL.Path {
		case "/02005e100001/json":
			_, _ = w.Write([]byte(`{"url": "https://prov.example/{mac}.yaml", "expires": 5}`))
		case "/02005e100001/moved":
			http.Redirect(w, r, "/phones/1.yaml", http.StatusFound)
		case "/02005e100001/moved-away":
			http.Redirect(w, r, "/not/there.yaml", http.StatusFound)
		case "/02005e100001/host":
			_, _ = w.Write([]byte("url: prov.example\n"))
		case "/02005e100001/html":
			_, _ = w.Write([]byte("<html>hello</html>"))
		case "/phones/1.yaml":
			_, _ = w.Write([]byte("offhook: 1\n"))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	known := discover.Known{Access: provisioning.Access{CA: ca, Username: "service", Password: ua.NewSecret("s")}}
	device := provisioning.Device{MAC: "02:00:5e:10:00:01"}
	for _, c := range []struct{ path, want string }{
		{"/{mac}/json", "https://prov.example/{mac}.yaml"},
		{"/{mac}/moved", server.URL + "/phones/1.yaml"},
		{"/{mac}/moved-away", server.URL + "/not/there.yaml"},
		{"/{mac}/host", "https://prov.example/{mac}.cfg"},
		{"/{mac}/html", ErrNoPlace.Error()},
		{"/{what}", "{what} is not a macro"},
		{"/gone", "the redirect service: "},
	} {
		step := Step(Config{URL: server.URL + c.path, Source: https.New(https.Config{}), Device: device, Files: []string{"{mac}.cfg"}})
		found, err := step.Find(t.Context(), known)
		if err != nil {
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%s: %v", c.path, err)
			}
			continue
		}
		if len(found) != 1 || found[0].URL != c.want || found[0].From != discover.FromServer {
			t.Errorf("%s: %+v, want %s", c.path, found, c.want)
		}
		if found[0].Access.Username != "" || found[0].Access.CA != ca {
			t.Errorf("%s: the service's password goes to whom it names", c.path)
		}
	}
	if _, err := Step(Config{}).Find(context.Background(), known); err == nil || err.Error() != "provisioning.redirect is not set in the agent's file" {
		t.Error(err)
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{"https://a/x", "https://a/x"},
		{"# comment\n\n url : 'https://a/x'\n", "https://a/x"},
		{`{"URL": "https://a"}`, "https://a"},
		{`{"url": 5}`, ""}, {`{"url"`, ""}, {"", ""}, {"https://a b", ""}, {"http://a", ""},
		{strings.Repeat("x", maxSize+1), "too long"},
	} {
		got, err := Read([]byte(c.data))
		switch {
		case c.want == "" && !errors.Is(err, ErrNoPlace), c.want == "too long" && err == nil:
			t.Errorf("%.40q: %q %v", c.data, got, err)
		case c.want != "" && c.want != "too long" && got != c.want:
			t.Errorf("%.40q: %q %v", c.data, got, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"url": "https://a"}`))
	f.Add([]byte("url: x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := Read(data); err != nil && got != "" {
			t.Errorf("both %q and %v", got, err)
		}
	})
}
