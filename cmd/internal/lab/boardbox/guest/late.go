package main

import (
	"io"
	"net/http"
	"time"
)

// late sleeps in short slices for a while, and answers by how much it was woken too
// late at worst: so slow is this machine for everybody in it.
func late(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(r.FormValue("for"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	const slice = 10 * time.Millisecond
	worst := time.Duration(0)
	for end := time.Now().Add(d); time.Now().Before(end); {
		began := time.Now()
		time.Sleep(slice)
		worst = max(worst, time.Since(began)-slice)
	}
	_, _ = io.WriteString(w, worst.String()) // a host that went away has only itself to tell
}
