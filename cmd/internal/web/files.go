package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

//go:embed packed
var packed embed.FS

// file is one of the page's.
type file struct {
	name, kind string
}

// files are the page's, the first is the page.
var files = [...]file{
	{"index.html", "text/html; charset=utf-8"},
	{"app.js", "text/javascript; charset=utf-8"},
	{"style.css", "text/css; charset=utf-8"},
	{"icon.svg", "image/svg+xml"},
}

func servePage(mux *http.ServeMux) error {
	for i, f := range files {
		data, err := packed.ReadFile("packed/" + f.name + ".gz")
		if err != nil {
			return fmt.Errorf("web pages: %w", err)
		}
		sum := sha256.Sum256(data)
		path := "/" + f.name
		if i == 0 {
			path = "/{$}"
		}
		mux.Handle("GET "+path, served{f.kind, `"` + hex.EncodeToString(sum[:8]) + `"`, data})
	}
	return nil
}

// served is a file in the form that it is sent in.
type served struct {
	kind, tag string
	data      []byte // compressed
}

func (f served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache") // kept, and asked about: another version of the telephone has another page
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", f.tag)
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(f.data)))
		_, _ = w.Write(f.data) // the browser may be gone
		return
	}
	plain, err := gzip.NewReader(bytes.NewReader(f.data))
	if err != nil {
		refuse(w, http.StatusInternalServerError, "The page is damaged in this version of the program: "+err.Error())
		return
	}
	_, _ = io.Copy(w, plain) // the browser may be gone
}
