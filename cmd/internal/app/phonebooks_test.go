package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
)

// shelfSource holds books by their address; nothing else may be asked for.
type shelfSource struct {
	t     *testing.T
	mu    sync.Mutex
	books map[string]string
	asked []string
}

func (s *shelfSource) put(url, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.books[url] = text
}

func (s *shelfSource) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *shelfSource) Fetch(_ context.Context, r provisioning.Request) (provisioning.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.books[r.URL]
	s.asked = append(s.asked, r.URL+" "+r.ETag)
	switch {
	case !ok:
		s.t.Errorf("%s is asked for", r.URL)
	case text == "":
		return provisioning.Response{}, errors.New("no reply")
	case r.ETag == text:
		return provisioning.Response{NotModified: true}, nil
	}
	return provisioning.Response{Data: []byte(text), ETag: text}, nil
}

func vcard(name, number string) string {
	return "BEGIN:VCARD\nFN:" + name + "\nTEL:" + number + "\nEND:VCARD"
}

func TestPhonebooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &shelfSource{t: t, books: map[string]string{"http://a": vcard("Anna", "1002"), "http://b": ""}}
		p := newPhonebooks(slog.New(slog.DiscardHandler), stateDir{dir: t.TempDir()})
		p.sources = map[string]provisioning.Source{"http": source}
		var mu sync.Mutex
		var told []string
		p.tell = func(all []phone.Contact) {
			mu.Lock()
			defer mu.Unlock()
			names := ""
			for _, c := range all {
				names += c.Name + " "
			}
			told = append(told, names)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- p.run(ctx) }()
		said := func(want string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if got := strings.Join(told, "|"); got != want {
				t.Errorf("told %q, want %q", got, want)
			}
		}
		book := func(urls ...string) (doc provisioning.Document) {
			for _, u := range urls {
				doc.PhoneBooks = append(doc.PhoneBooks, provisioning.PhoneBook{URL: u, Interval: time.Hour})
			}
			return doc
		}
		p.use(book("http://a", "http://b"))
		said("") // one cannot be read: what was there before the restart stays
		source.put("http://b", vcard("Ben", "1003"))
		time.Sleep(bookAgain + time.Second)
		said("Anna Ben ")
		time.Sleep(time.Hour)
		said("Anna Ben ") // not modified
		source.put("http://b", "<html>")
		time.Sleep(time.Hour)
		said("Anna Ben ") // damaged: the last good one
		source.put("http://b", vcard("Carl", "1004"))
		time.Sleep(bookAgain + time.Second)
		said("Anna Ben |Anna Carl ")
		before := len(source.requests())
		p.use(book("http://a"))
		said("Anna Ben |Anna Carl |Anna ")
		if asked := source.requests(); len(asked) != before {
			t.Errorf("a book that stays is fetched again: %v", asked[before:])
		}
		p.use(book())
		said("Anna Ben |Anna Carl |Anna |")
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestJourney_a_phone_book_is_fetched(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	server := bookServer(t, vcard("Front gate", "1234"))
	w.serve(func(doc *provisioning.Document) {
		doc.PhoneBooks = []provisioning.PhoneBook{{URL: server, Interval: time.Hour}}
	})
	w.reprovision()
	w.view("that there are names", func(v phone.View) bool { return v.Soft[2].Label == "Names" })
	w.parts.keys.tap(hal.KeySoft3)
	w.view("the name", func(v phone.View) bool { return len(v.List.Items) == 1 && v.List.Items[0].Title == "Front gate" })
	w.parts.keys.tap(hal.KeySoft4)
	w.quiet()
}

func bookServer(t *testing.T, text string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }))
	t.Cleanup(s.Close)
	return s.URL
}
