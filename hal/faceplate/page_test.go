package faceplate

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
)

func TestPage_every_file_is_served_with_its_type(t *testing.T) {
	files, err := fs.ReadDir(web, "web")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		want, err := web.ReadFile("web/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		page(w, httptest.NewRequest(http.MethodGet, "/"+f.Name(), nil))
		if w.Code != http.StatusOK || w.Body.String() != string(want) {
			t.Errorf("%s: %d, %d bytes, want %d", f.Name(), w.Code, w.Body.Len(), len(want))
		}
		if got := w.Header().Get("Content-Type"); got == "" || got != pageTypes[path.Ext(f.Name())] {
			t.Errorf("%s: Content-Type %q", f.Name(), got)
		}
	}
}

func TestPage_the_root_is_the_page_and_nothing_else_is_there(t *testing.T) {
	for target, want := range map[string]int{"/": 200, "/index.html": 200, "/none.js": 404, "/web/": 404, "/../page.go": 404, "/web": 404, "/index.html/": 404, "//": 404} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = target
		w := httptest.NewRecorder()
		page(w, r)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
		if want == 200 && !strings.HasPrefix(w.Body.String(), "<!") {
			t.Errorf("%s is %.20q", target, w.Body.String())
		}
	}
}
