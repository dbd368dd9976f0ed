package faceplate

import (
	"sync"
	"time"

	"offhook/hal"
)

var _ hal.Keypad = (*keypad)(nil)

// maxEvents bounds what waits for a reader that does not come.
const maxEvents = 256

// keypad merges the keys of all pages: a key is down while any page holds it.
type keypad struct {
	part
	longPress time.Duration
	events    *queue[hal.KeyEvent]

	mu     sync.Mutex
	held   map[hal.Key]*heldKey
	closed bool
}

type heldKey struct {
	by   map[*conn]bool
	long *time.Timer
}

func newKeypad(longPress time.Duration) *keypad {
	k := &keypad{longPress: longPress, events: newQueue[hal.KeyEvent](maxEvents), held: map[hal.Key]*heldKey{}}
	k.stop = k.close
	return k
}

// ReadKey implements hal.Keypad.
func (k *keypad) ReadKey() (hal.KeyEvent, error) { return k.events.get() }

// set is a page's key going down or up.
func (k *keypad) set(key hal.Key, by *conn, down bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return
	}
	if down {
		k.press(key, by)
	} else {
		k.release(key, by)
	}
}

func (k *keypad) press(key hal.Key, by *conn) {
	if h, ok := k.held[key]; ok {
		h.by[by] = true
		return
	}
	if !k.events.put(hal.KeyEvent{Key: key, Action: hal.KeyPress, Time: time.Now()}) {
		return // nobody reads: without the press there is no release either
	}
	h := &heldKey{by: map[*conn]bool{by: true}}
	h.long = time.AfterFunc(k.longPress, func() { k.heldLong(key, h) })
	k.held[key] = h
}

func (k *keypad) heldLong(key hal.Key, h *heldKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closed && k.held[key] == h {
		k.events.put(hal.KeyEvent{Key: key, Action: hal.KeyLong, Time: time.Now()})
	}
}

func (k *keypad) release(key hal.Key, by *conn) {
	h, ok := k.held[key]
	if !ok || !h.by[by] {
		return
	}
	if delete(h.by, by); len(h.by) > 0 {
		return
	}
	h.long.Stop()
	delete(k.held, key)
	k.events.force(hal.KeyEvent{Key: key, Action: hal.KeyRelease, Time: time.Now()})
}

// gone releases what a page held when it went.
func (k *keypad) gone(by *conn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return
	}
	for _, key := range hal.Keys() {
		k.release(key, by)
	}
}

func (k *keypad) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	for _, h := range k.held {
		h.long.Stop()
	}
	clear(k.held)
	k.events.close()
}
