package https

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/provisioning"
)

// growing is a Partial in memory.
type growing struct {
	bytes.Buffer
	version string
	begins  []int64
	refuse  error
}

func (g *growing) Have() (int64, string) { return int64(g.Len()), g.version }

func (g *growing) Begin(from, _ int64, version string) (io.Writer, error) {
	if g.begins = append(g.begins, from); from == 0 {
		g.Reset()
	}
	g.version = version
	return g, g.refuse
}

func TestDownload(t *testing.T) {
	const file = "a program of some length, which takes several connections"
	full := errors.New("no room")
	for _, c := range []struct {
		arrow  string
		etag   string // of each connection's answer, in turn
		after  int
		refuse error
		want   string // in the error of each connection
		begins []int64
	}{
		{"the whole at once -> there", "a", 100, nil, " ", []int64{0}},
		{"broken -> gone on with", "aaa", 20, nil, "20 of 57|40 of 57| ", []int64{0, 20, 40}},
		{"another version meanwhile -> anew", "abb", 30, nil, "30 of 57|30 of 57| ", []int64{0, 0, 30}},
		{"no room -> ended", "a", 100, full, "no room", []int64{0}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			connection := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				tag := `"` + c.etag[connection:connection+1] + `"`
				asked := []string{}
				ignore := r.Header.Get("If-Range") != tag
				breaking(file, tag, "", c.after, &asked, ignore)(w, r)
			}))
			defer server.Close()
			source, part := New(Config{}), &growing{refuse: c.refuse}
			for _, want := range strings.Split(c.want, "|") {
				err := source.Download(t.Context(), provisioning.Request{URL: server.URL, Access: provisioning.Access{AllowHTTP: true}}, part)
				if want = strings.TrimSpace(want); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
					t.Fatalf("%v, want %q", err, want)
				}
				connection++
			}
			if !slices.Equal(part.begins, c.begins) || c.refuse == nil && part.String() != file {
				t.Errorf("begun at %d: %q", part.begins, part.String())
			}
		})
	}
}

func TestDownload_refuses(t *testing.T) {
	for _, c := range []struct {
		arrow   string
		have    string
		handler http.HandlerFunc
		want    string
	}{
		{"not there -> what to do", "", http.NotFound, "put one there"},
		{"no length -> what to do", "", func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() }, "Content-Length"},
		{"another part -> refused", "abc", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 7-9/10")
			w.WriteHeader(http.StatusPartialContent)
		}, "another part"},
		{"the same as it was -> told", "", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") == `"v1"` {
				w.WriteHeader(http.StatusNotModified)
			}
		}, ErrNotModified.Error()},
		{"it stands still -> given up", "", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "10")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "nothing came for 50ms"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			part := &growing{version: `"v1"`}
			part.WriteString(c.have)
			request := provisioning.Request{URL: server.URL, ETag: `"v1"`, Access: provisioning.Access{AllowHTTP: true}}
			err := New(Config{Stall: 50 * time.Millisecond}).Download(t.Context(), request, part)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if part.String() != c.have {
				t.Errorf("%q is there", part.String())
			}
		})
	}
}

func TestDownload_in_the_clear_is_refused(t *testing.T) {
	err := New(Config{}).Download(context.Background(), provisioning.Request{URL: "http://192.0.2.1/x"}, &growing{})
	if err == nil || !strings.Contains(err.Error(), "plain http is not allowed") {
		t.Error(err)
	}
}

func TestDownload_takes_no_more_than_it_was_told(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", "bytes 3-9/10")
		w.WriteHeader(http.StatusPartialContent) // in chunks
		for range 100 {
			_, _ = w.Write(make([]byte, 4096)) // the client goes away
		}
	}))
	defer server.Close()
	part := &growing{version: `"v1"`}
	part.WriteString("abc")
	err := New(Config{}).Download(t.Context(), provisioning.Request{URL: server.URL, Access: provisioning.Access{AllowHTTP: true}}, part)
	if err != nil || part.Len() != 10 {
		t.Errorf("%d octets of a file of 10, %v", part.Len(), err)
	}
}
