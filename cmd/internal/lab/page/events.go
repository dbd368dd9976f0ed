package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	pushAtMost  = 100 * time.Millisecond // between two states
	pushInCalls = 500 * time.Millisecond // while packets are counted
)

// events pushes the state whenever it has changed, and the journal, as
// server-sent events. One goroutine a page: net/http's own.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	changed, stop := s.config.Journal.Listen()
	defer stop()
	ticker := time.NewTicker(pushInCalls)
	defer ticker.Stop()
	var last []byte
	var seen uint64
	for {
		var err error
		if last, seen, err = s.push(w, last, seen); err != nil || out.Flush() != nil {
			return
		}
		if !pause(r, pushAtMost) {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		case <-ticker.C:
		}
	}
}

// push writes what is new.
func (s *Server) push(w http.ResponseWriter, last []byte, seen uint64) ([]byte, uint64, error) {
	for _, event := range s.config.Journal.After(seen) {
		if err := send(w, "journal", event); err != nil {
			return last, seen, err
		}
		seen = event.Number
	}
	state := s.config.Bench.State()
	now, err := json.Marshal(state)
	if err != nil || bytes.Equal(now, last) {
		return last, seen, err
	}
	return now, seen, send(w, "state", state)
}

func send(w http.ResponseWriter, name string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data)
	return err
}

func pause(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-r.Context().Done():
		return false
	case <-timer.C:
		return true
	}
}
