package drm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"offhook/hal"
)

// way is how a picture gets on a screen.
type way uint8

const (
	unknown   way = iota
	byDirt        // the driver sends what is told to have changed
	byFlip        // the other buffer is shown from the next frame on
	bySetting     // as byFlip, by drivers without: the mode is set again
)

func (w way) String() string {
	return [...]string{"unknown", "changes", "page flips", "mode settings"}[w]
}

// show brings what changed on the screen. After a loss of the screen it begins
// anew, when it can be had again.
func (s *Screen) show() error {
	err := s.present()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENODEV):
		err = fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	s.shown = false
	return fmt.Errorf("%s: %w", s.name, explain(err))
}

func (s *Screen) present() error {
	if !s.shown {
		return s.start()
	}
	s.clips = s.damage.clips(s.clips[:0])
	if len(s.clips) == 0 {
		return nil
	}
	for _, b := range s.buffers {
		b.stale.merge(&s.damage)
	}
	s.damage.clear()
	if s.way == byDirt {
		b := s.buffers[s.front]
		s.paint(b)
		return s.mark(b, s.clips)
	}
	back := 1 - s.front
	s.paint(s.buffers[back])
	if err := s.turn(s.buffers[back]); err != nil {
		return err
	}
	s.front = back
	return nil
}

func (s *Screen) paint(b *buffer) {
	n := s.pixels.Bytes()
	b.take(s.picture, s.size.X*n, n)
}

// start sets the mode, with all of the picture.
func (s *Screen) start() error {
	if err := s.takeMaster(); err != nil {
		return err
	}
	for _, b := range s.buffers {
		b.stale.all()
	}
	s.damage.clear()
	front := s.buffers[s.front]
	s.paint(front)
	if err := s.set(front); err != nil {
		return err
	}
	if s.output.sent() {
		err := s.mark(front, nil) // drivers that need not be told do not know this call
		if lost(err) || errors.Is(err, unix.ENODEV) {
			return err
		}
		if err == nil {
			s.way = byDirt
		}
	}
	if s.way == unknown {
		s.way = byFlip
	}
	s.shown = true
	return nil
}

// mark tells which parts of the buffer changed; none: all of it.
func (s *Screen) mark(b *buffer, clips []clipRect) error {
	s.args.dirty = dirtyFB{fb: b.fb, count: uint32(len(clips))}
	if len(clips) > 0 {
		s.args.dirty.clips = uint64(uintptr(unsafe.Pointer(&clips[0]))) // the Screen's own, on the heap
	}
	return s.card.call(markDirty, unsafe.Pointer(&s.args.dirty))
}

// turn has the CRTC show the other buffer.
func (s *Screen) turn(b *buffer) error {
	if s.way == byFlip {
		s.flips++
		s.args.flip = pageFlip{crtc: s.crtc, fb: b.fb, flags: flipEvent, user: s.flips}
		err := s.card.call(flipPage, unsafe.Pointer(&s.args.flip))
		if err == nil {
			return s.await()
		}
		if errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENODEV) {
			return err
		}
		s.log.Info("the screen's driver does not turn pages: its mode is set for each picture", "error", err)
		s.way = bySetting
	}
	return s.set(b)
}

// flipLimit is several frames of the slowest screens.
const flipLimit = 250 * time.Millisecond

// await is until the page is turned: only then may the other buffer be written. A
// driver that does not tell is not asked again.
func (s *Screen) await() error {
	end := time.Now().Add(flipLimit)
	for {
		left := time.Until(end)
		n, err := 0, error(nil)
		if left > 0 {
			n, err = s.card.read(s.events[:], left)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			s.log.Warn("the screen's driver did not tell that it turned a page: its mode is set for each picture", "waited", flipLimit)
			s.way = bySetting
			return nil
		}
		if told(s.events[:n], s.flips) {
			return nil
		}
	}
}

// told looks for the end of a flip among events.
func told(events []byte, flip uint64) bool {
	for len(events) >= int(unsafe.Sizeof(event{})) {
		kind, length := binary.NativeEndian.Uint32(events), binary.NativeEndian.Uint32(events[4:])
		if kind == flipComplete && binary.NativeEndian.Uint64(events[8:]) == flip {
			return true
		}
		if length < 8 || int(length) > len(events) {
			return false
		}
		events = events[length:]
	}
	return false
}
