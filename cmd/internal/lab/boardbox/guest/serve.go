package main

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// serve answers the host: orders at port 80, the agent's own socket at port 81.
func serve(ctx context.Context, a *agent, p *person) error {
	bridge, err := net.Listen("tcp", ":81")
	if err != nil {
		return err
	}
	go carry(bridge)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /signal", func(w http.ResponseWriter, r *http.Request) {
		answer(w, "", a.signal(r.FormValue("name")))
	})
	mux.HandleFunc("POST /rest", func(w http.ResponseWriter, _ *http.Request) { answer(w, "", a.rest("TERM")) })
	mux.HandleFunc("POST /end", func(w http.ResponseWriter, _ *http.Request) { answer(w, "", a.rest("KILL")) })
	mux.HandleFunc("POST /wake", func(w http.ResponseWriter, _ *http.Request) { answer(w, "", a.wake()) })
	mux.HandleFunc("PUT /file", write)
	mux.HandleFunc("DELETE /file", empty)
	mux.HandleFunc("/trace", trace)
	mux.Handle("/input", newInputs())
	mux.Handle("/line", newHolder())
	mux.HandleFunc("GET /vitals", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, a.vitals()) })
	mux.HandleFunc("POST /offhook", run)
	mux.HandleFunc("GET /late", late)
	mux.HandleFunc("POST /converse", func(w http.ResponseWriter, r *http.Request) { converse(w, r, p) })
	server := http.Server{Addr: ":80", Handler: mux, BaseContext: func(net.Listener) context.Context { return ctx }}
	return server.ListenAndServe()
}

// answer gives the host what there is to tell; an error is a conflict.
func answer(w http.ResponseWriter, text string, err error) {
	if err != nil {
		http.Error(w, text+err.Error(), http.StatusConflict)
		return
	}
	_, _ = io.WriteString(w, text) // a host that went away has only itself to tell
}

// write writes a file, as a builder does.
func write(w http.ResponseWriter, r *http.Request) {
	path := r.FormValue("path")
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, body, 0o644))
	}
	answer(w, "", err)
}

// empty empties a folder, which may be where something is mounted.
func empty(w http.ResponseWriter, r *http.Request) {
	entries, err := os.ReadDir(r.FormValue("path"))
	for _, e := range entries {
		if e.Name() != "lost+found" {
			err = errors.Join(err, os.RemoveAll(filepath.Join(r.FormValue("path"), e.Name())))
		}
	}
	answer(w, "", err)
}

// run runs the agent's program once, with what is in args and the body for its
// standard input, and answers what it printed; an exit status that is not 0 makes a
// conflict.
func run(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	cmd := exec.CommandContext(r.Context(), "/bin/offhook", r.Form["args"]...)
	cmd.Stdin = r.Body
	out, err := cmd.CombinedOutput()
	answer(w, string(out), err)
}

// converse takes what is to be said, and answers with what was heard: 16-bit
// samples, 16 000 a second.
func converse(w http.ResponseWriter, r *http.Request, p *person) {
	if p == nil {
		http.Error(w, "nobody is at the sound card", http.StatusServiceUnavailable)
		return
	}
	d, err := time.ParseDuration(r.FormValue("for"))
	body, readErr := io.ReadAll(r.Body)
	if err := errors.Join(err, readErr); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	say := make([]int16, len(body)/2)
	for i := range say {
		say[i] = int16(binary.LittleEndian.Uint16(body[2*i:]))
	}
	_ = binary.Write(w, binary.LittleEndian, p.converse(say, d)) // a host that went away has only itself to tell
}

// carry joins each connection with the agent's socket.
func carry(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go join(c)
	}
}

func join(c net.Conn) {
	defer c.Close()
	u, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer u.Close()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{c, u}, {u, c}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].Close()
		})
	}
	both.Wait()
}
