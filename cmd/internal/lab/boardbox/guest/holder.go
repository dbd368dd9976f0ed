package main

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/warthog618/go-gpiocdev"
)

// holder is another program of the box that holds lines.
type holder struct {
	mu    sync.Mutex
	lines map[string]*gpiocdev.Line
}

func newHolder() *holder { return &holder{lines: map[string]*gpiocdev.Line{}} }

// take requests a line under a name of its own.
func (h *holder) take(name, as string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, chip := range gpiocdev.Chips() {
		c, err := gpiocdev.NewChip(chip)
		if err != nil {
			return err
		}
		offset, err := c.FindLine(name)
		c.Close()
		if err != nil {
			continue // another controller has it
		}
		line, err := gpiocdev.RequestLine(chip, offset, gpiocdev.AsInput, gpiocdev.WithConsumer(as))
		if err == nil {
			h.lines[name] = line
		}
		return err
	}
	return fmt.Errorf("no line %s", name)
}

func (h *holder) give(name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	line := h.lines[name]
	if line == nil {
		return fmt.Errorf("%s is not held", name)
	}
	delete(h.lines, name)
	return line.Close()
}

// ServeHTTP takes a line (PUT) or gives it back (DELETE).
func (h *holder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut {
		answer(w, "", h.take(r.FormValue("line"), r.FormValue("as")))
		return
	}
	answer(w, "", h.give(r.FormValue("line")))
}
