package localapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// maxBody bounds a request; the largest real one is a dial request.
const maxBody = 64 << 10

// Server serves a Backend on a unix socket. Whoever may open the socket (its
// file mode: the agent's user and group) may use the telephone.
type Server struct {
	listener net.Listener
	http     *http.Server
	done     chan struct{}
}

// Listen binds the socket and serves it.
func Listen(path string, backend Backend, log *slog.Logger) (*Server, error) {
	l, err := Bind(path)
	if err != nil {
		return nil, err
	}
	return Serve(l, backend, log), nil
}

// Bind makes the socket. One left behind by a program that died is replaced;
// one that answers is not.
func Bind(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := clear(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		l.Close()
		return nil, fmt.Errorf("control socket: %w", err)
	}
	return l, nil
}

// Serve serves a Backend on a bound socket, which is the Server's from then on.
func Serve(l net.Listener, backend Backend, log *slog.Logger) *Server {
	s := &Server{listener: l, done: make(chan struct{})}
	s.http = &http.Server{Handler: handler(backend), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("control socket ended", "error", err)
		}
	}()
	return s
}

func clear(path string) error {
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		conn.Close()
		return fmt.Errorf("control socket: %s is in use: another offhook runs with this socket; stop it or choose another --socket", path)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("control socket: %w", err)
	}
	return nil
}

// Close ends every request and waits.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}

func handler(b Backend) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", get(b.Status))
	mux.HandleFunc("GET /v1/calls/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.ParseUint(r.PathValue("id"), 10, 64) // there is no call 0
		detail, err := b.Call(r.Context(), id)
		reply(w, detail, err)
	})
	mux.Handle("GET /v1/metrics", Metrics(b))
	mux.HandleFunc("GET /v1/explain", get(b.Explain))
	mux.HandleFunc("POST /v1/answer", post(b.Answer))
	mux.HandleFunc("POST /v1/hangup", post(b.Hangup))
	mux.HandleFunc("POST /v1/reprovision", post(b.Reprovision))
	accepting(mux, b)
	mux.HandleFunc("POST /v1/dial", tell("dial", b.Dial))
	mux.HandleFunc("POST /v1/record", tell("record", b.Record))
	mux.HandleFunc("POST /v1/conference", tell("conference", b.Conference))
	mux.HandleFunc("POST /v1/play", tell("play", b.Play))
	mux.HandleFunc("POST /v1/dnd", tell("dnd", b.DoNotDisturb))
	mux.HandleFunc("POST /v1/forward", tell("forward", b.Forward))
	mux.HandleFunc("POST /v1/door/open", tell("door", b.OpenDoor))
	mux.HandleFunc("POST /v1/message", tell("message", b.Message))
	mux.HandleFunc("POST /v1/firmware/install", tell("install", b.InstallFirmware))
	mux.HandleFunc("POST /v1/firmware/back", post(b.FirmwareBack))
	configuration(mux, b)
	mux.HandleFunc("GET /v1/logs", func(w http.ResponseWriter, r *http.Request) { logs(w, r, b) })
	mux.HandleFunc("GET /v1/screen.png", func(w http.ResponseWriter, r *http.Request) {
		png, err := b.Screen(r.Context())
		if err != nil {
			refuse(w, http.StatusServiceUnavailable, err)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(png) // the client may be gone
	})
	return mux
}

func logs(w http.ResponseWriter, r *http.Request, b Backend) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := http.NewResponseController(w)
	_ = b.Logs(r.Context(), r.URL.Query().Has("follow"), func(line []byte) error {
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
		return out.Flush()
	}) // ends with the client
}

func get[T any](f func(context.Context) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r.Context())
		reply(w, v, err)
	}
}

func post(f func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBody))
		reply(w, struct{}{}, f(r.Context()))
	}
}

// tell hands a request's body to a command.
func tell[T any](name string, f func(context.Context, T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req T
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&req); err != nil {
			refuse(w, http.StatusBadRequest, fmt.Errorf("%s: %w", name, err))
			return
		}
		reply(w, struct{}{}, f(r.Context(), req))
	}
}

func reply(w http.ResponseWriter, v any, err error) {
	if err != nil {
		refuse(w, http.StatusConflict, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(failure{err.Error()}) // the client may be gone
}

type failure struct {
	Error string `json:"error"`
}
