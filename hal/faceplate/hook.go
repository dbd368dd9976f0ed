package faceplate

import (
	"sync"
	"time"

	"offhook/hal"
)

var _ hal.Hook = (*hook)(nil)

// hook is the cradle. Its state is the panel's: a page shows it.
type hook struct {
	part
	onHookAfter time.Duration
	changed     func() // tells the pages; called with no lock held
	changes     *queue[hal.HookState]

	mu     sync.Mutex
	state  hal.HookState
	alone  *time.Timer // runs while no page is open
	gen    int         // of alone
	closed bool
}

func newHook(onHookAfter time.Duration, changed func()) *hook {
	h := &hook{onHookAfter: onHookAfter, changed: changed, changes: newQueue[hal.HookState](maxEvents)}
	h.stop = h.close
	h.changes.put(h.state) // ReadHook's first answer
	return h
}

// ReadHook implements hal.Hook.
func (h *hook) ReadHook() (hal.HookState, error) { return h.changes.get() }

func (h *hook) set(s hal.HookState) {
	h.mu.Lock()
	fresh := h.move(s)
	h.mu.Unlock()
	if fresh {
		h.changed()
	}
}

func (h *hook) move(s hal.HookState) bool {
	if h.closed || h.state == s || !h.changes.put(s) {
		return false
	}
	h.state = s
	return true
}

func (h *hook) get() hal.HookState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

// pages says how many pages are open now.
func (h *hook) pages(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopAlone()
	if n == 0 && !h.closed {
		gen := h.gen
		h.alone = time.AfterFunc(h.onHookAfter, func() { h.fall(gen) })
	}
}

// stopAlone also disowns a timer that has just fired.
func (h *hook) stopAlone() {
	h.gen++
	if h.alone != nil {
		h.alone.Stop()
	}
}

func (h *hook) fall(gen int) {
	h.mu.Lock()
	fresh := gen == h.gen && h.move(hal.OnHook)
	h.mu.Unlock()
	if fresh {
		h.changed()
	}
}

func (h *hook) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.stopAlone()
	h.changes.close()
}
