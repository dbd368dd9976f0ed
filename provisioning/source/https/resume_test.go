package https

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"offhook/provisioning"
)

// breaking serves a file and hangs up after some bytes of each answer.
func breaking(file, etag, modified string, after int, ranges *[]string, ignores bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked := r.Header.Get("Range")
		*ranges = append(*ranges, asked+" if "+r.Header.Get("If-Range"))
		h := w.Header()
		if etag != "" {
			h.Set("ETag", etag)
		}
		if modified != "" {
			h.Set("Last-Modified", modified)
		}
		from := 0
		if _, err := fmt.Sscanf(asked, "bytes=%d-", &from); err == nil && !ignores {
			h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(file)-1, len(file)))
		} else {
			from = 0
		}
		rest := file[from:]
		h.Set("Content-Length", fmt.Sprint(len(rest)))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = io.WriteString(w, rest[:min(after, len(rest))]) // net/http closes the connection when less than told came
	}
}

func TestFetch_resumes(t *testing.T) {
	const file = "offhook: 1 # a document that takes several connections"
	const day = "Sun, 01 Nov 2026 10:00:00 GMT"
	for _, c := range []struct {
		arrow          string
		etag, modified string
		after          int
		ignores, whole bool
		want           []string
	}{
		{"broken twice -> the rest is asked for twice", `"v1"`, "", 20, false, true, []string{" if ", `bytes=20- if "v1"`, `bytes=40- if "v1"`}},
		{"known by its date -> the rest is asked for", "", day, 30, false, true, []string{" if ", "bytes=30- if " + day}},
		{"no name for the version -> not asked for", "", "", 20, false, false, []string{" if "}},
		{"a weak name -> not asked for", `W/"v1"`, "", 20, false, false, []string{" if "}},
		{"the server knows no ranges -> given up", `"v1"`, "", 20, true, false, []string{" if ", `bytes=20- if "v1"`}},
		{"broken for ever -> given up", `"v1"`, "", 5, false, false, []string{" if ", `bytes=5- if "v1"`, `bytes=10- if "v1"`, `bytes=15- if "v1"`}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			var ranges []string
			server := servePlain(t, breaking(file, c.etag, c.modified, c.after, &ranges, c.ignores))
			r, err := fetch(t, Config{}, provisioning.Request{URL: server.URL + "/x", Access: provisioning.Access{AllowHTTP: true}})
			if c.whole && (err != nil || string(r.Data) != file) {
				t.Errorf("%q, %v", r.Data, err)
			}
			if !c.whole && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%v, want that the connection ended", err)
			}
			if strings.Join(ranges, "|") != strings.Join(c.want, "|") {
				t.Errorf("asked %q, want %q", ranges, c.want)
			}
		})
	}
}

func TestFetch_clock(t *testing.T) {
	a := newAuthority(t)
	server := serve(t, a, nil, nil, text("offhook: 1"))
	built := time.Now()
	for _, c := range []struct {
		arrow  string
		now    time.Time
		behind bool
		want   string
	}{
		{"clock set -> judged by it", built.Add(time.Minute), false, ""},
		{"clock at 1970 -> judged as of the program's day, and told", time.Unix(100, 0), true, ""},
		{"clock far ahead -> expired", built.Add(9999 * time.Hour), false, "has expired"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r, err := fetch(t, Config{Floor: built, Now: func() time.Time { return c.now }}, provisioning.Request{URL: server.URL, Access: trusting(a)})
			if c.want == "" && (err != nil || r.ClockBehind != c.behind) {
				t.Errorf("behind %v, %v", r.ClockBehind, err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q in it", err, c.want)
			}
		})
	}
}
