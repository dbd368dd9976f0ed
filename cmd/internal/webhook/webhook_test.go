package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// asked is a request as a server got it.
type asked struct{ method, url, user, body string }

// serve answers with the statuses in turn, the last one for ever.
func serve(t *testing.T, statuses ...int) (*httptest.Server, chan asked) {
	t.Helper()
	got := make(chan asked, 100)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, _, _ := r.BasicAuth()
		status := statuses[0]
		if len(statuses) > 1 {
			statuses = statuses[1:]
		}
		w.WriteHeader(status)
		got <- asked{r.Method, r.URL.String(), user, string(body)}
	}))
	t.Cleanup(server.Close)
	return server, got
}

func trusting(server *httptest.Server) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// running has a Sender run until the test ends.
func running(t *testing.T, log io.Writer, hooks ...Hook) *Sender {
	t.Helper()
	s := New(Config{Log: slog.New(slog.NewTextHandler(log, nil)), Fields: map[string]string{"mac": "02005e100001"}, Wait: time.Millisecond})
	s.Use(hooks)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSender(t *testing.T) {
	server, got := serve(t, 204)
	s := running(t, io.Discard,
		Hook{On: []string{"call-ended"}, URL: server.URL + "/h?e={event}&who={remote}&mac={mac}&none={nothing}", Method: "get", TLS: trusting(server), Username: "phone", Password: "hunter2"},
		Hook{On: []string{"*"}, URL: server.URL + "/all", Method: "post", TLS: trusting(server)})
	s.Tell(Event{Name: "registered", At: time.Unix(0, 0)})
	s.Tell(Event{Name: "call-ended", At: time.Unix(0, 0), Fields: map[string]string{"remote": `"><&x=1 {mac}@évil`}})
	first, second, third := <-got, <-got, <-got
	if first.method != "POST" || first.url != "/all" || !strings.Contains(first.body, `"event":"registered"`) {
		t.Errorf("first: %+v", first)
	}
	if want := "/h?e=call-ended&who=%22%3E%3C%26x%3D1+%7Bmac%7D%40%C3%A9vil&mac=02005e100001&none="; second.url != want || second.user != "phone" || second.body != "" {
		t.Errorf("second: %+v, want %s", second, want)
	}
	var body map[string]string
	if err := json.Unmarshal([]byte(third.body), &body); err != nil || body["remote"] != `"><&x=1 {mac}@évil` || body["time"] != "1970-01-01T00:00:00Z" {
		t.Errorf("third: %v, %v", body, err)
	}
}

func TestSender_tries_again(t *testing.T) {
	for _, c := range []struct {
		arrow    string
		statuses []int
		requests int
		told     string
	}{
		{"a fault of the server's -> again", []int{503, 500, 200}, 3, ""},
		{"for ever -> three times, and told without the token", []int{500}, 3, "500"},
		{"refused -> not again", []int{404}, 1, "404"},
		{"a redirect -> not followed", []int{302}, 1, "302"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			server, got := serve(t, c.statuses...)
			end, ended := serve(t, 200)
			log := &strings.Builder{}
			s := running(t, log, Hook{On: []string{"x"}, URL: server.URL + "/?token=hunter2", Method: "get", TLS: trusting(server)},
				Hook{On: []string{"end"}, URL: end.URL, Method: "get", TLS: trusting(end)})
			s.Tell(Event{Name: "x"})
			s.Tell(Event{Name: "end"}) // in order: when it comes the first is done
			<-ended
			if len(got) != c.requests || strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), c.told) {
				t.Errorf("%d requests, want %d; log %s", len(got), c.requests, log)
			}
		})
	}
}

func TestSender_never_waits(t *testing.T) {
	s := New(Config{Log: slog.New(slog.DiscardHandler)})
	s.Use([]Hook{{On: []string{"*"}, URL: "https://127.0.0.1:1/"}})
	for range 10 * waiting { // nobody sends
		s.Tell(Event{Name: "x"})
	}
	if len(s.queue) != waiting || s.lost != 9*waiting {
		t.Errorf("%d wait, %d are lost", len(s.queue), s.lost)
	}
}

func TestSender_no_trust(t *testing.T) {
	server, got := serve(t, 200)
	end, ended := serve(t, 200)
	s := running(t, io.Discard, Hook{On: []string{"x"}, URL: server.URL, Method: "get"}, Hook{On: []string{"end"}, URL: end.URL, Method: "get", TLS: trusting(end)})
	s.Tell(Event{Name: "x"})
	s.Tell(Event{Name: "end"})
	<-ended
	if len(got) != 0 {
		t.Error("a server that nobody vouches for was told")
	}
}

func FuzzExpand(f *testing.F) {
	f.Add("https://h/{a}?{", "x&y")
	f.Fuzz(func(t *testing.T, address, value string) {
		got := Expand("https://h/?v={a}&"+address, map[string]string{"a": value})
		rest, ok := strings.CutPrefix(got, "https://h/?v=")
		if escaped, _, _ := strings.Cut(rest, "&"); !ok || strings.ContainsAny(escaped, "?#/<>\" \n") {
			t.Errorf("%q leaves its place", got)
		}
	})
}
